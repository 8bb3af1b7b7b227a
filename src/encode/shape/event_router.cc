// Debezium's outbox.EventRouter: rows of an outbox table become messages. A column names the topic, others are key,
// payload and headers; deletes are housekeeping and leave nothing.

#include <charconv>
#include <utility>

#include "encode/shape/expanded_json.h"
#include "encode/shape/transform.h"
#include "millrace/regex/java_pattern.h"

namespace millrace::encode {
namespace {

using Kind = ShapeValue::Kind;

constexpr std::string_view kEnvelopeSuffix = ".Envelope";
constexpr std::string_view kPayload = "payload";

enum class Placement : std::uint8_t { kHeader, kEnvelope, kPartition };

struct AdditionalField {
  std::string field, alias;
  Placement placement = Placement::kHeader;
};

// Microseconds or nanoseconds to milliseconds.
class Divided final : public ValueChange {
 public:
  explicit Divided(std::int64_t divisor) : divisor_(divisor) {}
  Status apply(std::string_view json, JsonWriter& out) const override {
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(json.data(), json.data() + json.size(), number);
    if (code != std::errc() || end != json.data() + json.size())
      return definite_error("'" + std::string(json) + "' is no instant");
    out.integer(number / divisor_);
    return {};
  }

 private:
  std::int64_t divisor_;
};

class EventRouter final : public Transform {
 public:
  explicit EventRouter(regex::JavaReplacement route) : route_(std::move(route)) {}
  std::string id_field, key_field, payload_field, timestamp_field, route_field;
  std::vector<AdditionalField> additional;
  bool ignores_missing = false;
  bool fails_on_update = false;
  bool tombstone_on_empty = false;
  bool json_headers = false;
  std::shared_ptr<const ValueChange> expansion;  // of the payload, where it is asked for

  Result<Outcome> apply(RecordShape& record, Answers& answers) const override {
    if (is_null(record.value)) return Outcome::kDropped;
    if (!record.value->schema.name.ends_with(kEnvelopeSuffix)) return Outcome::kRecord;
    const ShapeValue* op = record.value->find("op");
    if (op == nullptr || op->kind != Kind::kText) return definite_error("the envelope has no op");
    if (op->json == "\"d\"") return Outcome::kDropped;
    if (op->json == "\"u\"") return drop_update(record);
    const ShapeValue* after = record.value->find("after");
    if (after == nullptr || after->kind != Kind::kStruct)
      return definite_error("the envelope's after is null");
    return route(record, ShapeValue(*after), *record.value->find("ts_ms"), answers);
  }

 private:
  Result<Outcome> drop_update(RecordShape& record) const {
    if (fails_on_update)
      return definite_error("an outbox row was updated (table.op.invalid.behavior)");
    record.notice = "an outbox row was updated, which EventRouter leaves out";
    return Outcome::kDropped;
  }

  static Result<const ShapeValue*> column(const ShapeValue& row, const std::string& name,
                                          std::string_view option) {
    const ShapeValue* found = row.find(name);
    if (found != nullptr) return found;
    return definite_error(std::string(option) + ": there is no column " + name);
  }

  // Each step is false where the row must be asked first.
  Result<Outcome> route(RecordShape& record, const ShapeValue& row, const ShapeValue& ts_ms,
                        Answers& answers) const {
    MILLRACE_ASSIGN_OR_RETURN(const ShapeValue* stored,
                              column(row, payload_field, "table.field.event.payload"));
    ShapeValue payload = *stored;
    if (expansion != nullptr && payload.schema.type == "string")
      payload.changes.push_back(expansion);
    MILLRACE_ASSIGN_OR_RETURN(const ShapeValue* key,
                              column(row, key_field, "table.field.event.key"));
    MILLRACE_ASSIGN_OR_RETURN(const ShapeValue* id, column(row, id_field, "table.field.event.id"));
    MILLRACE_ASSIGN_OR_RETURN(const std::optional<std::string> routed, routed_by(row, answers));
    if (!routed) return Outcome::kQuestion;
    MILLRACE_ASSIGN_OR_RETURN(const std::optional<std::string> topic, route_.replace(*routed));
    record.topic = topic.value_or(*routed);
    MILLRACE_ASSIGN_OR_RETURN(const bool has_time, set_timestamp(record, row, ts_ms, answers));
    if (!has_time) return Outcome::kQuestion;

    add_header(record, "id", *id);
    ShapeValue message;
    message.schema = primitive_schema("struct", false);
    message.schema.name = message_name(row, *routed);
    message.kind = Kind::kStruct;
    MILLRACE_RETURN_IF_ERROR(add_field(message, std::string(kPayload), payload));
    MILLRACE_RETURN_IF_ERROR(place_additional(record, row, message));

    bool is_empty = false;
    if (tombstone_on_empty) {
      const Answer* answer = answers.ask(*stored, Answers::Asked::kIsBlank);
      if (answer == nullptr) return Outcome::kQuestion;
      is_empty = answer->is_null;
    }
    const bool has_envelope = message.fields.size() > 1;
    record.key = *key;
    record.value.reset();
    if (!is_empty) record.value = has_envelope ? std::move(message) : std::move(payload);
    return Outcome::kRecord;
  }

  Result<std::optional<std::string>> routed_by(const ShapeValue& row, Answers& answers) const {
    MILLRACE_ASSIGN_OR_RETURN(const ShapeValue* field, column(row, route_field, "route.by.field"));
    if (field->schema.type != "string")
      return definite_error("route.by.field: the column " + route_field + " is no string but " +
                            field->schema.type);
    const Answer* answer = answers.ask(*field, Answers::Asked::kText);
    if (answer == nullptr) return std::optional<std::string>();
    if (answer->is_null) return definite_error("route.by.field: " + route_field + " is NULL");
    return std::optional<std::string>(answer->text);
  }

