#include "support/memory_sink/memory_sink.h"

#include <iterator>

namespace millrace::testing {

std::vector<StoredRecord> MemoryStore::records() const {
  const std::lock_guard lock(mutex_);
  return records_;
}

std::vector<std::string> MemoryStore::lines(const std::string& topic) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> lines;
  for (const auto& record : records_) {
    if (record.topic == topic)
      lines.push_back(record.key.value_or("null") + " → " + record.value.value_or("null"));
  }
  return lines;
}

std::vector<state::Offset> MemoryStore::offsets() const {
  const std::lock_guard lock(mutex_);
  return offsets_;
}

std::map<std::string, std::string> MemoryStore::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::uint64_t MemoryStore::commits() const {
  const std::lock_guard lock(mutex_);
  return offsets_.size();
}

void MemoryStore::fail(Point point, std::uint64_t nth, Error error) {
  const std::lock_guard lock(mutex_);
  failures_.push_back({point, nth, std::move(error)});
}

Status MemoryStore::pass(Point point) {
  const std::lock_guard lock(mutex_);
  for (auto it = failures_.begin(); it != failures_.end(); ++it) {
    if (it->point != point || --it->calls_left != 0) continue;
    const Error error = it->error;
    failures_.erase(it);
    return error;
  }
  return {};
}

Result<state::SourceState> MemorySink::open() {
  MILLRACE_RETURN_IF_ERROR(store_->pass(MemoryStore::Point::kOpen));
  state::StateLoader loader(source_, topic_prefix_);
  {
    const std::lock_guard lock(store_->mutex_);
    for (const auto& [key, value] : store_->state_)
      MILLRACE_RETURN_IF_ERROR(loader.apply(key, value));
  }
  open_ = true;
  return std::move(loader).finish();
}

Status MemorySink::write(encode::RecordBatchPtr batch) {
  MILLRACE_RETURN_IF_ERROR(usable());
  MILLRACE_RETURN_IF_ERROR(settle(store_->pass(MemoryStore::Point::kWrite)));
  const auto text = [&batch](const encode::ByteRange& range) {
    return range.absent() ? std::nullopt : std::optional<std::string>(batch->view(range));
  };
  for (const auto& record : batch->records) {
    StoredRecord stored{record.topic->name, text(record.key), text(record.value), {}};
    for (std::uint32_t i = 0; i < record.header_count; ++i) {
      const auto& header = batch->headers[record.first_header + i];
      stored.headers.emplace_back(header.name, batch->view(header.value));
    }
    pending_.push_back(std::move(stored));
  }
  pending_bytes_ += batch->bytes.size();
  return {};
}

Status MemorySink::write_state(const std::vector<state::StateRecord>& records) {
  MILLRACE_RETURN_IF_ERROR(usable());
  pending_state_.insert(pending_state_.end(), records.begin(), records.end());
  return {};
}

Status MemorySink::commit(const sink::Commit& commit) {
  MILLRACE_RETURN_IF_ERROR(usable());
  pending_state_.insert(pending_state_.end(), commit.state.begin(), commit.state.end());
  MILLRACE_RETURN_IF_ERROR(settle(store_->pass(MemoryStore::Point::kBeforeCommit)));
  {
    const std::lock_guard lock(store_->mutex_);
    store_->records_.insert(store_->records_.end(), std::make_move_iterator(pending_.begin()),
                            std::make_move_iterator(pending_.end()));
    for (const auto& record : pending_state_) {
      if (record.value) {
        store_->state_.insert_or_assign(record.key, *record.value);
      } else {
        store_->state_.erase(record.key);
      }
    }
    store_->state_.insert_or_assign(state::offset_key(source_, topic_prefix_),
                                    commit.offset.to_json());
    store_->offsets_.push_back(commit.offset);
  }
  pending_.clear();
  pending_state_.clear();
  pending_bytes_ = 0;
  return settle(store_->pass(MemoryStore::Point::kAfterCommit));
}

Status MemorySink::usable() const {
  if (interrupted_) return transient_error("the memory sink was interrupted");
  if (!open_) return transient_error("the memory sink isn't open, or failed before");
  return {};
}

Status MemorySink::settle(Status status) {
  if (!status) open_ = false;
  return status;
}

void MemorySink::close() {
  open_ = false;
  pending_.clear();
  pending_state_.clear();
  pending_bytes_ = 0;
}

}  // namespace millrace::testing
