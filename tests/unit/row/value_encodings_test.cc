// One value of every column type, from its bytes. Bytes are MySQL's.

#include <gtest/gtest.h>

#include <string>

#include "bytes.h"
#include "millrace/row/row_decoder.h"
#include "value_text.h"

namespace millrace::row {
namespace {

using schema::Column;
using schema::ColumnType;
using test::column;
using test::decimal_column;
using test::from_hex;
using test::text_column;

Column unsigned_column(ColumnType type) {
  Column made = column("v", type);
  made.is_unsigned = true;
  return made;
}

Column typed(ColumnType type, std::uint32_t length = 0) { return column("v", type, length); }

Column character(ColumnType type, std::uint32_t length, std::uint32_t collation = 255) {
  return text_column("v", type, length, collation);
}

// The value that a row of one column has, or the error.
std::string decode(const Column& column, std::string_view bytes) {
  schema::TableSchema schema;
  schema.columns = {column};
  const RowPlan plan(schema);
  // Its own size: a read behind it is seen by the address sanitizer.
  const std::string image = std::string(1, '\0') + std::string(bytes);
  const std::vector<char> images(image.begin(), image.end());
  binlog::RowsEvent event;
  event.column_count = 1;
  event.columns_before = "\x01";
  event.rows = {images.data(), images.size()};
  RowDecoder decoder(plan, event);
  Row before, after;
  const Result<bool> row = decoder.next(before, after);
  if (!row) return "error: " + row.error().message();
  const Result<bool> end = decoder.next(before, after);
  if (!end || *end) return "the value has bytes left";
  return test::value_text(after.values[0]);
}

struct Case {
  const char* name;
  Column column;
  const char* bytes;
  const char* value;
};

const Case kCases[] = {
    {"tiny_min", typed(ColumnType::kTiny), "80", "int -128"},
    {"tiny_unsigned_max", unsigned_column(ColumnType::kTiny), "ff", "uint 255"},
    {"short_min", typed(ColumnType::kShort), "0080", "int -32768"},
    {"short_unsigned_max", unsigned_column(ColumnType::kShort), "ffff", "uint 65535"},
    {"int24_min", typed(ColumnType::kInt24), "000080", "int -8388608"},
    {"int24_minus_one", typed(ColumnType::kInt24), "ffffff", "int -1"},
    {"int24_max", typed(ColumnType::kInt24), "ffff7f", "int 8388607"},
    {"int24_unsigned_max", unsigned_column(ColumnType::kInt24), "ffffff", "uint 16777215"},
    {"long_min", typed(ColumnType::kLong), "00000080", "int -2147483648"},
    {"long_unsigned_max", unsigned_column(ColumnType::kLong), "ffffffff", "uint 4294967295"},
    {"longlong_min", typed(ColumnType::kLongLong), "0000000000000080", "int -9223372036854775808"},
    {"longlong_unsigned_max", unsigned_column(ColumnType::kLongLong), "ffffffffffffffff",
     "uint 18446744073709551615"},
    {"float", typed(ColumnType::kFloat, 4), "cdcc8c3f", "float 1.1000000238418579"},
    {"double", typed(ColumnType::kDouble, 8), "9a999999999901c0", "double -2.2000000000000002"},
    {"decimal", decimal_column("v", 11, 2), "8000000c32", "decimal 8000000c32"},
    {"decimal_largest", decimal_column("v", 65, 30),
     "7a0a1f00c4653600c4653600c4653600c4653600c4653600c4653600fc18",
     "decimal 7a0a1f00c4653600c4653600c4653600c4653600c4653600c4653600fc18"},
    {"bit_1", typed(ColumnType::kBit, 1), "01", "bit 1"},
    {"bit_10_is_big_endian", typed(ColumnType::kBit, 10), "0201", "bit 513"},
    {"bit_64", typed(ColumnType::kBit, 64), "ffffffffffffffff", "bit 18446744073709551615"},
    {"year", typed(ColumnType::kYear), "ff", "year 2155"},
    {"year_first", typed(ColumnType::kYear), "01", "year 1901"},
    {"year_zero", typed(ColumnType::kYear), "00", "year 0"},

    {"char", character(ColumnType::kString, 20), "02 6162", "text 6162"},
    {"char_empty", character(ColumnType::kString, 20), "00", "text "},
    {"char_of_more_than_255_bytes", character(ColumnType::kString, 256), "0100 78", "text 78"},
    {"binary_is_not_padded", character(ColumnType::kString, 3, 63), "02 0001", "binary 0001"},
    {"varchar_255_bytes", character(ColumnType::kVarchar, 255), "03 616263", "text 616263"},
    {"varchar_256_bytes", character(ColumnType::kVarchar, 256), "0300 616263", "text 616263"},
    {"varchar_of_unknown_collation", character(ColumnType::kVarchar, 20, 0), "01 ff", "text ff"},
    {"varbinary", character(ColumnType::kVarchar, 300, 63), "0200 00ff", "binary 00ff"},
    {"tinytext", character(ColumnType::kBlob, 1), "04 74696e79", "text 74696e79"},
    {"text", character(ColumnType::kBlob, 2, 28), "0400 d6d0cec4", "text d6d0cec4"},
    {"mediumblob", character(ColumnType::kBlob, 3, 63), "040000 cafebabe", "binary cafebabe"},
    {"longblob_empty", character(ColumnType::kBlob, 4, 63), "00000000", "binary "},
    {"enum", typed(ColumnType::kEnum, 1), "02", "enum 2"},
    {"enum_error_value", typed(ColumnType::kEnum, 1), "00", "enum 0"},
    {"enum_of_two_bytes", typed(ColumnType::kEnum, 2), "0102", "enum 513"},
    {"set_all_of_nine", typed(ColumnType::kSet, 2), "ff01", "set 511"},
    {"set_of_three_bytes", typed(ColumnType::kSet, 3), "010080", "set 8388609"},
    {"set_of_four_bytes", typed(ColumnType::kSet, 4), "01000080", "set 2147483649"},
    {"set_of_64", typed(ColumnType::kSet, 8), "ffffffffffffffff", "set 18446744073709551615"},
    {"json", typed(ColumnType::kJson, 4), "05000000 0200000400", "json 0200000400"},
    {"json_empty", typed(ColumnType::kJson, 4), "00000000", "json "},
    {"geometry", typed(ColumnType::kGeometry, 4),
     "19000000 e6100000 01 01000000 0000000000000040 000000000000f03f",
     "geometry e610000001010000000000000000000040000000000000f03f"},
    {"vector", typed(ColumnType::kVector, 4), "08000000 0000c03f 000000c0",
     "vector 0000c03f000000c0"},
};

const Case kTemporalCases[] = {
    {"date_leap_day", typed(ColumnType::kDate), "5dd00f", "date 2024-02-29 00:00:00.000000"},
    {"date_of_a_year_only", typed(ColumnType::kDate), "000600", "date 0003-00-00 00:00:00.000000"},
    {"date_that_never_was", typed(ColumnType::kDate), "5fd00f", "date 2024-02-31 00:00:00.000000"},
    {"date_zero", typed(ColumnType::kDate), "000000", "date 0000-00-00 00:00:00.000000"},
    {"datetime_first", typed(ColumnType::kDatetime2, 0), "8cb2420000",
     "datetime 1000-01-01 00:00:00.000000"},
    {"datetime_last", typed(ColumnType::kDatetime2, 6), "fef3ff7efb 0f423f",
     "datetime 9999-12-31 23:59:59.999999"},
    {"datetime_zero", typed(ColumnType::kDatetime2, 0), "8000000000",
     "datetime 0000-00-00 00:00:00.000000"},
    {"datetime_without_month", typed(ColumnType::kDatetime2, 0), "99b2141083",
     "datetime 2024-00-10 01:02:03.000000"},
    {"datetime_1_digit", typed(ColumnType::kDatetime2, 1), "99b2ba1083 5a",
     "datetime 2024-02-29 01:02:03.900000"},
    {"datetime_4_digits", typed(ColumnType::kDatetime2, 4), "99b2ba1083 270f",
     "datetime 2024-02-29 01:02:03.999900"},
    {"timestamp_6", typed(ColumnType::kTimestamp2, 6), "65920080 01e240",
     "timestamp 1704067200123456"},
    {"timestamp_last_of_31_bits", typed(ColumnType::kTimestamp2, 0), "7fffffff",
     "timestamp 2147483647000000"},
    {"timestamp_beyond_31_bits", typed(ColumnType::kTimestamp2, 0), "80000000",
     "timestamp 2147483648000000"},
    {"timestamp_zero", typed(ColumnType::kTimestamp2, 0), "00000000", "zero timestamp"},
    {"timestamp_zero_with_digits", typed(ColumnType::kTimestamp2, 6), "00000000 000000",
     "zero timestamp"},
    {"timestamp_3_digits", typed(ColumnType::kTimestamp2, 3), "00000001 0064", "timestamp 1010000"},

    {"time_0_minus_one_second", typed(ColumnType::kTime2, 0), "7fffff", "time -1000000"},
    {"time_1_minus_0.1", typed(ColumnType::kTime2, 1), "7ffffff6", "time -100000"},
    {"time_2_minus_0.01", typed(ColumnType::kTime2, 2), "7fffffff", "time -10000"},
    {"time_3_minus_0.001", typed(ColumnType::kTime2, 3), "7ffffffff6", "time -1000"},
    {"time_4_minus_0.0001", typed(ColumnType::kTime2, 4), "7fffffffff", "time -100"},
    {"time_5_minus_0.00001", typed(ColumnType::kTime2, 5), "7ffffffffff6", "time -10"},
    {"time_6_minus_0.000001", typed(ColumnType::kTime2, 6), "7fffffffffff", "time -1"},
    {"time_1_minus_1h_0.9", typed(ColumnType::kTime2, 1), "7fefffa6", "time -3600900000"},
    {"time_3_minus_1.1", typed(ColumnType::kTime2, 3), "7ffffefc18", "time -1100000"},
    {"time_4_minus_23:59:59.9999", typed(ColumnType::kTime2, 4), "7e8104d8f1", "time -86399999900"},
    {"time_0_least", typed(ColumnType::kTime2, 0), "4b9105", "time -3020399000000"},
    {"time_6_nearly_least", typed(ColumnType::kTime2, 6), "4b9105f0bdc1", "time -3020398999999"},
    {"time_1_greatest", typed(ColumnType::kTime2, 1), "b46efb00", "time 3020399000000"},
    {"time_6_zero", typed(ColumnType::kTime2, 6), "800000000000", "time 0"},
    {"time_6_positive", typed(ColumnType::kTime2, 6), "801083000001", "time 3723000001"},

    {"old_timestamp", typed(ColumnType::kTimestampOld), "80009265", "timestamp 1704067200000000"},
    {"old_timestamp_zero", typed(ColumnType::kTimestampOld), "00000000", "zero timestamp"},
    {"old_datetime", typed(ColumnType::kDatetimeOld), "1b0ba98b68120000",
     "datetime 2024-02-29 01:02:03.000000"},
    {"old_datetime_zero", typed(ColumnType::kDatetimeOld), "0000000000000000",
     "datetime 0000-00-00 00:00:00.000000"},
    {"old_time", typed(ColumnType::kTimeOld), "db2700", "time 3723000000"},
    {"old_time_negative", typed(ColumnType::kTimeOld), "25d8ff", "time -3723000000"},
    {"old_time_greatest", typed(ColumnType::kTimeOld), "a7f57f", "time 3020399000000"},
};

TEST(ValueEncodings, EveryType) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(decode(c.column, from_hex(c.bytes)), c.value);
  }
}

