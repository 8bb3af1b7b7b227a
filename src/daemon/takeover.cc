#include "daemon/takeover.h"

#include <spdlog/spdlog.h>

#include <fstream>
#include <utility>

#include "daemon/start_point.h"
#include "millrace/daemon/logging.h"
#include "millrace/discovery/catalog.h"
#include "millrace/sink/history_topic.h"
#include "millrace/state/schema_history.h"

namespace millrace::daemon {
namespace {

using Structures = std::map<schema::TableName, schema::TableSchemaPtr>;

constexpr std::string_view kKafkaHistory = "io.debezium.storage.kafka.history.KafkaSchemaHistory";
constexpr std::string_view kFileHistory = "io.debezium.storage.file.history.FileSchemaHistory";

constexpr std::string_view kChoices =
    ". So the structures of the captured tables as of the connector's offset are not known. The "
    "choices: mend the history (let the connector run once with snapshot.mode=recovery); or SET "
    "PERSIST binlog_row_metadata=FULL while the connector runs, and take over when it has read "
    "beyond that; or delete the offset and begin anew";

Status read_file_history(const std::string& path, state::SchemaHistory& history) {
  std::ifstream file(path);
  if (!file) return definite_error("the schema history file " + path + " can't be opened");
  for (std::string line; std::getline(file, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    MILLRACE_RETURN_IF_ERROR(history.apply(line));
  }
  if (history.records() == 0)
    return definite_error("the schema history file " + path + " is empty");
  return {};
}

sink::HistoryTopicOptions topic_options(const config::SchemaHistoryConfig& history,
                                        const std::map<std::string, std::string>& kafka) {
  sink::HistoryTopicOptions options;
  options.topic = history.topic;
  options.properties = kafka;
  options.java_properties = history.consumer;
  if (!history.bootstrap_servers.empty()) {
    options.properties["bootstrap.servers"] = history.bootstrap_servers;
    options.properties.erase("metadata.broker.list");
  }
  return options;
}

}  // namespace

transform::TableFilterOptions filter_options(const config::SourceConfig& source) {
  return {source.database_include, source.database_exclude, source.table_include,
          source.table_exclude, source.ignore_builtin_tables};
}

bool has_schema_history(const config::SourceConfig& source) {
  return !source.schema_history.topic.empty() || !source.schema_history.file.empty();
}

Result<std::vector<state::StateRecord>> Takeover::run(state::SourceState& state) const {
  state::Offset offset = with_purged_of_unknown_servers(*state.offset, facts);
  if (!(offset == *state.offset)) {
    logger("source")->warn(
        "the connector's offset names no transaction of a server whose transactions are purged "
        "here: they count as published source={}",
        source.name);
  }
  MILLRACE_RETURN_IF_ERROR(check_offset(offset, facts));
  MILLRACE_ASSIGN_OR_RETURN(Structures found, structures(offset));

  std::vector<state::StateRecord> records;
  records.push_back(state::taken_over_record(source.name, *state.offset));
  for (const auto& [name, table] : state.structures) {
    if (!found.contains(name)) records.push_back(state::table_deletion(source.name, name));
  }
  state.offset = std::move(offset);
  state.structures = std::move(found);
  state.taken_over = true;
  return records;
}

Result<Structures> Takeover::structures(const state::Offset& offset) const {
  auto found = has_schema_history(source) ? from_history(offset) : from_server(offset);
  if (found || found.error().is_transient()) return found;
  if (facts.binlog_row_metadata != "FULL") {
    return definite_error(found.error().message() + std::string(kChoices));
  }
  // Not the server's of now: a TABLE_MAP from before FULL was set might fit them by chance.
  logger("source")->warn(
      "goes on without the connector's structures, which under binlog_row_metadata=FULL are needed "
      "for defaults, comments and FLOAT(M,D) only source={} reason=\"{}\"",
      source.name, found.error().message());
  return Structures();
}

Result<Structures> Takeover::from_history(const state::Offset& offset) const {
  const config::SchemaHistoryConfig& config = source.schema_history;
  state::SchemaHistory history(source.topic_prefix, offset, [this](const schema::TableName& name) {
    return filter.captures(name);
  });
  if (config.implementation == kFileHistory) {
    MILLRACE_RETURN_IF_ERROR(read_file_history(config.file, history));
  } else if (config.implementation.empty() || config.implementation == kKafkaHistory) {
    const sink::HistoryTopicOptions options = topic_options(config, kafka);
    if (config.topic.empty()) {
      return definite_error("schema.history.internal.kafka.topic is missing");
    }
    if (!options.properties.contains("bootstrap.servers") &&
        !options.properties.contains("metadata.broker.list")) {
      return definite_error("schema.history.internal.kafka.bootstrap.servers is missing");
    }
    MILLRACE_RETURN_IF_ERROR(sink::read_history_topic(
        options, interrupted, [&](std::string_view record) { return history.apply(record); }));
  } else {
    return definite_error("a schema history of " + config.implementation + " can't be read");
  }
  const std::uint64_t records = history.records();
  MILLRACE_ASSIGN_OR_RETURN(Structures found, std::move(history).finish());
  logger("source")->info("read the connector's schema history source={} records={} tables={}",
                         source.name, records, found.size());
  return found;
}

// The server's structures of now, where nothing has happened since the offset that could have changed one.
Result<Structures> Takeover::from_server(const state::Offset& offset) const {
  MILLRACE_ASSIGN_OR_RETURN(
      discovery::Catalog catalog,
      discovery::load_tables(
          connection, [this](const schema::TableName& name) { return filter.captures(name); }));
  // One transaction may be missing in the offset: the last, which it points into. It is no DDL: those have no events.
  gtid::GtidSet since = catalog.executed_after;
  since.subtract(offset.gtids);
  const std::uint64_t may_differ = offset.event != 0 ? 1 : 0;
  if (offset.has_gtids && catalog.executed_before == catalog.executed_after &&
      since.count() <= may_differ) {
    return std::move(catalog.tables);
  }
  return definite_error(
      "transactions have come since the connector's offset, and no "
      "schema.history.internal.kafka.topic is configured");
}

}  // namespace millrace::daemon
