#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "encode/calendar.h"

// Every day that MySQL can store, against the standard library's calendar.

namespace millrace::encode {
namespace {

TEST(CalendarProperty, every_day_of_ten_thousand_years) {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace): one short file
  for (int year_number = 1; year_number <= 9999; ++year_number) {
    for (unsigned month_number = 1; month_number <= 12; ++month_number) {
      for (unsigned day_number = 1; day_number <= 31; ++day_number) {
        const year_month_day expected{year{year_number}, month{month_number}, day{day_number}};
        row::CalendarTime stored;
        stored.year = static_cast<std::uint16_t>(year_number);
        stored.month = static_cast<std::uint8_t>(month_number);
        stored.day = static_cast<std::uint8_t>(day_number);
        const auto days = checked_days(stored, false);
        ASSERT_EQ(days.has_value(), expected.ok())
            << year_number << '-' << month_number << '-' << day_number;
        if (days) {
          ASSERT_EQ(*days, sys_days{expected}.time_since_epoch().count());
        }
      }
    }
  }
}

TEST(CalendarProperty, iso_text_of_every_day) {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace): one short file
  JsonWriter writer;
  const std::int64_t first = days_since_1970(1, 1, 1);
  const std::int64_t last = days_since_1970(9999, 12, 31);
  for (std::int64_t day = first; day <= last; ++day) {
    const year_month_day expected{sys_days{days{day}}};
    char text[48];
    std::snprintf(text, sizeof text, "\"%04d-%02u-%02uT23:59:58.9Z\"", int{expected.year()},
                  unsigned{expected.month()}, unsigned{expected.day()});
    writer.truncate(0);
    write_iso_timestamp((day * kSecondsOfDay + 86'398) * kMicrosecondsOfSecond + 999'999, 1,
                        writer);
    ASSERT_EQ(writer.written_since(0), text);
  }
}

}  // namespace
}  // namespace millrace::encode
