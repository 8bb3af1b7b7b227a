#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "daemon/config_check.h"
#include "daemon/source_registry.h"
#include "millrace/base/limits.h"
#include "millrace/config/config.h"
#include "millrace/daemon/daemon.h"
#include "millrace/daemon/http_server.h"
#include "millrace/daemon/logging.h"
#include "millrace/daemon/metrics.h"
#include "millrace/daemon/notify.h"
#include "millrace/daemon/version.h"

namespace millrace::daemon {
namespace {

// What the main thread waits for: signals, and sources that end.
class MainLoop {
 public:
  MainLoop() : wake_(eventfd(0, EFD_CLOEXEC)) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    // Every thread inherits the mask, so signals arrive here and nowhere else.
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    signals_ = signalfd(-1, &signals, SFD_CLOEXEC);
  }
  ~MainLoop() {
    close(signals_);
    close(wake_);
  }
  MainLoop(const MainLoop&) = delete;
  MainLoop& operator=(const MainLoop&) = delete;

  // From any thread: wait() returns 0.
  void wake() {
    const std::uint64_t one = 1;
    if (write(wake_, &one, sizeof(one)) < 0) return;  // the counter is full: it wakes anyway
  }

  // The number of a signal, or 0: woken, or the time is up.
  int wait(std::chrono::milliseconds timeout) {
    pollfd fds[2] = {{signals_, POLLIN, 0}, {wake_, POLLIN, 0}};
    if (poll(fds, 2, static_cast<int>(timeout.count())) <= 0) return 0;
    if ((fds[0].revents & POLLIN) != 0) {
      signalfd_siginfo info{};
      if (read(signals_, &info, sizeof(info)) == sizeof(info))
        return static_cast<int>(info.ssi_signo);
    }
    std::uint64_t count = 0;
    if ((fds[1].revents & POLLIN) != 0 && read(wake_, &count, sizeof(count)) < 0) return 0;
    return 0;
  }

 private:
  int wake_;
  int signals_;
};

void log_warnings(const config::Config& config) {
  for (const std::string& warning : config.warnings) logger("config")->warn("{}", warning);
}

void reload(const std::string& path, SourceRegistry& sources, Notifier& notifier) {
  const auto log = logger("daemon");
  notifier.reloading();
  Result<config::Config> config = load_checked_config(path);
  if (config) {
    log->info("configuration read again file={}", path);
    log_warnings(*config);
    set_log_level(config->daemon.log_level);
    sources.apply(std::make_shared<const config::Config>(std::move(*config)));
  } else {
    log->error("configuration not changed, it has errors:\n{}", config.error().message());
  }
  notifier.ready();
}

// For `systemctl status`: "3 running, 1 failed".
std::string summary(const SourceRegistry& sources) {
  std::map<SourceState, int> counts;
  for (const std::string& name : sources.source_names()) {
    if (const auto status = sources.status(name)) ++counts[status->state];
  }
  std::string text;
  for (const auto& [state, count] : counts) {
    if (!text.empty()) text += ", ";
    text += std::to_string(count) + " ";
    for (const char c : state_name(state)) text += static_cast<char>(std::tolower(c));
  }
  return text.empty() ? "no sources" : text;
}

unsigned decode_threads(const config::DaemonConfig& config) {
  return config.decode_threads != 0 ? config.decode_threads
                                    : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

int run(const std::string& config_path) {
  MainLoop loop;
  Result<config::Config> loaded = load_checked_config(config_path);
  if (!loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().message().c_str());
    return kExitUsage;
  }
  const auto config = std::make_shared<const config::Config>(std::move(*loaded));
  start_logging(config->daemon.log_level, config->daemon.log_format);
  const auto log = logger("daemon");
  log->info("millrace starts version={} sources={}", kVersion, config->sources.size());
  log_warnings(*config);

  pipeline::MemoryBudget memory(config->daemon.memory_limit_bytes);
  Metrics metrics(&memory);
  SourceRegistry sources(decode_threads(config->daemon), memory, metrics, [&] { loop.wake(); });
  HttpServer http(sources, metrics);
  if (const Status listening = http.start(config->daemon.listen_host, config->daemon.listen_port);
      !listening) {
    log->error("{}", listening.error().message());
    return kExitUsage;
  }
  Notifier notifier;
  sources.apply(config);
  notifier.ready();
  log->info("listening address={}:{}", config->daemon.listen_host, http.port());

  int exit_code = kExitStopped;
  while (true) {
    const int signal = loop.wait(notifier.watchdog_period());
    notifier.watchdog();
    notifier.status(summary(sources));
    if (signal == SIGHUP) {
      reload(config_path, sources, notifier);
    } else if (signal == SIGTERM || signal == SIGINT) {
      log->info("stopping signal={}", signal);
      break;
    }
    if (const auto ended = sources.exit_code()) {
      if (*ended == kExitStopped) {
        log->info("every source has done what it was asked for");
      } else {
        log->error("every source has failed exit_code={}", *ended);
      }
      exit_code = *ended;
      break;
    }
  }
  notifier.stopping();
  const auto late =
      sources.ask_all_to_stop(std::chrono::steady_clock::now() + limits::kShutdownDeadline);
  if (!late.empty()) {
    for (const std::string& name : late) {
      log->warn(
          "left without waiting any longer; what it had not committed is read again source={}",
          name);
    }
    // Their threads can't be joined. What is durable is in the sink.
    std::fflush(nullptr);
    std::_Exit(exit_code);
  }
  sources.stop_all();
  http.stop();
  log->info("millrace stopped");
  return exit_code;
}

}  // namespace millrace::daemon
