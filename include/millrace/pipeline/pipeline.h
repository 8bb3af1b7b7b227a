#pragma once

// The pipeline of one source: from the bytes of the binlog to a commit in the sink. It is the only place of the program
// with threads and queues.
//
//   reader                      decode pool                 committer
//   ------                      -----------                 ---------
//   fetch an event              take a batch                take the oldest batch, wait until it is decoded
//   walk the grammar       ──▶  rows → values → JSON   ──▶  write it to the sink
//   resolve the table           (batches in parallel)       commit: events + offset + state, together
//   copy row events to a batch
//        ▲                                                        │
//        └──────────────── bytes in flight are bounded ───────────┘
//
// Threads. run() is called on the source's own thread and is the reader. It starts one committer thread and joins it
// before it returns. Decode workers belong to a DecodePool that all sources share. A batch has one owner at a time;
// it changes hands through BatchQueue, whose mutex is taken once a batch, never once a row.
//
// Order. Batches enter the queue in stream order and leave it in that order, whatever order they are decoded in; so
// the sink sees records exactly in the order of the binlog.
//
// Back-pressure. What the queue holds is bounded in bytes (limits::kPipelineBytes). When it is full the reader waits,
// and does not read from MySQL; the server's dump thread waits on its socket. When the sink is slow, write() blocks,
// the queue fills, and the same happens. So it does while other sources have what all may take together
// (memory_budget.h), until nothing of this one is queued.
//
// Commits. The committer commits when there is something to commit and either nothing more is ready (latency when
// idle), or the commit interval or its size is reached (throughput when behind). A commit stands between
// transactions; only a transaction above transaction.split.bytes is committed in parts, and the offset then says how
// far into it (state::Offset). XA transactions pass at XA COMMIT: their prepared group is read again through a second
// stream (xa_replay.h) and takes the same path.
//
// Snapshots (snapshot.h) read tables on threads of their own; between two transactions the reader takes what they have
// read into its batches.
//
// Stopping. stop() may come from any thread: the reader finishes the event at hand, what is in flight is decoded,
// written and committed, and run() returns. An error anywhere ends the pipeline: what was committed is durable, what
// was not is read again from the offset. Nothing is retried in here; the daemon runs a new pipeline.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "millrace/base/clock.h"
#include "millrace/base/result.h"
#include "millrace/binlog/events.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/pipeline/captured_table.h"
#include "millrace/pipeline/decode_pool.h"
#include "millrace/pipeline/event_stream.h"
#include "millrace/pipeline/left_out.h"
#include "millrace/pipeline/memory_budget.h"
#include "millrace/pipeline/signal_row.h"
#include "millrace/pipeline/snapshot.h"
#include "millrace/pipeline/structure_source.h"
#include "millrace/sink/sink.h"
#include "millrace/state/source_state.h"

namespace millrace::pipeline {

// What becomes of a row that can't be read or published.
enum class OnFailure : std::uint8_t {
  kStop,      // the source stops there, with everything before it committed
  kLeaveOut,  // counted (left_out.h), and the stream goes on
};

struct PipelineOptions {
  std::string source_name;
  std::chrono::milliseconds commit_interval{50};
  std::uint64_t commit_max_bytes = 8U << 20;
  std::uint64_t transaction_split_bytes = 8U << 20;
  // An idle stream moves the offset on at this pace.
  std::chrono::milliseconds idle_commit_interval{1000};
  // A record in the encoder's heartbeat topic so often, with whatever the offset is then; 0: none.
  std::chrono::milliseconds heartbeat_interval{0};
  bool include_query = false;
  bool skip_creates = false, skip_updates = false, skip_deletes = false, skip_truncates = true;
  OnFailure undecodable = OnFailure::kStop;    // a row event whose bytes can't be understood
  OnFailure unprocessable = OnFailure::kStop;  // a row that can't become a record
  bool leaves_out_tables = false;              // TableRegistryOptions::inconsistent_schema says so
  // Asked for a structure that the catalog doesn't have right; none: a mismatch stops the source. Borrowed.
  StructureSource* structures = nullptr;
  // Whose transactions' rows are published, by the server that committed them first; empty: everybody's. Their
  // statements are followed all the same.
  std::function<bool(const gtid::Uuid&)> publishes_server;
  // What the connected server is: decides how a partly committed transaction is resumed.
  std::string server_uuid;
  bool gtid_mode = true;
  // The streams end (files): run() returns then, with everything committed.
  bool stop_at_end = false;
  // An update may have no record (skip.messages.without.change).
  bool updates_may_vanish = false;
  SnapshotOptions snapshot;
  // Of all sources; none: each is bounded by itself. Borrowed.
  MemoryBudget* memory = nullptr;
  // Asks what a row of the signal table wants of a snapshot; nothing: something else. Called from the reader.
  std::function<std::optional<SnapshotOrder>(const SignalRow&)> order_of_signal;
};

// What a commit brought; passed to the observer after each.
struct CommitReport {
  std::uint64_t creates = 0, updates = 0, deletes = 0, truncates = 0;
  std::uint64_t reads = 0;  // rows of snapshots
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::uint64_t transactions = 0;
  std::uint64_t commit_us =
      0;  // when the last transaction was committed at the source, since 1970; 0 unknown
  std::uint64_t json_bases_missing = 0;
  std::map<std::string, std::uint64_t> invalid_texts;  // by table
  LeftOut left_out;
  std::vector<SignalRow> signals;  // in the stream's order
  std::chrono::nanoseconds duration{0};
};

// What the daemon sees of a running pipeline. Calls come from reader and committer threads.
class Observer {
 public:
  virtual ~Observer() = default;
  // The stream is open: the server sends from the offset on.
  virtual void on_streaming() = 0;
  virtual void on_commit(const CommitReport& report, const state::Offset& offset) = 0;
  virtual void on_skipped_event(binlog::EventType type) = 0;
  virtual void on_queue_bytes(std::size_t bytes) = 0;
  virtual void on_notice(const std::string& sentence) = 0;
  // Of snapshots: how they get on, the end of a table, and what the topic of notifications is told too.
  virtual void on_snapshot(const SnapshotReport&) {}
  virtual void on_table_read(const TableReadReport&) {}
  virtual void on_notification(const encode::Notification&) {}
};

class Pipeline {
 public:
  // All references outlive the pipeline. `state` is what the sink's open() returned, with an offset in it.
  Pipeline(PipelineOptions options, state::SourceState state, TableRegistry& tables,
           EventStreamFactory& streams, sink::Sink& sink, DecodePool& pool, Observer& observer);
  ~Pipeline();

  // Reads the copy that a snapshot begins with, if there is one, and streams until stop() (success) or an error; with
  // SnapshotOptions::stops_after until the snapshot is committed.
  Status run();
  void stop();
  // From any thread: asks something of the snapshot, or for one. Returns when it is committed, so that it can't be lost
  // any more; false when the pipeline ended before.
  bool order(SnapshotOrder order);
  // The same for a record of state that is nobody else's.
  bool note(state::StateRecord record);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::pipeline
