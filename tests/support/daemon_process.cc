#include "support/daemon_process.h"

#include <httplib.h>
#include <rapidjson/document.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace millrace::testing {

std::string daemon_program() {
  const char* program = std::getenv("MILLRACE_BINARY");
  if (program == nullptr)
    throw std::runtime_error("MILLRACE_BINARY is not set: run the test by ctest");
  return program;
}

DaemonProcess::DaemonProcess(std::filesystem::path folder, std::string configuration,
                             std::map<std::string, std::string> environment)
    : folder_(std::move(folder)), environment_(std::move(environment)), port_(free_port()) {
  std::filesystem::create_directories(folder_);
  set_configuration(configuration);
}

DaemonProcess::~DaemonProcess() = default;

void DaemonProcess::set_configuration(const std::string& configuration) {
  const std::string listen = "listen: 127.0.0.1:" + std::to_string(port_);
  std::string text = configuration;
  const auto daemon = text.find("daemon:\n");
  if (daemon == std::string::npos) {
    text = "daemon:\n  " + listen + "\n" + text;
  } else {
    text.insert(daemon + 8, "  " + listen + "\n");
  }
  write_file(folder_ / "millrace.yaml", text);
}

void DaemonProcess::start(std::map<std::string, std::string> more_environment) {
  ChildOptions child;
  child.command = {daemon_program(), "run", "-c", (folder_ / "millrace.yaml").string()};
  child.output = log_path();
  child.stdout_file = folder_ / "stdout";
  child.folder = folder_;
  child.environment = environment_;
  child.environment.merge(more_environment);
  process_ = std::make_unique<ChildProcess>(std::move(child));
}

int DaemonProcess::stop() { return process_->stop(std::chrono::seconds(20)); }

void DaemonProcess::kill9() { process_->kill9(); }

std::optional<std::string> DaemonProcess::get(const std::string& path) const {
  httplib::Client client("127.0.0.1", port_);
  client.set_connection_timeout(1);
  client.set_read_timeout(5);
  const auto answer = client.Get(path.c_str());
  if (!answer || answer->status != 200) return std::nullopt;
  return answer->body;
}

namespace {

std::string connector_field(const std::optional<std::string>& body, const char* field) {
  if (!body) return "";
  rapidjson::Document document;
  document.Parse(body->c_str());
  if (document.HasParseError() || !document.HasMember("tasks")) return "";
  const auto& tasks = document["tasks"];
  const auto& part = tasks.IsArray() && !tasks.Empty() ? tasks[0] : document["connector"];
  return part.HasMember(field) ? part[field].GetString() : "";
}

}  // namespace

std::string DaemonProcess::source_state(const std::string& source) const {
  return connector_field(get("/connectors/" + source + "/status"), "state");
}

std::string DaemonProcess::source_trace(const std::string& source) const {
  return connector_field(get("/connectors/" + source + "/status"), "trace");
}

bool DaemonProcess::wait_for_state(const std::string& source, const std::string& state,
                                   std::chrono::milliseconds deadline) const {
  bool reached = false;
  eventually(deadline, [&] {
    reached = source_state(source) == state;
    return reached || (process_ != nullptr && !process_->running());
  });
  return reached;
}

double DaemonProcess::metric(const std::string& series) const {
  const auto body = get("/metrics");
  if (!body) return 0;
  std::size_t at = body->find("\n" + series);
  if (at == std::string::npos) return 0;
  at = body->find(' ', at + 1 + series.size() - 1);
  return at == std::string::npos ? 0 : std::strtod(body->c_str() + at, nullptr);
}

}  // namespace millrace::testing
