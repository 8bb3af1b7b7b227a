#include "pipeline/batch_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace millrace::pipeline {
namespace {

using std::chrono::steady_clock;

// A batch whose records will probably have `bytes`, a multiple of the expansion.
std::shared_ptr<Batch> batch_of(std::size_t bytes) {
  auto batch = std::make_shared<Batch>();
  batch->arena.copy(std::string(bytes / Batch::kJsonExpansion, 'x'));
  return batch;
}

steady_clock::time_point now() { return steady_clock::now(); }

TEST(BatchQueue, GivesBatchesInOrderWhateverOrderTheyAreDecodedIn) {
  BatchQueue queue(1000);
  const auto first = batch_of(10);
  const auto second = batch_of(10);
  ASSERT_TRUE(queue.push(first));
  ASSERT_TRUE(queue.push(second));
  queue.complete(*second);
  EXPECT_EQ(queue.pop(now()), nullptr);
  queue.complete(*first);
  EXPECT_EQ(queue.pop(now()), first);
  EXPECT_FALSE(queue.empty());
  EXPECT_EQ(queue.pop(now()), second);
  EXPECT_TRUE(queue.empty());
}

TEST(BatchQueue, HoldsAReaderBackUntilThereIsRoom) {
  BatchQueue queue(100);
  const auto first = batch_of(80);
  const auto second = batch_of(80);
  ASSERT_TRUE(queue.push(first));
  std::atomic<bool> pushed{false};
  std::thread reader([&] {
    queue.push(second);
    pushed = true;
  });
  EXPECT_FALSE(pushed);
  queue.complete(*first);  // decoded to nothing: its bytes are free again
  reader.join();
  EXPECT_TRUE(pushed);
  EXPECT_EQ(queue.bytes(), 80U);
}

TEST(BatchQueue, TakesABatchAboveItsLimitWhenItIsEmpty) {
  BatchQueue queue(100);
  EXPECT_TRUE(queue.push(batch_of(5000)));
}

TEST(BatchQueue, ClosedItRefusesAndGivesOutWhatItHolds) {
  BatchQueue queue(100);
  const auto batch = batch_of(10);
  ASSERT_TRUE(queue.push(batch));
  queue.close(false);
  EXPECT_FALSE(queue.push(batch_of(1)));
  EXPECT_FALSE(queue.finished());
  queue.complete(*batch);
  EXPECT_EQ(queue.pop(now() + std::chrono::hours(1)), batch);
  EXPECT_TRUE(queue.finished());
  EXPECT_EQ(queue.pop(now() + std::chrono::hours(1)), nullptr);
}

TEST(BatchQueue, ClosingWithDiscardWakesAWaitingReader) {
  BatchQueue queue(100);
  ASSERT_TRUE(queue.push(batch_of(100)));
  std::thread reader([&] { EXPECT_FALSE(queue.push(batch_of(100))); });
  queue.close(true);
  reader.join();
  EXPECT_EQ(queue.bytes(), 0U);
}

}  // namespace
}  // namespace millrace::pipeline
