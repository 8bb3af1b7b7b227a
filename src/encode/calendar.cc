#include "encode/calendar.h"

#include <array>
#include <cstring>

#include "millrace/base/digits.h"

namespace millrace::encode {
namespace {

constexpr unsigned kMicrosecondDigits = 6;

bool is_leap_year(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_of_month(std::int64_t year, int month) {
  static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int days = kDays[static_cast<std::size_t>(month - 1)];
  return month == 2 && is_leap_year(year) ? days + 1 : days;
}

struct Date {
  int year, month, day;
};

// The inverse of days_since_1970 from the year 0 on. Years are counted from March, so that the day that comes and goes
// is the year's last.
Date date_of_days(std::int64_t days) {
  constexpr std::int64_t kDaysOf400Years = 146'097;
  const std::int64_t since_march_0 = days + 719'468;
  const std::int64_t cycle = since_march_0 / kDaysOf400Years;
  const std::int64_t day_of_cycle = since_march_0 % kDaysOf400Years;
  const std::int64_t year_of_cycle =
      (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36'524 - day_of_cycle / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const auto month =
      static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  const auto year = static_cast<int>(year_of_cycle + cycle * 400 + (month <= 2 ? 1 : 0));
  return {year, month, day};
}

void store_two(std::uint64_t text, char* out) { std::memcpy(out, &text, 2); }

// Long enough for every form below, and for a word more.
constexpr std::size_t kIsoBytes = 48;

// yyyy-mm-dd
char* write_date(std::int64_t days, char* p) {
  const Date date = date_of_days(days);
  const auto number =
      static_cast<std::uint32_t>(date.year % 10'000 * 10'000 + date.month * 100 + date.day);
  const std::uint64_t text = digits::eight(number);
  std::memcpy(p, &text, 4);
  p[4] = '-';
  store_two(text >> 32, p + 5);
  p[7] = '-';
  store_two(text >> 48, p + 8);
  return p + 10;
}

// hh:mm:ss and the fraction's first digits
char* write_time(std::int64_t microseconds_of_day, unsigned fraction_digits, char* p) {
  const auto second = static_cast<std::uint32_t>(microseconds_of_day / kMicrosecondsOfSecond);
  const auto fraction = static_cast<std::uint32_t>(microseconds_of_day % kMicrosecondsOfSecond);
  const std::uint64_t text =
      digits::eight(second / 3600 * 10'000 + second / 60 % 60 * 100 + second % 60);
  store_two(text >> 16, p);
  p[2] = ':';
  store_two(text >> 32, p + 3);
  p[5] = ':';
  store_two(text >> 48, p + 6);
  if (fraction_digits == 0) return p + 8;
  p[8] = '.';
  const std::uint64_t six = digits::eight(fraction) >> 16;
  std::memcpy(p + 9, &six, sizeof(six));
  return p + 9 + fraction_digits;
}

unsigned needed_digits(std::int64_t microseconds_of_day) {
  std::int64_t fraction = microseconds_of_day % kMicrosecondsOfSecond;
  if (fraction == 0) return 0;
  unsigned digits = kMicrosecondDigits;
  for (; fraction % 10 == 0; fraction /= 10) --digits;
  return digits;
}

struct Instant {
  std::int64_t days, microseconds_of_day;
};

Instant instant_of(std::int64_t microseconds_since_1970) {
  std::int64_t days = microseconds_since_1970 / kMicrosecondsOfDay;
  std::int64_t rest = microseconds_since_1970 % kMicrosecondsOfDay;
  if (rest < 0) {
    rest += kMicrosecondsOfDay;
    --days;
  }
  return {days, rest};
}

void write_instant(const Instant& instant, unsigned fraction_digits, JsonWriter& out) {
  char* p = out.reserve(kIsoBytes);
  *p++ = '"';
  p = write_date(instant.days, p);
  *p++ = 'T';
  p = write_time(instant.microseconds_of_day, fraction_digits, p);
  *p++ = 'Z';
  *p++ = '"';
  out.advance_to(p);
}

}  // namespace

std::int64_t days_since_1970(std::int64_t year, int month, int day) {
  const std::int64_t year_from_march = month <= 2 ? year - 1 : year;
  const std::int64_t cycle = (year_from_march >= 0 ? year_from_march : year_from_march - 399) / 400;
  const std::int64_t year_of_cycle = year_from_march - cycle * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const std::int64_t day_of_cycle =
      year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
  return cycle * 146'097 + day_of_cycle - 719'468;
}

std::optional<std::int64_t> checked_days(const row::CalendarTime& date, bool adjust_years) {
  if (date.year == 0 || date.month == 0 || date.month > 12 || date.day == 0) return std::nullopt;
  if (date.day > days_of_month(date.year, date.month)) return std::nullopt;
  std::int64_t year = date.year;
  if (adjust_years && year < 100) year += year < 70 ? 2000 : 1900;
  return days_since_1970(year, date.month, date.day);
}

void write_iso_timestamp(std::int64_t microseconds_since_1970, unsigned fraction_digits,
                         JsonWriter& out) {
  write_instant(instant_of(microseconds_since_1970), fraction_digits, out);
}

void write_iso_datetime(std::int64_t microseconds_since_1970, JsonWriter& out) {
  const Instant instant = instant_of(microseconds_since_1970);
  write_instant(instant, needed_digits(instant.microseconds_of_day), out);
}

void write_iso_date(std::int64_t days_since_1970, JsonWriter& out) {
  char* p = out.reserve(kIsoBytes);
  *p++ = '"';
  p = write_date(days_since_1970, p);
  *p++ = 'Z';
  *p++ = '"';
  out.advance_to(p);
}

void write_iso_time(std::int64_t microseconds_of_day, JsonWriter& out) {
  char* p = out.reserve(kIsoBytes);
  *p++ = '"';
  p = write_time(microseconds_of_day, needed_digits(microseconds_of_day), p);
  *p++ = 'Z';
  *p++ = '"';
  out.advance_to(p);
}

}  // namespace millrace::encode
