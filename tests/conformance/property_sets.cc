#include "conformance/property_sets.h"

namespace millrace::testing {

const std::vector<PropertySet>& property_sets() {
  static const std::string json = "org.apache.kafka.connect.json.JsonConverter";
  static const std::vector<PropertySet> sets = {
      {"plain", {}},
      {"text",
       {{"decimal.handling.mode", "string"},
        {"bigint.unsigned.handling.mode", "precise"},
        {"time.precision.mode", "connect"},
        {"extended.headers.enabled", "true"},
        {"include.query", "true"}}},
      {"iso",
       {{"decimal.handling.mode", "double"},
        {"time.precision.mode", "isostring"},
        {"binary.handling.mode", "hex"},
        {"extended.headers.enabled", "false"},
        {"skipped.operations", "none"},
        {"tombstones.on.delete", "false"}}},
      {"numeric",
       {{"key.converter", json},
        {"key.converter.schemas.enable", "false"},
        {"key.converter.decimal.format", "NUMERIC"},
        {"value.converter", json},
        {"value.converter.schemas.enable", "false"},
        {"value.converter.decimal.format", "NUMERIC"},
        {"bigint.unsigned.handling.mode", "precise"},
        {"time.precision.mode", "nanoseconds"},
        {"binary.handling.mode", "base64-url-safe"},
        {"enable.time.adjuster", "false"},
        {"extended.headers.enabled", "false"}}},
      {"schemas",
       {{"key.converter", json},
        {"value.converter", json},
        {"include.schema.comments", "true"},
        {"column.propagate.source.type", ".*"},
        {"extended.headers.enabled", "true"}}},
      {"columns",
       {{"value.converter", json},
        {"value.converter.schemas.enable", "true"},
        {"column.exclude.list", "seeded.t1.b,case_shapes\\.two_keys\\.v"},
        {"column.truncate.to.3.chars",
         "types_binary\\..*,types_text\\.t\\.v,types_json\\.t\\.j,types_enum_set\\.t\\.s"},
        {"column.mask.with.5.chars", "types_text\\.t\\.c,seeded\\.t2\\..*"},
        {"column.mask.hash.SHA-256.with.salt.CzQMA0cB5K",
         "types_text\\.t\\..*,types_charsets\\.t\\.utf8mb4"},
        {"column.mask.hash.v2.MD5.with.salt.x", "seeded\\.t3\\..*,types_enum_set\\.t\\.e"},
        {"message.key.columns", "seeded\\.t4:b,a;case_shapes\\.no_key:a"},
        {"skip.messages.without.change", "true"},
        {"time.precision.mode", "microseconds"},
        {"schema.name.adjustment.mode", "avro"},
        {"field.name.adjustment.mode", "avro"},
        {"extended.headers.enabled", "false"},
        {"converters", "boolean"},
        {"boolean.type", "io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter"}}},
      // Keys without a schema: that names the topic, which is not the same, and would decide the partition.
      {"partitions",
       {{"topic.creation.default.partitions", "4"},
        {"topic.creation.default.replication.factor", "1"},
        {"message.key.columns",
         "seeded\\.t5:a;seeded\\.t[67]:b,id;case_keys\\.by_name:name,id;(.*)\\.without_key:a"},
        {"extended.headers.enabled", "false"}}},
  };
  return sets;
}

}  // namespace millrace::testing
