#include "encode/value_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/row/decimal.h"
#include "millrace/row/java_number.h"

namespace millrace::encode {
namespace {

constexpr std::uint64_t kLargestLong = std::numeric_limits<std::int64_t>::max();

}  // namespace

bool ValueWriter::write(const TablePlan::Impl& table, const ColumnPlan& plan,
                        const row::Value& value, Remarks& remarks) {
  if (value.is_null()) {
    out_.raw(plan.is_null_hidden ? std::string_view(plan.asterisks) : "null");
    return true;
  }
  return write_as(plan.form, value, {plan, table, remarks});
}

bool ValueWriter::write_as(Form form, const row::Value& value, const Place& place) {
  const ColumnPlan& plan = place.plan;
  switch (form) {
    case Form::kInteger:
      out_.integer(value.i64);
      return true;
    case Form::kUnsignedLong:
      write_unsigned_long(value.u64, place);
      return true;
    case Form::kUnsignedBytes:
      write_unsigned_bytes(value.u64);
      return true;
    case Form::kUnsignedNumber:
      out_.integer(value.u64);
      return true;
    case Form::kFloat:
      write_float(static_cast<float>(value.f64));
      return true;
    case Form::kWidenedFloat:
    case Form::kDouble:
      write_double(value.f64);
      return true;
    case Form::kDecimalBytes:
      return write_decimal_bytes(value.bytes, place);
    case Form::kDecimalNumber:
      if (!take_decimal_text(value.bytes, place)) return false;
      write_decimal_number();
      return true;
    case Form::kDecimalText:
      if (!take_decimal_text(value.bytes, place)) return false;
      out_.quoted(scratch_);
      return true;
    case Form::kDecimalDouble:
      if (!take_decimal_text(value.bytes, place)) return false;
      write_decimal_double();
      return true;
    case Form::kBit:
      out_.raw(value.u64 != 0 ? "true" : "false");
      return true;
    case Form::kBits:
      write_bits(plan, value.u64);
      return true;
    case Form::kText:
      return write_text(value.bytes, place);
    case Form::kBytes:
      out_.quoted_base64(value.bytes, plan.padded_size);
      return true;
    case Form::kBase64UrlSafe:
      out_.quoted_base64_url_safe(value.bytes, plan.padded_size);
      return true;
    case Form::kHex:
      out_.quoted_hex(value.bytes, plan.padded_size);
      return true;
    case Form::kEnum:
      return write_enum(value.u64, place);
    case Form::kSet:
      return write_set(value.u64, place);
    case Form::kJson:
      return write_json(value.bytes, place);
    case Form::kDate:
      write_date(plan, value.date);
      return true;
    case Form::kIsoDate:
      write_iso_date_of(plan, value.date);
      return true;
    case Form::kTimeMilliseconds:
      return write_time_milliseconds(value.i64, place);
    case Form::kTimeNanoseconds:
      out_.integer(value.i64 * 1000);
      return true;
    case Form::kIsoTime:
      return write_iso_time_of(value.i64, place);
    case Form::kDatetimeMilliseconds:
    case Form::kDatetimeMicroseconds:
    case Form::kDatetimeNanoseconds:
    case Form::kIsoDatetime:
      return write_datetime(form, value.date, place);
    case Form::kTimestamp:
      write_timestamp(plan, value);
      return true;
    case Form::kGeometry:
    case Form::kPoint:
      return write_geometry(value.bytes, place);
    case Form::kVector:
      return write_vector(value.bytes, place);
    case Form::kBoolean:
      out_.raw(value.i64 > 0 ? "true" : "false");
      return true;
    case Form::kAsterisks:
      out_.raw(plan.asterisks);
      return true;
    case Form::kTruncated:
      return write_truncated(value, place);
    case Form::kHashed:
      return write_hashed(value, place);
  }
  return fail(place, "a column of no form");
}

bool ValueWriter::write_truncated(const row::Value& value, const Place& place) {
  const ColumnPlan& plan = place.plan;
  if (plan.cuts_bytes) {
    out_.quoted_base64(value.bytes.substr(0, plan.truncate_to),
                       std::min(plan.padded_size, plan.truncate_to));
    return true;
  }
  const std::size_t start = out_.size();
  if (!write_as(plan.unmasked, value, place)) return false;
  cut_json_string(start, plan.truncate_to, out_);
  return true;
}

bool ValueWriter::write_hashed(const row::Value& value, const Place& place) {
  const std::size_t start = out_.size();
  if (!write_as(place.plan.unmasked, value, place)) return false;
  place.plan.hash->replace(start, scratch_, out_);
  return true;
}

bool ValueWriter::write_null_instead(std::size_t start, Remarks& remarks) {
  if (!options_.null_for_failures) return false;
  const Error error = take_error();
  if (remarks.unconverted.count++ == 0) remarks.unconverted.first = error.message();
  out_.truncate(start);
  out_.raw("null");
  return true;
}

Error ValueWriter::take_error() {
  MILLRACE_ASSERT(error_.has_value(), "no value failed");
  Error error = std::move(*error_);
  error_.reset();
  return error;
}

std::string ValueWriter::column_name(const Place& place) {
  return place.table.table->name.to_text() + "." + place.plan.column->name;
}

bool ValueWriter::fail(const Place& place, std::string_view what) {
  error_ = definite_error(column_name(place) + ": " + std::string(what));
  return false;
}

void ValueWriter::write_unsigned_long(std::uint64_t value, const Place& place) {
  if (value > kLargestLong && place.table.first_notice(place.plan.index, Notice::kUnsignedWraps)) {
    place.remarks.notices.push_back(
        column_name(place) +
        ": a BIGINT UNSIGNED above 9223372036854775807 is published as a negative "
        "number (its value less 2^64), as bigint.unsigned.handling.mode=long says");
  }
  out_.integer(static_cast<std::int64_t>(value));
}

// Big-endian two's complement of the least length.
void ValueWriter::write_unsigned_bytes(std::uint64_t value) {
  std::array<char, 1 + sizeof value> bytes{};  // a zero in front: the number is positive
  for (std::size_t i = sizeof value; i > 0; --i, value >>= 8)
    bytes[i] = static_cast<char>(value & 0xff);
  std::size_t first = 0;
  while (first + 1 < bytes.size() && bytes[first] == 0 && (bytes[first + 1] & 0x80) == 0) ++first;
  out_.quoted_base64({bytes.data() + first, bytes.size() - first});
}

void ValueWriter::write_bits(const ColumnPlan& plan, std::uint64_t bits) {
  char bytes[8];  // little-endian, as the supported hosts are
  std::memcpy(bytes, &bits, sizeof bytes);
  const std::size_t count = plan.column->length < 64 ? (plan.column->length + 7) / 8 : sizeof bytes;
  out_.quoted_base64({bytes, count});
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

bool ValueWriter::write_decimal_bytes(std::string_view packed, const Place& place) {
  scratch_.clear();
  const Status status = row::append_decimal_unscaled(
      packed, static_cast<int>(place.plan.column->length), place.plan.column->scale, scratch_);
  if (!status) return fail(place, status.error().message());
  out_.quoted_base64(scratch_);
  return true;
}

bool ValueWriter::take_decimal_text(std::string_view packed, const Place& place) {
  scratch_.clear();
  const Status status = row::append_decimal_text(
      packed, static_cast<int>(place.plan.column->length), place.plan.column->scale, scratch_);
  return status || fail(place, status.error().message());
}

void ValueWriter::write_decimal_number() {
  number_.clear();
  row::append_java_decimal(scratch_, number_);
  out_.raw(number_);
}

void ValueWriter::write_decimal_double() {
  double value = 0;  // 65 digits fit in a double's range
  std::from_chars(scratch_.data(), scratch_.data() + scratch_.size(), value);
  write_double(value);
}

}  // namespace millrace::encode
