#include "pipeline/decode_order.h"

#include <utility>

namespace millrace::pipeline {

void DecodeOrder::add(std::shared_ptr<Batch> batch) {
  if (counts_events_) {
    const std::lock_guard lock(mutex_);
    const auto before = successors_.find(std::exchange(last_, batch.get()));
    std::shared_ptr<Batch>* const successor =
        before == successors_.end() ? nullptr : &before->second;
    successors_.emplace(batch.get(), nullptr);
    if (batch->begins_inside_transaction) {
      if (successor != nullptr) {
        *successor = std::move(batch);
        return;
      }
      batch->counts = last_counts_;
    }
  }
  start_(std::move(batch));
}

void DecodeOrder::finished(const Batch& batch) {
  if (!counts_events_) return;
  std::shared_ptr<Batch> next;
  {
    const std::lock_guard lock(mutex_);
    const auto entry = successors_.find(&batch);
    next = std::move(entry->second);
    successors_.erase(entry);
    if (&batch == last_) last_counts_ = batch.counts;
  }
  if (next == nullptr) return;
  next->counts = batch.counts;
  start_(std::move(next));
}

}  // namespace millrace::pipeline
