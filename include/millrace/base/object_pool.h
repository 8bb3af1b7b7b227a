#pragma once

// Objects with large buffers, kept for whoever needs the next: memory that goes back to the system costs a page fault
// every 4 KiB when it is taken again. One pool a type and process, asked once a batch, never once a row. Thread-safe.

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "millrace/base/limits.h"

namespace millrace {

// T can be moved, and has clear(), which keeps its buffers, and capacity_bytes().
template <typename T>
class ObjectPool {
 public:
  // Empty; its buffers are those of an earlier one, where there is one.
  static T take() {
    ObjectPool& pool = of_process();
    const std::lock_guard lock(pool.mutex_);
    if (pool.kept_.empty()) return T();
    T object = std::move(pool.kept_.back());
    pool.kept_.pop_back();
    pool.bytes_ -= object.capacity_bytes();
    return object;
  }
  // One that is large beyond use, or finds the pool full, is freed.
  static void give(T object) {
    object.clear();
    const std::size_t bytes = object.capacity_bytes();
    if (bytes == 0 || bytes > limits::kPooledObjectBytes) return;
    ObjectPool& pool = of_process();
    const std::lock_guard lock(pool.mutex_);
    if (pool.bytes_ + bytes > limits::kPoolBytes) return;
    pool.bytes_ += bytes;
    pool.kept_.push_back(std::move(object));
  }
  static std::size_t kept_bytes() {
    ObjectPool& pool = of_process();
    const std::lock_guard lock(pool.mutex_);
    return pool.bytes_;
  }

 private:
  // Never destroyed: threads may give back until the end of the process.
  static ObjectPool& of_process() {
    static ObjectPool& pool = *new ObjectPool;
    return pool;
  }

  std::mutex mutex_;
  std::vector<T> kept_;
  std::size_t bytes_ = 0;
};

}  // namespace millrace
