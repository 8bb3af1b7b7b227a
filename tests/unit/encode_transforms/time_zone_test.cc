// Time zones by the hour in which clocks are turned. What is expected is Java's ZoneRules.

#include <gtest/gtest.h>

#include "encode/shape/time_zone.h"

namespace millrace::encode {
namespace {

constexpr std::int64_t kHour = 3600;
// 00:00 of these days, by a clock of UTC.
constexpr std::int64_t kSummerBegins = 1'711'843'200;  // 2024-03-31, in Berlin
constexpr std::int64_t kSummerEnds = 1'729'987'200;    // 2024-10-27
constexpr std::int64_t kLater = 2'508'624'000;         // 2049-06-30

TEST(TimeZone, OffsetsByTheClockOfThePlace) {
  const auto berlin = TimeZone::find("Europe/Berlin");
  ASSERT_TRUE(berlin) << berlin.error().message();
  const struct {
    std::int64_t local, hours;
  } kRows[] = {{kSummerBegins + 2 * kHour - 1, 1},
               {kSummerBegins + 2 * kHour, 1},
               {kSummerBegins + 3 * kHour - 1, 1},
               {kSummerBegins + 3 * kHour, 2},
               {kSummerEnds + 2 * kHour, 2},
               {kSummerEnds + 3 * kHour - 1, 2},
               {kSummerEnds + 3 * kHour, 1},
               {kLater, 2},
               {-2'208'988'800, 1},
               {-1, 1}};
  for (const auto& row : kRows)
    EXPECT_EQ(berlin->offset_of_local(row.local), row.hours * kHour) << row.local;
}

TEST(TimeZone, OffsetsByTheClockOfUtc) {
  const auto berlin = TimeZone::find("Europe/Berlin");
  ASSERT_TRUE(berlin);
  EXPECT_EQ(berlin->offset_at(kSummerBegins + kHour - 1), kHour);
  EXPECT_EQ(berlin->offset_at(kSummerBegins + kHour), 2 * kHour);
  EXPECT_EQ(berlin->offset_at(kSummerEnds + kHour - 1), 2 * kHour);
  EXPECT_EQ(berlin->offset_at(kSummerEnds + kHour), kHour);
}

TEST(TimeZone, FixedOnes) {
  const struct {
    const char* name;
    std::int64_t offset;
  } kRows[] = {{"UTC", 0},
               {"Z", 0},
               {"+08:00", 28'800},
               {"-03:30:15", -12'615},
               {"+18:00", 64'800},
               {"Etc/GMT-3", 10'800},
               {"Asia/Kolkata", 19'800}};
  for (const auto& row : kRows) {
    const auto zone = TimeZone::find(row.name);
    ASSERT_TRUE(zone) << row.name;
    EXPECT_EQ(zone->offset_at(kLater), row.offset) << row.name;
    EXPECT_EQ(zone->offset_of_local(kLater), row.offset) << row.name;
  }
}

TEST(TimeZone, RefusesWhatDebeziumRefuses) {
  for (const char* name : {"", "EST", "PST", "berlin", "europe/berlin", "Nowhere/Town", "GMT+5",
                           "+8", "+08", "+0800", "+18:01", "+08:0x", "+08-00"}) {
    EXPECT_FALSE(TimeZone::find(name)) << name;
  }
}

}  // namespace
}  // namespace millrace::encode
