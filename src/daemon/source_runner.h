#pragma once

// The life of one source: connect, find the place to start, run a pipeline, and after a transient error do it again. It
// owns the source's thread (the pipeline's reader) and is the one place that decides between trying again and giving
// up. start(), stop() and status() may be called from any thread.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "daemon/backoff.h"
#include "millrace/config/config.h"
#include "millrace/daemon/metrics.h"
#include "millrace/daemon/status.h"
#include "millrace/pipeline/decode_pool.h"
#include "millrace/pipeline/pipeline.h"
#include "millrace/sink/sink.h"

namespace millrace::daemon {

// Why a source's thread ended.
enum class SourceEnd : std::uint8_t { kStopped, kFailed, kGaveUp };

class SourceRunner final : public pipeline::Observer {
 public:
  // `config` is shared by all sources; `on_end` is called from the source's thread as its last act.
  SourceRunner(config::SourceConfig source, std::shared_ptr<const config::Config> config,
               pipeline::DecodePool& pool, SourceMetrics& metrics, std::function<void()> on_end);
  ~SourceRunner() override;

  void start();
  // Asks the source to finish and commit; join() waits for it.
  void stop();
  void join();
  // False: it hasn't ended by `deadline` (a connection that is being made can't be interrupted).
  bool wait_until_ended(std::chrono::steady_clock::time_point deadline);

  SourceStatus status() const;
  // Nothing while it runs.
  std::optional<SourceEnd> end() const;
  const config::SourceConfig& source() const { return source_; }

  void on_streaming() override;
  void on_commit(const pipeline::CommitReport& report, const state::Offset& offset) override;
  void on_skipped_event(binlog::EventType type) override;
  void on_queue_bytes(std::size_t bytes) override;
  void on_notice(const std::string& sentence) override;

 private:
  void run();
  // One life of a pipeline; success means that it was asked to stop.
  Status run_once();
  SourceEnd run_until_end();
  void set_state(SourceState state, std::string trace);
  bool wait_for(std::chrono::milliseconds delay);
  gtid::GtidSet committed() const;

  const config::SourceConfig source_;
  const std::shared_ptr<const config::Config> config_;
  pipeline::DecodePool& pool_;
  SourceMetrics& metrics_;
  const std::function<void()> on_end_;
  Backoff backoff_;

  mutable std::mutex mutex_;
  std::condition_variable stop_wake_, ended_;
  bool stopping_ = false;
  std::atomic<bool> interrupted_{false};    // the same, for what waits without the mutex
  pipeline::Pipeline* pipeline_ = nullptr;  // while one runs
  sink::Sink* sink_ = nullptr;              // while one is open
  SourceStatus status_;                     // but for gtids, which are printed when asked for
  gtid::GtidSet committed_;                 // of the last commit
  std::optional<SourceEnd> end_;
  std::thread thread_;
};

}  // namespace millrace::daemon
