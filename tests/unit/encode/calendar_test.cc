#include "encode/calendar.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::encode {
namespace {

row::CalendarTime date(std::uint16_t year, std::uint8_t month, std::uint8_t day) {
  row::CalendarTime result;
  result.year = year;
  result.month = month;
  result.day = day;
  return result;
}

TEST(DaysSince1970, known_days) {
  EXPECT_EQ(days_since_1970(1970, 1, 1), 0);
  EXPECT_EQ(days_since_1970(2017, 9, 8), 17417);
  EXPECT_EQ(days_since_1970(1000, 1, 1), -354285);
  EXPECT_EQ(days_since_1970(9999, 12, 31), 2932896);
  EXPECT_EQ(days_since_1970(1969, 12, 31), -1);
  EXPECT_EQ(days_since_1970(0, 3, 1), -719468);
}

TEST(CheckedDays, zero_and_impossible_dates) {
  for (const auto& bad :
       {date(0, 0, 0), date(2020, 0, 10), date(2020, 1, 0), date(0, 1, 1), date(2024, 2, 30),
        date(2023, 2, 29), date(1900, 2, 29), date(2024, 2, 31), date(2024, 4, 31),
        date(2024, 13, 1), date(2024, 15, 1), date(2024, 1, 32)}) {
    EXPECT_FALSE(checked_days(bad, true))
        << bad.year << '-' << int{bad.month} << '-' << int{bad.day};
    EXPECT_FALSE(checked_days(bad, false));
  }
  EXPECT_TRUE(checked_days(date(2024, 2, 29), false));
  EXPECT_TRUE(checked_days(date(2000, 2, 29), false));
}

TEST(CheckedDays, adjusts_years_below_100) {
  EXPECT_EQ(checked_days(date(18, 4, 1), true), 17622);
  EXPECT_EQ(checked_days(date(18, 4, 1), false), -712863);
  EXPECT_EQ(checked_days(date(1, 1, 1), true), days_since_1970(2001, 1, 1));
  EXPECT_EQ(checked_days(date(69, 12, 31), true), days_since_1970(2069, 12, 31));
  EXPECT_EQ(checked_days(date(70, 1, 1), true), 0);
  EXPECT_EQ(checked_days(date(99, 1, 1), true), days_since_1970(1999, 1, 1));
  EXPECT_EQ(checked_days(date(100, 1, 1), true), days_since_1970(100, 1, 1));
}

std::string iso(std::int64_t microseconds, unsigned fraction_digits) {
  JsonWriter writer;
  write_iso_timestamp(microseconds, fraction_digits, writer);
  return std::string(writer.written_since(0));
}

TEST(IsoTimestamp, prints_as_many_digits_as_the_column_has) {
  constexpr std::int64_t kInstant = 1'504'893'064'120'000;
  EXPECT_EQ(iso(kInstant, 0), "\"2017-09-08T17:51:04Z\"");
  EXPECT_EQ(iso(kInstant, 1), "\"2017-09-08T17:51:04.1Z\"");
  EXPECT_EQ(iso(kInstant, 3), "\"2017-09-08T17:51:04.120Z\"");
  EXPECT_EQ(iso(kInstant, 6), "\"2017-09-08T17:51:04.120000Z\"");
  EXPECT_EQ(iso(1'577'836'800'000'000, 3), "\"2020-01-01T00:00:00.000Z\"");
  EXPECT_EQ(iso(0, 0), "\"1970-01-01T00:00:00Z\"");
  EXPECT_EQ(iso(-1, 6), "\"1969-12-31T23:59:59.999999Z\"");
  EXPECT_EQ(iso(951'782'400'000'000, 0), "\"2000-02-29T00:00:00Z\"");
  EXPECT_EQ(iso(4'107'542'399'000'000, 0), "\"2100-02-28T23:59:59Z\"");
}

}  // namespace
}  // namespace millrace::encode
