#include "encode/json_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace millrace::encode {
namespace {

struct EscapeCase {
  const char* name;
  std::string text;
  std::string escaped;
  std::size_t utf8_taken = std::string::npos;  // npos: all
};

class EscapeTest : public testing::TestWithParam<EscapeCase> {};

// Every text also behind a prefix of each length up to two blocks, so that each byte meets each place of a block.
TEST_P(EscapeTest, utf8) {
  for (std::size_t padding = 0; padding < 33; ++padding) {
    const std::string prefix(padding, '.');
    const std::string text = prefix + GetParam().text;
    JsonWriter writer;
    const std::size_t taken = writer.escaped_utf8(text);
    const std::size_t expected =
        GetParam().utf8_taken == std::string::npos ? text.size() : padding + GetParam().utf8_taken;
    EXPECT_EQ(taken, expected) << padding;
    EXPECT_EQ(writer.written_since(0), prefix + GetParam().escaped) << padding;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, EscapeTest,
    testing::Values(
        EscapeCase{"empty", "", ""}, EscapeCase{"plain", "abc /\x7f~", "abc /\x7f~"},
        EscapeCase{"quote_and_backslash", "a\"b\\c", "a\\\"b\\\\c"},
        EscapeCase{"named_controls", "\b\t\n\f\r", "\\b\\t\\n\\f\\r"},
        EscapeCase{"other_controls", std::string("\0\x01\x0b\x1f", 4),
                   "\\u0000\\u0001\\u000B\\u001F"},
        EscapeCase{"many_escapes", std::string(40, '"'),
                   [] {
                     std::string all;
                     for (int i = 0; i < 40; ++i) all += "\\\"";
                     return all;
                   }()},
        EscapeCase{"two_bytes", "\xc3\xa9\xdf\xbf", "\xc3\xa9\xdf\xbf"},
        EscapeCase{"three_bytes", "\xe4\xb8\xad\xef\xbf\xbf", "\xe4\xb8\xad\xef\xbf\xbf"},
        EscapeCase{"line_separator_is_raw", "\xe2\x80\xa8", "\xe2\x80\xa8"},
        EscapeCase{"emoji", "\xf0\x9f\x98\x80", "\\uD83D\\uDE00"},
        EscapeCase{"first_astral", "\xf0\x90\x80\x80", "\\uD800\\uDC00"},
        EscapeCase{"last_astral", "\xf4\x8f\xbf\xbf", "\\uDBFF\\uDFFF"},
        EscapeCase{"mixed", "\xc3\xa9\"\xf0\x9f\x98\x80\n\xe4\xb8\xad.",
                   "\xc3\xa9\\\"\\uD83D\\uDE00\\n\xe4\xb8\xad."},
        EscapeCase{"lone_continuation", "a\x80z", "a", 1},
        EscapeCase{"overlong_two", "\xc1\xbf", "", 0},
        EscapeCase{"overlong_three", "\xe0\x9f\xbf", "", 0},
        EscapeCase{"overlong_four", "\xf0\x8f\xbf\xbf", "", 0},
        EscapeCase{"surrogate", "\xed\xa0\x80", "", 0},
        EscapeCase{"above_unicode", "\xf4\x90\x80\x80", "", 0},
        EscapeCase{"lead_f5", "\xf5\x80\x80\x80", "", 0},
        EscapeCase{"cut_two", "\xc3\xa9\xc3", "\xc3\xa9", 2},
        EscapeCase{"cut_three", "\xe4\xb8", "", 0}, EscapeCase{"cut_four", "\xf0\x9f\x98", "", 0},
        EscapeCase{"bad_second", "\xe4.\xad", "", 0}, EscapeCase{"bad_third", "\xe4\xb8.", "", 0},
        EscapeCase{"bad_fourth", "\xf0\x9f\x98.", "", 0}),
    [](const testing::TestParamInfo<EscapeCase>& row) { return std::string(row.param.name); });

TEST(JsonWriterAscii, stops_at_the_first_other_byte) {
  JsonWriter writer;
  EXPECT_EQ(writer.escaped_ascii("a\"\xc3\xa9"), 2U);
  EXPECT_EQ(writer.written_since(0), "a\\\"");
}

TEST(JsonWriterInteger, limits) {
  JsonWriter writer;
  writer.integer(std::numeric_limits<std::int64_t>::min());
  writer.raw(' ');
  writer.integer(std::numeric_limits<std::uint64_t>::max());
  writer.raw(' ');
  writer.integer(std::int64_t{0});
  EXPECT_EQ(writer.written_since(0), "-9223372036854775808 18446744073709551615 0");
}

struct Base64Case {
  std::string bytes;
  std::size_t padded_size;
  const char* text;
};

TEST(JsonWriterBase64, pads_text_and_bytes) {
  const Base64Case cases[] = {
      {"", 0, "\"\""},
      {"f", 0, "\"Zg==\""},
      {"fo", 0, "\"Zm8=\""},
      {"foo", 0, "\"Zm9v\""},
      {"foobar", 3, "\"Zm9vYmFy\""},
      {"\xff\xfe\xfd\xfb", 0, "\"//79+w==\""},
      {"\x01\x02", 6, "\"AQIAAAAA\""},
      {"", 1, "\"AA==\""},
      {"", 3, "\"AAAA\""},
      {"abc", 5, "\"YWJjAAA=\""},
      {"abcd", 5, "\"YWJjZAA=\""},
  };
  for (const Base64Case& row : cases) {
    JsonWriter writer;
    writer.quoted_base64(row.bytes, row.padded_size);
    EXPECT_EQ(writer.written_since(0), row.text);
  }
}

TEST(JsonWriterHex, pads_bytes) {
  JsonWriter writer;
  writer.quoted_hex("\xca\xfe\x0f");
  writer.quoted_hex("\x01", 3);
  writer.quoted_hex("");
  EXPECT_EQ(writer.written_since(0), "\"cafe0f\"\"010000\"\"\"");
}

TEST(JsonWriterBuffer, grows_and_goes_back) {
  JsonWriter writer;
  const std::string large(100'000, 'x');
  writer.raw("head");
  const std::size_t mark = writer.size();
  writer.quoted(large);
  EXPECT_EQ(writer.size(), mark + large.size() + 2);
  EXPECT_EQ(writer.view(0, 6), "head\"x");
  writer.truncate(mark);
  writer.raw('!');
  EXPECT_EQ(writer.written_since(0), "head!");
  EXPECT_EQ(writer.written_since(mark), "!");
}

}  // namespace
}  // namespace millrace::encode
