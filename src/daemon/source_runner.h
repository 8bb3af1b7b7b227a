#pragma once

// The life of one source: connect, find the place to start, run a pipeline, and after a transient error do it again. It
// owns the source's thread (the pipeline's reader) and is the one place that decides between trying again and giving
// up. start(), stop() and status() may be called from any thread.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "daemon/backoff.h"
#include "daemon/signal.h"
#include "daemon/source_start.h"
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
               pipeline::DecodePool& pool, pipeline::MemoryBudget& memory, SourceMetrics& metrics,
               std::function<void()> on_end);
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
  void on_snapshot(const pipeline::SnapshotReport& report) override;
  void on_table_read(const pipeline::TableReadReport& report) override;
  void on_notification(const encode::Notification& notification) override;

 private:
  void run();
  // One life of a pipeline; success means that it was asked to stop.
  Status run_once();
  SourceEnd run_until_end();
  void set_state(SourceState state, std::string trace);
  pipeline::SnapshotOptions snapshot_options(const SourceStart& begun,
                                             const mysql::ServerFacts& facts) const;
  void take_signal(std::string_view channel, const Result<Signal>& signal, const std::string& place,
                   pipeline::Pipeline& pipeline);
  // A signal that orders nothing; from the committer's thread, and from that of the channels.
  void answer(std::string_view channel, const Signal& signal,
              const Result<std::optional<pipeline::SnapshotOrder>>& order,
              const std::string& place);
  void log_signal(std::string_view channel, const Signal& signal, const SignalAnswer& answer,
                  const std::string& place);
  void tell_snapshot(const pipeline::SnapshotReport& report);
  void tell_left_out(const pipeline::LeftOut::What& what, const pipeline::LeftOut::Count& count);
  bool wait_for(std::chrono::milliseconds delay);
  gtid::GtidSet committed() const;

  const config::SourceConfig source_;
  const std::shared_ptr<const config::Config> config_;
  pipeline::DecodePool& pool_;
  pipeline::MemoryBudget& memory_;
  SourceMetrics& metrics_;
  const std::function<void()> on_end_;
  Backoff backoff_;

  mutable std::mutex mutex_;
  std::condition_variable stop_wake_, ended_;
  bool stopping_ = false;
  bool is_done_ = false;  // it ended with its snapshot, as it was asked to; of the source's thread
  std::atomic<bool> interrupted_{false};    // the same, for what waits without the mutex
  pipeline::Pipeline* pipeline_ = nullptr;  // while one runs
  sink::Sink* sink_ = nullptr;              // while one is open
  SourceStatus status_;                     // but for gtids, which are printed when asked for
  gtid::GtidSet committed_;                 // of the last commit
  std::optional<SourceEnd> end_;
  struct LeftOutLog {
    std::optional<std::chrono::steady_clock::time_point> told;
    std::uint64_t untold = 0;
  };
  std::map<pipeline::LeftOut::What, LeftOutLog> left_out_;  // of the committer's thread
  std::chrono::steady_clock::time_point snapshot_told_;     // of the source's thread
  std::uint64_t snapshot_rows_told_ = 0;
  std::thread thread_;
};

}  // namespace millrace::daemon
