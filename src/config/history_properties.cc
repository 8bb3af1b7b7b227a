// Where a connector kept its schema history: read when a source goes on from that connector's offset.

#include "config/property_table.h"

namespace millrace::config {
namespace {

using Member = std::string SchemaHistoryConfig::*;

Setter<SourceConfig> history_text(Member member) {
  return [member](std::string_view, const std::string& value, SourceConfig& source) -> Status {
    source.schema_history.*member = std::string(trim(value));
    return {};
  };
}

Status set_consumer(std::string_view key, const std::string& value, SourceConfig& source) {
  constexpr std::string_view kPrefix = "schema.history.internal.consumer.";
  source.schema_history.consumer[std::string(key.substr(kPrefix.size()))] =
      std::string(trim(value));
  return {};
}

}  // namespace

PropertyTable<SourceConfig> history_properties() {
  using H = SchemaHistoryConfig;
  constexpr Support kYes = Support::kImplemented;
  return {
      {"schema.history.internal", kYes, "io.debezium.storage.kafka.history.KafkaSchemaHistory",
       "where a connector kept its schema history; read once, when a source goes on from that "
       "connector's offset; also `io.debezium.storage.file.history.FileSchemaHistory`",
       history_text(&H::implementation)},
      {"schema.history.internal.kafka.topic", kYes, "", "the history's topic",
       history_text(&H::topic)},
      {"schema.history.internal.kafka.bootstrap.servers", kYes, "",
       "brokers of that topic; without it those below kafka", history_text(&H::bootstrap_servers)},
      {"schema.history.internal.consumer.*", kYes, "",
       "the reader's connection, over what stands below kafka: properties that librdkafka knows by "
       "the same name, such as `security.protocol`",
       set_consumer},
      {"schema.history.internal.file.filename", kYes, "", "the history's file",
       history_text(&H::file)},
  };
}

}  // namespace millrace::config
