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
      {"topic.creation.*", kNo, "", "names a group that topic.creation.groups doesn't list"},
      {"topic.creation.enable", kNone, "", "topics that don't exist are always created"},
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
      {"connector.plugin.version", kNone, "", "there are no plugins"},
      {"key.converter.plugin.version", kNone, "", "there are no plugins"},
      {"value.converter.plugin.version", kNone, "", "there are no plugins"},
      {"errors.deadletterqueue.topic.replication.factor", kNone, "",
       "the topic is created as topic.creation.* says"},
      {"errors.deadletterqueue.context.headers.enable", kNone, "",
       "the note in the topic says what is known"},
      {"consumer.override.*", kNone, "", "a source only produces"},
      {"admin.override.*", kNone, "", "the producer's connection is used"},
  };
}

}  // namespace millrace::config
