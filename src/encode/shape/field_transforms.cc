// Kafka Connect's transforms that add, leave out, rename and move the fields of a key or value.

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "encode/shape/field_path.h"
#include "encode/shape/transform.h"

namespace millrace::encode {
namespace {

using Kind = ShapeValue::Kind;

ShapeValue null_of(ConnectSchema schema) {
  ShapeValue value;
  value.schema = std::move(schema);
  return value;
}

// A name that ends with `!` is of a required field, one with `?` of an optional one, as without either.
struct InsertedName {
  explicit InsertedName(std::string spec) : name(std::move(spec)) {
    if (name.empty() || (name.back() != '!' && name.back() != '?')) return;
    is_optional = name.back() == '?';
    name.pop_back();
  }
  std::string name;
  bool is_optional = true;
};

class InsertField final : public Transform {
 public:
  InsertField(RecordPart part, const OptionReader& options) : part_(part) {
    const auto name_in = [&options](const std::string& option, std::optional<InsertedName>& to) {
      if (options.has(option)) to.emplace(options.text(option));
    };
    name_in("topic.field", topic_);
    name_in("partition.field", partition_);
    name_in("timestamp.field", timestamp_);
    name_in("static.field", static_);
    static_value_ = options.text("static.value");
  }

  Result<Outcome> apply(RecordShape& record, Answers& answers) const override {
    std::optional<ShapeValue>& target = part_of(record, part_);
    if (is_null(target)) return Outcome::kRecord;
    MILLRACE_RETURN_IF_ERROR(require_struct(target, name_of(part_)));
    ShapeValue wider = copy_basics(*target);
    wider.fields = std::move(target->fields);
    if (topic_)
      MILLRACE_RETURN_IF_ERROR(insert(wider, *topic_, constant_text(record.topic, false)));
    if (partition_) {
      // Which one it will be the producer decides, unless EventRouter has.
      ShapeValue partition =
          record.partition ? *record.partition : null_of(primitive_schema("int32", false));
      if (!partition_->is_optional) {
        const Answer* answer = answers.ask(partition, Answers::Asked::kIsNull);
        if (answer == nullptr) return Outcome::kQuestion;
        if (answer->is_null)
          return definite_error("partition.field: the partition is null, and the field required");
      }
      MILLRACE_RETURN_IF_ERROR(insert(wider, *partition_, std::move(partition)));
    }
    if (timestamp_) MILLRACE_RETURN_IF_ERROR(insert(wider, *timestamp_, timestamp_of(record)));
    if (static_)
      MILLRACE_RETURN_IF_ERROR(insert(wider, *static_, constant_text(static_value_, false)));
    target = std::move(wider);
    return Outcome::kRecord;
  }

 private:
  static Status insert(ShapeValue& target, const InsertedName& name, ShapeValue value) {
    value.schema.is_optional = name.is_optional;
    return add_field(target, name.name, std::move(value));
  }

  // Only EventRouter gives a record a timestamp.
  static ShapeValue timestamp_of(const RecordShape& record) {
    ConnectSchema schema = primitive_schema("int64", false);
    schema.name = "org.apache.kafka.connect.data.Timestamp";
    schema.version = 1;
    if (!record.timestamp) return null_of(std::move(schema));
    ShapeValue value = *record.timestamp;
    value.schema = std::move(schema);
    return value;
  }

  RecordPart part_;
  std::optional<InsertedName> topic_, partition_, timestamp_, static_;
  std::string static_value_;
};

class ReplaceField final : public Transform {
 public:
  ReplaceField(RecordPart part, const OptionReader& options) : part_(part) {
    for (std::string& name : options.list("exclude")) exclude_.insert(std::move(name));
    for (std::string& name : options.list("include")) include_.insert(std::move(name));
  }

  Status read_renames(const OptionReader& options) {
    for (const std::string& pair : options.list("renames")) {
      const std::size_t colon = pair.find(':');
      const bool is_pair = colon != pair.npos && colon > 0 && colon + 1 < pair.size() &&
                           pair.find(':', colon + 1) == pair.npos;
      if (!is_pair) return definite_error("renames: '" + pair + "' is not of the form old:new");
      renames_[pair.substr(0, colon)] = pair.substr(colon + 1);
    }
    return {};
  }

