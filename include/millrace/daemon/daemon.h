#pragma once

// The process: sources and their life, the REST and metrics server, signals. The commands of the program (run, check,
// decode) are the three functions below; main.cc only parses arguments. Each returns the process's exit code
// (docs/operations.md).

#include <string>
#include <vector>

namespace millrace::daemon {

enum ExitCode : int {
  kExitStopped = 0,
  kExitUsage = 64,
  kExitGaveUp = 75,  // run: retries used up; check: a server can't be reached
  kExitOperatorMustAct = 78,
};

// Runs all sources of the configuration until SIGTERM or SIGINT, or until every source has failed.
int run(const std::string& config_path);
// Checks the configuration and every source's server; prints one line a requirement.
int check(const std::string& config_path);
// Prints binlog files as JSON lines on standard output.
int decode(const std::vector<std::string>& files);

}  // namespace millrace::daemon
