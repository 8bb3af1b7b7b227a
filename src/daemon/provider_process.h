#pragma once

// Runs one executable to its end: in a process group of its own, with an environment that is given, its standard error
// line by line to a function and its standard output kept. What clone providers are started with (clone_provider.h).
//
// Blocks the calling thread; a bound on the time and a flag end it: SIGTERM to the group, SIGKILL a little later. Nothing
// of the group is left when it returns. Safe to use beside other threads.

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::daemon {

struct ProviderProcess {
  std::vector<std::string> command;      // a path, and its arguments
  std::vector<std::string> environment;  // all of it, NAME=value
  std::chrono::milliseconds timeout{0};
  // Called with each line of standard error as it comes, without its end, cut at limits::kProviderLineBytes.
  std::function<void(std::string_view)> on_line;
};

enum class ProviderEnd : std::uint8_t {
  kExited,          // `code` is the exit code
  kSignalled,       // by somebody else; `code` is the signal
  kInterrupted,     // by the flag
  kTimedOut,        // by the bound
  kPrintedTooMuch,  // more than limits::kProviderOutputBytes on standard output
};

struct ProviderOutcome {
  ProviderEnd end = ProviderEnd::kExited;
  int code = 0;
  std::string output;
};

// A definite error when it can't be started at all (not there, not executable), a transient one when the system has no
// room for another process.
Result<ProviderOutcome> run_provider(const ProviderProcess& process,
                                     const std::atomic<bool>& interrupted);

}  // namespace millrace::daemon