TEST(ValueEncodings, DatesAndTimes) {
  for (const Case& c : kTemporalCases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(decode(c.column, from_hex(c.bytes)), c.value);
  }
}

// However many bytes are missing, the error names the column, and the place.
TEST(ValueEncodings, AValueThatEndsEarlyIsAnError) {
  const auto expect_errors = [](const Case& c) {
    SCOPED_TRACE(c.name);
    const std::string bytes = from_hex(c.bytes);
    for (std::size_t kept = 0; kept < bytes.size(); ++kept) {
      const std::string value = decode(c.column, bytes.substr(0, kept));
      ASSERT_TRUE(value.starts_with("error: column v ends early")) << kept << " bytes: " << value;
      ASSERT_NE(value.find("of the event's " + std::to_string(kept + 1) + " bytes"),
                std::string::npos)
          << value;
    }
  };
  for (const Case& c : kCases) expect_errors(c);
  for (const Case& c : kTemporalCases) expect_errors(c);
}

// Bytes that no server writes: something was misread.
TEST(ValueEncodings, ImpossibleDatesAndTimesAreErrors) {
  const Case kImpossible[] = {
      {"month_13", typed(ColumnType::kDate), "bdd10f", ""},
      {"year_10000", typed(ColumnType::kDate), "21204e", ""},
      {"negative_datetime", typed(ColumnType::kDatetime2, 0), "7fffffffff", ""},
      {"hour_24", typed(ColumnType::kDatetime2, 0), "99b2bb8000", ""},
      {"minute_60", typed(ColumnType::kDatetime2, 0), "99b2ba1f00", ""},
      {"second_60", typed(ColumnType::kDatetime2, 0), "99b2ba10bc", ""},
      {"fraction_of_100", typed(ColumnType::kDatetime2, 2), "99b2ba1083 64", ""},
      {"timestamp_fraction", typed(ColumnType::kTimestamp2, 6), "65920080 0f4240", ""},
      {"time_839_hours", typed(ColumnType::kTime2, 0), "b47000", ""},
      {"time_minute_60", typed(ColumnType::kTime2, 0), "800f00", ""},
      {"time_fraction", typed(ColumnType::kTime2, 6), "8000000f4240", ""},
      {"time_smallest_number", typed(ColumnType::kTime2, 6), "000000000000", ""},
      {"old_datetime_month_13", typed(ColumnType::kDatetimeOld), "1bb639cd68120000", ""},
      {"old_datetime_year_10000", typed(ColumnType::kDatetimeOld), "ffffffffffffffff", ""},
      {"old_time_minute_60", typed(ColumnType::kTimeOld), "701700", ""},
      {"old_time_minute_72", typed(ColumnType::kTimeOld), "90fa7f", ""},
  };
  for (const Case& c : kImpossible) {
    SCOPED_TRACE(c.name);
    EXPECT_TRUE(decode(c.column, from_hex(c.bytes)).starts_with("error: column v ")) << c.bytes;
  }
}

