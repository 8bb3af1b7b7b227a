// What stays of a burst.

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "daemon/heap.h"

namespace millrace::daemon {
namespace {

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

TEST(Heap, GivesTheMemoryOfABurstBack) {
  constexpr std::size_t kMiB = 1 << 20;
  keep_heap_small();
  const std::size_t before = resident_bytes();
  Burst burst;
  EXPECT_GT(resident_bytes(), before + 60 * kMiB);
  burst.end();
  trim_heap();
  EXPECT_LT(resident_bytes(), before + 12 * kMiB);
}

}  // namespace
}  // namespace millrace::daemon
