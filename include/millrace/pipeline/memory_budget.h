#pragma once

// What the rows in flight of all sources may take together, in bytes (memory.limit.bytes): row events that wait for a
// decode worker, records until they are committed, and what snapshots have read ahead. Thread-safe; asked once a batch.

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace millrace::pipeline {

class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  std::size_t used_bytes() const;
  std::size_t limit_bytes() const { return limit_bytes_; }

  // What one pipeline has in flight, or has read ahead; what it holds is given back with it.
  class Share {
   public:
    // No budget, no limit.
    explicit Share(MemoryBudget* budget) : budget_(budget) {}
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // For what is to be queued. Waits until so much is free, or until nothing of this share is queued: so every source
    // goes on, if slowly, and a transaction comes to its end, before which it can't be committed. False after stop().
    bool take(std::size_t bytes);
    // What is queued turned out larger or smaller.
    void change(std::size_t from, std::size_t to);
    // So much of it isn't queued any more; it still counts.
    void dequeue(std::size_t bytes);
    // What is there already, and queued nowhere; never waits.
    void add(std::size_t bytes);
    // Of what isn't queued.
    void give(std::size_t bytes);
    // The limit is reached, by this share among others.
    bool is_scarce() const;
    // Nobody waits any more.
    void stop();

   private:
    MemoryBudget* budget_;
    // Guarded by the budget's mutex.
    std::size_t queued_ = 0;
    std::size_t held_ = 0;  // the rest of what counts
    bool is_stopped_ = false;
  };

 private:
  const std::size_t limit_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::size_t used_bytes_ = 0;
};

}  // namespace millrace::pipeline
