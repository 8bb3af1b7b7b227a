#include "millrace/row/packed_temporal.h"

#include <chrono>
#include <cstddef>
#include <optional>

#include "row/temporal.h"

namespace millrace::row {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

void append_be(std::uint64_t value, unsigned bytes, std::string& out) {
  char text[8];
  for (unsigned i = 0; i < bytes; ++i) text[i] = static_cast<char>(value >> (8 * (bytes - 1 - i)));
  out.append(text, bytes);
}

void append_le(std::uint64_t value, unsigned bytes, std::string& out) {
  char text[8];
  for (unsigned i = 0; i < bytes; ++i) text[i] = static_cast<char>(value >> (8 * i));
  out.append(text, bytes);
}

// A fraction of `digits` digits fills so many bytes, in units of so many microseconds; of an odd number of digits the
// last place of the unit stays zero.
constexpr unsigned fraction_bytes(unsigned digits) { return (digits + 1) / 2; }
constexpr std::uint32_t kFractionUnit[] = {1'000'000, 10'000, 100, 1};
constexpr std::uint32_t kDigitUnit[] = {1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};

std::uint32_t packed_fraction(std::uint32_t micros, unsigned digits) {
  if (digits == 0) return 0;
  return (micros - micros % kDigitUnit[digits]) / kFractionUnit[fraction_bytes(digits)];
}

bool is_zero(const CalendarTime& time) { return time == CalendarTime{}; }

// Seconds since 1970 in 32 bits; 0, which no TIMESTAMP can be, is the zero date.
std::optional<std::uint32_t> to_epoch_seconds(const CalendarTime& utc) {
  if (is_zero(utc)) return 0;
  const std::chrono::year_month_day date{std::chrono::year(utc.year), std::chrono::month(utc.month),
                                         std::chrono::day(utc.day)};
  if (!is_valid_time(utc) || !date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = ((days * 24 + utc.hour) * 60 + utc.minute) * 60 + utc.second;
  if (seconds < 0 || seconds > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(seconds);
}

// A TIME's magnitude, or nothing where it has more hours than 838.
std::optional<std::uint64_t> magnitude_of_time(std::int64_t micros) {
  constexpr std::uint64_t kEnd = 839ULL * 3600 * kMicrosPerSecond;
  const auto raw = static_cast<std::uint64_t>(micros);
  const std::uint64_t magnitude = micros < 0 ? 0 - raw : raw;
  if (magnitude >= kEnd) return std::nullopt;
  return magnitude;
}

}  // namespace

bool append_packed_date(const CalendarTime& date, std::string& out) {
  if (!is_valid_time(date)) return false;
  append_le(date.year * 512U + date.month * 32U + date.day, 3, out);
  return true;
}

bool append_packed_datetime2(const CalendarTime& time, unsigned digits, std::string& out) {
  constexpr std::uint64_t kBias = 0x8000000000ULL;
  if (!is_valid_time(time)) return false;
  append_be(kBias + pack_datetime(time), 5, out);
  append_be(packed_fraction(time.microsecond, digits), fraction_bytes(digits), out);
  return true;
}

bool append_packed_timestamp2(const CalendarTime& utc, unsigned digits, std::string& out) {
  const auto seconds = to_epoch_seconds(utc);
  if (!seconds) return false;
  append_be(*seconds, 4, out);
  append_be(packed_fraction(utc.microsecond, digits), fraction_bytes(digits), out);
  return true;
}

bool append_packed_time2(std::int64_t micros, unsigned digits, std::string& out) {
  const auto magnitude = magnitude_of_time(micros);
  if (!magnitude) return false;
  const unsigned fraction_bits = 8 * fraction_bytes(digits);
  const auto fraction =
      packed_fraction(static_cast<std::uint32_t>(*magnitude % kMicrosPerSecond), digits);
  const auto value = static_cast<std::int64_t>(
      pack_time(*magnitude / kMicrosPerSecond) << fraction_bits | fraction);
  const std::int64_t bias = std::int64_t{1} << (23 + fraction_bits);
  append_be(static_cast<std::uint64_t>(bias + (micros < 0 ? -value : value)),
            3 + fraction_bytes(digits), out);
  return true;
}

bool append_packed_old_datetime(const CalendarTime& time, std::string& out) {
  if (!is_valid_time(time)) return false;
  const std::uint64_t date = (time.year * 100ULL + time.month) * 100 + time.day;
  append_le(((date * 100 + time.hour) * 100 + time.minute) * 100 + time.second, 8, out);
  return true;
}

bool append_packed_old_timestamp(const CalendarTime& utc, std::string& out) {
  const auto seconds = to_epoch_seconds(utc);
  if (!seconds) return false;
  append_le(*seconds, 4, out);
  return true;
}

bool append_packed_old_time(std::int64_t micros, std::string& out) {
  const auto magnitude = magnitude_of_time(micros);
  if (!magnitude) return false;
  const std::uint64_t seconds = *magnitude / kMicrosPerSecond;
  const std::uint64_t digits = (seconds / 3600 * 100 + seconds / 60 % 60) * 100 + seconds % 60;
  append_le(micros < 0 ? 0 - digits : digits, 3, out);
  return true;
}

}  // namespace millrace::row