  Result<Outcome> apply(RecordShape& record, Answers&) const override {
    std::optional<ShapeValue>& target = part_of(record, part_);
    if (is_null(target)) return Outcome::kRecord;
    MILLRACE_RETURN_IF_ERROR(require_struct(target, name_of(part_)));
    ShapeValue other = copy_basics(*target);
    for (ShapeField& field : target->fields) {
      const bool stays =
          !exclude_.contains(field.name) && (include_.empty() || include_.contains(field.name));
      if (!stays) continue;
      const auto renamed = renames_.find(field.name);
      std::string name = renamed == renames_.end() ? field.name : renamed->second;
      MILLRACE_RETURN_IF_ERROR(add_field(other, std::move(name), std::move(field.value)));
    }
    target = std::move(other);
    return Outcome::kRecord;
  }

 private:
  RecordPart part_;
  std::set<std::string> exclude_, include_;
  std::map<std::string, std::string> renames_;
};

class ExtractField final : public Transform {
 public:
  ExtractField(RecordPart part, FieldPath path) : part_(part), path_(std::move(path)) {}

  Result<Outcome> apply(RecordShape& record, Answers&) const override {
    std::optional<ShapeValue>& target = part_of(record, part_);
    if (!target) return Outcome::kRecord;
    ShapeValue value = std::move(*target);
    for (const std::string& step : path_) {
      if (!value.is_struct())
        return definite_error("field: " + step + " is looked for in what has no fields");
      ShapeValue* field = value.find(step);
      if (field == nullptr) return definite_error("field: there is no field " + step);
      const bool is_null = value.kind == Kind::kNull;
      ShapeValue inner = std::move(*field);
      if (is_null) inner.kind = Kind::kNull;
      value = std::move(inner);
    }
    target = std::move(value);
    return Outcome::kRecord;
  }

 private:
  RecordPart part_;
  FieldPath path_;
};

class ValueToKey final : public Transform {
 public:
  explicit ValueToKey(std::vector<std::string> fields) : fields_(std::move(fields)) {}

  Result<Outcome> apply(RecordShape& record, Answers&) const override {
    MILLRACE_RETURN_IF_ERROR(require_struct(record.value, "the value"));
    ShapeValue key;
    key.schema = primitive_schema("struct", false);
    key.kind = Kind::kStruct;
    for (const std::string& name : fields_) {
      const ShapeValue* field = record.value->find(name);
      if (field == nullptr) return definite_error("fields: the value has no field " + name);
      MILLRACE_RETURN_IF_ERROR(add_field(key, name, *field));
    }
    record.key = std::move(key);
    return Outcome::kRecord;
  }

 private:
  std::vector<std::string> fields_;
};

class HoistField final : public Transform {
 public:
  HoistField(RecordPart part, std::string field) : part_(part), field_(std::move(field)) {}

  Result<Outcome> apply(RecordShape& record, Answers&) const override {
    std::optional<ShapeValue>& target = part_of(record, part_);
    if (!target) {
      // What has no schema becomes a map that has none.
      target = constant({}, "{" + quoted_json(field_) + ":null}");
      return Outcome::kRecord;
    }
    ShapeValue around;
    around.schema = primitive_schema("struct", false);
    around.kind = Kind::kStruct;
    MILLRACE_RETURN_IF_ERROR(add_field(around, field_, std::move(*target)));
    target = std::move(around);
    return Outcome::kRecord;
  }

 private:
  RecordPart part_;
  std::string field_;
};

}  // namespace

Result<TransformPtr> make_insert_field(RecordPart part, const OptionReader& options) {
  if (options.has("static.field") && !options.has("static.value"))
    return definite_error("static.value: is needed with static.field");
  return TransformPtr(std::make_unique<InsertField>(part, options));
}

Result<TransformPtr> make_replace_field(RecordPart part, const OptionReader& options) {
  auto transform = std::make_unique<ReplaceField>(part, options);
  MILLRACE_RETURN_IF_ERROR(transform->read_renames(options));
  return TransformPtr(std::move(transform));
}

Result<TransformPtr> make_extract_field(RecordPart part, const OptionReader& options) {
  MILLRACE_ASSIGN_OR_RETURN(
      FieldPath path,
      parse_field_path(options.text("field"), options.text("field.syntax.version") == "V2"));
  return TransformPtr(std::make_unique<ExtractField>(part, std::move(path)));
}

Result<TransformPtr> make_value_to_key(RecordPart, const OptionReader& options) {
  return TransformPtr(std::make_unique<ValueToKey>(options.list("fields")));
}

Result<TransformPtr> make_hoist_field(RecordPart part, const OptionReader& options) {
  return TransformPtr(std::make_unique<HoistField>(part, options.text("field")));
}

}  // namespace millrace::encode
