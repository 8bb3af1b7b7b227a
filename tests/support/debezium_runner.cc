#include "support/debezium_runner.h"

#include <httplib.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

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
  write_file(folder_ / "worker.properties", properties_text(worker_properties()));
  connectors_ = connector_properties();
  if (options_.distributed) return;
  for (const Properties& connector : connectors_) {
    write_file(properties_file(connector), properties_text(connector));
  }
}

DebeziumRunner::~DebeziumRunner() = default;

DebeziumRunner::Properties DebeziumRunner::worker_properties() const {
  Properties worker = {{"bootstrap.servers", options_.bootstrap},
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

std::vector<DebeziumRunner::Properties> DebeziumRunner::connector_properties() const {
  constexpr int kFirstServerId = 7001;
  std::vector<Properties> all = options_.connectors;
  if (all.empty()) all.emplace_back();
  for (std::size_t i = 0; i < all.size(); ++i) {
    Properties connector = {
        {"name", "debezium"},
        {"connector.class", "io.debezium.connector.mysql.MySqlConnector"},
        {"tasks.max", "1"},
        {"database.hostname", "127.0.0.1"},
        {"database.port", std::to_string(options_.mysql_port)},
        {"database.user", "root"},
        {"database.password", ""},
        {"database.server.id", std::to_string(kFirstServerId + static_cast<int>(i))},
        {"snapshot.mode", "no_data"},
        {"include.schema.changes", "false"}};
    merge_over(connector, options_.connector);
    merge_over(connector, all[i]);
    if (options_.distributed) {
      connector.emplace("schema.history.internal.kafka.topic", connector["name"] + "-history");
      connector.emplace("schema.history.internal.kafka.bootstrap.servers", options_.bootstrap);
    } else {
      connector.emplace("schema.history.internal",
                        "io.debezium.storage.file.history.FileSchemaHistory");
      connector.emplace("schema.history.internal.file.filename",
                        (folder_ / ("history-" + connector["name"])).string());
    }
    all[i] = std::move(connector);
  }
  return all;
}

fs::path DebeziumRunner::properties_file(const Properties& connector) const {
  return folder_ / (connector.at("name") + ".properties");
}

bool DebeziumRunner::submit_connectors() const {
  httplib::Client client("127.0.0.1", rest_port_);
  client.set_read_timeout(std::chrono::seconds(60));
  return std::all_of(connectors_.begin(), connectors_.end(), [&](const Properties& connector) {
    std::string body;
    for (const auto& [key, value] : connector) {
      body += (body.empty() ? "{" : ",") + json_quote(key) + ":" + json_quote(value);
    }
    const auto answer = client.Put("/connectors/" + connector.at("name") + "/config", body + "}",
                                   "application/json");
    return answer && answer->status / 100 == 2;
  });
}

void DebeziumRunner::launch() {
  fs::remove(folder_ / "connect.log");
  ChildOptions child;
  child.command = java_command(options_.heap, options_.life);
  child.command.emplace_back(options_.distributed
                                 ? "org.apache.kafka.connect.cli.ConnectDistributed"
                                 : "org.apache.kafka.connect.cli.ConnectStandalone");
  child.command.push_back((folder_ / "worker.properties").string());
  if (!options_.distributed) {
    for (const Properties& connector : connectors_) {
      child.command.push_back(properties_file(connector).string());
    }
  }
  child.output = folder_ / "connect.log";
  child.folder = folder_;
  process_ = std::make_unique<ChildProcess>(std::move(child));
}

void DebeziumRunner::start(std::chrono::seconds deadline) {
  launch();
  std::string failed;
  int looks = 0;
  const bool streaming = eventually(deadline, [&] {
    if (options_.distributed && !submitted_) submitted_ = submit_connectors();
    // Not always: each costs a request a connector.
    if (!options_.distributed && ++looks % 100 == 0) failed = failure();
    return !process_->running() || all_stream() || !failed.empty();
  });
  if (!streaming || !process_->running() || !failed.empty()) {
    const std::string text = log();
    throw std::runtime_error("Debezium doesn't stream:\n" + failed + "\n" +
                             text.substr(text.size() > 5000 ? text.size() - 5000 : 0));
  }
}

// Which of the two sentences a connector logs depends on its version.
bool DebeziumRunner::all_stream() const {
  const std::string text = log();
  const auto count = [&text](std::string_view sentence) {
    std::size_t times = 0;
    for (std::size_t at = text.find(sentence); at != std::string::npos;
         at = text.find(sentence, at + 1))
      ++times;
    return times;
  };
  return std::max(count("Connected to binlog at"), count("Connected to 127.0.0.1:")) >=
         connectors_.size();
}

void DebeziumRunner::stop() {
  if (process_ != nullptr) process_->stop(std::chrono::seconds(40));
  process_.reset();
}

void DebeziumRunner::kill9() {
  if (process_ != nullptr) process_->kill9();
  process_.reset();
}

std::string DebeziumRunner::task_field(const std::string& connector, const char* field) const {
  httplib::Client client("127.0.0.1", rest_port_);
  client.set_read_timeout(5);
  const auto answer = client.Get(("/connectors/" + connector + "/status").c_str());
  if (!answer || answer->status != 200) return "";
  rapidjson::Document document;
  document.Parse(answer->body.c_str());
  if (document.HasParseError() || !document.HasMember("tasks")) return "";
  const auto& tasks = document["tasks"];
  if (!tasks.IsArray() || tasks.Empty() || !tasks[0].HasMember(field)) return "";
  return tasks[0][field].GetString();
}

std::string DebeziumRunner::failure() const {
  for (const Properties& connector : connectors_) {
    const std::string& name = connector.at("name");
    if (state(name) == "FAILED") return name + ": " + trace(name);
  }
  return "";
}

std::string DebeziumRunner::state(const std::string& connector) const {
  return task_field(connector, "state");
}

std::string DebeziumRunner::trace(const std::string& connector) const {
  return task_field(connector, "trace");
}

std::string DebeziumRunner::log() const { return read_file(folder_ / "connect.log"); }

}  // namespace millrace::testing
