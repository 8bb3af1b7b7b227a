#include "pipeline/batch_queue.h"

#include <utility>

namespace millrace::pipeline {

bool BatchQueue::push(std::shared_ptr<Batch> batch) {
  const std::size_t bytes = batch->expected_record_bytes();
  std::unique_lock lock(mutex_);
  // An empty queue takes a batch of any size, so that the largest event gets through.
  room_.wait(lock, [&] { return closed_ || slots_.empty() || bytes_ + bytes <= limit_bytes_; });
  if (closed_) return false;
  lock.unlock();
  // Only this thread pushes, so there is still room.
  if (!memory_.take(bytes)) return false;
  lock.lock();
  if (closed_) {
    memory_.dequeue(bytes);
    memory_.give(bytes);
    return false;
  }
  slots_.push_back(Slot{std::move(batch), bytes, false});
  bytes_ += bytes;
  return true;
}

void BatchQueue::complete(const Batch& batch) {
  const std::lock_guard lock(mutex_);
  for (Slot& slot : slots_) {
    if (slot.batch.get() != &batch) continue;
    slot.decoded = true;
    const std::size_t bytes = batch.records == nullptr ? 0 : batch.records->bytes.size();
    bytes_ = bytes_ - slot.bytes + bytes;
    memory_.change(slot.bytes, bytes);
    slot.bytes = bytes;
    if (&slot == &slots_.front()) decoded_.notify_one();
    room_.notify_one();
    return;
  }
}

std::shared_ptr<Batch> BatchQueue::pop(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  decoded_.wait_until(lock, deadline, [this] {
    return (!slots_.empty() && slots_.front().decoded) || (closed_ && slots_.empty());
  });
  if (slots_.empty() || !slots_.front().decoded) return nullptr;
  std::shared_ptr<Batch> batch = std::move(slots_.front().batch);
  bytes_ -= slots_.front().bytes;
  memory_.dequeue(slots_.front().bytes);
  slots_.pop_front();
  room_.notify_one();
  return batch;
}

bool BatchQueue::empty() const {
  const std::lock_guard lock(mutex_);
  return slots_.empty();
}

void BatchQueue::close(bool discard) {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    memory_.stop();
    if (discard) {
      memory_.dequeue(bytes_);
      memory_.give(bytes_);
      slots_.clear();
      bytes_ = 0;
    }
  }
  room_.notify_all();
  decoded_.notify_all();
}

bool BatchQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool BatchQueue::finished() const {
  const std::lock_guard lock(mutex_);
  return closed_ && slots_.empty();
}

std::size_t BatchQueue::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace millrace::pipeline
