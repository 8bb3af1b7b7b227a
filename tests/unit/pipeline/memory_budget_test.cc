#include "millrace/pipeline/memory_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>

namespace millrace::pipeline {
namespace {

// Ends when take() returns.
std::future<bool> taking(MemoryBudget::Share& share, std::size_t bytes) {
  return std::async(std::launch::async, [&share, bytes] { return share.take(bytes); });
}

bool waits(const std::future<bool>& call) {
  return call.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout;
}

TEST(MemoryBudget, HoldsASourceBackWhileOthersHaveItsPart) {
  MemoryBudget budget(100);
  MemoryBudget::Share one(&budget), other(&budget);
  EXPECT_TRUE(one.take(60));
  EXPECT_TRUE(other.take(30));
  auto call = taking(other, 20);
  EXPECT_TRUE(waits(call));
  one.dequeue(60);  // still there until it is committed
  EXPECT_TRUE(waits(call));
  one.give(10);
  EXPECT_TRUE(call.get());
  EXPECT_EQ(budget.used_bytes(), 100U);
  EXPECT_TRUE(other.is_scarce());
}

TEST(MemoryBudget, LetsASourceThatHasNothingQueuedGoOn) {
  MemoryBudget budget(100);
  MemoryBudget::Share greedy(&budget), late(&budget);
  EXPECT_TRUE(greedy.take(500));  // more than all
  EXPECT_FALSE(late.is_scarce());
  EXPECT_TRUE(late.take(30));
  auto call = taking(late, 1);
  EXPECT_TRUE(waits(call));
  late.dequeue(30);  // it can't be committed before the rest has come
  EXPECT_TRUE(call.get());
  EXPECT_EQ(budget.used_bytes(), 531U);
}

TEST(MemoryBudget, CountsWhatABatchTurnsOutToBe) {
  MemoryBudget budget(100);
  MemoryBudget::Share share(&budget);
  EXPECT_TRUE(share.take(100));
  auto call = taking(share, 50);
  EXPECT_TRUE(waits(call));
  share.change(100, 40);
  EXPECT_TRUE(call.get());
  EXPECT_EQ(budget.used_bytes(), 90U);
}

TEST(MemoryBudget, CountsWhatIsThereAlready) {
  MemoryBudget budget(100);
  MemoryBudget::Share share(&budget);
  share.add(150);
  EXPECT_EQ(budget.used_bytes(), 150U);
  EXPECT_TRUE(share.is_scarce());
  share.give(150);
  EXPECT_EQ(budget.used_bytes(), 0U);
}

TEST(MemoryBudget, TakesBackWhatASourceHeldAtItsEnd) {
  MemoryBudget budget(100);
  auto share = std::make_unique<MemoryBudget::Share>(&budget);
  EXPECT_TRUE(share->take(70));
  share->add(20);
  share.reset();
  EXPECT_EQ(budget.used_bytes(), 0U);
}

TEST(MemoryBudget, NobodyWaitsForAStoppedSource) {
  MemoryBudget budget(100);
  MemoryBudget::Share other(&budget), share(&budget);
  EXPECT_TRUE(other.take(90));
  EXPECT_TRUE(share.take(10));
  auto call = taking(share, 10);
  EXPECT_TRUE(waits(call));
  share.stop();
  EXPECT_FALSE(call.get());
}

TEST(MemoryBudget, NoneIsNoLimit) {
  MemoryBudget::Share share(nullptr);
  EXPECT_TRUE(share.take(1U << 30));
  EXPECT_FALSE(share.is_scarce());
  share.dequeue(1U << 30);
  share.give(1U << 30);
}

}  // namespace
}  // namespace millrace::pipeline
