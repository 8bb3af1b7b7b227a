#include "support/debezium_runner.h"

#include <httplib.h>

#include <stdexcept>

#include "support/json_text.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"

namespace millrace::testing {
namespace {

namespace fs = std::filesystem;

fs::path plugin_folder() { return cache_folder() / "debezium"; }

std::string properties_text(const std::map<std::string, std::string>& properties) {
  std::string text;
  for (const auto& [key, value] : properties) text += key + "=" + value + "\n";
  return text;
}

void merge_over(std::map<std::string, std::string>& base,
                const std::map<std::string, std::string>& over) {
  for (const auto& [key, value] : over) base[key] = value;
}

}  // namespace

bool DebeziumRunner::available() {
  return fs::exists(plugin_folder() / "debezium-connector-mysql");
}

DebeziumRunner::DebeziumRunner(fs::path folder, DebeziumOptions options)
    : folder_(std::move(folder)), options_(std::move(options)), rest_port_(free_port()) {
  if (!available()) {
    throw std::runtime_error("no Debezium at " + plugin_folder().string() +
                             ": run tests/support/provision.sh debezium");
  }
  fs::create_directories(folder_);
  write_properties();
}

DebeziumRunner::~DebeziumRunner() = default;

std::map<std::string, std::string> DebeziumRunner::worker_properties() const {
  std::map<std::string, std::string> worker = {
      {"bootstrap.servers", options_.bootstrap},
      {"key.converter", "org.apache.kafka.connect.json.JsonConverter"},
      {"value.converter", "org.apache.kafka.connect.json.JsonConverter"},
      {"key.converter.schemas.enable", "false"},
      {"value.converter.schemas.enable", "false"},
      {"offset.flush.interval.ms", "1000"},
      {"plugin.path", plugin_folder().string()},
      {"listeners", "http://127.0.0.1:" + std::to_string(rest_port_)}};
  if (options_.distributed) {
    merge_over(worker, {{"group.id", "connect"},
                        {"config.storage.topic", "connect-configs"},
                        {"status.storage.topic", "connect-status"},
                        {"offset.storage.topic", options_.offset_topic},
                        {"offset.storage.partitions", "5"},
                        {"config.storage.replication.factor", "1"},
                        {"status.storage.replication.factor", "1"},
                        {"offset.storage.replication.factor", "1"}});
  } else {
    worker["offset.storage.file.filename"] = (folder_ / "offsets.dat").string();
  }
  merge_over(worker, options_.worker);
  return worker;
}

std::map<std::string, std::string> DebeziumRunner::connector_properties() const {
  std::map<std::string, std::string> connector = {
      {"name", "debezium"},
      {"connector.class", "io.debezium.connector.mysql.MySqlConnector"},
      {"tasks.max", "1"},
      {"database.hostname", "127.0.0.1"},
      {"database.port", std::to_string(options_.mysql_port)},
      {"database.user", "root"},
      {"database.password", ""},
      {"database.server.id", "7001"},
      {"snapshot.mode", "no_data"},
      {"include.schema.changes", "false"}};
  if (options_.distributed) {
    merge_over(connector,
               {{"schema.history.internal.kafka.topic", "history"},
                {"schema.history.internal.kafka.bootstrap.servers", options_.bootstrap}});
  } else {
    merge_over(connector,
               {{"schema.history.internal", "io.debezium.storage.file.history.FileSchemaHistory"},
                {"schema.history.internal.file.filename", (folder_ / "history").string()}});
  }
  merge_over(connector, options_.connector);
  return connector;
}

void DebeziumRunner::write_properties() const {
  write_file(folder_ / "worker.properties", properties_text(worker_properties()));
  write_file(folder_ / "connector.properties", properties_text(connector_properties()));
}

bool DebeziumRunner::submit_connector() const {
  std::map<std::string, std::string> connector = connector_properties();
  std::string body;
  for (const auto& [key, value] : connector) {
    body += (body.empty() ? "{" : ",") + json_quote(key) + ":" + json_quote(value);
  }
  httplib::Client client("127.0.0.1", rest_port_);
  client.set_read_timeout(std::chrono::seconds(60));
  const auto answer =
      client.Put("/connectors/" + connector["name"] + "/config", body + "}", "application/json");
  return answer && answer->status / 100 == 2;
}

void DebeziumRunner::start(std::chrono::seconds deadline) {
  fs::remove(folder_ / "connect.log");
  ChildOptions child;
  child.command = {"java",
                   "-Xmx" + options_.heap,
                   "-cp",
                   kafka_class_path(),
                   options_.distributed ? "org.apache.kafka.connect.cli.ConnectDistributed"
                                        : "org.apache.kafka.connect.cli.ConnectStandalone",
                   (folder_ / "worker.properties").string()};
  if (!options_.distributed) {
    child.command.push_back((folder_ / "connector.properties").string());
  }
  child.output = folder_ / "connect.log";
  child.folder = folder_;
  process_ = std::make_unique<ChildProcess>(std::move(child));
  const bool streaming = eventually(deadline, [this] {
    if (options_.distributed && !submitted_) submitted_ = submit_connector();
    return !process_->running() || log().find("Connected to binlog at") != std::string::npos ||
           log().find("Connected to 127.0.0.1:") != std::string::npos;
  });
  if (!streaming || !process_->running()) {
    const std::string text = log();
    throw std::runtime_error("Debezium doesn't stream:\n" +
                             text.substr(text.size() > 5000 ? text.size() - 5000 : 0));
  }
}

void DebeziumRunner::stop() {
  if (process_ != nullptr) process_->stop(std::chrono::seconds(40));
  process_.reset();
}

void DebeziumRunner::kill9() {
  if (process_ != nullptr) process_->kill9();
  process_.reset();
}

std::string DebeziumRunner::log() const { return read_file(folder_ / "connect.log"); }

}  // namespace millrace::testing
