// Kafka Connect's Cast: fields, or a key or value as a whole, as another primitive type, with Java's conversions.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "encode/shape/date_format.h"
#include "encode/shape/transform.h"
#include "millrace/row/java_number.h"

namespace millrace::encode {
namespace {

using Kind = ShapeValue::Kind;

constexpr std::string_view kTimes = "org.apache.kafka.connect.data.";
constexpr std::int64_t kDayMs = 86'400'000;

enum class Type : std::uint8_t {
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kFloat,
  kDouble,
  kBoolean,
  kString
};

const std::map<std::string, Type, std::less<>>& types() {
  static const std::map<std::string, Type, std::less<>> all = {
      {"int8", Type::kInt8},       {"int16", Type::kInt16},   {"int32", Type::kInt32},
      {"int64", Type::kInt64},     {"float32", Type::kFloat}, {"float64", Type::kDouble},
      {"boolean", Type::kBoolean}, {"string", Type::kString}};
  return all;
}

// As JsonConverter calls it in a schema.
std::string schema_type(Type type) {
  if (type == Type::kFloat) return "float";
  if (type == Type::kDouble) return "double";
  for (const auto& [name, each] : types())
    if (each == type) return name;
  return "";
}

template <typename Integer>
Integer saturated(double number) {
  if (std::isnan(number)) return 0;
  if (number >= static_cast<double>(std::numeric_limits<Integer>::max()))
    return std::numeric_limits<Integer>::max();
  if (number <= static_cast<double>(std::numeric_limits<Integer>::min()))
    return std::numeric_limits<Integer>::min();
  return static_cast<Integer>(number);
}

template <typename Number>
Result<Number> parse(std::string_view text) {
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  Number number{};
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (code != std::errc() || end != digits.data() + digits.size())
    return definite_error("'" + std::string(text) + "' can't be cast to a number of that type");
  return number;
}

class CastValue final : public ValueChange {
 public:
  CastValue(const ConnectSchema& from, Type to) : to_(to) {
    is_text_ = from.type == "string";
    is_bytes_ = from.type == "bytes";
    is_boolean_ = from.type == "boolean";
    is_real_ = from.type == "float" || from.type == "double";
    if (from.name.starts_with(kTimes)) time_ = from.name.substr(kTimes.size());
  }

  Status apply(std::string_view json, JsonWriter& out) const override {
    if (to_ == Type::kString) return apply_string(json, out);
    if (is_text_) return apply_text(text_of_json(json), out);
    if (is_boolean_) {
      write_integer(json == "true" ? 1 : 0, out);
      return {};
    }
    if (is_real_) {
      MILLRACE_ASSIGN_OR_RETURN(const double number, parse<double>(json));
      write_real(number, out);
      return {};
    }
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t number, parse<std::int64_t>(json));
    write_integer(number, out);
    return {};
  }

 private:
  Status apply_string(std::string_view json, JsonWriter& out) const {
    if (is_text_ || is_bytes_) {
      out.raw(json);
    } else if (!time_.empty()) {
      MILLRACE_ASSIGN_OR_RETURN(const std::int64_t number, parse<std::int64_t>(json));
      MILLRACE_RETURN_IF_ERROR(write_time(time_ == "Date" ? number * kDayMs : number, out));
    } else {
      out.raw('"');
      out.raw(json);
      out.raw('"');
    }
    return {};
  }

  // An instant within the first day is a time of day, one at midnight a date.
  static Status write_time(std::int64_t instant, JsonWriter& out) {
    const char* pattern = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'";
    if (instant < kDayMs) pattern = "HH:mm:ss.SSS'Z'";
    if (instant >= kDayMs && instant % kDayMs == 0) pattern = "yyyy-MM-dd";
    MILLRACE_ASSIGN_OR_RETURN(const DateFormat format, DateFormat::compile(pattern));
    std::string text;
    format.format(instant, text);
    out.quoted(text);
    return {};
  }

  Status apply_text(const std::string& text, JsonWriter& out) const {
    if (to_ == Type::kBoolean) {
      const bool is_true = text.size() == 4 && (text[0] | 0x20) == 't' && (text[1] | 0x20) == 'r' &&
                           (text[2] | 0x20) == 'u' && (text[3] | 0x20) == 'e';
      out.raw(is_true ? "true" : "false");
    } else if (to_ == Type::kFloat) {
      MILLRACE_ASSIGN_OR_RETURN(const float number, parse<float>(text));
      write_float(number, out);
    } else if (to_ == Type::kDouble) {
      MILLRACE_ASSIGN_OR_RETURN(const double number, parse<double>(text));
      write_double(number, out);
    } else {
      MILLRACE_ASSIGN_OR_RETURN(const std::int64_t number, integer_of(text));
      out.integer(number);
    }
    return {};
  }

