#pragma once

// The queue between reader, decode workers and committer: batches in stream order, bounded in bytes. A batch counts
// with the bytes that its records will probably have, and with those they have once it is decoded, until the committer
// takes it; what is common to all sources counts it until it is committed.
// Thread-safe; one reader pushes, one committer pops, any worker completes.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

#include "millrace/pipeline/memory_budget.h"
#include "pipeline/batch.h"

namespace millrace::pipeline {

class BatchQueue {
 public:
  explicit BatchQueue(std::size_t limit_bytes, MemoryBudget* memory = nullptr)
      : limit_bytes_(limit_bytes), memory_(memory) {}

  // Waits while the queue is full, or other sources have what all share. False when the queue was closed: the batch is dropped.
  bool push(std::shared_ptr<Batch> batch);
  // A worker has decoded `batch`.
  void complete(const Batch& batch);
  // The oldest batch once it is decoded; null when none is by the deadline, or when the queue is closed and empty.
  std::shared_ptr<Batch> pop(std::chrono::steady_clock::time_point deadline);
  // So many bytes of those that were popped are committed.
  void release(std::size_t bytes) { memory_.give(bytes); }
  // Nothing is here or on its way through a worker.
  bool empty() const;
  // No more pushes. With `discard`, what is queued is dropped too.
  void close(bool discard);
  bool closed() const;
  bool finished() const;
  std::size_t bytes() const;

 private:
  struct Slot {
    std::shared_ptr<Batch> batch;
    std::size_t bytes = 0;
    bool decoded = false;
  };

  const std::size_t limit_bytes_;
  MemoryBudget::Share memory_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable decoded_;
  std::deque<Slot> slots_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace millrace::pipeline