// A schema that no server has: a plan that can't be read, not a wrong value.
TEST(ValueEncodings, TypesThatNoRowHoldsAreErrors) {
  const Case kUnreadable[] = {
      {"decimal_before_5.0", typed(ColumnType::kDecimalOld), "", ""},
      {"null_type", typed(ColumnType::kNull), "", ""},
      {"unknown_type", typed(static_cast<ColumnType>(202)), "", ""},
      {"decimal_66", decimal_column("v", 66, 0), "", ""},
      {"decimal_scale", decimal_column("v", 4, 5), "", ""},
      {"bit_0", typed(ColumnType::kBit, 0), "", ""},
      {"bit_65", typed(ColumnType::kBit, 65), "", ""},
      {"blob_5", typed(ColumnType::kBlob, 5), "", ""},
      {"json_0", typed(ColumnType::kJson, 0), "", ""},
      {"enum_0", typed(ColumnType::kEnum, 0), "", ""},
      {"set_5", typed(ColumnType::kSet, 5), "", ""},
      {"time_7", typed(ColumnType::kTime2, 7), "", ""},
  };
  for (const Case& c : kUnreadable) {
    SCOPED_TRACE(c.name);
    EXPECT_TRUE(
        decode(c.column, std::string(64, '\x01')).starts_with("error: column v has the type"))
        << decode(c.column, std::string(64, '\x01'));
  }
}

}  // namespace
}  // namespace millrace::row
