#pragma once

// The workers that turn batches of row events into records; one pool for all sources. A worker takes the oldest task
// and sleeps when there is none. Thread-safe.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace millrace::pipeline {

class DecodePool {
 public:
  explicit DecodePool(unsigned threads);
  // Runs what is queued, then joins.
  ~DecodePool();
  DecodePool(const DecodePool&) = delete;
  DecodePool& operator=(const DecodePool&) = delete;

  void submit(std::function<void()> task);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace millrace::pipeline
