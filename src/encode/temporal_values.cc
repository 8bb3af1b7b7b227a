// Dates and times: see value_writer.h.

#include "encode/calendar.h"
#include "encode/value_writer.h"

namespace millrace::encode {
namespace {

constexpr std::int64_t kNanosecondsOfMicrosecond = 1000;
constexpr std::int64_t kNanosecondsOfDay = kMicrosecondsOfDay * kNanosecondsOfMicrosecond;

std::int64_t microseconds_of_day(const row::CalendarTime& time) {
  return (time.hour * 3600 + time.minute * 60 + time.second) * kMicrosecondsOfSecond +
         time.microsecond;
}

// Rounds down, before 1970 too.
std::int64_t milliseconds_of(std::int64_t days, const row::CalendarTime& time) {
  return days * (kMicrosecondsOfDay / 1000) + microseconds_of_day(time) / 1000;
}

}  // namespace

void ValueWriter::write_date(const ColumnPlan& plan, const row::CalendarTime& date) {
  if (const auto days = checked_days(date, plan.adjusts_years)) {
    out_.integer(*days);
  } else {
    out_.raw(plan.no_date);
  }
}

void ValueWriter::write_iso_date_of(const ColumnPlan& plan, const row::CalendarTime& date) {
  if (const auto days = checked_days(date, plan.adjusts_years)) {
    write_iso_date(*days, out_);
  } else {
    out_.raw(plan.no_date);
  }
}

bool ValueWriter::write_time_milliseconds(std::int64_t microseconds, const Place& place) {
  if (microseconds < 0 || microseconds > kMicrosecondsOfDay) {
    return write_out_of_range(place, "a TIME outside a day can't be said with connect");
  }
  out_.integer(microseconds / 1000);
  return true;
}

// A whole day is midnight.
bool ValueWriter::write_iso_time_of(std::int64_t microseconds, const Place& place) {
  if (microseconds < 0 || microseconds > kMicrosecondsOfDay) {
    return write_out_of_range(place, "a TIME outside a day can't be said with isostring");
  }
  write_iso_time(microseconds % kMicrosecondsOfDay, out_);
  return true;
}

// As Debezium adds it up: a day that doesn't fit doesn't fit, whatever the time of day.
bool ValueWriter::write_datetime_nanoseconds(std::int64_t days, const row::CalendarTime& time,
                                             const Place& place) {
  std::int64_t nanoseconds = 0;
  if (__builtin_mul_overflow(days, kNanosecondsOfDay, &nanoseconds) ||
      __builtin_add_overflow(nanoseconds, microseconds_of_day(time) * kNanosecondsOfMicrosecond,
                             &nanoseconds)) {
    return write_out_of_range(
        place, "a DATETIME outside 1677-09-22 to 2262-04-11 can't be said with nanoseconds");
  }
  out_.integer(nanoseconds);
  return true;
}

bool ValueWriter::write_datetime(Form form, const row::CalendarTime& date, const Place& place) {
  const auto days = checked_days(date, place.plan.adjusts_years);
  if (!days) {
    out_.raw(place.plan.no_date);
    return true;
  }
  switch (form) {
    case Form::kDatetimeMicroseconds:
      out_.integer(*days * kMicrosecondsOfDay + microseconds_of_day(date));
      return true;
    case Form::kDatetimeNanoseconds:
      return write_datetime_nanoseconds(*days, date, place);
    case Form::kIsoDatetime:
      write_iso_datetime(*days * kMicrosecondsOfDay + microseconds_of_day(date), out_);
      return true;
    default:
      out_.integer(milliseconds_of(*days, date));
      return true;
  }
}

void ValueWriter::write_timestamp(const ColumnPlan& plan, const row::Value& value) {
  if (value.kind == row::ValueKind::kZeroTimestamp) {
    out_.raw(plan.no_date);
  } else {
    write_iso_timestamp(value.i64, plan.fraction_digits, out_);
  }
}

bool ValueWriter::write_out_of_range(const Place& place, std::string_view what) {
  const ColumnPlan& plan = place.plan;
  const std::string sentence = std::string(what) + " (time.precision.mode)";
  if (!plan.is_nullable && plan.no_time.empty())
    return fail(place, sentence + ", and the column is NOT NULL without a DEFAULT");
  const std::string_view instead = plan.is_nullable ? "null" : std::string_view(plan.no_time);
  if (place.table.first_notice(plan.index, Notice::kOutOfRange)) {
    place.remarks.notices.push_back(column_name(place) + ": " + sentence +
                                    ": such values are published as " + std::string(instead));
  }
  out_.raw(instead);
  return true;
}

}  // namespace millrace::encode
