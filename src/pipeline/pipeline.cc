#include "millrace/pipeline/pipeline.h"

#include <mutex>
#include <thread>
#include <utility>

#include "millrace/base/limits.h"
#include "millrace/binlog/stream_grammar.h"
#include "pipeline/assembler.h"
#include "pipeline/batch_decoder.h"
#include "pipeline/batch_queue.h"
#include "pipeline/committer.h"
#include "pipeline/decode_order.h"
#include "pipeline/xa_replay.h"

namespace millrace::pipeline {
namespace {

using std::chrono::steady_clock;

// How long small transactions are gathered into one batch while the stream is busy: less than a commit takes.
constexpr std::chrono::milliseconds kBatchAge{5};
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
        queue_(limits::kPipelineBytes),
        read_gtids_(state_.offset->gtids),
        assembler_(
            options_, state_, tables, observer,
            [this](const state::PreparedXa& prepared, binlog::StreamVisitor& visitor) {
              return replay_xa_group(streams_, prepared, read_gtids_, visitor);
            },
            [this](std::shared_ptr<Batch> batch) { return emit(std::move(batch)); }),
        transactions_(transaction_records(tables.encoder_options())),
        statements_(schema_change_records(tables.encoder_options())),
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
    MILLRACE_RETURN_IF_ERROR(open_stream());
    observer_.on_streaming();
    Status committed;
    std::thread committer([&] {
      committed = committer_.run();
      // After an error nobody takes batches any more: wake the reader.
      if (!committed) fail_reader();
    });
    const Status read = read_until_stopped();
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
    interrupt_stream();
  }

 private:
  Status open_stream() {
    StreamStart start;
    if (state_.offset->has_gtids && options_.gtid_mode) start.executed = state_.offset->gtids;
    start.position = state_.offset->position;
    start.stop_at_end = options_.stop_at_end;
    MILLRACE_ASSIGN_OR_RETURN(std::unique_ptr<EventStream> stream, streams_.open(start));
    const std::lock_guard lock(stream_mutex_);
    stream_ = std::move(stream);
    return {};
  }

  Status read_until_stopped() {
    binlog::StreamGrammarOptions start;
    start.file = state_.offset->position.file;
    start.offset = state_.offset->position.offset;
    binlog::StreamGrammar grammar(assembler_, start);
    auto batch_begin = steady_clock::now();
    while (!stop_requested_ && !assembler_.stopped()) {
      auto event = stream_->fetch();
      if (stop_requested_ || queue_.closed()) return {};
      if (!event) return event.error();
      if (!*event) {
        return options_.stop_at_end ? Status() : transient_error("the server ended the stream");
      }
      MILLRACE_RETURN_IF_ERROR(grammar.feed(**event));
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
    BinlogPlace place;
    place.position = assembler_.transaction_begin();
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
      decode_batch(*batch, tables_.encoder_options(),
                   DecodeOptions{options_.skip_creates, options_.skip_updates,
                                 options_.skip_deletes, options_.undecodable,
                                 options_.unprocessable, transactions_.get(), statements_.get()},
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
  Assembler assembler_;
  const std::unique_ptr<encode::TransactionRecords> transactions_;  // null without metadata
  const std::unique_ptr<encode::SchemaChangeRecords> statements_;   // null without their topic
  DecodeOrder decode_order_;
  Committer committer_;
  Observer& observer_;

  std::atomic<bool> stop_requested_{false};
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

}  // namespace millrace::pipeline
