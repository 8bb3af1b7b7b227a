#include "daemon/takeover.h"

#include <spdlog/spdlog.h>

#include <fstream>
#include <utility>

#include "daemon/catalog_loading.h"
#include "daemon/start_point.h"
#include "millrace/daemon/logging.h"
#include "millrace/sink/history_topic.h"

namespace millrace::daemon {
namespace {

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

// Whether there is a history to read.
bool has_schema_history(const config::SourceConfig& source) {
  return !source.schema_history.topic.empty() || !source.schema_history.file.empty();
}

}  // namespace

Result<std::vector<state::StateRecord>> Takeover::run(state::SourceState& state) const {
  state::Offset offset = with_purged_of_unknown_servers(*state.offset, facts);
  if (!(offset == *state.offset)) {
    logger("source")->warn(
        "the connector's offset names no transaction of a server whose transactions are purged "
        "here: they count as published source={}",
        source.name);
  }
  leave_out_servers(servers, facts, offset);
  MILLRACE_RETURN_IF_ERROR(check_offset(offset, facts));
  MILLRACE_ASSIGN_OR_RETURN(schema::Catalog catalog, catalog_at(offset));

  std::vector<state::StateRecord> records;
  records.push_back(state::taken_over_record(source.name, *state.offset));
  state.catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr&) {
    if (catalog.find(name) == nullptr) records.push_back(state::table_deletion(source.name, name));
  });
  state.offset = std::move(offset);
  state.catalog = std::move(catalog);
  state.taken_over = true;
  return records;
}

Result<schema::Catalog> Takeover::catalog_at(const state::Offset& offset) const {
  const auto is_followed = [this](const schema::TableName& name) {
    return filter.captures_database(name.database);
  };
  MILLRACE_ASSIGN_OR_RETURN(schema::Catalog catalog,
                            load_catalog_at(connection, streams, facts, offset, is_followed));
  Status known = has_schema_history(source) ? learn_from_history(offset, catalog) : Status();
  if (known) known = require_known(catalog);
  if (known) return catalog;
  if (known.error().is_transient()) return known.error();
  if (facts.binlog_row_metadata != "FULL") {
    return definite_error(known.error().message() + std::string(kChoices));
  }
  logger("source")->warn(
      "goes on without the structures of some tables, which under binlog_row_metadata=FULL are "
      "needed for defaults, comments and FLOAT(M,D) only source={} reason=\"{}\"",
      source.name, known.error().message());
  return catalog;
}

Status Takeover::learn_from_history(const state::Offset& offset, schema::Catalog& catalog) const {
  state::SchemaHistory history(source.topic_prefix, offset, [this](const schema::TableName& name) {
    return filter.captures_database(name.database);
  });
  MILLRACE_RETURN_IF_ERROR(read_history(history));
  const std::uint64_t records = history.records();
  MILLRACE_ASSIGN_OR_RETURN(const auto found, std::move(history).finish());

  std::vector<schema::TableName> unknown;
  catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr& table) {
    if (table == nullptr) unknown.push_back(name);
  });
  for (const schema::TableName& name : unknown) {
    // The history has every captured table that there was. Others it may leave out.
    if (filter.captures(name) && !found.contains(name)) catalog.erase(name);
  }
  std::size_t used = 0;
  for (const auto& [name, table] : found) {
    if (catalog.find(name) != nullptr) continue;
    catalog.put(name, *table);
    ++used;
  }
  logger("source")->info(
      "read the connector's schema history source={} records={} tables={} changed_since={}",
      source.name, records, found.size(), used);
  return {};
}

Status Takeover::read_history(state::SchemaHistory& history) const {
  const config::SchemaHistoryConfig& config = source.schema_history;
  if (config.implementation == kFileHistory) return read_file_history(config.file, history);
  if (!config.implementation.empty() && config.implementation != kKafkaHistory) {
    return definite_error("a schema history of " + config.implementation + " can't be read");
  }
  const sink::HistoryTopicOptions options = topic_options(config, kafka);
  if (config.topic.empty()) {
    return definite_error("schema.history.internal.kafka.topic is missing");
  }
  if (!options.properties.contains("bootstrap.servers") &&
      !options.properties.contains("metadata.broker.list")) {
    return definite_error("schema.history.internal.kafka.bootstrap.servers is missing");
  }
  return sink::read_history_topic(options, interrupted,
                                  [&](std::string_view record) { return history.apply(record); });
}

Status Takeover::require_known(const schema::Catalog& catalog) const {
  std::string first;
  std::size_t count = 0;
  catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr& table) {
    if (table != nullptr || !filter.captures(name)) return;
    if (count++ == 0) first = name.to_text();
  });
  if (count == 0) return {};
  return definite_error(
      "statements have changed " + std::to_string(count) + " captured tables (" + first +
      (count == 1 ? "" : ", ...") +
      ") since the connector's offset, and no schema.history.internal.kafka.topic is configured");
}

}  // namespace millrace::daemon
