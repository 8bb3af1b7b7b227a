#pragma once

// The daemon under test as a process: started with a configuration, watched through its REST interface.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "support/process.h"

namespace millrace::testing {

class DaemonProcess {
 public:
  // `configuration` is YAML without the daemon section's `listen`: a free port is put in its place. The folder keeps
  // configuration and log, and is the working directory.
  DaemonProcess(std::filesystem::path folder, std::string configuration,
                std::map<std::string, std::string> environment = {});
  ~DaemonProcess();

  void start(std::map<std::string, std::string> more_environment = {});
  // SIGTERM and the exit code; 137 when it had to be killed.
  int stop();
  void kill9();
  ChildProcess& process() { return *process_; }
  bool running() { return process_ != nullptr && process_->running(); }

  // Rewrites the configuration; SIGHUP or a restart makes it count.
  void set_configuration(const std::string& configuration);

  // The body of a GET; nothing when nobody answers.
  std::optional<std::string> get(const std::string& path) const;
  // "RUNNING", "FAILED" ...; empty when nobody answers.
  std::string source_state(const std::string& source) const;
  // The reason that the status gives.
  std::string source_trace(const std::string& source) const;
  bool wait_for_state(const std::string& source, const std::string& state,
                      std::chrono::milliseconds deadline = std::chrono::seconds(60)) const;
  // A metric's value by its line's beginning ("millrace_commits_total{source=\"shop\"}"); 0 when absent.
  double metric(const std::string& series) const;
  std::string log() const { return read_file(log_path()); }
  std::filesystem::path log_path() const { return folder_ / "millrace.log"; }
  int port() const { return port_; }

 private:
  std::filesystem::path folder_;
  std::map<std::string, std::string> environment_;
  int port_;
  std::unique_ptr<ChildProcess> process_;
};

// The program under test: $MILLRACE_BINARY.
std::string daemon_program();

}  // namespace millrace::testing
