#pragma once

// Short ways to columns and values of every type, and to what one of them is printed as.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/encode/fixture.h"

namespace millrace::encode::testing {

using K = ValueKind;
using T = ColumnType;

// What stands behind {"before":null,"after":{"c": for one value; or the error's message.
inline std::string print(const Column& described, const Value& value,
                         EncoderOptions options = Encoding::default_options()) {
  Column named = described;
  named.name = "c";
  Encoding encoding(table_of({named}), std::move(options));
  const Row row = row_of({value});
  const Status status = encoding.encode(change::Operation::kCreate, nullptr, &row);
  if (!status) return "error: " + status.error().message();
  const std::string rows = encoding.rows(0);
  constexpr std::string_view kStart = "{\"before\":null,\"after\":{\"c\":";
  EXPECT_EQ(rows.substr(0, kStart.size()), kStart);
  return rows.substr(kStart.size(), rows.size() - kStart.size() - 1);
}

inline Column of(T type, std::uint32_t length = 0) { return column("c", type, length); }
inline Column fraction(T type, std::uint32_t digits) { return of(type, digits); }
inline Column unsigned_of(T type) {
  Column result = of(type);
  result.is_unsigned = true;
  return result;
}
inline Column decimal(std::uint32_t precision, std::uint8_t scale) {
  Column result = of(T::kNewDecimal, precision);
  result.scale = scale;
  return result;
}
inline Column float_of(std::string column_type) {
  Column result = of(T::kFloat, 4);
  result.column_type = std::move(column_type);
  return result;
}
inline Column bytes_of(T type, std::uint32_t length) {
  Column result = of(type, length);
  result.collation = 63;
  return result;
}
inline Column labelled(T type, std::vector<std::string> labels) {
  Column result = of(type, 1);
  result.labels = std::move(labels);
  return result;
}
inline Column geometry(std::uint8_t type) {
  Column result = of(T::kGeometry, 4);
  result.geometry_type = type;
  return result;
}
inline Column text_of(std::string_view charset) { return text_column("c", charset, 1); }

inline row::CalendarTime at(int year, int month, int day, int hour = 0, int minute = 0,
                            int second = 0, int microsecond = 0) {
  return {static_cast<std::uint16_t>(year),       static_cast<std::uint8_t>(month),
          static_cast<std::uint8_t>(day),         static_cast<std::uint8_t>(hour),
          static_cast<std::uint8_t>(minute),      static_cast<std::uint8_t>(second),
          static_cast<std::uint32_t>(microsecond)};
}
inline Value date(int year, int month, int day) { return calendar(K::kDate, at(year, month, day)); }
inline Value datetime(const row::CalendarTime& time) { return calendar(K::kDatetime, time); }

inline Column with_default(Column column, std::string literal) {
  column.default_value = std::move(literal);
  return column;
}

}  // namespace millrace::encode::testing
