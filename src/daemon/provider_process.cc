#include "daemon/provider_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include "millrace/base/limits.h"

namespace millrace::daemon {
namespace {

using Clock = std::chrono::steady_clock;

// How soon the flag, the bound and the process's end are seen.
constexpr std::chrono::milliseconds kLookInterval{50};

// Linux's largest pipe.
constexpr std::size_t kMostAtOnce = 1U << 20;

Error system_error(const std::string& what, int number) {
  const std::string message = what + ": " + std::strerror(number);
  const bool may_pass =
      number == EAGAIN || number == ENOMEM || number == EMFILE || number == ENFILE;
  return may_pass ? transient_error(message) : definite_error(message);
}

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    reset();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  void reset() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  FileDescriptor read_end, write_end;
};

Result<Pipe> make_pipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return system_error("no pipe for it", errno);
  Pipe pipe{FileDescriptor(fds[0]), FileDescriptor(fds[1])};
  // Only our end: the process's own must block.
  fcntl(pipe.read_end.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

// What posix_spawn is told: a group of its own, no signal blocked or ignored (this process's threads block those that the
// main thread reads), nothing on standard input, and none of our other descriptors.
class SpawnPlan {
 public:
  SpawnPlan(int output_fd, int error_fd) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output_fd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, error_fd, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);

    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  int spawn(pid_t& pid, const std::vector<std::string>& command,
            const std::vector<std::string>& environment) const {
    const auto pointers = [](const std::vector<std::string>& words) {
      std::vector<char*> out;
      out.reserve(words.size() + 1);
      // exec() writes nothing; its type is older than const.
      for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));
      out.push_back(nullptr);
      return out;
    };
    return posix_spawn(&pid, command.front().c_str(), &actions_, &attributes_,
                       pointers(command).data(), pointers(environment).data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

// Cuts what comes into lines.
class LineCutter {
 public:
  explicit LineCutter(const std::function<void(std::string_view)>& on_line) : on_line_(on_line) {}

  void feed(std::string_view bytes) {
    for (const char c : bytes) {
      if (c == '\n') {
        finish();
      } else if (line_.size() < limits::kProviderLineBytes) {
        line_ += c;
      }
    }
  }
  void finish() {
    if (line_.find_first_not_of(" \t\r") != std::string::npos) on_line_(line_);
    line_.clear();
  }

 private:
  const std::function<void(std::string_view)>& on_line_;
  std::string line_;
};

// One child from its start to its end.
class Child {
 public:
  Child(const ProviderProcess& process, pid_t pid, FileDescriptor output, FileDescriptor errors)
      : pid_(pid),
        output_(std::move(output)),
        errors_(std::move(errors)),
        deadline_(Clock::now() + process.timeout),
        lines_(process.on_line) {}

  ProviderOutcome wait(const std::atomic<bool>& interrupted) {
    while (!has_ended()) {
      look(interrupted);
      poll_pipes();
    }
    // Whatever it left running would hold the pipes open. Its id is taken until it is waited for.
    kill(-pid_, SIGKILL);
    read_all(output_, [this](std::string_view bytes) { keep(bytes); });
    read_all(errors_, [this](std::string_view bytes) { lines_.feed(bytes); });
    lines_.finish();
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    if (cut_short_) {
      outcome_.end = *cut_short_;
    } else if (WIFSIGNALED(status)) {
      outcome_.end = ProviderEnd::kSignalled;
      outcome_.code = WTERMSIG(status);
    } else {
      outcome_.code = WEXITSTATUS(status);
    }
    return std::move(outcome_);
  }

 private:
  bool has_ended() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid_;
  }

  // Is there a reason to end it?
  void look(const std::atomic<bool>& interrupted) {
    const auto now = Clock::now();
    if (!cut_short_) {
      if (interrupted) {
        cut(ProviderEnd::kInterrupted, now);
      } else if (now >= deadline_) {
        cut(ProviderEnd::kTimedOut, now);
      }
    } else if (now >= kill_time_) {
      kill(-pid_, SIGKILL);
    }
  }

  void cut(ProviderEnd reason, Clock::time_point now) {
    cut_short_ = reason;
    kill_time_ = now + limits::kProviderStopGrace;
    kill(-pid_, SIGTERM);
  }

  void poll_pipes() {
    pollfd fds[2] = {{output_.get(), POLLIN, 0}, {errors_.get(), POLLIN, 0}};
    if (poll(fds, 2, static_cast<int>(kLookInterval.count())) <= 0) return;
    if (fds[0].revents != 0) read_all(output_, [this](std::string_view bytes) { keep(bytes); });
    if (fds[1].revents != 0)
      read_all(errors_, [this](std::string_view bytes) { lines_.feed(bytes); });
  }

  // All that is there now, but of one that writes without end no more than a pipe can hold; closes our end where nobody
  // can write any more (a negative descriptor isn't polled).
  template <typename Take>
  static void read_all(FileDescriptor& fd, Take take) {
    std::array<char, 16U << 10> buffer;
    for (std::size_t taken = 0; fd.is_open() && taken < kMostAtOnce;) {
      const ssize_t count = read(fd.get(), buffer.data(), buffer.size());
      if (count > 0) {
        take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
        taken += static_cast<std::size_t>(count);
      } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
        fd.reset();
      } else if (errno == EAGAIN) {
        return;
      }
    }
  }

  void keep(std::string_view bytes) {
    if (outcome_.output.size() + bytes.size() <= limits::kProviderOutputBytes) {
      outcome_.output += bytes;
    } else if (!cut_short_) {
      cut(ProviderEnd::kPrintedTooMuch, Clock::now());
    }
  }

  const pid_t pid_;
  FileDescriptor output_, errors_;
  const Clock::time_point deadline_;
  LineCutter lines_;
  std::optional<ProviderEnd> cut_short_;
  Clock::time_point kill_time_;
  ProviderOutcome outcome_;
};

}  // namespace

Result<ProviderOutcome> run_provider(const ProviderProcess& process,
                                     const std::atomic<bool>& interrupted) {
  MILLRACE_ASSIGN_OR_RETURN(Pipe output, make_pipe());
  MILLRACE_ASSIGN_OR_RETURN(Pipe errors, make_pipe());
  pid_t pid = -1;
  {
    const SpawnPlan plan(output.write_end.get(), errors.write_end.get());
    const int number = plan.spawn(pid, process.command, process.environment);
    if (number != 0) return system_error(process.command.front() + " can't be started", number);
  }
  output.write_end.reset();
  errors.write_end.reset();
  Child child(process, pid, std::move(output.read_end), std::move(errors.read_end));
  return child.wait(interrupted);
}

}  // namespace millrace::daemon
