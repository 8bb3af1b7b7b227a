#include "encode/column_default.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "encode/calendar.h"
#include "encode/json_writer.h"
#include "encode/value_writer.h"
#include "millrace/row/java_number.h"

namespace millrace::encode {
namespace {

using row::Value;
using row::ValueKind;

Value of_kind(ValueKind kind) {
  Value value{};
  value.kind = kind;
  return value;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc()) return std::nullopt;
  return number;
}

std::optional<Value> integer_of(std::string_view text) {
  Value value = of_kind(ValueKind::kInt);
  if (text.starts_with('-')) {
    const auto number = parse_number<std::int64_t>(text);
    if (!number) return std::nullopt;
    value.i64 = *number;
  } else {
    const auto number = parse_number<std::uint64_t>(text);
    if (!number) return std::nullopt;
    value.u64 = *number;
  }
  return value;
}

// "b'101'", as the catalog prints it.
std::optional<Value> bits_of(std::string_view text) {
  if (!text.starts_with("b'") || !text.ends_with('\'')) return std::nullopt;
  Value value = of_kind(ValueKind::kBit);
  for (const char c : text.substr(2, text.size() - 3)) value.u64 = value.u64 << 1 | (c == '1');
  return value;
}

std::optional<Value> double_of(std::string_view text, ValueKind kind) {
  const auto number = parse_number<double>(text);
  if (!number) return std::nullopt;
  Value value = of_kind(kind);
  value.f64 = *number;
  return value;
}

// Numbers out of "2017-09-08 17:51:04.12": takes one up to a separator.
std::optional<std::int64_t> take_number(std::string_view& text, std::string_view separators) {
  const std::size_t end = std::min(text.find_first_of(separators), text.size());
  const auto number = parse_number<std::uint32_t>(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  if (!number) return std::nullopt;
  return *number;
}

// The digits behind a point.
std::int64_t microseconds_of(std::string_view fraction) {
  std::string digits(fraction.substr(0, 6));
  digits.resize(6, '0');
  return parse_number<std::uint32_t>(digits).value_or(0);
}

// "17:51:04.12", also "-838:59:59".
std::optional<std::int64_t> time_of(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const auto hour = take_number(text, ":");
  const auto minute = take_number(text, ":");
  const auto second = take_number(text, ".");
  if (!hour || !minute || !second) return std::nullopt;
  const std::int64_t time =
      (*hour * 3600 + *minute * 60 + *second) * kMicrosecondsOfSecond + microseconds_of(text);
  return is_negative ? -time : time;
}

std::optional<Value> datetime_of(std::string_view text) {
  const auto year = take_number(text, "-");
  const auto month = take_number(text, "-");
  const auto day = take_number(text, " ");
  if (!year || !month || !day) return std::nullopt;
  Value value = of_kind(ValueKind::kDatetime);
  value.date = {static_cast<std::uint16_t>(*year), static_cast<std::uint8_t>(*month),
                static_cast<std::uint8_t>(*day)};
  if (text.empty()) return value;
  const auto time = time_of(text);
  if (!time || *time < 0 || *time >= kMicrosecondsOfDay) return std::nullopt;
  const std::int64_t second = *time / kMicrosecondsOfSecond;
  value.date.hour = static_cast<std::uint8_t>(second / 3600);
  value.date.minute = static_cast<std::uint8_t>(second / 60 % 60);
  value.date.second = static_cast<std::uint8_t>(second % 60);
  value.date.microsecond = static_cast<std::uint32_t>(*time % kMicrosecondsOfSecond);
  return value;
}

std::optional<Value> timestamp_of(std::string_view text) {
  const auto value = datetime_of(text);
  if (!value) return std::nullopt;
  const row::CalendarTime& date = value->date;
  const auto days = checked_days(date, false);
  if (!days) return of_kind(ValueKind::kZeroTimestamp);
  Value timestamp = of_kind(ValueKind::kTimestamp);
  timestamp.i64 = *days * kMicrosecondsOfDay +
                  (date.hour * 3600 + date.minute * 60 + date.second) * kMicrosecondsOfSecond +
                  date.microsecond;
  return timestamp;
}

std::optional<Value> duration_of(std::string_view text) {
  const auto time = time_of(text);
  if (!time) return std::nullopt;
  Value value = of_kind(ValueKind::kTime);
  value.i64 = *time;
  return value;
}

// A literal as the value that a row would hold, for the forms whose text JSON doesn't share.
std::optional<Value> value_of(const ColumnPlan& plan, std::string_view text) {
  switch (plan.unmasked) {
    case Form::kInteger:
      if (plan.column->type == schema::ColumnType::kTime2) return duration_of(text);
      return integer_of(text);
    case Form::kUnsignedLong:
    case Form::kUnsignedBytes:
    case Form::kUnsignedNumber:
    case Form::kBoolean:
      return integer_of(text);
    case Form::kFloat:
    case Form::kWidenedFloat:
      return double_of(text, ValueKind::kFloat);
    case Form::kDouble:
      return double_of(text, ValueKind::kDouble);
    case Form::kBit:
    case Form::kBits:
      return bits_of(text);
    case Form::kDate:
    case Form::kIsoDate:
    case Form::kDatetimeMilliseconds:
    case Form::kDatetimeMicroseconds:
    case Form::kDatetimeNanoseconds:
    case Form::kIsoDatetime:
      return datetime_of(text);
    case Form::kTimeMilliseconds:
    case Form::kTimeNanoseconds:
    case Form::kIsoTime:
      return duration_of(text);
    case Form::kTimestamp:
      return timestamp_of(text);
    default:
      return std::nullopt;
  }
}

// A statement's literal with as many digits behind the point as the column has: "1.5" of DECIMAL(5,2) is "1.50". Rounded
// half away from zero, as the server does. Text in another form (1e3) is left alone: nothing.
std::optional<std::string> at_scale(std::string_view text, std::size_t scale) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  std::string fraction(point < text.size() ? text.substr(point + 1) : std::string_view());
  if ((digits + fraction).find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  const bool rounds_up = fraction.size() > scale && fraction[scale] >= '5';
  fraction.resize(scale, '0');
  digits = (digits.empty() ? "0" : digits) + fraction;
  if (rounds_up) {
    std::size_t at = digits.size();
    while (at > 0 && digits[at - 1] == '9') digits[--at] = '0';
    if (at > 0) {
      ++digits[at - 1];
    } else {
      digits.insert(0, "1");
    }
  }
  if (scale > 0) digits.insert(digits.size() - scale, ".");
  return is_negative ? "-" + digits : digits;
}

// "-12345.67" as base64 of the unscaled value: big-endian two's complement of the least length.
void write_unscaled(std::string_view text, JsonWriter& out) {
  constexpr std::size_t kMostBytes = 32;  // 65 digits take 27, and a sign
  std::string bytes(kMostBytes, '\0');
  for (const char c : text) {
    if (c < '0' || c > '9') continue;
    unsigned carry = static_cast<unsigned>(c - '0');
    for (std::size_t i = kMostBytes; i-- > 0; carry >>= 8) {
      carry += static_cast<unsigned char>(bytes[i]) * 10U;
      bytes[i] = static_cast<char>(carry & 0xFF);
    }
  }
  if (text.starts_with('-')) {
    unsigned carry = 1;
    for (std::size_t i = kMostBytes; i-- > 0; carry >>= 8) {
      carry += static_cast<unsigned char>(~bytes[i]);
      bytes[i] = static_cast<char>(carry & 0xFF);
    }
  }
  const char sign = (bytes[0] & 0x80) != 0 ? '\xFF' : '\0';
  std::size_t first = 0;
  while (first + 1 < kMostBytes && bytes[first] == sign &&
         ((bytes[first + 1] ^ sign) & 0x80) == 0) {
    ++first;
  }
  out.quoted_base64(std::string_view(bytes).substr(first));
}

// True where the literal's text is all that it takes.
bool write_text_form(Form form, const std::string& text, JsonWriter& out) {
  std::string number;
  switch (form) {
    case Form::kText:
    case Form::kEnum:
    case Form::kSet:
    case Form::kDecimalText:
      out.quoted(text);
      return true;
    case Form::kDecimalBytes:
      write_unscaled(text, out);
      return true;
    case Form::kDecimalNumber:
      row::append_java_decimal(text, number);
      out.raw(number);
      return true;
    case Form::kDecimalDouble:
      row::append_java_double(parse_number<double>(text).value_or(0), number);
      out.raw(number);
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string default_json(const TablePlan::Impl& table, const ColumnPlan& plan,
                         const EncoderOptions& options) {
  std::optional<std::string> literal = plan.column->default_value;
  if (literal && plan.column->type == schema::ColumnType::kNewDecimal)
    literal = at_scale(*literal, plan.column->scale);
  if (!literal) return {};
  JsonWriter out;
  if (!write_text_form(plan.unmasked, *literal, out)) {
    const auto value = value_of(plan, *literal);
    if (!value) return {};
    ColumnPlan unmasked = plan;
    unmasked.form = plan.unmasked;
    Remarks remarks;
    if (!ValueWriter(options, out).write(table, unmasked, *value, remarks)) return {};
  }
  std::string json(out.written_since(0));
  return json == "null" ? std::string() : json;
}

}  // namespace millrace::encode
