#include "row/temporal.h"

#include <cstdlib>

namespace millrace::row {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

std::int64_t time_micros(std::int64_t hours, std::int64_t minutes, std::int64_t seconds,
                         std::int64_t micros) {
  return ((hours * 60 + minutes) * 60 + seconds) * kMicrosPerSecond + micros;
}

// year * 13 + month in 17 bits, day 5, hour 5, minute 6, second 6.
CalendarTime unpack_datetime(std::uint64_t packed) {
  CalendarTime time;
  time.second = packed & 63;
  time.minute = packed >> 6 & 63;
  time.hour = packed >> 12 & 31;
  time.day = packed >> 17 & 31;
  const std::uint64_t months = packed >> 22 & 0x1ffff;
  time.year = static_cast<std::uint16_t>(months / 13);
  time.month = static_cast<std::uint8_t>(months % 13);
  return time;
}

// hour 10 bits, minute 6, second 6; microseconds.
std::int64_t unpack_time(std::int64_t seconds, std::int64_t micros) {
  return time_micros(seconds >> 12 & 1023, seconds >> 6 & 63, seconds & 63, micros);
}

}  // namespace

std::uint32_t read_fraction(ByteCursor& cursor, unsigned digits) {
  switch ((digits + 1) / 2) {
    case 1:
      return static_cast<std::uint32_t>(cursor.read_be(1)) * 10000;
    case 2:
      return static_cast<std::uint32_t>(cursor.read_be(2)) * 100;
    case 3:
      return static_cast<std::uint32_t>(cursor.read_be(3));
    default:
      return 0;
  }
}

CalendarTime read_date(ByteCursor& cursor) {
  const std::uint32_t packed = cursor.read_u24();
  CalendarTime date;
  date.day = packed & 31;
  date.month = packed >> 5 & 15;
  date.year = static_cast<std::uint16_t>(packed >> 9);
  return date;
}

CalendarTime read_datetime2(ByteCursor& cursor, unsigned digits) {
  constexpr std::uint64_t kBias = 0x8000000000ULL;
  const std::uint64_t stored = cursor.read_be(5);
  CalendarTime time = unpack_datetime(stored >= kBias ? stored - kBias : 0);
  time.microsecond = read_fraction(cursor, digits);
  return time;
}

// The stored integer and fraction are one number in two's complement; a negative one with a fraction borrows from the
// integer part.
std::int64_t read_time2(ByteCursor& cursor, unsigned digits) {
  const unsigned fraction_bytes = (digits + 1) / 2;
  const auto total_bits = 24 + 8 * fraction_bytes;
  const std::uint64_t stored = cursor.read_be(3 + fraction_bytes);
  const std::int64_t value = static_cast<std::int64_t>(stored) - (std::int64_t{1} << (total_bits - 1));
  const std::int64_t magnitude = std::llabs(value);
  const std::int64_t fraction = magnitude & ((std::int64_t{1} << (8 * fraction_bytes)) - 1);
  constexpr std::int64_t kUnit[] = {0, 10000, 100, 1};
  const std::int64_t micros = unpack_time(magnitude >> (8 * fraction_bytes), fraction * kUnit[fraction_bytes]);
  return value < 0 ? -micros : micros;
}

CalendarTime read_old_datetime(ByteCursor& cursor) {
  std::uint64_t digits = cursor.read_u64();
  const auto take = [&digits] {
    const auto two = static_cast<std::uint8_t>(digits % 100);
    digits /= 100;
    return two;
  };
  CalendarTime time;
  time.second = take();
  time.minute = take();
  time.hour = take();
  time.day = take();
  time.month = take();
  time.year = static_cast<std::uint16_t>(digits);
  return time;
}

std::int64_t read_old_time(ByteCursor& cursor) {
  const std::uint32_t raw = cursor.read_u24();
  const std::int64_t value = (raw & 0x800000) != 0 ? std::int64_t{raw} - 0x1000000 : std::int64_t{raw};
  const std::int64_t magnitude = std::llabs(value);
  const std::int64_t micros = time_micros(magnitude / 10000, magnitude / 100 % 100, magnitude % 100, 0);
  return value < 0 ? -micros : micros;
}

CalendarTime unpack_json_datetime(std::int64_t packed) {
  const auto magnitude = static_cast<std::uint64_t>(packed < 0 ? -packed : packed);
  CalendarTime time = unpack_datetime(magnitude >> 24);
  time.microsecond = magnitude & 0xffffff;
  return time;
}

std::int64_t unpack_json_time(std::int64_t packed) {
  const std::int64_t magnitude = packed < 0 ? -packed : packed;
  const std::int64_t micros = unpack_time(magnitude >> 24, magnitude & 0xffffff);
  return packed < 0 ? -micros : micros;
}

}  // namespace millrace::row
