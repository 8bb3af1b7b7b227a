// Debezium's ExtractNewRecordState: the row instead of the envelope around it.

#include <algorithm>
#include <utility>

#include "encode/shape/transform.h"

namespace millrace::encode {
namespace {

constexpr std::string_view kEnvelopeSuffix = ".Envelope";
constexpr std::string_view kDeletedField = "__deleted";

enum class Deletes : std::uint8_t {
  kDrop,
  kTombstone,          // null of the row's schema: JSON's null
  kDeleteToTombstone,  // null without a schema
  kRewrite,
  kRewriteWithTombstone,
};

// A field of the envelope that becomes one of the record, or a header.
struct FieldReference {
  std::string parent;  // "source", "transaction"; empty: the envelope itself
  std::string field;
  std::string new_name;
};

std::string parent_of(std::string_view field) {
  for (const std::string_view name : {"op", "ts_ms", "ts_us", "ts_ns"})
    if (field == name) return "";
  for (const std::string_view name : {"id", "data_collection_order", "total_order"})
    if (field == name) return "transaction";
  return "source";
}

// `field`, `struct.field` or one of these with `:name`.
Result<FieldReference> parse_reference(const std::string& text, const std::string& prefix) {
  const std::size_t colon = text.find(':');
  if (colon != text.npos && text.find(':', colon + 1) != text.npos)
    return definite_error("'" + text + "' has more than one colon");
  const std::string path = text.substr(0, colon);
  const std::size_t point = path.find('.');
  FieldReference reference;
  if (point == path.npos) {
    reference.field = path;
    reference.parent = parent_of(path);
  } else {
    reference.parent = path.substr(0, point);
    reference.field = path.substr(point + 1, path.find('.', point + 1) - point - 1);
  }
  if (reference.field.empty() || (point != path.npos && reference.parent.empty()))
    return definite_error("'" + text + "' names no field");
  if (colon != text.npos) {
    reference.new_name = prefix + text.substr(colon + 1);
  } else {
    reference.new_name =
        prefix + (point == path.npos ? reference.field : reference.parent + "_" + reference.field);
  }
  return reference;
}

Result<std::vector<FieldReference>> parse_references(const OptionReader& options,
                                                     const std::string& list,
                                                     const std::string& prefix) {
  std::vector<FieldReference> references;
  for (const std::string& text : options.list(list)) {
    auto reference = parse_reference(text, options.text(prefix, "__"));
    if (!reference) return reference.error().with_context(list);
    references.push_back(std::move(*reference));
  }
  return references;
}

class ExtractNewRecordState final : public Transform {
 public:
  Deletes deletes = Deletes::kTombstone;
  std::vector<FieldReference> fields, headers;
  std::string route_field;
  std::string drop_header;
  bool json_headers = false;

  Result<Outcome> apply(RecordShape& record, Answers& answers) const override {
    const bool is_tombstone = is_null(record.value);
    const bool is_envelope = record.value && record.value->schema.name.ends_with(kEnvelopeSuffix);
    if (is_envelope || is_tombstone) MILLRACE_RETURN_IF_ERROR(add_headers(record, is_tombstone));
    if (is_tombstone) {
      return deletes == Deletes::kRewriteWithTombstone ? Outcome::kRecord : Outcome::kDropped;
    }
    if (!is_envelope) return Outcome::kRecord;
    MILLRACE_RETURN_IF_ERROR(check_drop_header(record));
    const ShapeValue envelope = std::move(*record.value);
    const ShapeValue* before = envelope.find("before");
    const ShapeValue* after = envelope.find("after");
    if (before == nullptr || after == nullptr)
      return definite_error("the envelope has no before or no after");
    const bool is_delete = after->kind == ShapeValue::Kind::kNull;
    if (is_delete && before->kind == ShapeValue::Kind::kNull) return Outcome::kDropped;  // TRUNCATE
    if (is_delete && deletes == Deletes::kDrop) return Outcome::kDropped;

    const ShapeValue& row = is_delete ? *before : *after;
    MILLRACE_ASSIGN_OR_RETURN(const Outcome routed, route(record, row, answers));
    if (routed != Outcome::kRecord) return routed;
    if (is_delete && deletes == Deletes::kTombstone) {
      record.value = *after;
    } else if (is_delete && deletes == Deletes::kDeleteToTombstone) {
      record.value.reset();
    } else {
      MILLRACE_ASSIGN_OR_RETURN(record.value, flattened(row, envelope, is_delete));
    }
    return Outcome::kRecord;
  }

 private:
  bool rewrites() const {
    return deletes == Deletes::kRewrite || deletes == Deletes::kRewriteWithTombstone;
  }

