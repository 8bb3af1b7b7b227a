// Kafka Connect's MaskField: a value that isn't null becomes the type's zero, or a replacement.

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "encode/shape/transform.h"
#include "millrace/row/java_number.h"

namespace millrace::encode {
namespace {

class Masked final : public ValueChange {
 public:
  explicit Masked(std::string json) : json_(std::move(json)) {}
  Status apply(std::string_view, JsonWriter& out) const override {
    out.raw(json_);
    return {};
  }

 private:
  std::string json_;
};

// Fails as Connect does: at the first value that isn't null.
class Unmaskable final : public ValueChange {
 public:
  explicit Unmaskable(Error error) : error_(std::move(error)) {}
  Status apply(std::string_view, JsonWriter&) const override { return error_; }

 private:
  Error error_;
};

bool is_connect_time(const ConnectSchema& schema) {
  return schema.name == "org.apache.kafka.connect.data.Date" ||
         schema.name == "org.apache.kafka.connect.data.Time" ||
         schema.name == "org.apache.kafka.connect.data.Timestamp";
}

bool is_decimal(const ConnectSchema& schema) {
  return schema.name == "org.apache.kafka.connect.data.Decimal";
}

Result<std::string> zero_of(const ConnectSchema& schema) {
  const std::string& type = schema.type;
  if (type == "boolean") return std::string("false");
  if (type.starts_with("int")) return std::string("0");
  if (type == "float" || type == "double") return std::string("0.0");
  if (type == "string") return std::string("\"\"");
  if (type == "array") return std::string("[]");
  return definite_error("can't mask a value of type " +
                        (is_decimal(schema) ? schema.name : schema.type));
}

Result<std::string> integer_of(const std::string& text, const std::string& type) {
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = code == std::errc() && end == text.data() + text.size();
  const int bits = type == "int8" ? 8 : type == "int16" ? 16 : type == "int32" ? 32 : 64;
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() >> (64 - bits);
  if (!is_number || number > most || number < -most - 1)
    return definite_error("replacement: '" + text + "' is no " + type);
  return std::to_string(number);
}

Result<std::string> replacement_of(const std::string& text, const ConnectSchema& schema) {
  const std::string& type = schema.type;
  if (type == "string") return quoted_json(text);
  if (type.starts_with("int") && !is_connect_time(schema)) return integer_of(text, type);
  if (type == "float" || type == "double") {
    double number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || end != text.data() + text.size())
      return definite_error("replacement: '" + text + "' is no " + type);
    std::string json;
    if (type == "float") {
      row::append_java_float(static_cast<float>(number), json);
    } else {
      row::append_java_double(number, json);
    }
    return json;
  }
  return definite_error("can't mask a value of type " +
                        (is_decimal(schema) || is_connect_time(schema) ? schema.name : type) +
                        " with a replacement");
}

class MaskField final : public Transform {
 public:
  MaskField(RecordPart part, const OptionReader& options)
      : part_(part), fields_(options.list("fields")) {
    if (options.has("replacement")) replacement_ = options.text("replacement");
  }

  Result<Outcome> apply(RecordShape& record, Answers&) const override {
    std::optional<ShapeValue>& target = part_of(record, part_);
    MILLRACE_RETURN_IF_ERROR(require_struct(target, name_of(part_)));
    for (ShapeField& field : target->fields) {
      const bool is_masked = std::find(fields_.begin(), fields_.end(), field.name) != fields_.end();
      if (!is_masked || field.value.kind == ShapeValue::Kind::kNull) continue;
      auto json = replacement_ ? replacement_of(*replacement_, field.value.schema)
                               : zero_of(field.value.schema);
      if (!json) {
        field.value.changes.push_back(
            std::make_shared<Unmaskable>(json.error().with_context(field.name)));
      } else {
        field.value.changes.push_back(std::make_shared<Masked>(std::move(*json)));
      }
    }
    return Outcome::kRecord;
  }

 private:
  RecordPart part_;
  std::vector<std::string> fields_;
  std::optional<std::string> replacement_;
};

}  // namespace

Result<TransformPtr> make_mask_field(RecordPart part, const OptionReader& options) {
  return TransformPtr(std::make_unique<MaskField>(part, options));
}

}  // namespace millrace::encode
