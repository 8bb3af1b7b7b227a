#pragma once

// Time as the modules see it. Everything that looks at a clock takes a Clock, so that a test can stand still or jump.

#include <chrono>
#include <cstdint>

namespace millrace {

class Clock {
 public:
  virtual ~Clock() = default;
  // Nanoseconds since 1970 (UTC), for timestamps in events.
  virtual std::int64_t wall_ns() const = 0;
  // For intervals and deadlines.
  virtual std::chrono::steady_clock::time_point now() const = 0;
};

// The system's clocks. One instance, lives for ever, thread-safe.
const Clock& system_clock();

}  // namespace millrace
