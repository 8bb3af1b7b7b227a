// Kafka Connect's own properties of a connector, beside those that source_properties.cc implements.

#include "config/property_table.h"

namespace millrace::config {

std::vector<UnreadProperty> other_connect_properties() {
  constexpr Support kOne = Support::kOneValue;
  constexpr Support kNone = Support::kNoEffect;
  constexpr Support kNo = Support::kRefused;
  constexpr std::string_view kJson = "org.apache.kafka.connect.json.JsonConverter";
  return {
      {"connector.class", kOne, "io.debezium.connector.mysql.MySqlConnector|MySqlConnector|MySql",
       "a source of Millrace is this connector"},
      {"tasks.max", kOne, "1", "a binlog is one stream"},
      {"key.converter", kOne, kJson, "keys are JSON"},
      {"value.converter", kOne, kJson, "values are JSON"},
      {"key.converter.replace.null.with.default", kOne, "false", "NULL stays NULL"},
      {"value.converter.replace.null.with.default", kOne, "false", "NULL stays NULL"},
      {"key.converter.schemas.cache.size", kNone, "", "there is no schema cache"},
      {"value.converter.schemas.cache.size", kNone, "", "there is no schema cache"},
      {"header.converter", kOne,
       "org.apache.kafka.connect.json.JsonConverter|org.apache.kafka.connect.storage."
       "SimpleHeaderConverter",
       "headers are as JsonConverter writes them; SimpleHeaderConverter differs only in keys with "
       "DECIMAL or control characters"},
      {"header.converter.*", kNone, "", "headers are as JSON without a schema"},
      {"topic.creation.groups", kNo, "",
       "not supported yet: all topics are made by topic.creation.default.*"},
      {"topic.creation.*", kNo, "",
       "not supported yet: all topics are made by topic.creation.default.*"},
      {"errors.tolerance", kOne, "none",
       "an error stops the source; only records that are too large can be left out "
       "(errors.oversized)"},
      {"errors.retry.timeout", kNone, "",
       "transient errors are retried as errors.max.retries says"},
      {"errors.log.enable", kNone, "", "errors are always logged"},
      {"errors.log.include.messages", kNone, "", "row data is never logged"},
      {"config.action.reload", kNone, "",
       "a reload (SIGHUP) restarts a source when a secret of its changed"},
      {"tasks.max.enforce", kNone, "", "a source has one task"},
      {"transaction.boundary", kNone, "", "commits follow commit.interval.ms and commit.max.bytes"},
      {"transaction.boundary.interval.ms", kNone, "",
       "commits follow commit.interval.ms and commit.max.bytes"},
      {"offsets.storage.topic", kNo, "",
       "not supported yet: one topic for all sources, daemon.offset.storage.topic"},
      {"connector.plugin.version", kNone, "", "there are no plugins"},
      {"key.converter.plugin.version", kNone, "", "there are no plugins"},
      {"value.converter.plugin.version", kNone, "", "there are no plugins"},
      {"producer.override.*", kNo, "", "set librdkafka's properties below kafka:"},
      {"consumer.override.*", kNone, "", "there is no consumer"},
      {"admin.override.*", kNone, "", "the producer's connection is used"},
  };
}

}  // namespace millrace::config
