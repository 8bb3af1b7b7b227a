#include "encode/value_writer.h"

#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "encode/calendar.h"
#include "millrace/base/byte_cursor.h"
#include "millrace/row/decimal.h"
#include "millrace/row/java_number.h"
#include "millrace/row/json_text.h"

namespace millrace::encode {
namespace {

using row::ValueKind;

constexpr std::uint64_t kLargestLong = std::numeric_limits<std::int64_t>::max();
// DATETIME(0..3) counts milliseconds, DATETIME(4..6) microseconds.
constexpr unsigned kMillisecondDigits = 3;

std::string column_name(const TablePlan::Impl& plan, std::size_t column) {
  return plan.table->name.to_text() + "." + plan.columns[column].column->name;
}

}  // namespace

bool ValueWriter::write(const TablePlan::Impl& table, std::size_t column, const row::Value& value,
                        Remarks& remarks) {
  const ColumnPlan& plan = table.columns[column];
  const Place place{table, column, remarks};
  switch (value.kind) {
    case ValueKind::kAbsent:
      return fail(place, "the value is not in the row image");
    case ValueKind::kNull:
      out_.raw("null");
      return true;
    case ValueKind::kInt:
    case ValueKind::kTime:
      out_.integer(value.i64);
      return true;
    case ValueKind::kUint:
      write_unsigned(plan, value, place);
      return true;
    case ValueKind::kYear:
      out_.integer(value.u64);
      return true;
    case ValueKind::kFloat:
      if (plan.widens_float) {
        write_double(value.f64);
      } else {
        write_float(static_cast<float>(value.f64));
      }
      return true;
    case ValueKind::kDouble:
      write_double(value.f64);
      return true;
    case ValueKind::kDecimal:
      return write_decimal(plan, value.bytes, place);
    case ValueKind::kText:
      return write_text(plan, value.bytes, place);
    case ValueKind::kBinary:
      out_.quoted_base64(value.bytes, plan.padded_size);
      return true;
    case ValueKind::kBit:
      write_bits(plan, value.u64);
      return true;
    case ValueKind::kEnum:
      return write_enum(plan, value.u64, place);
    case ValueKind::kSet:
      return write_set(plan, value.u64, place);
    case ValueKind::kDate:
      write_date(plan, value.date);
      return true;
    case ValueKind::kDatetime:
      write_datetime(plan, value.date);
      return true;
    case ValueKind::kTimestamp:
      write_iso_timestamp(value.i64, plan.fraction_digits, out_);
      return true;
    case ValueKind::kZeroTimestamp:
      out_.raw(plan.is_nullable ? "null" : "\"1970-01-01T00:00:00Z\"");
      return true;
    case ValueKind::kJson:
      return write_json(value.bytes, place);
    case ValueKind::kGeometry:
      return write_geometry(plan, value.bytes, place);
    case ValueKind::kVector:
      return write_vector(value.bytes, place);
  }
  return fail(place, "a value of no kind");
}

Error ValueWriter::take_error() {
  MILLRACE_ASSERT(error_.has_value(), "no value failed");
  Error error = std::move(*error_);
  error_.reset();
  return error;
}

bool ValueWriter::fail(const Place& place, std::string_view what) {
  error_ = definite_error(column_name(place.plan, place.column) + ": " + std::string(what));
  return false;
}

void ValueWriter::write_unsigned(const ColumnPlan&, const row::Value& value, const Place& place) {
  if (value.u64 > kLargestLong && place.plan.first_notice(place.column, Notice::kUnsignedWraps)) {
    place.remarks.notices.push_back(
        column_name(place.plan, place.column) +
        ": a BIGINT UNSIGNED above 9223372036854775807 is published as a negative "
        "number (its value less 2^64), as bigint.unsigned.handling.mode=long says");
  }
  out_.integer(static_cast<std::int64_t>(value.u64));
}

void ValueWriter::write_bits(const ColumnPlan& plan, std::uint64_t bits) {
  if (plan.column->length == 1) {
    out_.raw(bits != 0 ? "true" : "false");
    return;
  }
  char bytes[8];  // little-endian, as the supported hosts are
  std::memcpy(bytes, &bits, sizeof bytes);
  const std::size_t count = plan.column->length < 64 ? (plan.column->length + 7) / 8 : sizeof bytes;
  out_.quoted_base64({bytes, count});
}

void ValueWriter::write_date(const ColumnPlan& plan, const row::CalendarTime& date) {
  if (const auto days = checked_days(date, plan.adjusts_years)) {
    out_.integer(*days);
  } else {
    out_.raw(plan.is_nullable ? "null" : "0");
  }
}

void ValueWriter::write_datetime(const ColumnPlan& plan, const row::CalendarTime& date) {
  const auto days = checked_days(date, plan.adjusts_years);
  if (!days) {
    out_.raw(plan.is_nullable ? "null" : "0");
    return;
  }
  const std::int64_t seconds =
      *days * kSecondsOfDay + date.hour * 3600 + date.minute * 60 + date.second;
  const std::int64_t microseconds = seconds * kMicrosecondsOfSecond + date.microsecond;
  if (plan.fraction_digits > kMillisecondDigits) {
    out_.integer(microseconds);
  } else {
    out_.integer(seconds * 1000 + date.microsecond / 1000);
  }
}

void ValueWriter::write_double(double value) {
  scratch_.clear();
  row::append_java_double(value, scratch_);
  out_.raw(scratch_);
}

void ValueWriter::write_float(float value) {
  scratch_.clear();
  row::append_java_float(value, scratch_);
  out_.raw(scratch_);
}

bool ValueWriter::write_decimal(const ColumnPlan& plan, std::string_view packed,
                                const Place& place) {
  scratch_.clear();
  const Status status = row::append_decimal_unscaled(packed, static_cast<int>(plan.column->length),
                                                     plan.column->scale, scratch_);
  if (!status) return fail(place, status.error().message());
  out_.quoted_base64(scratch_);
  return true;
}

bool ValueWriter::write_text(const ColumnPlan& plan, std::string_view bytes, const Place& place) {
  if (plan.text_form == TextForm::kBytes) {
    out_.quoted_base64(bytes, plan.padded_size);
    return true;
  }
  const std::size_t start = out_.size();
  out_.raw('"');
  std::size_t taken = 0;
  if (plan.text_form == TextForm::kUtf8) taken = out_.escaped_utf8(bytes);
  if (plan.text_form == TextForm::kAsciiFirst) taken = out_.escaped_ascii(bytes);
  if (taken == bytes.size()) [[likely]] {
    out_.raw('"');
    return true;
  }
  out_.truncate(start);
  if (plan.text_form == TextForm::kUtf8) return write_invalid_text(plan, bytes, taken, place);
  return write_converted(plan, bytes, place);
}

bool ValueWriter::write_converted(const ColumnPlan& plan, std::string_view bytes,
                                  const Place& place) {
  scratch_.clear();
  const std::size_t valid = plan.charset->append_utf8(bytes, scratch_);
  if (valid != bytes.size()) return write_invalid_text(plan, bytes, valid, place);
  out_.quoted(scratch_);
  return true;
}

bool ValueWriter::write_invalid_text(const ColumnPlan& plan, std::string_view bytes,
                                     std::size_t valid, const Place& place) {
  const std::string charset(plan.charset->name());
  ++place.remarks.invalid_texts;
  if (options_.invalid_text == InvalidText::kFail) {
    return fail(place, "a value isn't valid " + charset + " at its byte " +
                           std::to_string(valid + 1) +
                           " (charset.invalid=fail; replace or base64 publish it)");
  }
  const bool as_base64 = options_.invalid_text == InvalidText::kBase64;
  if (place.plan.first_notice(place.column, Notice::kInvalidText)) {
    place.remarks.notices.push_back(
        column_name(place.plan, place.column) + ": a value isn't valid " + charset +
        (as_base64
             ? "; such values are published as base64 (charset.invalid=base64)"
             : "; its invalid bytes are published as U+FFFD (charset.invalid=base64 keeps them, "
               "column.bytes.include.list publishes the whole column as bytes)"));
  }
  if (as_base64) {
    out_.quoted_base64(bytes);
    return true;
  }
  scratch_.clear();
  plan.charset->append_utf8_replacing(bytes, scratch_);
  out_.quoted(scratch_);
  return true;
}

// Without labels (a table map with minimal metadata and no catalog) the stored number is all there is.
bool ValueWriter::write_enum(const ColumnPlan& plan, std::uint64_t index, const Place& place) {
  if (plan.labels.empty()) {
    out_.integer(index);
    return true;
  }
  if (index >= plan.labels.size()) {
    return fail(place, "ENUM value " + std::to_string(index) + " of a column with " +
                           std::to_string(plan.labels.size() - 1) + " labels");
  }
  out_.raw(plan.labels[index]);
  return true;
}

bool ValueWriter::write_set(const ColumnPlan& plan, std::uint64_t mask, const Place& place) {
  if (plan.labels.empty()) {
    out_.integer(mask);
    return true;
  }
  if (plan.labels.size() < 64 && mask >> plan.labels.size() != 0) {
    return fail(place, "SET value " + std::to_string(mask) + " of a column with " +
                           std::to_string(plan.labels.size()) + " labels");
  }
  out_.raw('"');
  for (std::uint64_t rest = mask; rest != 0; rest &= rest - 1) {
    if (rest != mask) out_.raw(',');
    out_.raw(plan.labels[static_cast<std::size_t>(std::countr_zero(rest))]);
  }
  out_.raw('"');
  return true;
}

bool ValueWriter::write_json(std::string_view document, const Place& place) {
  scratch_.clear();
  const row::JsonTextForm form =
      options_.json_mysql_form ? row::JsonTextForm::kMysql : row::JsonTextForm::kDebezium;
  const Status status = row::append_json_text(document, form, scratch_);
  if (!status) return fail(place, status.error().message());
  out_.raw('"');
  if (out_.escaped_utf8(scratch_) != scratch_.size()) {
    return fail(place, "the JSON document holds text that isn't UTF-8");
  }
  out_.raw('"');
  return true;
}

// MySQL's form: the SRID, then well-known binary.
bool ValueWriter::write_geometry(const ColumnPlan& plan, std::string_view bytes,
                                 const Place& place) {
  ByteCursor cursor(bytes);
  const std::uint32_t srid = cursor.read_u32();
  const std::string_view wkb = cursor.read_rest();
  if (cursor.failed()) return fail(place, "a geometry without its SRID");
  out_.raw('{');
  if (plan.is_point && !write_point(wkb, place)) return false;
  out_.raw("\"wkb\":");
  out_.quoted_base64(wkb);
  out_.raw(",\"srid\":");
  if (srid == 0) {
    out_.raw("null");
  } else {
    out_.integer(std::uint64_t{srid});
  }
  out_.raw('}');
  return true;
}

// "x":1.0,"y":2.0, of a point: byte order (MySQL stores little-endian only), type 1, two doubles.
bool ValueWriter::write_point(std::string_view wkb, const Place& place) {
  ByteCursor cursor(wkb);
  const bool is_point = cursor.read_u8() == 1 && cursor.read_u32() == 1;
  const auto x = std::bit_cast<double>(cursor.read_u64());
  const auto y = std::bit_cast<double>(cursor.read_u64());
  if (!is_point || cursor.failed() || !cursor.at_end()) {
    return fail(place, "a POINT whose bytes are no point");
  }
  out_.raw("\"x\":");
  write_double(x);
  out_.raw(",\"y\":");
  write_double(y);
  out_.raw(',');
  return true;
}

bool ValueWriter::write_vector(std::string_view bytes, const Place& place) {
  if (bytes.size() % sizeof(float) != 0) return fail(place, "a VECTOR with a cut-off element");
  ByteCursor cursor(bytes);
  out_.raw('[');
  while (!cursor.at_end()) {
    write_float(std::bit_cast<float>(cursor.read_u32()));
    if (!cursor.at_end()) out_.raw(',');
  }
  out_.raw(']');
  return true;
}

}  // namespace millrace::encode
