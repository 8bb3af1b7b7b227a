#include "support/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace millrace::testing {

namespace fs = std::filesystem;

fs::path cache_folder() {
  if (const char* cache = std::getenv("MILLRACE_CACHE")) return cache;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME")) return fs::path(xdg) / "millrace";
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr ? home : "/") / ".cache" / "millrace";
}

fs::path source_folder() {
  const char* folder = std::getenv("MILLRACE_SOURCE_DIR");
  return folder != nullptr ? fs::path(folder) : fs::current_path();
}

TempFolder::TempFolder(const std::string& name) {
  std::string pattern = (fs::temp_directory_path() / ("millrace-" + name + "-XXXXXX")).string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed: " + pattern);
  path_ = pattern;
}

TempFolder::~TempFolder() {
  if (std::getenv("MILLRACE_KEEP") != nullptr) {
    std::fprintf(stderr, "kept: %s\n", path_.c_str());
    return;
  }
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

FileLock::FileLock(const fs::path& path)
    : fd_(open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644)) {
  flock(fd_, LOCK_EX);
}

FileLock::~FileLock() { close(fd_); }

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Below the range that the system gives to outgoing connections: one of those would take the port before the server does.
int free_port() {
  constexpr int kFirst = 12000;
  constexpr int kLast = 30000;
  static std::mt19937 random{std::random_device{}()};
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const int port = std::uniform_int_distribution<int>(kFirst, kLast)(random);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool is_free =
        fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    if (fd >= 0) close(fd);
    if (is_free) return port;
  }
  throw std::runtime_error("no free port");
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

bool eventually(std::chrono::milliseconds deadline, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (true) {
    if (condition()) return true;
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

namespace {

void redirect(const fs::path& file, int to_fd) {
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (fd >= 0) {
    dup2(fd, to_fd);
    close(fd);
  }
}

}  // namespace

ChildProcess::ChildProcess(ChildOptions options) {
  std::vector<char*> arguments;
  for (std::string& word : options.command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ > 0) return;

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  setpgid(0, 0);
  const int null = open("/dev/null", O_RDONLY);
  dup2(null, 0);
  if (!options.output.empty()) {
    redirect(options.output, 1);
    redirect(options.output, 2);
  }
  if (!options.stdout_file.empty()) redirect(options.stdout_file, 1);
  for (const auto& [name, value] : options.environment) setenv(name.c_str(), value.c_str(), 1);
  if (!options.folder.empty() && chdir(options.folder.c_str()) != 0) _exit(127);
  execvp(arguments[0], arguments.data());
  std::fprintf(stderr, "can't start %s: %s\n", arguments[0], std::strerror(errno));
  _exit(127);
}

ChildProcess::~ChildProcess() {
  if (running()) kill9();
}

bool ChildProcess::running() { return !wait(std::chrono::milliseconds(0)).has_value(); }

void ChildProcess::signal(int number) {
  if (running()) ::kill(pid_, number);
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds deadline) {
  eventually(deadline, [this] {
    if (exit_code_) return true;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
  });
  return exit_code_;
}

int ChildProcess::stop(std::chrono::milliseconds deadline) {
  signal(SIGTERM);
  if (const auto code = wait(deadline)) return *code;
  return kill9();
}

int ChildProcess::kill9() {
  signal(SIGKILL);
  return wait(std::chrono::seconds(30)).value_or(-1);
}

double ChildProcess::cpu_seconds() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/stat");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto bracket = text.rfind(')');
  if (bracket == std::string::npos) return 0;
  std::istringstream fields(text.substr(bracket + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::uint64_t ChildProcess::memory_bytes() const { return status_bytes("VmRSS:"); }
std::uint64_t ChildProcess::peak_memory_bytes() const { return status_bytes("VmHWM:"); }

std::uint64_t ChildProcess::status_bytes(const char* field) const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(field)) return std::stoull(line.substr(std::strlen(field))) * 1024;
  }
  return 0;
}

CommandResult run_command(std::vector<std::string> command,
                          std::map<std::string, std::string> environment,
                          std::chrono::milliseconds deadline) {
  const TempFolder folder("command");
  ChildOptions options;
  options.command = std::move(command);
  options.environment = std::move(environment);
  options.output = folder.path() / "output";
  ChildProcess child(std::move(options));
  CommandResult result;
  if (const auto code = child.wait(deadline)) {
    result.exit_code = *code;
  } else {
    child.kill9();
  }
  result.output = read_file(folder.path() / "output");
  return result;
}

}  // namespace millrace::testing