  Result<bool> set_timestamp(RecordShape& record, const ShapeValue& row, const ShapeValue& ts_ms,
                             Answers& answers) const {
    record.timestamp = ts_ms;
    if (timestamp_field.empty()) return true;
    MILLRACE_ASSIGN_OR_RETURN(const ShapeValue* field,
                              column(row, timestamp_field, "table.field.event.timestamp"));
    const auto no_time = [this] {
      return definite_error("table.field.event.timestamp: " + timestamp_field +
                            " must be a DATETIME, and time.precision.mode one that makes it a "
                            "number of Debezium's own");
    };
    if (field->schema.type != "int64") return no_time();
    const Answer* answer = answers.ask(*field, Answers::Asked::kIsNull);
    if (answer == nullptr) return false;
    if (answer->is_null) return true;
    const std::string& name = field->schema.name;
    std::int64_t divisor = 1;
    if (name == "io.debezium.time.MicroTimestamp") {
      divisor = 1000;
    } else if (name == "io.debezium.time.NanoTimestamp") {
      divisor = 1'000'000;
    } else if (name != "io.debezium.time.Timestamp") {
      return no_time();
    }
    record.timestamp = *field;
    if (divisor != 1) record.timestamp->changes.push_back(std::make_shared<Divided>(divisor));
    return true;
  }

  void add_header(RecordShape& record, std::string name, const ShapeValue& value) const {
    record.headers.push_back({std::move(name), value, is_text_header(value.schema, json_headers)});
  }

  Status place_additional(RecordShape& record, const ShapeValue& row, ShapeValue& message) const {
    for (const AdditionalField& each : additional) {
      const ShapeValue* field = row.find(each.field);
      if (field == nullptr && ignores_missing) continue;
      if (field == nullptr)
        return definite_error("table.fields.additional.placement: there is no column " +
                              each.field);
      switch (each.placement) {
        case Placement::kHeader:
          add_header(record, each.alias, *field);
          break;
        case Placement::kEnvelope:
          MILLRACE_RETURN_IF_ERROR(add_field(message, each.alias, *field));
          break;
        case Placement::kPartition:
          if (field->schema.type != "int32")
            return definite_error("table.fields.additional.placement: the column " + each.field +
                                  " is no int32 but " + field->schema.type);
          record.partition = *field;
      }
    }
    return {};
  }

  // "srv.shop.outbox.Value" with the route before its last part.
  static std::string message_name(const ShapeValue& row, const std::string& routed) {
    const std::string& name = row.schema.name;
    const std::size_t point = name.rfind('.');
    if (point == name.npos) return routed + "." + name;
    return name.substr(0, point + 1) + routed + name.substr(point);
  }

  regex::JavaReplacement route_;
};

// `field:placement` or `field:placement:alias`.
Result<AdditionalField> parse_additional(const std::string& text) {
  AdditionalField field;
  const std::size_t first = text.find(':');
  const std::size_t second = first == text.npos ? first : text.find(':', first + 1);
  const std::string placement = text.substr(std::min(first, text.size() - 1) + 1,
                                            second == text.npos ? second : second - first - 1);
  field.field = text.substr(0, first);
  field.alias = second == text.npos ? field.field : text.substr(second + 1);
  if (placement == "header") {
    field.placement = Placement::kHeader;
  } else if (placement == "envelope") {
    field.placement = Placement::kEnvelope;
  } else if (placement == "partition") {
    field.placement = Placement::kPartition;
  } else {
    return definite_error("'" + text +
                          "' is not of the form field:placement or "
                          "field:placement:alias, the placement header, envelope or partition");
  }
  if (field.field.empty() || field.alias.empty())
    return definite_error("'" + text + "' names no field");
  return field;
}

}  // namespace

Result<TransformPtr> make_event_router(RecordPart, const OptionReader& options) {
  auto route = regex::JavaReplacement::compile(
      options.text("route.topic.regex", "(?<routedByValue>.*)"),
      options.text("route.topic.replacement", "outbox.event.${routedByValue}"));
  if (!route) return route.error().with_context("route.topic.regex");
  auto router = std::make_unique<EventRouter>(std::move(*route));
  router->id_field = options.text("table.field.event.id", "id");
  router->key_field = options.text("table.field.event.key", "aggregateid");
  router->payload_field = options.text("table.field.event.payload", "payload");
  router->timestamp_field = options.text("table.field.event.timestamp");
  router->route_field = options.text("route.by.field", "aggregatetype");
  for (const std::string& text : options.list("table.fields.additional.placement")) {
    auto field = parse_additional(text);
    if (!field) return field.error().with_context("table.fields.additional.placement");
    router->additional.push_back(std::move(*field));
  }
  router->ignores_missing = options.text("table.field.additional.missing") == "ignore";
  router->fails_on_update = options.text("table.op.invalid.behavior") == "fatal";
  router->tombstone_on_empty = options.boolean("route.tombstone.on.empty.payload", false);
  router->json_headers = options.json_headers();
  if (options.boolean("table.expand.json.payload", false)) {
    if (options.value_schemas())
      return definite_error(
          "table.expand.json.payload: needs value.converter.schemas.enable=false, "
          "for documents have no schema");
    router->expansion = std::make_shared<ExpandedJson>(
        options.text("table.json.payload.null.behavior") == "optional_bytes");
  }
  return TransformPtr(std::move(router));
}

}  // namespace millrace::encode
