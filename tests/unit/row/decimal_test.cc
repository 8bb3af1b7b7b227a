// Packed DECIMAL as text and as Java's BigInteger bytes; vectors of MySQL 9.7.

#include "millrace/row/decimal.h"

#include <gtest/gtest.h>

#include "bytes.h"

namespace millrace::row {
namespace {

using test::from_hex;
using test::to_hex;

struct Case {
  const char* name;
  const char* packed;
  int precision;
  int scale;
  const char* text;
  const char* unscaled;
};

const Case kCases[] = {
    {"zero", "80", 1, 0, "0", "00"},
    {"one", "81", 1, 0, "1", "01"},
    {"minus_one", "7e", 1, 0, "-1", "ff"},
    {"nine", "89", 1, 0, "9", "09"},
    {"fraction_only", "85", 1, 1, "0.5", "05"},
    {"negative_fraction_only", "7a", 1, 1, "-0.5", "fb"},
    {"minus_zero_is_zero", "7f ff", 2, 1, "0.0", "00"},
    {"money", "8000000c 32", 11, 2, "12.50", "04e2"},
    {"byte_127", "80 7f", 3, 0, "127", "7f"},
    {"byte_128_needs_a_sign", "80 80", 3, 0, "128", "0080"},
    {"byte_minus_128", "7f 7f", 3, 0, "-128", "80"},
    {"byte_minus_129", "7f 7e", 3, 0, "-129", "ff7f"},
    {"decimal_30_10", "7f fffffffe f204c72d fa1cf587 fe", 30, 10, "-1234567890.0987654321",
     "ff54ab567323988f4f"},
    {"one_group", "bb9ac9ff", 9, 0, "999999999", "3b9ac9ff"},
    {"short_group_then_full", "81 00000000", 10, 0, "1000000000", "3b9aca00"},
    {"last_fraction_group_of_one_digit", "80 00000000 01", 11, 10, "0.0000000001", "01"},
    {"largest", "e3 3b9ac9ff 3b9ac9ff 3b9ac9ff 3b9ac9ff 3b9ac9ff 3b9ac9ff 3b9ac9ff", 65, 0,
     "99999999999999999999999999999999999999999999999999999999999999999",
     "00f316271c7fc3908a8bef464e3945ef7a253609ffffffffffffffff"},
    {"smallest_65_30", "7a0a1f00c4653600c4653600c4653600c4653600c4653600c4653600fc18", 65, 30,
     "-99999999999999999999999999999999999.999999999999999999999999999999",
     "ff0ce9d8e3803c6f757410b9b1c6ba1085dac9f60000000000000001"},
    // JSON stores the digits of the integer part in whole groups: 36 for these 35.
    {"smallest_65_30_in_json", "7a0a1f00c4653600c4653600c4653600c4653600c4653600c4653600fc18", 66,
     30, "-99999999999999999999999999999999999.999999999999999999999999999999",
     "ff0ce9d8e3803c6f757410b9b1c6ba1085dac9f60000000000000001"},
};

TEST(DecimalTest, ServersVectors) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    std::string text;
    const Status status = append_decimal_text(from_hex(c.packed), c.precision, c.scale, text);
    ASSERT_TRUE(status) << status.error().message();
    EXPECT_EQ(text, c.text);
    std::string unscaled;
    ASSERT_TRUE(append_decimal_unscaled(from_hex(c.packed), c.precision, c.scale, unscaled));
    EXPECT_EQ(to_hex(unscaled), to_hex(from_hex(c.unscaled)));
  }
}

std::string packed(std::string_view text, int precision, int scale) {
  std::string out(packed_decimal_bytes(precision, scale), '?');
  const Status status = pack_decimal(text, precision, scale, out.data());
  return status ? to_hex(out) : "error: " + status.error().message();
}

TEST(DecimalTest, TextIsPackedAgain) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const bool is_minus_zero = std::string_view(c.name) == "minus_zero_is_zero";
    EXPECT_EQ(packed(c.text, c.precision, c.scale),
              is_minus_zero ? "8000" : to_hex(from_hex(c.packed)));
  }
}

TEST(DecimalTest, TextMayHaveFewerOrNeedlessDigits) {
  EXPECT_EQ(packed("12.5", 11, 2), packed("12.50", 11, 2));
  EXPECT_EQ(packed("12", 11, 2), packed("12.00", 11, 2));
  EXPECT_EQ(packed("12.", 11, 2), packed("12.00", 11, 2));
  EXPECT_EQ(packed("-.5", 11, 2), packed("-0.50", 11, 2));
  EXPECT_EQ(packed("000000000000012.5", 11, 2), packed("12.50", 11, 2));
  EXPECT_EQ(packed("-0.00", 11, 2), packed("0.00", 11, 2));
}

TEST(DecimalTest, TextThatIsNoSuchNumberIsAnError) {
  for (const char* text : {"", "-", "x", "1e5", "+1", " 1", "1.2.3", "1000000000.00", "0.001"}) {
    EXPECT_TRUE(packed(text, 11, 2).starts_with("error")) << text;
  }
}

TEST(DecimalTest, AppendsBehindWhatIsThere) {
  std::string out = "x00";
  ASSERT_TRUE(append_decimal_text(from_hex("80"), 1, 0, out));
  EXPECT_EQ(out, "x000");
}

TEST(DecimalTest, SizesOfEveryPrecision) {
  EXPECT_EQ(packed_decimal_bytes(1, 0), 1U);
  EXPECT_EQ(packed_decimal_bytes(9, 0), 4U);
  EXPECT_EQ(packed_decimal_bytes(10, 0), 5U);
  EXPECT_EQ(packed_decimal_bytes(30, 10), 14U);
  EXPECT_EQ(packed_decimal_bytes(65, 30), 30U);
}

struct Malformed {
  const char* name;
  const char* packed;
  int precision;
  int scale;
};

TEST(DecimalTest, MalformedIsAnError) {
  const Malformed kMalformed[] = {
      {"too_short", "80", 10, 2},
      {"too_long", "8000", 1, 0},
      {"empty", "", 1, 0},
      {"no_digits", "80", 0, 0},
      {"too_many_digits", "80000000000000000000000000000000000000000000", 82, 0},
      {"scale_above_precision", "80", 1, 2},
      {"digit_above_nine", "8a", 1, 0},
      {"group_above_999999999", "ff ffffff", 9, 0},
      {"fraction_group_above_99", "80000000 64", 11, 2},
  };
  for (const Malformed& c : kMalformed) {
    SCOPED_TRACE(c.name);
    std::string out;
    EXPECT_FALSE(append_decimal_text(from_hex(c.packed), c.precision, c.scale, out));
    EXPECT_FALSE(append_decimal_unscaled(from_hex(c.packed), c.precision, c.scale, out));
    EXPECT_EQ(out, "");
  }
}

}  // namespace
}  // namespace millrace::row
