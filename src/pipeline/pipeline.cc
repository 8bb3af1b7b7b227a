#include "millrace/pipeline/pipeline.h"

#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "millrace/base/limits.h"
#include "millrace/base/mark.h"
#include "millrace/binlog/stream_grammar.h"
#include "pipeline/assembler.h"
#include "pipeline/batch_decoder.h"
#include "pipeline/batch_queue.h"
#include "pipeline/committer.h"
#include "pipeline/decode_order.h"
#include "pipeline/snapshot_run.h"
#include "pipeline/xa_replay.h"

namespace millrace::pipeline {
namespace {

using std::chrono::steady_clock;

// How long small transactions are gathered into one batch while the stream is busy: less than a commit takes.
constexpr std::chrono::milliseconds kBatchAge{5};
// While a snapshot holds its chunks against the stream, an idle server must say where its binlog ends: nothing else tells
// that a chunk's place has come.
constexpr std::chrono::milliseconds kSnapshotHeartbeat{20};
// How long the reader of an idle stream waits for a chunk before it looks at the stream again.
constexpr std::chrono::milliseconds kSnapshotPause{5};
// A stream of transactions without captured rows still hands its GTIDs on in portions.
constexpr std::uint64_t kBatchTransactions = 4096;

}  // namespace

class Pipeline::Impl {
 public:
  Impl(PipelineOptions options, state::SourceState state, TableRegistry& tables,
       EventStreamFactory& streams, sink::Sink& sink, DecodePool& pool, Observer& observer)
      : options_(std::move(options)),
        state_(std::move(state)),
        tables_(tables),
        streams_(streams),
        pool_(pool),
        queue_(limits::kPipelineBytes, options_.memory),
        read_gtids_(state_.offset->gtids),
        snapshot_(options_, state_, tables, observer, [this] { wake(); }),
        assembler_(
            options_, state_, tables, snapshot_, observer,
            [this](const state::PreparedXa& prepared, binlog::StreamVisitor& visitor) {
              return replay_xa_group(streams_, prepared, read_gtids_, visitor);
            },
            [this](std::shared_ptr<Batch> batch) { return emit(std::move(batch)); }),
        transactions_(transaction_records(tables.encoder_options())),
        statements_(schema_change_records(tables.encoder_options())),
        notifications_(notification_records(options_, tables.encoder_options())),
        decode_order_(transactions_ != nullptr,
                      [this](std::shared_ptr<Batch> batch) { decode(std::move(batch)); }),
        committer_(options_, tables.encoder_options(), *state_.offset, queue_, sink, observer),
        observer_(observer) {
    if (options_.structures == nullptr) return;
    tables_.set_cure(
        [this](const schema::TableName& table) {
          return options_.structures->structure_at(table, place_before_transaction());
        },
        [this](const std::string& sentence) { observer_.on_notice(sentence); });
  }

  Status run() {
    const bool reads_copy = snapshot_.reads_copy();
    if (!reads_copy) {
      if (Status opened = open_stream(); !opened) {
        snapshot_.stop();  // nobody takes orders any more
        return opened;
      }
    }
    // Whoever sees the source run sees the snapshot, too.
    snapshot_.report();
    observer_.on_streaming();
    Status committed;
    std::thread committer([&] {
      committed = committer_.run();
      // After an error nobody takes batches any more: wake the reader.
      if (!committed) fail_reader();
    });
    Status read;
    if (reads_copy) read = read_copy();
    if (read && goes_on()) {
      if (stream_ == nullptr) read = open_stream();
      if (read) read = read_until_stopped();
    }
    snapshot_.stop();
    // What was read up to the error or the stop is complete transactions: commit it. Then the error stands exactly
    // where the offset does.
    assembler_.drop_open_transaction();
    Status flushed;
    if (!queue_.closed()) flushed = assembler_.flush();
    queue_.close(false);
    committer.join();
    wait_for_workers();
    if (!committed) return committed;
    return read ? flushed : read;
  }

  void stop() {
    stop_requested_ = true;
    snapshot_.stop();
    interrupt_stream();
  }

  bool order(SnapshotOrder order) { return snapshot_.order(std::move(order)); }
  bool note(state::StateRecord record) { return snapshot_.note(std::move(record)); }

 private:
  bool goes_on() const { return !stop_requested_ && !assembler_.stopped() && !is_done_; }

  // An idle stream may be silent for long, and whoever calls wants to be heard.
  void wake() {
    const std::lock_guard lock(stream_mutex_);
    if (stream_ == nullptr || is_quick_) return;
    reopens_ = true;
    if (waits_) stream_->interrupt();
  }

