#pragma once

// MySQL's packed dates and times (5.6 and up, and the older forms) to calendar fields and
// microseconds.
//
// Fields that no server stores (month 13, second 60, year 10000) make the cursor fail: bytes that
// were misread must not become a date. Zero and otherwise invalid dates (2024-02-31) are values
// that MySQL does store, and pass.

#include <cstdint>
#include <optional>

#include "millrace/base/byte_cursor.h"
#include "millrace/row/value.h"

namespace millrace::row {

// Whether each field is one that MySQL stores, of a date that need not be.
bool is_valid_time(const CalendarTime& time);
// year * 13 + month in 17 bits, day 5, hour 5, minute 6, second 6.
std::uint64_t pack_datetime(const CalendarTime& time);
// hour 10 bits, minute 6, second 6.
std::uint64_t pack_time(std::uint64_t seconds);

// Microseconds of a fraction of `digits` digits: one byte for 1 and 2, two for 3 and 4, three for 5
// and 6, big-endian.
std::uint32_t read_fraction(ByteCursor& cursor, unsigned digits);

CalendarTime read_date(ByteCursor& cursor);
CalendarTime read_datetime2(ByteCursor& cursor, unsigned digits);
// Signed microseconds.
std::int64_t read_time2(ByteCursor& cursor, unsigned digits);
CalendarTime read_old_datetime(ByteCursor& cursor);
std::int64_t read_old_time(ByteCursor& cursor);

// The integer that binary JSON holds for DATE, DATETIME and TIMESTAMP: date and time in the upper
// bits, microseconds in the lower 24. Nothing where the fields can't be.
std::optional<CalendarTime> unpack_json_datetime(std::int64_t packed);
// The same for TIME, signed microseconds.
std::optional<std::int64_t> unpack_json_time(std::int64_t packed);

// The inverse of both.
std::int64_t pack_json_datetime(const CalendarTime& time);
std::int64_t pack_json_time(std::int64_t micros);

}  // namespace millrace::row
