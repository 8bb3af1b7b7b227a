#pragma once

// How long a source waits before it tries again: twice as long each time, with jitter, so that many sources don't come
// back to a restarted server at once; bounded.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace millrace::daemon {

class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest, std::uint64_t seed)
      : first_(first), longest_(longest), random_(seed) {}

  // Between half of the step and the step.
  std::chrono::milliseconds next() {
    const int doublings = std::min(attempts_++, 20);
    const std::chrono::milliseconds step =
        std::min<std::chrono::milliseconds>(longest_, first_ * (1LL << doublings));
    return std::chrono::milliseconds(
        std::uniform_int_distribution<std::int64_t>(step.count() / 2, step.count())(random_));
  }
  // Tries since the last success.
  int attempts() const { return attempts_; }
  void reset() { attempts_ = 0; }

 private:
  const std::chrono::milliseconds first_;
  const std::chrono::milliseconds longest_;
  std::mt19937_64 random_;
  int attempts_ = 0;
};

}  // namespace millrace::daemon