  // From behind everything that is in batches, the one at hand too.
  Status open_stream() {
    StreamStart start;
    const BinlogPlace place = place_behind(assembler_.position());
    start.executed = place.executed;
    start.position = place.position;
    start.stop_at_end = options_.stop_at_end;
    is_quick_ = snapshot_.needs_steps() && !options_.stop_at_end;
    if (is_quick_) start.heartbeat = kSnapshotHeartbeat;
    MILLRACE_ASSIGN_OR_RETURN(std::unique_ptr<EventStream> stream, streams_.open(start));
    binlog::StreamGrammarOptions grammar;
    grammar.file = place.position.file;
    grammar.offset = place.position.offset;
    grammar_.emplace(assembler_, grammar);
    const std::lock_guard lock(stream_mutex_);
    stream_ = std::move(stream);
    reopens_ = false;
    is_placed_ = false;
    return {};
  }

  // The stream with another rhythm. What has come of a transaction comes again.
  Status reopen_stream() {
    MILLRACE_MARK("stream_reopened");
    assembler_.drop_open_transaction();
    if (assembler_.is_in_transaction()) {
      return transient_error("the stream was interrupted inside a transaction");
    }
    return open_stream();
  }

  // The copy that a snapshot begins with: nothing else happens meanwhile.
  Status read_copy() {
    const BinlogPosition position = state_.offset->position;
    while (goes_on() && snapshot_.reads_copy()) {
      MILLRACE_RETURN_IF_ERROR(snapshot_.step(place_of_stream(position), assembler_));
      if (queue_.closed()) return {};
      if (assembler_.has_complete_work()) MILLRACE_RETURN_IF_ERROR(assembler_.flush());
      if (snapshot_.reads_copy()) snapshot_.wait(std::chrono::milliseconds(100));
    }
    note_end_of_snapshot();
    const auto until = steady_clock::now() + options_.snapshot.streaming_delay;
    while (goes_on() && steady_clock::now() < until) {
      snapshot_.wait(std::chrono::milliseconds(100));
    }
    return {};
  }

  void note_end_of_snapshot() {
    if (had_snapshot_ && !snapshot_.is_active()) is_done_ = options_.snapshot.stops_after;
    had_snapshot_ = snapshot_.is_active();
  }

  StreamPlace place_of_stream(const BinlogPosition& position) {
    StreamPlace place = assembler_.place(position);
    place.executed = [this, position] {
      const BinlogPlace here = place_behind(position);
      return here.executed.value_or(gtid::GtidSet());
    };
    return place;
  }

  // Between two transactions. True when the stream needn't be asked yet: there is more to hand out.
  Result<bool> step_snapshot() {
    MILLRACE_RETURN_IF_ERROR(snapshot_.step(place_of_stream(grammar_->position()), assembler_));
    note_end_of_snapshot();
    // With the end of the snapshot the stream goes back to its own rhythm.
    if (!options_.stop_at_end && is_quick_ != snapshot_.needs_steps()) reopens_ = true;
    if (is_done_ || !stream_->likely_idle()) return false;
    if (assembler_.has_complete_work()) MILLRACE_RETURN_IF_ERROR(assembler_.flush());
    return snapshot_.wait(kSnapshotPause);
  }

  Result<std::optional<std::string_view>> fetch() {
    {
      const std::lock_guard lock(stream_mutex_);
      waits_ = !assembler_.is_in_transaction();
      // An order that came since the reader looked has found nobody to wake.
      if (waits_ && reopens_) return transient_error("the stream is opened anew");
    }
    auto event = stream_->fetch();
    waits_ = false;
    return event;
  }

  Status read_until_stopped() {
    auto batch_begin = steady_clock::now();
    while (goes_on()) {
      if (reopens_ && !assembler_.is_in_transaction()) {
        MILLRACE_RETURN_IF_ERROR(reopen_stream());
      }
      if (is_placed_ && snapshot_.needs_steps() && !assembler_.is_in_transaction()) {
        MILLRACE_ASSIGN_OR_RETURN(const bool has_more, step_snapshot());
        if (queue_.closed()) return {};
        if (has_more || reopens_ || is_done_) continue;
      }
      auto event = fetch();
      if (stop_requested_ || queue_.closed()) return {};
      if (!event && reopens_) {
        MILLRACE_RETURN_IF_ERROR(reopen_stream());
        continue;
      }
      if (!event) return event.error();
      if (!*event) {
        return options_.stop_at_end ? Status() : transient_error("the server ended the stream");
      }
      MILLRACE_RETURN_IF_ERROR(grammar_->feed(**event));
      is_placed_ = true;
      if (!assembler_.has_complete_work()) continue;
      const auto now = steady_clock::now();
      if (now - batch_begin < kBatchAge && assembler_.transactions() < kBatchTransactions &&
          !stream_->likely_idle()) {
        continue;
      }
      MILLRACE_RETURN_IF_ERROR(assembler_.flush());
      batch_begin = now;
    }
    return {};
  }

