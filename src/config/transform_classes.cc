// Kafka Connect's transforms and predicates that are built in: every class with its options, as the documentation lists
// them and the configuration is held to.

#include "millrace/config/properties.h"

namespace millrace::config {
namespace {

constexpr Support kYes = Support::kImplemented;
constexpr Support kOne = Support::kOneValue;
constexpr Support kNone = Support::kNoEffect;

constexpr std::string_view kNullStays = "NULL stays NULL";

std::vector<TransformInfo> debezium_transforms() {
  return {
      {"io.debezium.transforms.ExtractNewRecordState",
       false,
       false,
       {
           {"delete.tombstone.handling.mode", kYes, "tombstone",
            "drop|tombstone|rewrite|rewrite-with-tombstone|delete-to-tombstone",
            "what a delete and its tombstone become"},
           {"add.fields", kYes, "", "list",
            "fields of the envelope to add: `op`, `source.ts_ms`, `table:NAME`"},
           {"add.fields.prefix", kYes, "__", "text", ""},
           {"add.headers", kYes, "", "list", "the same as headers"},
           {"add.headers.prefix", kYes, "__", "text", ""},
           {"route.by.field", kYes, "", "text", "the column whose text is the topic's name"},
           {"drop.fields.header.name", kYes, "", "text",
            "only ExtractChangedRecordState writes such headers, so nothing is dropped"},
           {"drop.fields.from.key", kNone, "false", "boolean", "nothing is dropped"},
           {"drop.fields.keep.schema.compatible", kNone, "true", "boolean", "nothing is dropped"},
           {"replace.null.with.default", kOne, "false", "boolean", kNullStays},
       },
       "`tombstone` gives a JSON `null`, as Connect's JsonConverter does; `delete-to-tombstone` a "
       "record without a value"},
      {"io.debezium.transforms.ByLogicalTableRouter",
       false,
       false,
       {
           {"topic.regex", kYes, "required", "text", ""},
           {"topic.replacement", kYes, "required", "text", ""},
           {"key.enforce.uniqueness", kYes, "true", "boolean",
            "adds a field to the key that tells the table"},
           {"key.field.name", kYes, "__dbz__physicalTableIdentifier", "text", "its name"},
           {"key.field.regex", kYes, "", "text", "what it says, from the topic before"},
           {"key.field.replacement", kYes, "", "text", "needed with key.field.regex"},
           {"schema.name.adjustment.mode", kYes, "none", "none|avro|avro_unicode", ""},
           {"logical.table.cache.size", kNone, "16", "text", "nothing is worked out twice"},
       },
       ""},
      {"io.debezium.transforms.TimezoneConverter",
       false,
       false,
       {
           {"converted.timezone", kYes, "required", "text",
            "a place (`Europe/Berlin`), an offset (`+08:00`) or `UTC`"},
           {"include.list", kYes, "", "list",
            "`source:table`, `source:table:field`, `topic:name:field`, `name:field`"},
           {"exclude.list", kYes, "", "list", "the same"},
       },
       ""},
      {"io.debezium.transforms.outbox.EventRouter",
       false,
       false,
       {
           {"table.field.event.id", kYes, "id", "text", "becomes the header `id`"},
           {"table.field.event.key", kYes, "aggregateid", "text", "becomes the key"},
           {"table.field.event.type", kNone, "type", "text", "nothing reads it, as in Debezium"},
           {"table.field.event.payload", kYes, "payload", "text", "becomes the value"},
           {"table.field.event.timestamp", kYes, "", "text",
            "becomes the record's timestamp; else the time at which the event was made"},
           {"table.fields.additional.placement", kYes, "", "list",
            "`column:header:NAME`, `column:envelope`, `column:partition`"},
           {"table.field.additional.missing", kYes, "error", "error|ignore", ""},
           {"table.field.event.schema.version", kOne, "", "text", "schemas have no versions"},
           {"table.op.invalid.behavior", kYes, "warn", "warn|error|fatal",
            "of an update: it is left out and said in the log once a table, or stops the source"},
           {"table.expand.json.payload", kYes, "false", "boolean",
            "a payload that is a JSON document becomes that; needs "
            "value.converter.schemas.enable=false"},
           {"table.json.payload.null.behavior", kYes, "ignore", "ignore|optional_bytes",
            "members of the document that are null: left out, or null"},
           {"route.by.field", kYes, "aggregatetype", "text", "the column that names the topic"},
           {"route.topic.regex", kYes, "(?<routedByValue>.*)", "text", ""},
           {"route.topic.replacement", kYes, "outbox.event.${routedByValue}", "text", ""},
           {"route.tombstone.on.empty.payload", kYes, "false", "boolean", ""},
           {"tracing.span.context.field", kNone, "tracingspancontext", "text",
            "there is no OpenTelemetry here"},
           {"tracing.operation.name", kNone, "debezium-read", "text",
            "there is no OpenTelemetry here"},
           {"tracing.with.context.field.only", kNone, "false", "boolean",
            "there is no OpenTelemetry here"},
       },
       "without table.expand.json.payload, the payload is a JSON string of the JSON text"},
  };
}

std::vector<TransformInfo> kafka_transforms() {
  return {
      {"org.apache.kafka.connect.transforms.RegexRouter",
       false,
       false,
       {
           {"regex", kYes, "required", "text", "matches the whole topic"},
           {"replacement", kYes, "required", "text", ""},
       },
       ""},
      {"org.apache.kafka.connect.transforms.InsertField",
       false,
       true,
       {
           {"topic.field", kYes, "", "text", "`!` behind the name: a required field"},
           {"partition.field", kYes, "", "text", "null, unless EventRouter set it"},
           {"timestamp.field", kYes, "", "text", "null, unless EventRouter set it"},
           {"static.field", kYes, "", "text", ""},
           {"static.value", kYes, "", "text", "needed with static.field"},
           {"offset.field", kOne, "", "text", "only a sink connector knows offsets"},
           {"replace.null.with.default", kOne, "false", "boolean", kNullStays},
       },
       ""},
      {"org.apache.kafka.connect.transforms.ReplaceField",
       false,
       true,
       {
           {"exclude", kYes, "", "list", ""},
           {"include", kYes, "", "list", ""},
           {"renames", kYes, "", "list", "`old:new`"},
           {"replace.null.with.default", kOne, "false", "boolean", kNullStays},
       },
       ""},
      {"org.apache.kafka.connect.transforms.MaskField",
       false,
       true,
       {
           {"fields", kYes, "required", "list", ""},
           {"replacement", kYes, "", "text", "instead of 0, false or empty text"},
           {"replace.null.with.default", kOne, "false", "boolean", kNullStays},
       },
       "binary data and precise decimals can't be masked, as in Connect"},
      {"org.apache.kafka.connect.transforms.ExtractField",
       false,
       true,
       {
           {"field", kYes, "required", "text", ""},
           {"field.syntax.version", kYes, "V1", "V1|V2", "V2: `source.db`"},
           {"replace.null.with.default", kOne, "false", "boolean", kNullStays},
       },
       ""},
      {"org.apache.kafka.connect.transforms.ValueToKey",
       false,
       false,
       {
           {"fields", kYes, "required", "list", ""},
           {"replace.null.with.default", kOne, "false", "boolean", kNullStays},
       },
       ""},
      {"org.apache.kafka.connect.transforms.HoistField",
       false,
       true,
       {{"field", kYes, "required", "text", ""}},
       ""},
      {"org.apache.kafka.connect.transforms.TimestampConverter",
       false,
       true,
       {
           {"field", kYes, "", "text", "empty: the key or value as a whole"},
           {"target.type", kYes, "required", "string|unix|Date|Time|Timestamp", ""},
           {"format", kYes, "", "text",
            "of java.text.SimpleDateFormat, the letters yMdHkKhmsSaEXZz with English names"},
           {"unix.precision", kYes, "milliseconds", "seconds|milliseconds|microseconds|nanoseconds",
            ""},
           {"replace.null.with.default", kOne, "false", "boolean", kNullStays},
       },
       ""},
      {"org.apache.kafka.connect.transforms.Cast",
       false,
       true,
       {
           {"spec", kYes, "required", "list",
            "`field:type`, or a type for all: int8, int16, int32, int64, float32, float64, "
            "boolean, "
            "string"},
           {"replace.null.with.default", kOne, "false", "boolean", kNullStays},
       },
       "precise decimals (Connect's Decimal) can't be cast: set decimal.handling.mode"},
      {"org.apache.kafka.connect.transforms.Flatten",
       false,
       true,
       {{"delimiter", kYes, ".", "text", ""}},
       ""},
      {"org.apache.kafka.connect.transforms.InsertHeader",
       false,
       false,
       {
           {"header", kYes, "required", "text", ""},
           {"value.literal", kYes, "required", "text",
            "plain text that begins with a letter, a whole number, true or false: what Connect's "
            "guess at a type leaves as it is"},
       },
       ""},
      {"org.apache.kafka.connect.transforms.DropHeaders",
       false,
       false,
       {{"headers", kYes, "required", "list", ""}},
       ""},
      {"org.apache.kafka.connect.transforms.Filter", false, false, {}, ""},
  };
}

std::vector<TransformInfo> predicates() {
  return {
      {"org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
       true,
       false,
       {{"pattern", kYes, "required", "text", "matches the whole topic"}},
       ""},
      {"org.apache.kafka.connect.transforms.predicates.HasHeaderKey",
       true,
       false,
       {{"name", kYes, "required", "text", ""}},
       ""},
      {"org.apache.kafka.connect.transforms.predicates.RecordIsTombstone", true, false, {}, ""},
  };
}

}  // namespace

const std::vector<TransformInfo>& known_transforms() {
  static const std::vector<TransformInfo> all = [] {
    std::vector<TransformInfo> classes = debezium_transforms();
    for (const std::vector<TransformInfo>& part : {kafka_transforms(), predicates()})
      classes.insert(classes.end(), part.begin(), part.end());
    return classes;
  }();
  return all;
}

}  // namespace millrace::config
