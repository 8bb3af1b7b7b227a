// Dates and times, encoded by the server's rules as its manual gives them, decoded again, and packed into the same bytes.

#include <gtest/gtest.h>

#include "generator.h"
#include "millrace/row/packed_temporal.h"
#include "row/temporal.h"

namespace millrace::row {
namespace {

using test::Generator;

std::string be(std::uint64_t value, std::size_t width) {
  std::string out;
  for (std::size_t i = width; i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}
std::string le(std::uint64_t value, std::size_t width) {
  std::string out;
  for (std::size_t i = 0; i < width; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

constexpr std::uint32_t kTenTo[] = {1, 10, 100, 1000, 10000, 100000, 1000000};

// Microseconds of `digits` digits at random.
std::uint32_t random_micros(Generator& generator, unsigned digits) {
  return static_cast<std::uint32_t>(generator.number(0, kTenTo[digits] - 1)) * kTenTo[6 - digits];
}

// What is stored of them: hundredths in one byte, ten-thousandths in two, microseconds in three.
std::uint64_t stored_fraction(std::uint32_t micros, unsigned digits) {
  const unsigned bytes = (digits + 1) / 2;
  return bytes == 0 ? 0 : micros / kTenTo[6 - 2 * bytes];
}

CalendarTime random_calendar(Generator& generator, unsigned digits) {
  CalendarTime time;
  time.year = static_cast<std::uint16_t>(generator.number(0, 9999));
  time.month = static_cast<std::uint8_t>(generator.number(0, 12));
  time.day = static_cast<std::uint8_t>(generator.number(0, 31));
  time.hour = static_cast<std::uint8_t>(generator.number(0, 23));
  time.minute = static_cast<std::uint8_t>(generator.number(0, 59));
  time.second = static_cast<std::uint8_t>(generator.number(0, 59));
  time.microsecond = random_micros(generator, digits);
  return time;
}

std::uint64_t stored_datetime(const CalendarTime& t) {
  const std::uint64_t day = (std::uint64_t{t.year} * 13 + t.month) << 5 | t.day;
  return day << 17 | std::uint64_t{t.hour} << 12 | std::uint64_t{t.minute} << 6 | t.second;
}

TEST(TemporalProperty, Datetime2) {
  const std::uint64_t seed = test::seed();
  Generator generator(seed);
  for (int round = 0; round < 20000; ++round) {
    SCOPED_TRACE(test::trace(seed, round));
    const auto digits = static_cast<unsigned>(generator.number(0, 6));
    const CalendarTime time = random_calendar(generator, digits);
    const unsigned bytes = (digits + 1) / 2;
    const std::string encoded = be(0x8000000000 + stored_datetime(time), 5) +
                                be(stored_fraction(time.microsecond, digits), bytes);
    ByteCursor cursor(encoded);
    ASSERT_EQ(read_datetime2(cursor, digits), time);
    ASSERT_FALSE(cursor.failed());
    ASSERT_TRUE(cursor.at_end());
    const auto packed = static_cast<std::int64_t>(stored_datetime(time) << 24 | time.microsecond);
    ASSERT_EQ(unpack_json_datetime(packed), time);
    ASSERT_EQ(pack_json_datetime(time), packed);
    std::string again;
    ASSERT_TRUE(append_packed_datetime2(time, digits, again));
    ASSERT_EQ(again, encoded);
  }
}

// Integer part and fraction are one number; a negative one is its two's complement.
TEST(TemporalProperty, Time2) {
  const std::uint64_t seed = test::seed();
  Generator generator(seed);
  for (int round = 0; round < 20000; ++round) {
    SCOPED_TRACE(test::trace(seed, round));
    const auto digits = static_cast<unsigned>(generator.number(0, 6));
    const unsigned bytes = (digits + 1) / 2;
    const std::int64_t seconds = generator.number(0, 838 * 3600 + 59 * 60 + 59);
    const std::uint32_t micros = random_micros(generator, digits);
    const std::int64_t sign = generator.one_in(2) ? -1 : 1;
    const std::uint64_t packed = static_cast<std::uint64_t>(seconds / 3600) << 12 |
                                 static_cast<std::uint64_t>(seconds / 60 % 60) << 6 |
                                 static_cast<std::uint64_t>(seconds % 60);
    const auto magnitude = static_cast<std::int64_t>(packed << (8 * bytes)) +
                           static_cast<std::int64_t>(stored_fraction(micros, digits));
    const std::int64_t bias = std::int64_t{1} << (23 + 8 * bytes);
    const std::string encoded = be(static_cast<std::uint64_t>(bias + sign * magnitude), 3 + bytes);
    ByteCursor cursor(encoded);
    ASSERT_EQ(read_time2(cursor, digits), sign * (seconds * 1'000'000 + micros));
    ASSERT_FALSE(cursor.failed());
    const auto in_json = static_cast<std::int64_t>(packed << 24) + micros;
    ASSERT_EQ(unpack_json_time(sign * in_json), sign * (seconds * 1'000'000 + micros));
    ASSERT_EQ(pack_json_time(sign * (seconds * 1'000'000 + micros)), sign * in_json);
    std::string again;
    ASSERT_TRUE(append_packed_time2(sign * (seconds * 1'000'000 + micros), digits, again));
    ASSERT_EQ(again, encoded);
  }
}

TEST(TemporalProperty, OldFormats) {
  const std::uint64_t seed = test::seed();
  Generator generator(seed);
  for (int round = 0; round < 5000; ++round) {
    SCOPED_TRACE(test::trace(seed, round));
    const CalendarTime time = random_calendar(generator, 0);
    const std::uint64_t date = (std::uint64_t{time.year} * 100 + time.month) * 100 + time.day;
    const std::uint64_t clock = (std::uint64_t{time.hour} * 100 + time.minute) * 100 + time.second;
    const std::string encoded = le(date * 1'000'000 + clock, 8);
    ByteCursor cursor(encoded);
    ASSERT_EQ(read_old_datetime(cursor), time);
    const std::int64_t seconds = generator.number(-3020399, 3020399);
    const std::int64_t magnitude = std::abs(seconds);
    const std::int64_t digits =
        magnitude / 3600 * 10000 + magnitude / 60 % 60 * 100 + magnitude % 60;
    const std::string old_time = le(static_cast<std::uint64_t>(seconds < 0 ? -digits : digits), 3);
    ByteCursor time_cursor(old_time);
    ASSERT_EQ(read_old_time(time_cursor), seconds * 1'000'000);
    ASSERT_FALSE(time_cursor.failed());
  }
}

// Any bytes: fields that can be, or a failed cursor.
TEST(TemporalProperty, RandomBytes) {
  const std::uint64_t seed = test::seed();
  Generator generator(seed);
  for (int round = 0; round < 20000; ++round) {
    SCOPED_TRACE(test::trace(seed, round));
    const std::string encoded = be(generator.bits(), 8);
    const auto digits = static_cast<unsigned>(generator.number(0, 6));
    ByteCursor datetime(encoded);
    const CalendarTime time = read_datetime2(datetime, digits);
    ASSERT_TRUE(time.year <= 9999 && time.month <= 12 && time.hour < 24 && time.minute < 60 &&
                time.second < 60 && time.microsecond < 1'000'000);
    ByteCursor signed_time(encoded);
    ASSERT_LE(std::abs(read_time2(signed_time, digits)), 3020399999999);
    const auto packed = static_cast<std::int64_t>(generator.bits());
    if (const auto micros = unpack_json_time(packed)) {
      ASSERT_LE(std::abs(*micros), 3020399999999);
    }
    if (const auto json = unpack_json_datetime(packed)) {
      ASSERT_LE(json->year, 9999);
    }
  }
}

}  // namespace
}  // namespace millrace::row
