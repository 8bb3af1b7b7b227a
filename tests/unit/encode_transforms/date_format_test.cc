// Each line is what java.text.SimpleDateFormat answers, in UTC and English.

#include "encode/shape/date_format.h"

#include <gtest/gtest.h>

#include <ostream>

namespace millrace::encode {
namespace {

struct Formatted {
  std::string name, pattern;
  std::int64_t instant;
  std::string text;
  bool is_read_back = true;
  friend std::ostream& operator<<(std::ostream& out, const Formatted& f) { return out << f.name; }
};

class DateFormats : public ::testing::TestWithParam<Formatted> {};

TEST_P(DateFormats, AreJavas) {
  const auto format = DateFormat::compile(GetParam().pattern);
  ASSERT_TRUE(format) << format.error().message();
  std::string text;
  format->format(GetParam().instant, text);
  EXPECT_EQ(text, GetParam().text);
  if (!GetParam().is_read_back) return;
  const auto instant = format->parse(GetParam().text);
  ASSERT_TRUE(instant) << instant.error().message();
  EXPECT_EQ(*instant, GetParam().instant);
}

INSTANTIATE_TEST_SUITE_P(
    All, DateFormats,
    ::testing::Values(
        Formatted{"iso", "yyyy-MM-dd'T'HH:mm:ss.SSSX", 1'709'212'455'678,
                  "2024-02-29T13:14:15.678Z"},
        Formatted{"epoch", "yyyy-MM-dd HH:mm:ss", 0, "1970-01-01 00:00:00"},
        Formatted{"before_epoch", "yyyy-MM-dd HH:mm:ss.SSS", -1, "1969-12-31 23:59:59.999"},
        Formatted{"side_by_side", "yyyyMMddHHmmssSSS", 1'709'212'455'678, "20240229131415678"},
        Formatted{"long_fraction", "ss.SSSSSS", 15'678, "15.000678"},
        Formatted{"first_gregorian_day", "yyyy-MM-dd", -12'219'292'800'000, "1582-10-15"},
        Formatted{"last_julian_day", "yyyy-MM-dd", -12'219'379'200'000, "1582-10-04"},
        Formatted{"year_1000", "yyyy-MM-dd", -30'609'792'000'000, "1000-01-01"},
        Formatted{"year_9999", "yyyy-MM-dd", 253'402'214'400'000, "9999-12-31"},
        Formatted{"names", "EEEE, d MMMM yyyy", 1'709'164'800'000, "Thursday, 29 February 2024"},
        Formatted{"short_names", "EEE d MMM yyyy hh:mm a", 1'709'212'440'000,
                  "Thu 29 Feb 2024 01:14 PM"},
        Formatted{"midnight", "d.M.yyyy h a K k", 1'709'164'800'000, "29.2.2024 12 AM 0 24", false},
        Formatted{"quotes", "''yyyy' o''clock'", 0, "'1970 o'clock"},
        Formatted{"two_digits", "yy", 0, "70", false}),
    [](const auto& test) { return test.param.name; });

TEST(DateFormat, ReadsZones) {
  const auto format = DateFormat::compile("yyyy-MM-dd HH:mm XXX");
  ASSERT_TRUE(format);
  EXPECT_EQ(*format->parse("1970-01-01 02:00 +02:00"), 0);
  EXPECT_EQ(*format->parse("1970-01-01 00:00 -01:30"), 5'400'000);
}

TEST(DateFormat, IsLenient) {
  const auto format = DateFormat::compile("yyyy-MM-dd");
  ASSERT_TRUE(format);
  EXPECT_EQ(*format->parse("1970-1-32 and more"), 31 * 86'400'000LL);
  EXPECT_EQ(*format->parse("1969-13-01"), 0);
}

TEST(DateFormat, RefusesWhatItCantRead) {
  EXPECT_FALSE(DateFormat::compile("G yyyy"));
  EXPECT_FALSE(DateFormat::compile("yyyy 'open"));
  const auto format = DateFormat::compile("yyyy-MM");
  ASSERT_TRUE(format);
  for (const char* text : {"", "x", "2024", "2024-", "2024/02"}) EXPECT_FALSE(format->parse(text));
  EXPECT_FALSE(DateFormat::compile("yy")->parse("24"));
}

}  // namespace
}  // namespace millrace::encode
