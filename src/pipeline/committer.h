#pragma once

// The committer: takes decoded batches in order, writes them to the sink, and decides when to commit. It is the one
// place where a position becomes durable. Runs on its own thread; nobody else touches the sink meanwhile.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "millrace/encode/heartbeat_records.h"
#include "millrace/pipeline/pipeline.h"
#include "millrace/sink/sink.h"
#include "millrace/state/source_state.h"
#include "pipeline/batch_queue.h"

namespace millrace::pipeline {

class Committer {
 public:
  // `encoder` says the form of heartbeats.
  Committer(const PipelineOptions& options, const encode::EncoderOptions& encoder,
            state::Offset offset, BatchQueue& queue, sink::Sink& sink, Observer& observer);

  // Until the queue is closed and empty (then everything is committed), or an error.
  Status run();

 private:
  Status take(std::shared_ptr<Batch> batch);
  void advance(const Batch& batch);
  void count_open_transaction(const Batch& batch);
  bool may_commit() const;
  bool should_commit() const;
  std::chrono::steady_clock::duration interval() const;
  bool must_beat() const;
  Status beat();
  Status commit();
  std::chrono::steady_clock::time_point next_deadline() const;

  const PipelineOptions& options_;
  const encode::HeartbeatRecords heartbeats_;
  BatchQueue& queue_;
  sink::Sink& sink_;
  Observer& observer_;

  sink::Commit pending_;  // offset and state as of the last batch written
  CommitReport report_;   // since the last commit
  std::vector<std::function<void()>> on_committed_;
  bool has_records_ = false;   // since the last commit
  bool has_progress_ = false;  // the offset moved, or state changed
  bool between_transactions_ = true;
  std::size_t uncommitted_bytes_ = 0;  // taken from the queue
  std::uint64_t open_transaction_bytes_ =
      0;  // written of the open transaction since the last commit
  std::chrono::steady_clock::time_point first_write_;
  std::chrono::steady_clock::time_point last_commit_;  // its end
  std::chrono::steady_clock::duration last_duration_{0};
  std::chrono::steady_clock::time_point last_beat_;
};

}  // namespace millrace::pipeline
