// Dates and times as row images have them: vectors of MySQL 9.7, and what can't be.

#include "millrace/row/packed_temporal.h"

#include <gtest/gtest.h>

#include "bytes.h"

namespace millrace::row {
namespace {

using test::from_hex;
using test::to_hex;

std::string hex_of(bool fits, const std::string& bytes) { return fits ? to_hex(bytes) : "no"; }

std::string date(const CalendarTime& fields) {
  std::string out;
  const bool fits = append_packed_date(fields, out);
  return hex_of(fits, out);
}
std::string datetime(const CalendarTime& fields, unsigned digits) {
  std::string out;
  const bool fits = append_packed_datetime2(fields, digits, out);
  return hex_of(fits, out);
}
std::string timestamp(const CalendarTime& fields, unsigned digits) {
  std::string out;
  const bool fits = append_packed_timestamp2(fields, digits, out);
  return hex_of(fits, out);
}
std::string time(std::int64_t micros, unsigned digits) {
  std::string out;
  const bool fits = append_packed_time2(micros, digits, out);
  return hex_of(fits, out);
}

TEST(PackedTemporal, dates) {
  EXPECT_EQ(date({2024, 2, 29}), "5dd00f");
  EXPECT_EQ(date({3, 0, 0}), "000600");
  EXPECT_EQ(date({2024, 2, 31}), "5fd00f") << "ALLOW_INVALID_DATES";
  EXPECT_EQ(date({}), "000000");
  EXPECT_EQ(date({10000, 1, 1}), "no");
  EXPECT_EQ(date({2024, 13, 1}), "no");
}

TEST(PackedTemporal, datetimes) {
  EXPECT_EQ(datetime({1000, 1, 1}, 0), "8cb2420000");
  EXPECT_EQ(datetime({9999, 12, 31, 23, 59, 59, 999'999}, 6), "fef3ff7efb0f423f");
  EXPECT_EQ(datetime({}, 0), "8000000000");
  EXPECT_EQ(datetime({2024, 0, 10, 1, 2, 3}, 0), "99b2141083");
  EXPECT_EQ(datetime({2024, 0, 10, 1, 2, 3, 120'000}, 1), "99b21410830a")
      << "one digit, in hundredths";
  EXPECT_EQ(datetime({2024, 0, 10, 1, 2, 3, 120'000}, 2), "99b21410830c");
  EXPECT_EQ(datetime({2024, 0, 10, 1, 2, 3, 123'000}, 3), "99b214108304ce");
  EXPECT_EQ(datetime({2024, 1, 1, 24, 0, 0}, 0), "no");
}

TEST(PackedTemporal, timestamps) {
  EXPECT_EQ(timestamp({2024, 1, 1, 0, 0, 0, 123'456}, 6), "6592008001e240");
  EXPECT_EQ(timestamp({2038, 1, 19, 3, 14, 7}, 0), "7fffffff");
  EXPECT_EQ(timestamp({1970, 1, 1, 0, 0, 1}, 0), "00000001");
  EXPECT_EQ(timestamp({}, 3), "000000000000") << "the zero date";
  EXPECT_EQ(timestamp({1969, 12, 31, 23, 59, 59}, 0), "no");
  EXPECT_EQ(timestamp({2107, 1, 1}, 0), "no");
  EXPECT_EQ(timestamp({2024, 2, 30}, 0), "no");
  EXPECT_EQ(timestamp({2024, 0, 1}, 0), "no");
}

TEST(PackedTemporal, times) {
  constexpr std::int64_t kSecond = 1'000'000, kHour = 3600 * kSecond;
  const struct {
    std::int64_t micros;
    unsigned digits;
    const char* expected;
  } kCases[] = {
      {-kSecond, 0, "7fffff"},
      {-100'000, 1, "7ffffff6"},
      {-10'000, 2, "7fffffff"},
      {-1'000, 3, "7ffffffff6"},
      {-100, 4, "7fffffffff"},
      {-10, 5, "7ffffffffff6"},
      {-1, 6, "7fffffffffff"},
      {-(kHour + 900'000), 1, "7fefffa6"},
      {-(kSecond + 100'000), 3, "7ffffefc18"},
      {-(24 * kHour - 100), 4, "7e8104d8f1"},
      {-(839 * kHour - kSecond), 0, "4b9105"},
      {-(839 * kHour - kSecond - 1), 6, "4b9105f0bdc1"},
      {839 * kHour - kSecond, 1, "b46efb00"},
      {0, 6, "800000000000"},
      {839 * kHour, 0, "no"},
      {INT64_MIN, 0, "no"},
  };
  for (const auto& test : kCases) EXPECT_EQ(time(test.micros, test.digits), test.expected);
}

TEST(PackedTemporal, old_forms) {
  std::string out;
  ASSERT_TRUE(append_packed_old_datetime({2024, 2, 29, 1, 2, 3}, out));
  EXPECT_EQ(to_hex(out), "1b0ba98b68120000");  // 20240229010203
  out.clear();
  ASSERT_TRUE(append_packed_old_timestamp({2024, 1, 1}, out));
  EXPECT_EQ(to_hex(out), "80009265");
  out.clear();
  ASSERT_TRUE(append_packed_old_time(-3'723'000'000, out));  // -01:02:03
  EXPECT_EQ(to_hex(out), to_hex(from_hex("25d8ff")));
  EXPECT_FALSE(append_packed_old_time(3'020'400'000'000, out));
  EXPECT_FALSE(append_packed_old_datetime({2024, 1, 1, 25}, out));
  EXPECT_EQ(out.size(), 3U) << "what can't be appends nothing";
}

}  // namespace
}  // namespace millrace::row
