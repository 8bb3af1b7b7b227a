// Transforms that send records to other topics by the topic's name.

#include <utility>

#include "encode/avro_name.h"
#include "encode/shape/transform.h"
#include "millrace/regex/java_pattern.h"

namespace millrace::encode {
namespace {

constexpr std::string_view kEnvelopeSuffix = ".Envelope";

class RegexRouter final : public Transform {
 public:
  explicit RegexRouter(regex::JavaReplacement route) : route_(std::move(route)) {}

  Result<Outcome> apply(RecordShape& record, Answers&) const override {
    MILLRACE_ASSIGN_OR_RETURN(std::optional<std::string> topic, route_.replace(record.topic));
    if (topic) record.topic = std::move(*topic);
    return Outcome::kRecord;
  }

 private:
  regex::JavaReplacement route_;
};

class ByLogicalTableRouter final : public Transform {
 public:
  explicit ByLogicalTableRouter(regex::JavaReplacement route) : route_(std::move(route)) {}

  bool adds_key_field = true;
  std::string key_field;
  std::optional<regex::JavaReplacement> identifier;
  NameAdjustment schema_names = NameAdjustment::kNone;

  Result<Outcome> apply(RecordShape& record, Answers&) const override {
    MILLRACE_ASSIGN_OR_RETURN(const std::optional<std::string> topic, route_.replace(record.topic));
    if (!topic || topic->empty()) return Outcome::kRecord;
    if (is_null(record.key)) {
      record.key.reset();
    } else {
      MILLRACE_RETURN_IF_ERROR(rename_key(record, *topic));
    }
    if (record.value && record.value->schema.name.ends_with(kEnvelopeSuffix) &&
        !is_null(record.value)) {
      rename_envelope(*record.value, *topic);
    }
    record.topic = *topic;
    return Outcome::kRecord;
  }

 private:
  Status rename_key(RecordShape& record, const std::string& topic) const {
    MILLRACE_RETURN_IF_ERROR(require_struct(record.key, "the key"));
    record.key->schema.name = adjust_schema_name(topic + ".Key", schema_names);
    if (!adds_key_field) return {};
    std::string table = record.topic;
    if (identifier) {
      MILLRACE_ASSIGN_OR_RETURN(std::optional<std::string> found,
                                identifier->replace(record.topic));
      if (found) table = std::move(*found);
    }
    return add_field(*record.key, key_field, constant_text(table, false));
  }

  void rename_envelope(ShapeValue& envelope, const std::string& topic) const {
    envelope.schema.name = adjust_schema_name(topic + ".Envelope", schema_names);
    for (const std::string_view image : {"before", "after"}) {
      if (ShapeValue* row = envelope.find(image))
        row->schema.name = adjust_schema_name(topic + ".Value", schema_names);
    }
  }

  regex::JavaReplacement route_;
};

Result<regex::JavaReplacement> route_of(const OptionReader& options, const std::string& pattern,
                                        const std::string& replacement) {
  auto route = regex::JavaReplacement::compile(options.text(pattern), options.text(replacement));
  if (!route) return route.error().with_context(pattern);
  return route;
}

}  // namespace

Result<TransformPtr> make_regex_router(const OptionReader& options) {
  MILLRACE_ASSIGN_OR_RETURN(regex::JavaReplacement route,
                            route_of(options, "regex", "replacement"));
  return TransformPtr(std::make_unique<RegexRouter>(std::move(route)));
}

Result<TransformPtr> make_by_logical_table_router(const OptionReader& options) {
  MILLRACE_ASSIGN_OR_RETURN(regex::JavaReplacement route,
                            route_of(options, "topic.regex", "topic.replacement"));
  auto router = std::make_unique<ByLogicalTableRouter>(std::move(route));
  router->adds_key_field = options.boolean("key.enforce.uniqueness", true);
  router->key_field = options.text("key.field.name", "__dbz__physicalTableIdentifier");
  if (!options.text("key.field.regex").empty()) {
    if (options.text("key.field.replacement").empty())
      return definite_error("key.field.replacement: is needed with key.field.regex");
    MILLRACE_ASSIGN_OR_RETURN(router->identifier,
                              route_of(options, "key.field.regex", "key.field.replacement"));
  }
  const std::string names = options.text("schema.name.adjustment.mode", "none");
  if (names == "avro") router->schema_names = NameAdjustment::kAvro;
  if (names == "avro_unicode") router->schema_names = NameAdjustment::kAvroUnicode;
  return TransformPtr(std::move(router));
}

}  // namespace millrace::encode
