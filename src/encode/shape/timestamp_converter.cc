// Kafka Connect's TimestampConverter: one field, or the whole key or value, from one form of an instant to another.
// Milliseconds are all that lies between the two, as in Connect.

#include <charconv>
#include <utility>

#include "encode/shape/date_format.h"
#include "encode/shape/transform.h"

namespace millrace::encode {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::string_view kNames = "org.apache.kafka.connect.data.";

enum class TimeForm : std::uint8_t { kString, kUnix, kDate, kTime, kTimestamp };
enum class Unit : std::uint8_t { kSeconds, kMilliseconds, kMicroseconds, kNanoseconds };

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// A product within 64 bits, as java.util.concurrent.TimeUnit has it.
std::int64_t saturated(std::int64_t number, std::int64_t factor) {
  std::int64_t product = 0;
  if (!__builtin_mul_overflow(number, factor, &product)) return product;
  return number < 0 ? INT64_MIN : INT64_MAX;
}

class ConvertedTime final : public ValueChange {
 public:
  TimeForm from = TimeForm::kUnix, to = TimeForm::kUnix;
  Unit unit = Unit::kMilliseconds;
  std::shared_ptr<const DateFormat> format;

  Status apply(std::string_view json, JsonWriter& out) const override {
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t instant, read(json));
    switch (to) {
      case TimeForm::kString: {
        std::string text;
        format->format(instant, text);
        out.quoted(text);
        break;
      }
      case TimeForm::kUnix:
        out.integer(to_unix(instant));
        break;
      case TimeForm::kDate:
        out.integer(floor_div(instant, kDayMs));
        break;
      case TimeForm::kTime:
        out.integer(instant - floor_div(instant, kDayMs) * kDayMs);
        break;
      case TimeForm::kTimestamp:
        out.integer(instant);
    }
    return {};
  }

 private:
  Result<std::int64_t> read(std::string_view json) const {
    if (from == TimeForm::kString) return format->parse(text_of_json(json));
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(json.data(), json.data() + json.size(), number);
    if (code != std::errc() || end != json.data() + json.size())
      return definite_error("'" + std::string(json) + "' is no instant");
    if (from == TimeForm::kDate) return saturated(number, kDayMs);
    return from == TimeForm::kUnix ? from_unix(number) : number;
  }

  std::int64_t from_unix(std::int64_t number) const {
    switch (unit) {
      case Unit::kSeconds:
        return saturated(number, 1000);
      case Unit::kMilliseconds:
        return number;
      case Unit::kMicroseconds:
        return number / 1000;
      case Unit::kNanoseconds:
        break;
    }
    return number / 1'000'000;
  }

  std::int64_t to_unix(std::int64_t milliseconds) const {
    switch (unit) {
      case Unit::kSeconds:
        return milliseconds / 1000;
      case Unit::kMilliseconds:
        return milliseconds;
      case Unit::kMicroseconds:
        return saturated(milliseconds, 1000);
      case Unit::kNanoseconds:
        break;
    }
    return saturated(milliseconds, 1'000'000);
  }
};

ConnectSchema schema_of(TimeForm form, bool is_optional) {
  const auto named = [is_optional](std::string type, std::string_view name) {
    ConnectSchema schema = primitive_schema(std::move(type), is_optional);
    schema.name = std::string(kNames) + std::string(name);
    schema.version = 1;
    return schema;
  };
  switch (form) {
    case TimeForm::kString:
      return primitive_schema("string", is_optional);
    case TimeForm::kUnix:
      return primitive_schema("int64", is_optional);
    case TimeForm::kDate:
      return named("int32", "Date");
    case TimeForm::kTime:
      return named("int32", "Time");
    case TimeForm::kTimestamp:
      break;
  }
  return named("int64", "Timestamp");
}

Result<TimeForm> form_of(const ConnectSchema& schema) {
  if (schema.name.starts_with(kNames)) {
    const std::string_view name = std::string_view(schema.name).substr(kNames.size());
    if (name == "Date") return TimeForm::kDate;
    if (name == "Time") return TimeForm::kTime;
    if (name == "Timestamp") return TimeForm::kTimestamp;
  }
  if (schema.type == "int64") return TimeForm::kUnix;
  if (schema.type == "string") return TimeForm::kString;
  return definite_error("a value of type " + schema.type + " is no timestamp");
}

class TimestampConverter final : public Transform {
 public:
  explicit TimestampConverter(RecordPart part) : part_(part) {}
  std::string field;
  TimeForm to = TimeForm::kUnix;
  Unit unit = Unit::kMilliseconds;
  std::shared_ptr<const DateFormat> format;

  Result<Outcome> apply(RecordShape& record, Answers&) const override {
    std::optional<ShapeValue>& target = part_of(record, part_);
    if (!target) return Outcome::kRecord;
    if (field.empty()) {
      MILLRACE_RETURN_IF_ERROR(convert(*target));
      return Outcome::kRecord;
    }
    if (!target->is_struct())
      return definite_error(std::string(name_of(part_)) + " has no fields, it is of type " +
                            target->schema.type);
    ShapeValue* found = target->find(field);
    if (found == nullptr) return Outcome::kRecord;
    if (const Status converted = convert(*found); !converted)
      return converted.error().with_context(field);
    return Outcome::kRecord;
  }

 private:
  Status convert(ShapeValue& value) const {
    MILLRACE_ASSIGN_OR_RETURN(const TimeForm from, form_of(value.schema));
    if (from == TimeForm::kString && format == nullptr)
      return definite_error("a string is converted by a format, and there is none");
    value.schema = schema_of(to, value.schema.is_optional);
    if (value.kind == ShapeValue::Kind::kNull) return {};
    auto change = std::make_shared<ConvertedTime>();
    change->from = from;
    change->to = to;
    change->unit = unit;
    change->format = format;
    value.changes.push_back(std::move(change));
    return {};
  }

  RecordPart part_;
};

}  // namespace

Result<TransformPtr> make_timestamp_converter(RecordPart part, const OptionReader& options) {
  auto transform = std::make_unique<TimestampConverter>(part);
  transform->field = options.text("field");
  const std::string type = options.text("target.type");
  transform->to = type == "string" ? TimeForm::kString
                  : type == "unix" ? TimeForm::kUnix
                  : type == "Date" ? TimeForm::kDate
                  : type == "Time" ? TimeForm::kTime
                                   : TimeForm::kTimestamp;
  const std::string unit = options.text("unix.precision", "milliseconds");
  transform->unit = unit == "seconds"        ? Unit::kSeconds
                    : unit == "microseconds" ? Unit::kMicroseconds
                    : unit == "nanoseconds"  ? Unit::kNanoseconds
                                             : Unit::kMilliseconds;
  const std::string pattern = options.text("format");
  if (pattern.find_first_not_of(' ') != pattern.npos) {
    auto format = DateFormat::compile(pattern);
    if (!format) return format.error().with_context("format");
    transform->format = std::make_shared<const DateFormat>(std::move(*format));
  } else if (transform->to == TimeForm::kString) {
    return definite_error("format: is needed for target.type string");
  }
  return TransformPtr(std::move(transform));
}

}  // namespace millrace::encode