  // Out of range is an error for text, and wraps around for numbers.
  Result<std::int64_t> integer_of(const std::string& text) const {
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t number, parse<std::int64_t>(text));
    const int bits = to_ == Type::kInt8    ? 8
                     : to_ == Type::kInt16 ? 16
                     : to_ == Type::kInt32 ? 32
                                           : 64;
    const std::int64_t most = std::numeric_limits<std::int64_t>::max() >> (64 - bits);
    if (number > most || number < -most - 1)
      return definite_error("'" + text + "' can't be cast to a number of that type");
    return number;
  }

  void write_integer(std::int64_t number, JsonWriter& out) const {
    switch (to_) {
      case Type::kInt8:
        out.integer(std::int64_t{static_cast<std::int8_t>(number)});
        break;
      case Type::kInt16:
        out.integer(std::int64_t{static_cast<std::int16_t>(number)});
        break;
      case Type::kInt32:
        out.integer(std::int64_t{static_cast<std::int32_t>(number)});
        break;
      case Type::kInt64:
        out.integer(number);
        break;
      case Type::kFloat:
        write_float(static_cast<float>(number), out);
        break;
      case Type::kDouble:
        write_double(static_cast<double>(number), out);
        break;
      case Type::kBoolean:
        out.raw(number != 0 ? "true" : "false");
        break;
      case Type::kString:
        break;  // see apply_string()
    }
  }

  void write_real(double number, JsonWriter& out) const {
    if (to_ == Type::kFloat) {
      write_float(static_cast<float>(number), out);
    } else if (to_ == Type::kDouble) {
      write_double(number, out);
    } else if (to_ == Type::kInt64 || to_ == Type::kBoolean) {
      write_integer(saturated<std::int64_t>(number), out);
    } else {
      write_integer(saturated<std::int32_t>(number), out);
    }
  }

  static void write_double(double number, JsonWriter& out) {
    std::string text;
    row::append_java_double(number, text);
    out.raw(text);
  }
  static void write_float(float number, JsonWriter& out) {
    std::string text;
    row::append_java_float(number, text);
    out.raw(text);
  }

  Type to_;
  bool is_text_ = false, is_bytes_ = false, is_boolean_ = false, is_real_ = false;
  std::string time_;  // Date, Time or Timestamp
};

class Cast final : public Transform {
 public:
  explicit Cast(RecordPart part) : part_(part) {}

  Status read_spec(const OptionReader& options) {
    const std::vector<std::string> spec = options.list("spec");
    for (const std::string& each : spec) {
      const std::size_t colon = each.find(':');
      std::string name = colon == each.npos ? each : each.substr(colon + 1);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
      const auto type = types().find(name);
      if (type == types().end() || (colon == each.npos && spec.size() > 1))
        return definite_error(
            "spec: '" + each +
            "' is not of the form field:type, the type int8, int16, int32, int64, "
            "float32, float64, boolean or string");
      if (colon == each.npos) {
        whole_ = type->second;
      } else {
        fields_[each.substr(0, colon)] = type->second;
      }
    }
    return {};
  }

  Result<Outcome> apply(RecordShape& record, Answers&) const override {
    std::optional<ShapeValue>& target = part_of(record, part_);
    if (is_null(target)) return Outcome::kRecord;
    if (whole_) {
      const ConnectSchema described = target->schema;
      MILLRACE_RETURN_IF_ERROR(cast(*whole_, *target));
      target->schema.name = described.name;
      target->schema.version = described.version;
      target->schema.doc = described.doc;
      target->schema.parameters = described.parameters;
      return Outcome::kRecord;
    }
    MILLRACE_RETURN_IF_ERROR(require_struct(target, name_of(part_)));
    for (ShapeField& field : target->fields) {
      const auto type = fields_.find(field.name);
      if (type == fields_.end()) continue;
      if (const Status done = cast(type->second, field.value); !done)
        return done.error().with_context(field.name);
    }
    return Outcome::kRecord;
  }

 private:
  static Status cast(Type to, ShapeValue& value) {
    const ConnectSchema from = value.schema;
    const bool is_castable = from.type != "struct" && from.type != "array" &&
                             from.name != "org.apache.kafka.connect.data.Decimal" &&
                             (from.type != "bytes" || to == Type::kString);
    if (!is_castable)
      return definite_error("a value of type " + (from.name.empty() ? from.type : from.name) +
                            " can't be cast to " + schema_type(to));
    auto change = std::make_shared<CastValue>(from, to);
    value.schema = primitive_schema(schema_type(to), from.is_optional);
    if (!from.default_json.empty()) {
      JsonWriter writer;
      MILLRACE_RETURN_IF_ERROR(change->apply(from.default_json, writer));
      value.schema.default_json = writer.written_since(0);
    }
    if (value.kind != Kind::kNull) value.changes.push_back(std::move(change));
    return {};
  }

  RecordPart part_;
  std::optional<Type> whole_;
  std::map<std::string, Type> fields_;
};

}  // namespace

Result<TransformPtr> make_cast(RecordPart part, const OptionReader& options) {
  auto transform = std::make_unique<Cast>(part);
  MILLRACE_RETURN_IF_ERROR(transform->read_spec(options));
  return TransformPtr(std::move(transform));
}

}  // namespace millrace::encode
