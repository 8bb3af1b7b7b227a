#pragma once

// Dates and times to the bytes that a row image has of them: what the RowDecoder reads, the other way round. Used by
// who makes row images of rows that come in another form (snapshots). Pure; each function appends, and gives false,
// appending nothing, for fields that the type can't hold.
//
// `digits` are the column's fraction digits, 0 to 6; digits of a value beyond them are left out.

#include <cstdint>
#include <string>

#include "millrace/row/value.h"

namespace millrace::row {

bool append_packed_date(const CalendarTime& date, std::string& out);
bool append_packed_datetime2(const CalendarTime& time, unsigned digits, std::string& out);
// All fields zero is the zero date; else from 1970-01-01 00:00:00 UTC until the seconds pass 32 bits.
bool append_packed_timestamp2(const CalendarTime& utc, unsigned digits, std::string& out);
// Signed microseconds up to 838:59:59.999999.
bool append_packed_time2(std::int64_t micros, unsigned digits, std::string& out);

// The forms before MySQL 5.6, without fractions.
bool append_packed_old_datetime(const CalendarTime& time, std::string& out);
bool append_packed_old_timestamp(const CalendarTime& utc, std::string& out);
bool append_packed_old_time(std::int64_t micros, std::string& out);

}  // namespace millrace::row