  Result<ShapeValue> flattened(const ShapeValue& row, const ShapeValue& envelope,
                               bool is_delete) const {
    ShapeValue flat = copy_basics(row);
    flat.fields = row.fields;
    if (rewrites()) {
      MILLRACE_RETURN_IF_ERROR(add_field(flat, std::string(kDeletedField),
                                         constant_text(is_delete ? "true" : "false", true)));
    }
    for (const FieldReference& reference : fields) {
      MILLRACE_ASSIGN_OR_RETURN(std::optional<ShapeValue> value, find(reference, envelope));
      if (!value) continue;
      MILLRACE_RETURN_IF_ERROR(add_field(flat, reference.new_name, std::move(*value)));
    }
    return flat;
  }

  // The field's value, of an optional schema; nothing where the envelope has no such field.
  static Result<std::optional<ShapeValue>> find(const FieldReference& reference,
                                                const ShapeValue& envelope) {
    const ShapeValue* parent = &envelope;
    if (!reference.parent.empty()) {
      parent = envelope.find(reference.parent);
      if (parent == nullptr || !parent->is_struct())
        return definite_error("the envelope has no struct " + reference.parent);
    }
    const ShapeValue* found = parent->find(reference.field);
    if (found == nullptr) {
      parent = &envelope;
      found = envelope.find(reference.field);
    }
    if (found == nullptr) return std::optional<ShapeValue>();
    if (found->schema.type == "struct" || found->schema.type == "array")
      return definite_error(reference.field + " is a " + found->schema.type +
                            ", which can't be added as a field or header");
    ShapeValue value = *found;
    value.schema.is_optional = true;
    value.schema.default_json.clear();
    if (parent->kind == ShapeValue::Kind::kNull) value.kind = ShapeValue::Kind::kNull;
    return std::optional<ShapeValue>(std::move(value));
  }

  Status add_headers(RecordShape& record, bool is_tombstone) const {
    for (const FieldReference& reference : headers) {
      ShapeHeader header;
      header.name = reference.new_name;
      if (!is_tombstone) {
        MILLRACE_ASSIGN_OR_RETURN(std::optional<ShapeValue> value, find(reference, *record.value));
        if (!value) continue;
        header.value = std::move(*value);
      } else if (reference.field == "op") {
        header.value = constant_text("d", false);
      } else {
        continue;
      }
      header.is_text = is_text_header(header.value.schema, json_headers);
      record.headers.push_back(std::move(header));
    }
    return {};
  }

  Result<Outcome> route(RecordShape& record, const ShapeValue& row, Answers& answers) const {
    if (route_field.empty()) return Outcome::kRecord;
    const ShapeValue* field = row.find(route_field);
    if (field == nullptr)
      return definite_error("route.by.field: there is no column " + route_field);
    if (field->schema.type != "string")
      return definite_error("route.by.field: the column " + route_field + " is no string but " +
                            field->schema.type);
    const Answer* answer = answers.ask(*field, Answers::Asked::kText);
    if (answer == nullptr) return Outcome::kQuestion;
    const bool is_blank = answer->text.find_first_not_of(" \t\r\n\f\v") == std::string::npos;
    if (!answer->is_null && !is_blank) record.topic = answer->text;
    return Outcome::kRecord;
  }

  // The header's value is a list of names, which only ExtractChangedRecordState writes.
  Status check_drop_header(const RecordShape& record) const {
    if (drop_header.empty()) return {};
    const bool is_there =
        std::any_of(record.headers.begin(), record.headers.end(),
                    [this](const ShapeHeader& header) { return header.name == drop_header; });
    if (!is_there) return {};
    return definite_error("drop.fields.header.name: the header " + drop_header + " is no list");
  }
};

}  // namespace

Result<TransformPtr> make_extract_new_record_state(const OptionReader& options) {
  auto transform = std::make_unique<ExtractNewRecordState>();
  const std::string mode = options.text("delete.tombstone.handling.mode", "tombstone");
  if (mode == "drop") transform->deletes = Deletes::kDrop;
  if (mode == "delete-to-tombstone") transform->deletes = Deletes::kDeleteToTombstone;
  if (mode == "rewrite") transform->deletes = Deletes::kRewrite;
  if (mode == "rewrite-with-tombstone") transform->deletes = Deletes::kRewriteWithTombstone;
  MILLRACE_ASSIGN_OR_RETURN(transform->fields,
                            parse_references(options, "add.fields", "add.fields.prefix"));
  MILLRACE_ASSIGN_OR_RETURN(transform->headers,
                            parse_references(options, "add.headers", "add.headers.prefix"));
  transform->route_field = options.text("route.by.field");
  transform->drop_header = options.text("drop.fields.header.name");
  transform->json_headers = options.json_headers();
  return TransformPtr(std::move(transform));
}

}  // namespace millrace::encode
