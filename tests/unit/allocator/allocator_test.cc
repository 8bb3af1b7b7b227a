// What stays of a burst in a process that has nothing to do afterwards.

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "support/process.h"

namespace millrace {
namespace {

constexpr std::size_t kMiB = 1 << 20;

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Blocks of 64 KiB with a small one behind each, by a thread of its own: 64 MiB.
class Burst {
 public:
  Burst() {
    std::thread([this] {
      for (int i = 0; i < 1024; ++i) {
        blocks_.emplace_back(64 << 10, 'x');
        small_.push_back(std::make_unique<int>(i));
      }
    }).join();
  }
  void end() { blocks_.clear(); }

 private:
  std::vector<std::vector<char>> blocks_;
  std::vector<std::unique_ptr<int>> small_;
};

TEST(Allocator, GivesTheMemoryOfABurstBackSoon) {
  const std::size_t before = resident_bytes();
  Burst burst;
  EXPECT_GT(resident_bytes(), before + 60 * kMiB);
  burst.end();
  EXPECT_TRUE(testing::eventually(std::chrono::seconds(5), [&] {
    return resident_bytes() < before + 8 * kMiB;
  })) << resident_bytes() - before;
}

}  // namespace
}  // namespace millrace
