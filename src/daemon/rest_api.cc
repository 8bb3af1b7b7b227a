#include "daemon/rest_api.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <utility>

#include "daemon/json_text.h"
#include "millrace/config/properties.h"
#include "millrace/daemon/version.h"

namespace millrace::daemon {
namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

template <typename Fill>
RestAnswer json_answer(int status, Fill fill) {
  rapidjson::StringBuffer buffer;
  Json json(buffer);
  fill(json);
  return {status, "application/json", {buffer.GetString(), buffer.GetSize()}};
}

void add_string(Json& json, std::string_view value) {
  const std::string text = valid_utf8(value);
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void add_key(Json& json, std::string_view key) {
  const std::string text = valid_utf8(key);
  json.Key(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void add(Json& json, std::string_view key, std::string_view value) {
  add_key(json, key);
  add_string(json, value);
}

RestAnswer error_answer(int status, std::string_view message) {
  return json_answer(status, [&](Json& json) {
    json.StartObject();
    json.Key("error_code");
    json.Int(status);
    add(json, "message", message);
    json.EndObject();
  });
}

// "/connectors//a/" to {"connectors", "a"}: clients differ in slashes.
std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) parts.push_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return parts;
}

// State, worker and trace: the same fields for the connector and for its task.
void add_state_fields(Json& json, const SourceStatus& status, const std::string& worker_id) {
  add(json, "state", state_name(status.state));
  add(json, "worker_id", worker_id);
  add(json, "version", kVersion);
  if (!status.trace.empty()) add(json, "trace", status.trace);
}

void write_task(Json& json, const SourceStatus& status, const std::string& worker_id) {
  json.StartObject();
  json.Key("id");
  json.Int(0);
  add_state_fields(json, status, worker_id);
  json.EndObject();
}

// Not of Kafka Connect: how a snapshot gets on.
void write_snapshot(Json& json, const pipeline::SnapshotReport& snapshot) {
  const auto number = [&json](const char* name, std::uint64_t value) {
    json.Key(name);
    json.Uint64(value);
  };
  json.Key("snapshot");
  json.StartObject();
  add(json, "state", snapshot.is_paused ? "PAUSED" : "RUNNING");
  number("begun_ms", static_cast<std::uint64_t>(snapshot.begun_ms));
  number("tables", snapshot.tables);
  number("tables_left", snapshot.tables_left);
  number("rows_left_estimate", snapshot.estimate_left);
  number("seconds_left_estimate", static_cast<std::uint64_t>(snapshot.seconds_left()));
  json.Key("reading");
  json.StartArray();
  for (const pipeline::SnapshotReport::Table& table : snapshot.reading) {
    json.StartObject();
    add(json, "table", table.name);
    number("rows", table.rows);
    number("rows_estimate", table.estimate);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

void write_status(Json& json, const SourceStatus& status, const std::string& worker_id) {
  json.StartObject();
  add(json, "name", status.name);
  json.Key("connector");
  json.StartObject();
  add_state_fields(json, status, worker_id);
  json.EndObject();
  json.Key("tasks");
  json.StartArray();
  // As after PUT stop: a stopped connector has no task.
  if (status.state != SourceState::kStopped) write_task(json, status, worker_id);
  json.EndArray();
  add(json, "type", "source");
  if (status.snapshot.is_running) write_snapshot(json, status.snapshot);
  json.EndObject();
}

using Properties = std::map<std::string, std::string>;

void write_config(Json& json, const std::string& name, const Properties& properties) {
  Properties shown = shown_properties(properties);
  shown["name"] = name;
  json.StartObject();
  for (const auto& [key, value] : shown) {
    add(json, key, value);
  }
  json.EndObject();
}

void write_task_id(Json& json, const std::string& name) {
  json.StartObject();
  add(json, "connector", name);
  json.Key("task");
  json.Int(0);
  json.EndObject();
}

void write_info(Json& json, const std::string& name, const Properties& properties) {
  json.StartObject();
  add(json, "name", name);
  json.Key("config");
  write_config(json, name, properties);
  json.Key("tasks");
  json.StartArray();
  write_task_id(json, name);
  json.EndArray();
  add(json, "type", "source");
  json.EndObject();
}

void write_tasks(Json& json, const std::string& name, const Properties& properties) {
  json.StartArray();
  json.StartObject();
  json.Key("id");
  write_task_id(json, name);
  json.Key("config");
  write_config(json, name, properties);
  json.EndObject();
  json.EndArray();
}

}  // namespace

Properties shown_properties(Properties properties) {
  for (auto& [key, value] : properties) {
    // One reference and nothing else: text beside it may be the secret.
    const bool is_reference = value.starts_with("${") && value.find('}') == value.size() - 1 &&
                              value.find(':') != std::string::npos;
    if (config::is_secret(key) && !is_reference) value = "[hidden]";
  }
  return properties;
}

RestApi::RestApi(const StatusProvider& sources, const Metrics& metrics, std::string worker_id)
    : sources_(sources), metrics_(metrics), worker_id_(std::move(worker_id)) {}

RestAnswer RestApi::answer(const RestRequest& request) const {
  const std::vector<std::string_view> path = split_path(request.path);
  RestAnswer answer = error_answer(404, "HTTP 404 Not Found");
  if (path.empty()) {
    answer = root();
  } else if (path[0] == "connectors") {
    answer = path.size() == 1 ? connectors(request.expand) : connector(path);
  } else if (path.size() == 1 && path[0] == "health") {
    answer = json_answer(200, [](Json& json) {
      json.StartObject();
      add(json, "status", "healthy");
      add(json, "message", "Worker has completed startup and is ready to handle requests.");
      json.EndObject();
    });
  } else if (path.size() == 1 && path[0] == "metrics") {
    answer = {200, "text/plain; version=0.0.4; charset=utf-8", metrics_.expose()};
  }
  const bool reads = request.method == "GET" || request.method == "HEAD";
  return reads || answer.status == 404 ? answer : error_answer(405, "HTTP 405 Method Not Allowed");
}

RestAnswer RestApi::root() const {
  return json_answer(200, [&](Json& json) {
    json.StartObject();
    add(json, "version", kVersion);
    add(json, "commit", "");
    add(json, "kafka_cluster_id", sources_.kafka_cluster_id());
    json.EndObject();
  });
}

RestAnswer RestApi::connectors(const std::vector<std::string>& expand) const {
  const auto wants = [&](std::string_view what) {
    return std::ranges::find(expand, what) != expand.end();
  };
  const std::vector<std::string> names = sources_.source_names();
  return json_answer(200, [&](Json& json) {
    if (!wants("status") && !wants("info")) {
      json.StartArray();
      for (const std::string& name : names) add_string(json, name);
      json.EndArray();
      return;
    }
    json.StartObject();
    for (const std::string& name : names) {
      // A reload may have taken it away since.
      const auto status = sources_.status(name);
      const auto properties = sources_.properties(name);
      if (!status || !properties) continue;
      add_key(json, name);
      json.StartObject();
      if (wants("status")) {
        json.Key("status");
        write_status(json, *status, worker_id_);
      }
      if (wants("info")) {
        json.Key("info");
        write_info(json, name, *properties);
      }
      json.EndObject();
    }
    json.EndObject();
  });
}

// path is connectors, NAME and what follows.
RestAnswer RestApi::connector(const std::vector<std::string_view>& path) const {
  const std::string name(path[1]);
  std::string rest;
  for (std::size_t i = 2; i < path.size(); ++i) rest.append("/").append(path[i]);

  if (rest == "/status") {
    const auto status = sources_.status(name);
    if (!status) return error_answer(404, "No status found for connector " + name);
    return json_answer(200, [&](Json& json) { write_status(json, *status, worker_id_); });
  }
  if (path.size() == 5 && path[2] == "tasks" && path[4] == "status") {
    const auto status = sources_.status(name);
    if (!status || path[3] != "0" || status->state == SourceState::kStopped) {
      return error_answer(404, "No status found for task " + name + "-" + std::string(path[3]));
    }
    return json_answer(200, [&](Json& json) { write_task(json, *status, worker_id_); });
  }
  if (!rest.empty() && rest != "/config" && rest != "/tasks")
    return error_answer(404, "HTTP 404 Not Found");
  const auto properties = sources_.properties(name);
  if (!properties) return error_answer(404, "Connector " + name + " not found");
  return json_answer(200, [&](Json& json) {
    if (rest == "/tasks") {
      write_tasks(json, name, *properties);
    } else if (rest == "/config") {
      write_config(json, name, *properties);
    } else {
      write_info(json, name, *properties);
    }
  });
}

}  // namespace millrace::daemon
