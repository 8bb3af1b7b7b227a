#pragma once

// Dates as Debezium publishes them: days, milliseconds or microseconds since 1970 in the proleptic Gregorian calendar,
// and ISO 8601 text. Pure.

#include <cstdint>
#include <optional>

#include "encode/json_writer.h"
#include "millrace/row/value.h"

namespace millrace::encode {

inline constexpr std::int64_t kMicrosecondsOfSecond = 1'000'000;
inline constexpr std::int64_t kSecondsOfDay = 86'400;
inline constexpr std::int64_t kMicrosecondsOfDay = kSecondsOfDay * kMicrosecondsOfSecond;

// Days since 1970-01-01. `month` 1 to 12; `day` may be any.
std::int64_t days_since_1970(std::int64_t year, int month, int day);

// The same for what MySQL stored, or nothing when no calendar has that day: a part is zero, or the 31st of February.
// With `adjust_years` the years 1 to 69 are taken for 2001 to 2069 and 70 to 99 for 1970 to 1999 (enable.time.adjuster).
std::optional<std::int64_t> checked_days(const row::CalendarTime& date, bool adjust_years);

// A JSON string: "2017-09-08T17:51:04.120Z" with exactly `fraction_digits` (0 to 6). The year is 0 to 9999.
void write_iso_timestamp(std::int64_t microseconds_since_1970, unsigned fraction_digits,
                         JsonWriter& out);

// The same with as few digits as say the fraction, as Java's ISO formats do.
void write_iso_datetime(std::int64_t microseconds_since_1970, JsonWriter& out);
// "2017-09-08Z"
void write_iso_date(std::int64_t days_since_1970, JsonWriter& out);
// "17:51:04.12Z"; from 0 to below a day.
void write_iso_time(std::int64_t microseconds_of_day, JsonWriter& out);

}  // namespace millrace::encode
