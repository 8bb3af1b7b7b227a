// Kafka Connect's Flatten: the fields of structs within a key or value become its own, with the structs' names before
// theirs.

#include <utility>

#include "encode/shape/transform.h"

namespace millrace::encode {
namespace {

using Kind = ShapeValue::Kind;

class Flatten final : public Transform {
 public:
  Flatten(RecordPart part, std::string delimiter) : part_(part), delimiter_(std::move(delimiter)) {}

  Result<Outcome> apply(RecordShape& record, Answers&) const override {
    std::optional<ShapeValue>& target = part_of(record, part_);
    if (is_null(target)) return Outcome::kRecord;
    MILLRACE_RETURN_IF_ERROR(require_struct(target, name_of(part_)));
    ShapeValue flat = copy_basics(*target);
    MILLRACE_RETURN_IF_ERROR(add_all(*target, "", target->schema.is_optional, false, flat));
    target = std::move(flat);
    return Outcome::kRecord;
  }

 private:
  // A struct within a struct has no more than two levels below it: the envelope's rows.
  Status add_all(const ShapeValue& from, const std::string& prefix, bool is_optional, bool is_null,
                 ShapeValue& flat) const {
    for (const ShapeField& field : from.fields) {
      const std::string name = prefix.empty() ? field.name : prefix + delimiter_ + field.name;
      const bool is_optional_here = is_optional || field.value.schema.is_optional;
      const bool is_null_here = is_null || field.value.kind == Kind::kNull;
      if (field.value.is_struct()) {
        MILLRACE_RETURN_IF_ERROR(add_all(field.value, name, is_optional_here, is_null_here, flat));
        continue;
      }
      if (field.value.schema.type == "struct" || field.value.schema.type == "array")
        return definite_error("the field " + name + " is a " + field.value.schema.type +
                              ", which can't be flattened");
      ShapeValue value = field.value;
      value.schema.is_optional = is_optional_here;
      if (is_null_here) value.kind = Kind::kNull;
      MILLRACE_RETURN_IF_ERROR(add_field(flat, name, std::move(value)));
    }
    return {};
  }

  RecordPart part_;
  std::string delimiter_;
};

}  // namespace

Result<TransformPtr> make_flatten(RecordPart part, const OptionReader& options) {
  return TransformPtr(std::make_unique<Flatten>(part, options.text("delimiter", ".")));
}

}  // namespace millrace::encode
