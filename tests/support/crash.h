#pragma once

// How crash tests kill the daemon: at a moment of the dice, or at one of the places in the code that say so.

#include <cstdint>
#include <cstdio>
#include <random>
#include <string>

#include "support/process.h"

namespace millrace::testing {

inline std::uint64_t crash_rounds() {
  return number_of("CRASH_ROUNDS", number_of("MILLRACE_CRASH_ROUNDS", 5));
}

// Dice whose choices CRASH_SEED repeats.
class CrashDice {
 public:
  CrashDice() {
    std::printf("CRASH_SEED=%llu repeats this run's choices\n",
                static_cast<unsigned long long>(seed_));
  }
  std::uint64_t seed() const { return seed_; }
  int roll(int sides) { return static_cast<int>(random_() % static_cast<std::uint64_t>(sides)); }
  // MILLRACE_CRASH_POINT of one life of the daemon: a place, and the how manieth time it comes there.
  std::string crash_point(int times) {
    static constexpr const char* kPoints[] = {"pipeline.before_commit", "pipeline.after_commit",
                                              "sink.before_commit", "sink.after_commit",
                                              "sink.after_produce"};
    std::string point = kPoints[roll(5)] + (":" + std::to_string(times));
    std::printf("  crash point %s\n", point.c_str());
    return point;
  }

 private:
  const std::uint64_t seed_ = number_of("CRASH_SEED", std::random_device{}());
  std::mt19937_64 random_{seed_};
};

}  // namespace millrace::testing
