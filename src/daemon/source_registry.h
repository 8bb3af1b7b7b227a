#pragma once

// All sources of the process: starts, stops and reloads them, and answers for their status. One lock guards the list;
// each runner has its own. Calls come from the main thread (start, reload, stop) and the HTTP server's (status).

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/source_runner.h"
#include "millrace/config/config.h"
#include "millrace/daemon/metrics.h"
#include "millrace/daemon/status.h"
#include "millrace/pipeline/decode_pool.h"
#include "millrace/pipeline/memory_budget.h"

namespace millrace::daemon {

class SourceRegistry final : public StatusProvider {
 public:
  // `memory`, `metrics` and `on_end` outlive the registry; on_end is called, from the source's thread, when a source has ended.
  SourceRegistry(unsigned decode_threads, pipeline::MemoryBudget& memory, Metrics& metrics,
                 std::function<void()> on_end);
  ~SourceRegistry() override;

  // Starts what is new, restarts what changed, stops what is gone. What stayed the same goes on undisturbed.
  void apply(std::shared_ptr<const config::Config> config);
  // Stops all sources, together, and waits.
  void stop_all();
  // Asks all to stop, and gives those that haven't ended by the deadline.
  std::vector<std::string> ask_all_to_stop(std::chrono::steady_clock::time_point deadline);

  // The exit code when every source has ended by itself; nothing while one can work.
  std::optional<int> exit_code() const;

  std::vector<std::string> source_names() const override;
  std::optional<SourceStatus> status(const std::string& name) const override;
  std::optional<std::map<std::string, std::string>> properties(
      const std::string& name) const override;

 private:
  void stop_sources(const std::vector<std::string>& names);

  pipeline::DecodePool pool_;
  pipeline::MemoryBudget& memory_;
  Metrics& metrics_;
  const std::function<void()> on_end_;

  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<SourceRunner>> runners_;
};

}  // namespace millrace::daemon
