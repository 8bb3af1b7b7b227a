#pragma once

// Child processes, free ports, folders and waiting: what every test on real servers stands on. A child dies with the
// test (PR_SET_PDEATHSIG), so nothing is left running whatever happens.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace millrace::testing {

// $MILLRACE_CACHE, or where it is by default.
std::filesystem::path cache_folder();
// The root of the sources.
std::filesystem::path source_folder();

// A folder of the test's own, removed at the end; kept, and its name printed, when MILLRACE_KEEP is set.
class TempFolder {
 public:
  explicit TempFolder(const std::string& name);
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Holds a lock file while it lives, so that two tests don't make the same thing at once.
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int fd_;
};

// What the environment says, for tests that can be longer or repeated.
std::uint64_t number_of(const char* variable, std::uint64_t otherwise);

// A TCP port that was free a moment ago.
int free_port();

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& text);

// Waits until `condition` holds, looking every few milliseconds. False when it doesn't by the deadline.
bool eventually(std::chrono::milliseconds deadline, const std::function<bool()>& condition);

struct ChildOptions {
  std::vector<std::string> command;
  std::filesystem::path output;                    // of stdout and stderr; appended
  std::filesystem::path stdout_file;               // stdout alone, where it differs
  std::filesystem::path folder;                    // working directory; empty: the test's
  std::map<std::string, std::string> environment;  // added to the test's
};

class ChildProcess {
 public:
  explicit ChildProcess(ChildOptions options);
  ~ChildProcess();  // kills it
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  void signal(int number);
  // The exit code, 128 + n after signal n; nothing when it still runs at the deadline.
  std::optional<int> wait(std::chrono::milliseconds deadline);
  // SIGTERM, and SIGKILL after the deadline. The exit code.
  int stop(std::chrono::milliseconds deadline = std::chrono::seconds(30));
  int kill9();
  // CPU seconds used so far (user and system); resident memory now, and its peak.
  double cpu_seconds() const;
  std::uint64_t memory_bytes() const;
  std::uint64_t peak_memory_bytes() const;

 private:
  std::uint64_t status_bytes(const char* field) const;

  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

// Runs a command to its end; stdout and stderr together.
struct CommandResult {
  int exit_code = -1;
  std::string output;
};
CommandResult run_command(std::vector<std::string> command,
                          std::map<std::string, std::string> environment = {},
                          std::chrono::milliseconds deadline = std::chrono::minutes(2));

}  // namespace millrace::testing
