// The mapping that tests hold the product to, against values that Debezium 3.6.1 with Kafka's JsonConverter gave.

#include "support/expected_value.h"

#include <gtest/gtest.h>

#include "support/java_number.h"

namespace millrace::testing {
namespace {

TEST(JavaNumber, PrintsAsJavaDoes) {
  EXPECT_EQ(java_double(1e20), "1.0E20");
  EXPECT_EQ(java_double(1e-4), "1.0E-4");
  EXPECT_EQ(java_double(0.001), "0.001");
  EXPECT_EQ(java_double(0), "0.0");
  EXPECT_EQ(java_double(-0.0), "-0.0");
  EXPECT_EQ(java_double(99999999.9), "9.99999999E7");
  EXPECT_EQ(java_double(123456789.125), "1.23456789125E8");
  EXPECT_EQ(java_double(9999999), "9999999.0");
  EXPECT_EQ(java_double(1.7976931348623157e308), "1.7976931348623157E308");
  EXPECT_EQ(java_float(3.4e38F), "3.4E38");
  EXPECT_EQ(java_float(1.1F), "1.1");
  EXPECT_EQ(java_double(static_cast<double>(1234.568F)), "1234.5679931640625");
  EXPECT_EQ(exact_decimal(1e20), "100000000000000000000");
  EXPECT_EQ(exact_decimal(12345678.9), "12345678.90000000037252902984619140625");
}

struct ValueCase {
  const char* name;
  Column column;
  std::optional<std::string> answer;
  const char* expected;
};

Column column(const char* data_type, const char* column_type, int fraction_digits = 0,
              bool nullable = true) {
  return {"c", data_type, column_type, "", fraction_digits, nullable};
}

class ExpectedValue : public ::testing::TestWithParam<ValueCase> {};

TEST_P(ExpectedValue, IsDebeziums) {
  EXPECT_EQ(expected_value(GetParam().column, GetParam().answer), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, ExpectedValue,
    ::testing::Values(
        ValueCase{"null", column("int", "int"), std::nullopt, "null"},
        ValueCase{"int", column("int", "int"), "-7", "-7"},
        ValueCase{"bigint_unsigned_wraps", column("bigint", "bigint unsigned"),
                  "18446744073709551615", "-1"},
        ValueCase{"decimal_negative", column("decimal", "decimal(10,2)"), "-12345.67", "\"7Sl5\""},
        ValueCase{"decimal_large", column("decimal", "decimal(10,2)"), "99999999.99",
                  "\"AlQL4/8=\""},
        ValueCase{"decimal_zero", column("decimal", "decimal(10,2)"), ".00", "\"AA==\""},
        ValueCase{"decimal_minus_one", column("decimal", "decimal(10,0)"), "-1", "\"/w==\""},
        ValueCase{"decimal_wide", column("decimal", "decimal(20,0)"), "18446744073709551615",
                  "\"AP//////////\""},
        ValueCase{"bit_1", column("bit", "bit(1)"), "1", "true"},
        ValueCase{"bit_10", column("bit", "bit(10)"), "513", "\"AQI=\""},
        ValueCase{"bit_64", column("bit", "bit(64)"), "23989979", "\"2w5uAQAAAAA=\""},
        ValueCase{"float", column("float", "float"), "1.100000023841858", "1.1"},
        ValueCase{"float_m_d", column("float", "float(7,3)"), "1234.5679931640625",
                  "1234.5679931640625"},
        ValueCase{"date", column("date", "date"), "2017-09-08", "17417"},
        ValueCase{"date_first", column("date", "date"), "1000-01-01", "-354285"},
        ValueCase{"date_adjusted", column("date", "date"), "0018-04-01", "17622"},
        ValueCase{"date_zero", column("date", "date"), "2020-00-10", "null"},
        ValueCase{"date_zero_not_null", column("date", "date", 0, false), "0000-00-00", "0"},
        ValueCase{"time", column("time", "time"), "17:51:04", "64264000000"},
        ValueCase{"time_negative", column("time", "time"), "-00:20:38", "-1238000000"},
        ValueCase{"time_6", column("time", "time(6)", 6), "17:51:04.777777", "64264777777"},
        ValueCase{"time_1", column("time", "time(1)", 1), "100:00:00.5", "360000500000"},
        ValueCase{"datetime", column("datetime", "datetime"), "2017-09-08 17:51:04",
                  "1504893064000"},
        ValueCase{"datetime_3", column("datetime", "datetime(3)", 3), "1969-12-31 23:59:59.999",
                  "-1"},
        ValueCase{"datetime_6", column("datetime", "datetime(6)", 6), "9999-12-31 23:59:59.999999",
                  "253402300799999999"},
        ValueCase{"timestamp_3", column("timestamp", "timestamp(3)", 3), "2020-01-01 00:00:00.120",
                  "\"2020-01-01T00:00:00.120Z\""},
        ValueCase{"varchar", column("varchar", "varchar(9)"), "C3A922", "\"\xc3\xa9\\\"\""},
        ValueCase{"varbinary", column("varbinary", "varbinary(9)"), "CAFEBABE", "\"yv66vg==\""},
        ValueCase{"point", column("point", "point"),
                  "000000000101000000000000000000F03F000000000000F03F",
                  "{\"x\":1.0,\"y\":1.0,\"wkb\":\"AQEAAAAAAAAAAADwPwAAAAAAAPA/\",\"srid\":null}"},
        ValueCase{"vector", column("vector", "vector(3)"), "CDCC8C3FCDCC0C4000004040",
                  "[1.1,2.2,3.0]"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ExpectedJson, TakesTheStreamedForm) {
  EXPECT_EQ(expected_json_text(R"({"a": [1, 2.5, true, null], "b c": {}})"),
            R"({"a":[1,2.5,true,null],"b c":{}})");
  EXPECT_EQ(expected_json_text("1e20"), "100000000000000000000");
  EXPECT_EQ(expected_json_text("1.50"), "1.50");
  EXPECT_EQ(expected_json_text("1.0"), "1.0");
  EXPECT_EQ(expected_json_text("\"-01:00:00.000000\""), "\"-01:00:00\"");
  EXPECT_EQ(expected_json_text("\"2015-01-15 23:24:25.120000\""), "\"2015-01-15 23:24:25.12\"");
  EXPECT_EQ(expected_json_text("\"2015-01-15\""), "\"2015-01-15\"");
  EXPECT_EQ(expected_json_text("\"base64:type15:yv66vg==\""), "\"yv66vg==\"");
}

}  // namespace
}  // namespace millrace::testing
