#pragma once

// Bytes for the tests of rows: literals in hex, and a row event around images.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/base/encoding.h"
#include "millrace/binlog/events.h"
#include "millrace/schema/table_schema.h"

namespace millrace::row::test {

// Spaces and line breaks are for the reader.
inline std::string from_hex(std::string_view hex) {
  std::string bytes;
  int high = -1;
  for (const char c : hex) {
    if (c == ' ' || c == '\n') continue;
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<char>(high << 4 | digit));
      high = -1;
    }
  }
  MILLRACE_ASSERT(high < 0, "half a byte in hex");
  return bytes;
}

inline std::string to_hex(std::string_view bytes) {
  std::string hex;
  append_hex(bytes, hex);
  return hex;
}

inline schema::Column column(std::string name, schema::ColumnType type, std::uint32_t length = 0) {
  schema::Column made;
  made.name = std::move(name);
  made.type = type;
  made.length = length;
  made.is_nullable = true;
  return made;
}

inline schema::Column decimal_column(std::string name, std::uint32_t precision, int scale) {
  schema::Column made = column(std::move(name), schema::ColumnType::kNewDecimal, precision);
  made.scale = static_cast<std::uint8_t>(scale);
  return made;
}

inline schema::Column text_column(std::string name, schema::ColumnType type, std::uint32_t length,
                                  std::uint32_t collation = 255) {
  schema::Column made = column(std::move(name), type, length);
  made.collation = collation;
  return made;
}

}  // namespace millrace::row::test
