#include "millrace/sink/line_sink.h"

#include <chrono>
#include <optional>

#include "millrace/base/mark.h"
#include "millrace/encode/debezium_encoder.h"
#include "sink/line_output.h"
#include "sink/log.h"

namespace millrace::sink {
namespace {

// Lines are collected up to this much before they are written.
constexpr std::size_t kWriteBytes = 256U << 10;

class LineSink final : public Sink {
 public:
  explicit LineSink(LineSinkOptions options) : options_(std::move(options)) {
    if (!options_.statistics) options_.statistics = std::make_shared<Statistics>();
  }
  void set_output(std::unique_ptr<LineOutput> output) { output_ = std::move(output); }
  const std::atomic<bool>& interrupted() const { return interrupted_; }

  Result<state::SourceState> open() override;
  Status write(encode::RecordBatchPtr batch) override;
  Status write_state(const std::vector<state::StateRecord>& records) override;
  Status commit(const Commit& commit) override;
  std::size_t pending_bytes() const override { return pending_bytes_; }
  void interrupt() override { interrupted_.store(true, std::memory_order_relaxed); }
  void close() override;

 private:
  Status write_batch(const encode::RecordBatch& batch);
  Status commit_all(const Commit& commit);
  Status flush_lines();
  Status usable() const;
  Status settle(Status status) {
    if (!status) open_ = false;
    return status;
  }

  LineSinkOptions options_;
  std::atomic<bool> interrupted_{false};
  std::unique_ptr<LineOutput> output_;
  std::optional<StateDatabase> database_;
  bool open_ = false;
  std::string lines_;
  std::uint64_t pending_records_ = 0;
  std::size_t pending_bytes_ = 0;
};

Result<state::SourceState> LineSink::open() {
  MILLRACE_ASSERT(!database_ && output_, "a sink is opened once");
  MILLRACE_ASSIGN_OR_RETURN(auto database,
                            StateDatabase::open(options_.state_dir, options_.source));
  database_.emplace(std::move(database));
  state::StateLoader loader(options_.source, options_.topic_prefix);
  MILLRACE_RETURN_IF_ERROR(database_->load(loader));
  MILLRACE_ASSIGN_OR_RETURN(auto state, std::move(loader).finish());
  MILLRACE_ASSIGN_OR_RETURN(const auto committed, database_->load_output(output_->name()));
  MILLRACE_RETURN_IF_ERROR(output_->open(committed));
  open_ = true;
  return state;
}

Status LineSink::write(encode::RecordBatchPtr batch) {
  MILLRACE_RETURN_IF_ERROR(usable());
  MILLRACE_RETURN_IF_ERROR(settle(write_batch(*batch)));
  pending_records_ += batch->records.size();
  pending_bytes_ += batch->bytes.size();
  marks::crash_point("sink.after_produce");
  return {};
}

Status LineSink::write_batch(const encode::RecordBatch& batch) {
  for (const encode::Record& record : batch.records) {
    encode::append_record_line(batch, record, lines_);
    if (lines_.size() >= kWriteBytes) MILLRACE_RETURN_IF_ERROR(flush_lines());
  }
  return flush_lines();
}

Status LineSink::flush_lines() {
  MILLRACE_RETURN_IF_ERROR(output_->append(lines_));
  lines_.clear();
  return {};
}

Status LineSink::write_state(const std::vector<state::StateRecord>& records) {
  MILLRACE_RETURN_IF_ERROR(usable());
  return settle(database_->store_early(records));
}

Status LineSink::commit(const Commit& commit) {
  MILLRACE_RETURN_IF_ERROR(usable());
  const auto began = std::chrono::steady_clock::now();
  MILLRACE_RETURN_IF_ERROR(settle(commit_all(commit)));
  options_.statistics->count_commit(pending_records_, pending_bytes_,
                                    std::chrono::steady_clock::now() - began);
  pending_records_ = 0;
  pending_bytes_ = 0;
  return {};
}

Status LineSink::commit_all(const Commit& commit) {
  // The lines first: a stored length must never be longer than what is on the disk.
  if (pending_records_ > 0) MILLRACE_RETURN_IF_ERROR(output_->make_durable());
  marks::crash_point("sink.before_commit");
  const state::StateRecord offset{state::offset_key(options_.source, options_.topic_prefix),
                                  commit.offset.to_json()};
  MILLRACE_RETURN_IF_ERROR(
      database_->store(offset, commit.state, output_->name(), output_->state()));
  marks::crash_point("sink.after_commit");
  MILLRACE_ASSIGN_OR_RETURN(const bool rotated, output_->rotate());
  if (!rotated) return {};
  return database_->store_output(output_->name(), output_->state());
}

Status LineSink::usable() const {
  if (interrupted_) return transient_error("the sink was interrupted");
  if (!open_) return transient_error("the sink isn't open, or failed before");
  return {};
}

void LineSink::close() {
  open_ = false;
  output_.reset();
  database_.reset();
  pending_records_ = 0;
  pending_bytes_ = 0;
}

}  // namespace

std::unique_ptr<Sink> make_file_sink(FileSinkOptions options) {
  auto output = make_file_output(std::move(options.path), options.rotate_bytes);
  auto sink = std::make_unique<LineSink>(std::move(options));
  sink->set_output(std::move(output));
  return sink;
}

std::unique_ptr<Sink> make_stdout_sink(StdoutSinkOptions options) {
  auto sink = std::make_unique<LineSink>(options);
  sink->set_output(make_stream_output(options.descriptor, sink->interrupted()));
  return sink;
}

}  // namespace millrace::sink
