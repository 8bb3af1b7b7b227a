#include "integration/differential/property_sets.h"

namespace millrace::testing {

const std::vector<PropertySet>& property_sets() {
  static const std::string json = "org.apache.kafka.connect.json.JsonConverter";
  static const std::vector<PropertySet> sets = {
      {"plain", {}},
      {"text",
       {{"decimal.handling.mode", "string"},
        {"bigint.unsigned.handling.mode", "precise"},
        {"time.precision.mode", "connect"}}},
      {"iso",
       {{"decimal.handling.mode", "double"},
        {"time.precision.mode", "isostring"},
        {"binary.handling.mode", "hex"}}},
      {"numeric",
       {{"key.converter", json},
        {"key.converter.schemas.enable", "false"},
        {"key.converter.decimal.format", "NUMERIC"},
        {"value.converter", json},
        {"value.converter.schemas.enable", "false"},
        {"value.converter.decimal.format", "NUMERIC"},
        {"bigint.unsigned.handling.mode", "precise"},
        {"time.precision.mode", "nanoseconds"},
        {"binary.handling.mode", "base64-url-safe"}}},
      {"schemas",
       {{"key.converter", json},
        {"value.converter", json},
        {"include.schema.comments", "true"},
        {"column.propagate.source.type", ".*"}}},
      {"columns",
       {{"value.converter", json},
        {"value.converter.schemas.enable", "true"},
        {"column.exclude.list", "seeded.t1.b,shapes\\.two_keys\\.v"},
        {"column.truncate.to.3.chars",
         "types_binary\\..*,types_text\\.t\\.v,types_json\\.t\\.j,types_enum_set\\.t\\.s"},
        {"column.mask.with.5.chars", "types_text\\.t\\.c,seeded\\.t2\\..*"},
        {"column.mask.hash.SHA-256.with.salt.CzQMA0cB5K",
         "types_text\\.t\\..*,types_charsets\\.t\\.utf8mb4"},
        {"column.mask.hash.v2.MD5.with.salt.x", "seeded\\.t3\\..*,types_enum_set\\.t\\.e"},
        {"message.key.columns", "seeded\\.t4:b,a;shapes\\.no_key:a"},
        {"skip.messages.without.change", "true"},
        {"time.precision.mode", "microseconds"},
        {"schema.name.adjustment.mode", "avro"},
        {"field.name.adjustment.mode", "avro"},
        {"converters", "boolean"},
        {"boolean.type", "io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter"}}},
  };
  return sets;
}

}  // namespace millrace::testing
