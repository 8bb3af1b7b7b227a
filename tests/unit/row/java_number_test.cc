// Double.toString and Float.toString of JDK 19 and later.

#include "millrace/row/java_number.h"

#include <gtest/gtest.h>

#include <limits>

namespace millrace::row {
namespace {

template <typename Float>
struct Case {
  const char* text;
  Float value;
};

TEST(JavaNumberTest, Double) {
  const Case<double> kCases[] = {
      {"0.0", 0.0},
      {"-0.0", -0.0},
      {"1.0", 1.0},
      {"-1.0", -1.0},
      {"0.1", 0.1},
      {"-2.2", -2.2},
      {"100.0", 100.0},
      {"123456.789", 123456.789},
      {"0.001", 0.001},
      {"9.99E-4", 0.000999},
      {"1.0E-4", 0.0001},
      {"9999999.0", 9999999.0},
      {"1.0E7", 1e7},
      {"1.23456789E7", 12345678.9},
      {"1.0E20", 1e20},
      {"-1.5E300", -1.5e300},
      {"2.0E23", 2e23},
      {"1.7976931348623157E308", std::numeric_limits<double>::max()},
      {"2.2250738585072014E-308", std::numeric_limits<double>::min()},
      {"4.9E-324", std::numeric_limits<double>::denorm_min()},
      {"-4.9E-324", -std::numeric_limits<double>::denorm_min()},
      {"9.9E-324", 2 * std::numeric_limits<double>::denorm_min()},
      {"0.3333333333333333", 1.0 / 3},
      {"9.007199254740992E15", 9007199254740992.0},
      {"NaN", std::numeric_limits<double>::quiet_NaN()},
      {"Infinity", std::numeric_limits<double>::infinity()},
      {"-Infinity", -std::numeric_limits<double>::infinity()},
  };
  for (const auto& c : kCases) {
    std::string out = ">";
    append_java_double(c.value, out);
    EXPECT_EQ(out, std::string(">") + c.text);
  }
}

TEST(JavaNumberTest, Float) {
  const Case<float> kCases[] = {
      {"1.1", 1.1F},
      {"0.1", 0.1F},
      {"-2.5", -2.5F},
      {"1.6777216E7", 16777216.0F},
      {"3.4028235E38", std::numeric_limits<float>::max()},
      {"1.1754944E-38", std::numeric_limits<float>::min()},
      {"1.4E-45", std::numeric_limits<float>::denorm_min()},
      {"2.8E-45", 2 * std::numeric_limits<float>::denorm_min()},
      {"NaN", std::numeric_limits<float>::quiet_NaN()},
  };
  for (const auto& c : kCases) {
    std::string out;
    append_java_float(c.value, out);
    EXPECT_EQ(out, c.text);
  }
}

// As BigDecimal.toString of Java 17 gives them.
TEST(JavaNumberTest, Decimal) {
  const struct {
    const char* plain;
    const char* text;
  } kCases[] = {
      {"0", "0"},
      {"-12345.67", "-12345.67"},
      {"0.00", "0.00"},
      {"0.000000", "0.000000"},
      {"0.0000000", "0E-7"},
      {"0.000001", "0.000001"},
      {"0.0000001", "1E-7"},
      {"-0.0000012", "-0.0000012"},
      {"-0.00000012", "-1.2E-7"},
      {"0.000000120", "1.20E-7"},
      {"1.0000000", "1.0000000"},
      {"18446744073709551615", "18446744073709551615"},
  };
  for (const auto& c : kCases) {
    std::string out = ">";
    append_java_decimal(c.plain, out);
    EXPECT_EQ(out, std::string(">") + c.text);
  }
}

}  // namespace
}  // namespace millrace::row
