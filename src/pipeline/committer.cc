#include "pipeline/committer.h"

#include <algorithm>
#include <utility>

#include "millrace/base/mark.h"

namespace millrace::pipeline {

using std::chrono::steady_clock;

Committer::Committer(const PipelineOptions& options, const encode::EncoderOptions& encoder,
                     state::Offset offset, BatchQueue& queue, sink::Sink& sink, Observer& observer)
    : options_(options),
      heartbeats_(encoder, system_clock()),
      queue_(queue),
      sink_(sink),
      observer_(observer),
      first_write_(steady_clock::now()),
      last_commit_(first_write_),
      last_beat_(first_write_) {
  pending_.offset = std::move(offset);
}

Status Committer::run() {
  while (true) {
    std::shared_ptr<Batch> batch = queue_.pop(next_deadline());
    if (batch != nullptr) {
      MILLRACE_RETURN_IF_ERROR(take(std::move(batch)));
    }
    if (must_beat()) MILLRACE_RETURN_IF_ERROR(beat());
    observer_.on_queue_bytes(queue_.bytes() + sink_.pending_bytes());
    const bool last = queue_.finished();
    if (may_commit() ? should_commit() || last : last && has_records_) {
      MILLRACE_RETURN_IF_ERROR(commit());
    }
    if (last) return {};
  }
}

Status Committer::take(std::shared_ptr<Batch> batch) {
  if (!batch->status) return batch->status;
  for (const std::string& notice : batch->records->notices) observer_.on_notice(notice);
  for (const auto& [table, values] : batch->records->invalid_texts) {
    report_.invalid_texts[table] += values;
  }
  advance(*batch);
  uncommitted_bytes_ += batch->records->bytes.size();
  if (batch->records->records.empty()) return {};
  if (!has_records_) first_write_ = steady_clock::now();
  has_records_ = true;
  report_.records += batch->records->records.size();
  report_.bytes += batch->records->bytes.size();
  if (!between_transactions_) open_transaction_bytes_ += batch->records->bytes.size();
  return sink_.write(std::move(batch->records));
}

void Committer::advance(const Batch& batch) {
  if (batch.keeps_offset) return;
  state::Offset& offset = pending_.offset;
  for (const gtid::Gtid& gtid : batch.completed) offset.gtids.add(gtid);
  offset.position = batch.end.position;
  offset.own = true;
  offset.server_uuid = options_.server_uuid;
  if (batch.end.server_id != 0) offset.server_id = batch.end.server_id;
  if (batch.end.timestamp != 0) offset.ts_sec = batch.end.timestamp;
  pending_.state.insert(pending_.state.end(), batch.state.begin(), batch.state.end());
  if (batch.in_snapshot) offset.in_snapshot = *batch.in_snapshot;
  on_committed_.insert(on_committed_.end(), batch.on_committed.begin(), batch.on_committed.end());

  count_open_transaction(batch);
  between_transactions_ = batch.end.between_transactions;
  if (between_transactions_) open_transaction_bytes_ = 0;
  has_progress_ = true;

  report_.creates += batch.creates;
  report_.updates += batch.updates;
  report_.deletes += batch.deletes;
  report_.truncates += batch.truncates;
  report_.reads += batch.reads;
  report_.transactions += batch.transactions;
  report_.json_bases_missing += batch.json_bases_missing;
  report_.left_out.add(batch.left_out);
  report_.signals.insert(report_.signals.end(), batch.signals.begin(), batch.signals.end());
  if (batch.end.commit_us != 0) report_.commit_us = batch.end.commit_us;
}

// Keeps event, row and rows by table of the transaction that is open at the batch's end.
void Committer::count_open_transaction(const Batch& batch) {
  state::Offset& offset = pending_.offset;
  if (!batch.continues_transaction || batch.end.between_transactions) {
    offset.event = 0;
    offset.row = 0;
    offset.partial_rows.clear();
    offset.transaction_id.clear();
    offset.transaction_counts.clear();
  }
  if (batch.end.between_transactions) return;
  if (batch.end.transaction != nullptr) {
    offset.transaction_id = batch.end.transaction->id;
    offset.transaction_counts = batch.counts;
  }
  if (batch.skipped.event != 0) {
    offset.event = batch.skipped.event;
    offset.row = batch.skipped.rows_of_event;
    for (const auto& [table, rows] : batch.skipped.rows) offset.partial_rows[table] += rows;
  }
  for (std::size_t i = batch.open_items_begin; i < batch.items.size(); ++i) {
    const RowsItem& item = batch.items[i];
    offset.event = item.index;
    offset.row = batch.rows_of_item[i];
    offset.partial_rows[item.table->schema->name] += batch.rows_of_item[i];
  }
}

bool Committer::may_commit() const {
  if (!has_progress_) return false;
  return between_transactions_ || open_transaction_bytes_ >= options_.transaction_split_bytes;
}

bool Committer::should_commit() const {
  const auto now = steady_clock::now();
  if (!has_records_ && pending_.state.empty() && on_committed_.empty()) {
    return now - last_commit_ >= options_.idle_commit_interval;
  }
  return queue_.empty() || now - first_write_ >= interval() ||
         sink_.pending_bytes() >= options_.commit_max_bytes;
}

// While more is on its way. Where commits take long, as with many sources on few cores, they take a third of the time at
// most, as long as that makes none wait for more than a second.
steady_clock::duration Committer::interval() const {
  constexpr steady_clock::duration kLongest = std::chrono::seconds(1);
  return std::max<steady_clock::duration>(options_.commit_interval,
                                          std::min(2 * last_duration_, kLongest));
}

steady_clock::time_point Committer::next_deadline() const {
  auto deadline = steady_clock::now() + std::chrono::hours(1);
  // Inside a transaction there is only its next batch to wait for.
  if (may_commit()) {
    deadline =
        has_records_ ? first_write_ + interval() : last_commit_ + options_.idle_commit_interval;
  }
  if (options_.heartbeat_interval.count() != 0 && between_transactions_) {
    deadline = std::min(deadline, last_beat_ + options_.heartbeat_interval);
  }
  return deadline;
}

// Inside a transaction a beat waits for the next commit that may be.
bool Committer::must_beat() const {
  if (options_.heartbeat_interval.count() == 0) return false;
  return (between_transactions_ || may_commit()) &&
         steady_clock::now() - last_beat_ >= options_.heartbeat_interval;
}

Status Committer::beat() {
  auto records = encode::new_record_batch();
  heartbeats_.append(*records);
  last_beat_ = steady_clock::now();
  if (!has_records_) first_write_ = last_beat_;
  has_records_ = true;
  has_progress_ = true;
  report_.records += records->records.size();
  report_.bytes += records->bytes.size();
  return sink_.write(std::move(records));
}

Status Committer::commit() {
  if (!between_transactions_) MILLRACE_MARK("transaction_split");
  marks::crash_point("pipeline.before_commit");
  const auto begin = steady_clock::now();
  MILLRACE_RETURN_IF_ERROR(sink_.commit(pending_));
  last_commit_ = steady_clock::now();
  queue_.release(std::exchange(uncommitted_bytes_, 0));
  marks::crash_point("pipeline.after_commit");
  last_duration_ = last_commit_ - begin;
  report_.duration = last_duration_;
  // Before the observer, who may stop the pipeline: whoever waits for the commit has it.
  for (const auto& call : std::exchange(on_committed_, {})) call();
  observer_.on_commit(report_, pending_.offset);
  report_ = {};
  pending_.state.clear();
  has_records_ = false;
  has_progress_ = false;
  open_transaction_bytes_ = 0;
  return {};
}

}  // namespace millrace::pipeline
