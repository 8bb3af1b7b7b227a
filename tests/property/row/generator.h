#pragma once

// Seeded random choices. MILLRACE_SEED repeats a run.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace millrace::row::test {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  // Between the two, both included.
  std::int64_t number(std::int64_t from, std::int64_t to) {
    return std::uniform_int_distribution<std::int64_t>(from, to)(random_);
  }
  std::size_t index(std::size_t size) {
    return static_cast<std::size_t>(number(0, static_cast<std::int64_t>(size) - 1));
  }
  bool one_in(int n) { return number(1, n) == 1; }
  std::uint64_t bits() { return random_(); }
  std::mt19937_64& random() { return random_; }

 private:
  std::mt19937_64 random_;
};

inline std::uint64_t seed() {
  const char* text = std::getenv("MILLRACE_SEED");
  const std::uint64_t seed =
      text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device{}();
  std::printf("MILLRACE_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

inline std::string trace(std::uint64_t seed, int round) {
  return "MILLRACE_SEED=" + std::to_string(seed) + " round " + std::to_string(round);
}

}  // namespace millrace::row::test
