#include "daemon/source_registry.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "millrace/daemon/daemon.h"
#include "millrace/daemon/logging.h"

namespace millrace::daemon {

SourceRegistry::SourceRegistry(unsigned decode_threads, pipeline::MemoryBudget& memory,
                               Metrics& metrics, std::function<void()> on_end)
    : pool_(decode_threads), memory_(memory), metrics_(metrics), on_end_(std::move(on_end)) {}

SourceRegistry::~SourceRegistry() { stop_all(); }

void SourceRegistry::apply(std::shared_ptr<const config::Config> config) {
  std::map<std::string, const config::SourceConfig*> wanted;
  for (const config::SourceConfig& source : config->sources) wanted[source.name] = &source;

  std::vector<std::string> leaving;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, runner] : runners_) {
      const auto it = wanted.find(name);
      if (it == wanted.end() || it->second->fingerprint != runner->source().fingerprint) {
        leaving.push_back(name);
      }
    }
  }
  stop_sources(leaving);

  const std::lock_guard lock(mutex_);
  for (const auto& [name, source] : wanted) {
    if (runners_.contains(name)) continue;
    logger("daemon")->info("starting source={}", name);
    auto runner = std::make_unique<SourceRunner>(*source, config, pool_, memory_,
                                                 metrics_.source(name), on_end_);
    runner->start();
    runners_[name] = std::move(runner);
  }
}

void SourceRegistry::stop_sources(const std::vector<std::string>& names) {
  std::vector<std::unique_ptr<SourceRunner>> leaving;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& name : names) {
      const auto it = runners_.find(name);
      if (it == runners_.end()) continue;
      leaving.push_back(std::move(it->second));
      runners_.erase(it);
    }
  }
  for (const auto& runner : leaving) runner->stop();
  for (const auto& runner : leaving) {
    runner->join();
    metrics_.remove(runner->source().name);
  }
}

void SourceRegistry::stop_all() { stop_sources(source_names()); }

std::vector<std::string> SourceRegistry::ask_all_to_stop(
    std::chrono::steady_clock::time_point deadline) {
  // Without the lock: only this thread changes the map, and the status must stay readable meanwhile.
  for (const auto& [name, runner] : runners_) runner->stop();
  std::vector<std::string> late;
  for (const auto& [name, runner] : runners_) {
    if (!runner->wait_until_ended(deadline)) late.push_back(name);
  }
  return late;
}

std::optional<int> SourceRegistry::exit_code() const {
  const std::lock_guard lock(mutex_);
  if (runners_.empty()) return std::nullopt;
  bool gave_up = false;
  bool all_done = true;
  for (const auto& [name, runner] : runners_) {
    const auto end = runner->end();
    if (!end) return std::nullopt;
    gave_up |= *end == SourceEnd::kGaveUp;
    all_done &= *end == SourceEnd::kStopped;
  }
  if (all_done) return kExitStopped;
  return gave_up ? kExitGaveUp : kExitOperatorMustAct;
}

std::vector<std::string> SourceRegistry::source_names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, runner] : runners_) names.push_back(name);
  return names;
}

std::optional<SourceStatus> SourceRegistry::status(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto it = runners_.find(name);
  if (it == runners_.end()) return std::nullopt;
  return it->second->status();
}

std::optional<std::map<std::string, std::string>> SourceRegistry::properties(
    const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto it = runners_.find(name);
  if (it == runners_.end()) return std::nullopt;
  return it->second->source().properties;
}

}  // namespace millrace::daemon
