#include "row/temporal.h"

namespace millrace::row {
namespace {

constexpr std::uint32_t kMicrosPerSecond = 1'000'000;
constexpr std::uint32_t kMaxTimeHours = 838;

// Fails the cursor instead of handing out what can't be.
CalendarTime checked(const CalendarTime& time, ByteCursor& cursor) {
  if (is_valid_time(time)) return time;
  cursor.fail();
  return {};
}

// year * 13 + month in 17 bits, day 5, hour 5, minute 6, second 6.
CalendarTime unpack_datetime(std::uint64_t packed) {
  CalendarTime time;
  time.second = packed & 63;
  time.minute = packed >> 6 & 63;
  time.hour = packed >> 12 & 31;
  time.day = packed >> 17 & 31;
  const std::uint64_t months = packed >> 22;
  time.year = static_cast<std::uint16_t>(months / 13);
  time.month = static_cast<std::uint8_t>(months % 13);
  return time;
}

// A TIME without its sign.
struct TimeFields {
  std::uint64_t hours = 0;
  std::uint64_t minutes = 0;
  std::uint64_t seconds = 0;
  std::uint64_t micros = 0;
};

// hour 10 bits, minute 6, second 6. More bits make hours that can't be.
TimeFields unpack_time(std::uint64_t packed, std::uint64_t micros) {
  return {packed >> 12, packed >> 6 & 63, packed & 63, micros};
}

std::optional<std::int64_t> signed_micros(const TimeFields& time, bool is_negative) {
  if (time.hours > kMaxTimeHours || time.minutes > 59 || time.seconds > 59 ||
      time.micros >= kMicrosPerSecond) {
    return std::nullopt;
  }
  const std::uint64_t seconds = (time.hours * 60 + time.minutes) * 60 + time.seconds;
  const auto micros = static_cast<std::int64_t>(seconds * kMicrosPerSecond + time.micros);
  return is_negative ? -micros : micros;
}

std::int64_t checked(std::optional<std::int64_t> micros, ByteCursor& cursor) {
  if (!micros) cursor.fail();
  return micros.value_or(0);
}

// |value|, of the smallest number too.
std::uint64_t magnitude_of(std::int64_t value) {
  const auto raw = static_cast<std::uint64_t>(value);
  return value < 0 ? 0 - raw : raw;
}

// What one unit of a fraction of that many bytes is in microseconds.
constexpr std::uint32_t kFractionUnit[] = {0, 10000, 100, 1};

constexpr unsigned fraction_bytes(unsigned digits) { return (digits + 1) / 2; }

}  // namespace

bool is_valid_time(const CalendarTime& time) {
  return time.year <= 9999 && time.month <= 12 && time.day <= 31 && time.hour < 24 &&
         time.minute < 60 && time.second < 60 && time.microsecond < kMicrosPerSecond;
}

std::uint64_t pack_datetime(const CalendarTime& time) {
  const std::uint64_t date = (time.year * 13ULL + time.month) << 5 | time.day;
  return date << 17 | static_cast<std::uint64_t>(time.hour) << 12 | time.minute << 6 | time.second;
}

std::uint64_t pack_time(std::uint64_t seconds) {
  return seconds / 3600 << 12 | seconds / 60 % 60 << 6 | seconds % 60;
}

std::uint32_t read_fraction(ByteCursor& cursor, unsigned digits) {
  const unsigned bytes = fraction_bytes(digits);
  if (bytes == 0) return 0;
  const std::uint32_t micros =
      static_cast<std::uint32_t>(cursor.read_be(bytes)) * kFractionUnit[bytes];
  if (micros >= kMicrosPerSecond) cursor.fail();
  return micros;
}

CalendarTime read_date(ByteCursor& cursor) {
  const std::uint32_t packed = cursor.read_u24();
  CalendarTime date;
  date.day = packed & 31;
  date.month = packed >> 5 & 15;
  date.year = static_cast<std::uint16_t>(packed >> 9);
  return checked(date, cursor);
}

CalendarTime read_datetime2(ByteCursor& cursor, unsigned digits) {
  constexpr std::uint64_t kBias = 0x8000000000ULL;
  const std::uint64_t stored = cursor.read_be(5);
  if (stored < kBias) {  // no date is negative
    cursor.fail();
    return {};
  }
  CalendarTime time = unpack_datetime(stored - kBias);
  time.microsecond = read_fraction(cursor, digits);
  return checked(time, cursor);
}

// Integer and fraction are one number in two's complement, biased to sort as bytes.
std::int64_t read_time2(ByteCursor& cursor, unsigned digits) {
  const unsigned bytes = fraction_bytes(digits);
  const unsigned fraction_bits = 8 * bytes;
  const auto stored = static_cast<std::int64_t>(cursor.read_be(3 + bytes));
  if (cursor.failed()) return 0;
  const std::int64_t value = stored - (std::int64_t{1} << (23 + fraction_bits));
  const std::uint64_t magnitude = magnitude_of(value);
  const std::uint64_t fraction = magnitude & ((std::uint64_t{1} << fraction_bits) - 1);
  const TimeFields time = unpack_time(magnitude >> fraction_bits, fraction * kFractionUnit[bytes]);
  return checked(signed_micros(time, value < 0), cursor);
}

// YYYYMMDDhhmmss as a decimal number.
CalendarTime read_old_datetime(ByteCursor& cursor) {
  std::uint64_t digits = cursor.read_u64();
  const auto take_two = [&digits] {
    const auto two = static_cast<std::uint8_t>(digits % 100);
    digits /= 100;
    return two;
  };
  CalendarTime time;
  time.second = take_two();
  time.minute = take_two();
  time.hour = take_two();
  time.day = take_two();
  time.month = take_two();
  if (digits > 9999) cursor.fail();
  time.year = static_cast<std::uint16_t>(digits);
  return checked(time, cursor);
}

// hhmmss as a decimal number, signed, in three bytes.
std::int64_t read_old_time(ByteCursor& cursor) {
  const std::uint32_t raw = cursor.read_u24();
  const bool is_negative = (raw & 0x800000) != 0;
  const std::uint64_t digits = is_negative ? 0x1000000 - raw : raw;
  const TimeFields time{digits / 10000, digits / 100 % 100, digits % 100, 0};
  return checked(signed_micros(time, is_negative), cursor);
}

std::optional<CalendarTime> unpack_json_datetime(std::int64_t packed) {
  // Above the 17 bits of year and month nothing can stand; a sign neither.
  if (packed < 0 || packed >> 24 >> 39 != 0) return std::nullopt;
  CalendarTime time = unpack_datetime(static_cast<std::uint64_t>(packed) >> 24);
  time.microsecond = packed & 0xffffff;
  if (!is_valid_time(time)) return std::nullopt;
  return time;
}

std::optional<std::int64_t> unpack_json_time(std::int64_t packed) {
  const std::uint64_t magnitude = magnitude_of(packed);
  return signed_micros(unpack_time(magnitude >> 24, magnitude & 0xffffff), packed < 0);
}

std::int64_t pack_json_datetime(const CalendarTime& time) {
  return static_cast<std::int64_t>(pack_datetime(time) << 24 | time.microsecond);
}

std::int64_t pack_json_time(std::int64_t micros) {
  const std::uint64_t magnitude = magnitude_of(micros);
  const auto packed = static_cast<std::int64_t>(pack_time(magnitude / kMicrosPerSecond) << 24 |
                                                magnitude % kMicrosPerSecond);
  return micros < 0 ? -packed : packed;
}

}  // namespace millrace::row