  BinlogPlace place_before_transaction() const {
    return place_behind(assembler_.transaction_begin());
  }

  // Everything that is complete, up to `position`.
  BinlogPlace place_behind(BinlogPosition position) const {
    BinlogPlace place;
    place.position = std::move(position);
    if (!state_.offset->has_gtids || !options_.gtid_mode) return place;
    place.executed = read_gtids_;
    for (const gtid::Gtid& gtid : assembler_.completed()) place.executed->add(gtid);
    return place;
  }

  bool emit(std::shared_ptr<Batch> batch) {
    for (const gtid::Gtid& gtid : batch->completed) read_gtids_.add(gtid);
    if (!queue_.push(batch)) return false;
    {
      const std::lock_guard lock(workers_mutex_);
      ++batches_at_workers_;
    }
    decode_order_.add(std::move(batch));
    return true;
  }

  void decode(std::shared_ptr<Batch> batch) {
    pool_.submit([this, batch = std::move(batch)] {
      decode_batch(
          *batch, tables_.encoder_options(),
          DecodeOptions{options_.skip_creates, options_.skip_updates, options_.skip_deletes,
                        options_.undecodable, options_.unprocessable, transactions_.get(),
                        notifications_.get(), statements_.get()},
          system_clock());
      decode_order_.finished(*batch);
      queue_.complete(*batch);
      const std::lock_guard lock(workers_mutex_);
      --batches_at_workers_;
      workers_done_.notify_all();
    });
  }

  static std::unique_ptr<encode::TransactionRecords> transaction_records(
      const encode::EncoderOptions& encoder) {
    if (encoder.transaction_topic.empty()) return nullptr;
    return std::make_unique<encode::TransactionRecords>(encoder);
  }
  static std::unique_ptr<encode::SchemaChangeRecords> schema_change_records(
      const encode::EncoderOptions& encoder) {
    if (encoder.schema_change_topic.empty()) return nullptr;
    return std::make_unique<encode::SchemaChangeRecords>(encoder, system_clock());
  }

  static std::unique_ptr<encode::NotificationRecords> notification_records(
      const PipelineOptions& options, const encode::EncoderOptions& encoder) {
    if (options.snapshot.notification_topic.empty()) return nullptr;
    return std::make_unique<encode::NotificationRecords>(options.snapshot.notification_topic,
                                                         encoder);
  }

  // Workers hold references to this object: it must outlive their tasks.
  void wait_for_workers() {
    std::unique_lock lock(workers_mutex_);
    workers_done_.wait(lock, [this] { return batches_at_workers_ == 0; });
  }

  void fail_reader() {
    queue_.close(true);
    interrupt_stream();
  }

  void interrupt_stream() {
    const std::lock_guard lock(stream_mutex_);
    if (stream_ != nullptr) stream_->interrupt();
  }

  const PipelineOptions options_;
  const state::SourceState state_;
  TableRegistry& tables_;
  EventStreamFactory& streams_;
  DecodePool& pool_;
  BatchQueue queue_;
  gtid::GtidSet read_gtids_;  // published or in flight; the reader's
  SnapshotRun snapshot_;
  Assembler assembler_;
  const std::unique_ptr<encode::TransactionRecords> transactions_;    // null without metadata
  const std::unique_ptr<encode::SchemaChangeRecords> statements_;     // null without their topic
  const std::unique_ptr<encode::NotificationRecords> notifications_;  // null without their topic
  DecodeOrder decode_order_;
  Committer committer_;
  Observer& observer_;

  std::optional<binlog::StreamGrammar> grammar_;
  bool had_snapshot_ = snapshot_.is_active();
  bool is_done_ = false;   // the snapshot was all that was asked for
  bool is_quick_ = false;  // the stream has a snapshot's rhythm
  // The server has said in which of its files the stream stands: an offset may name another server's.
  bool is_placed_ = false;

  std::atomic<bool> stop_requested_{false};
  std::atomic<bool> reopens_{false};
  std::atomic<bool> waits_{false};  // for an event, between two transactions
  std::mutex stream_mutex_;
  std::unique_ptr<EventStream> stream_;

  std::mutex workers_mutex_;
  std::condition_variable workers_done_;
  int batches_at_workers_ = 0;
};

Pipeline::Pipeline(PipelineOptions options, state::SourceState state, TableRegistry& tables,
                   EventStreamFactory& streams, sink::Sink& sink, DecodePool& pool,
                   Observer& observer)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(state), tables, streams, sink,
                                   pool, observer)) {}
Pipeline::~Pipeline() = default;

Status Pipeline::run() { return impl_->run(); }
void Pipeline::stop() { impl_->stop(); }
bool Pipeline::note(state::StateRecord record) { return impl_->note(std::move(record)); }
bool Pipeline::order(SnapshotOrder order) { return impl_->order(std::move(order)); }

}  // namespace millrace::pipeline
