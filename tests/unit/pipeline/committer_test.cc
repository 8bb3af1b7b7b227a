#include "pipeline/committer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

namespace millrace::pipeline {
namespace {

using std::chrono::milliseconds;

// Says how many commits there were.
class CountingSink final : public sink::Sink {
 public:
  Result<state::SourceState> open() override { return state::SourceState{}; }
  Status write(encode::RecordBatchPtr) override {
    written.fetch_add(1);
    written.notify_all();
    return {};
  }
  Status write_state(const std::vector<state::StateRecord>&) override { return {}; }
  Status commit(const sink::Commit&) override {
    std::this_thread::sleep_for(commit_time);
    commits.fetch_add(1);
    commits.notify_all();
    return {};
  }
  std::size_t pending_bytes() const override { return 0; }
  void interrupt() override {}
  void close() override {}

  milliseconds commit_time{0};
  std::atomic<int> written{0}, commits{0};
};

class DeafObserver final : public Observer {
 public:
  void on_streaming() override {}
  void on_commit(const CommitReport&, const state::Offset&) override {}
  void on_skipped_event(binlog::EventType) override {}
  void on_queue_bytes(std::size_t) override {}
  void on_notice(const std::string&) override {}
};

class CommitterTest : public ::testing::Test {
 protected:
  // One that a reader has handed over.
  std::shared_ptr<Batch> push() {
    auto batch = std::make_shared<Batch>();
    batch->arena.copy("row");
    EXPECT_TRUE(queue_.push(batch));
    return batch;
  }
  // A worker is done with it.
  void decode(Batch& batch) {
    batch.records = encode::new_record_batch();
    batch.records->records.emplace_back();
    batch.records->bytes = "row";
    queue_.complete(batch);
  }

  // A committer from its start until the end of the queue.
  class Running {
   public:
    explicit Running(CommitterTest& test)
        : test_(test), committer_(test.options_, {}, {}, test.queue_, test.sink_, test.observer_) {
      thread_ = std::thread([this] { EXPECT_TRUE(committer_.run()); });
    }
    ~Running() {
      test_.queue_.close(false);
      thread_.join();
    }

   private:
    CommitterTest& test_;
    Committer committer_;
    std::thread thread_;
  };

  PipelineOptions options_;
  BatchQueue queue_{1U << 20};
  CountingSink sink_;
  DeafObserver observer_;
};

TEST_F(CommitterTest, WaitsForWhatIsOnItsWay) {
  options_.commit_interval = std::chrono::hours(1);
  const auto first = push(), second = push();
  {
    const Running running(*this);
    decode(*first);
    sink_.written.wait(0);
    decode(*second);
    sink_.commits.wait(0);
  }
  EXPECT_EQ(sink_.commits, 1);
  EXPECT_EQ(sink_.written, 2);
}

TEST_F(CommitterTest, DoesNotWaitLongerThanItsInterval) {
  options_.commit_interval = milliseconds(1);
  const auto first = push(), second = push();
  {
    const Running running(*this);
    decode(*first);
    sink_.commits.wait(0);
    decode(*second);
  }
  EXPECT_EQ(sink_.commits, 2);
}

TEST_F(CommitterTest, IsRareWhereCommitsTakeLong) {
  options_.commit_interval = milliseconds(0);
  sink_.commit_time = milliseconds(300);
  const auto first = push();
  {
    const Running running(*this);
    decode(*first);
    sink_.commits.wait(0);
    const auto second = push(), third = push();
    decode(*second);
    sink_.written.wait(1);
    decode(*third);
    sink_.commits.wait(1);
  }
  EXPECT_EQ(sink_.commits, 2);
  EXPECT_EQ(sink_.written, 3);
}

// A source that hangs inside a transaction has nothing to commit, and its committer nothing to do.
TEST_F(CommitterTest, SleepsInsideATransaction) {
  options_.idle_commit_interval = milliseconds(1);
  const auto first = push();
  first->end.between_transactions = false;
  const auto cpu = [] {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  std::chrono::nanoseconds used{};
  {
    const Running running(*this);
    decode(*first);
    sink_.written.wait(0);
    const auto begin = cpu();
    std::this_thread::sleep_for(milliseconds(300));
    used = cpu() - begin;
  }
  EXPECT_LT(used, milliseconds(100));
}

}  // namespace
}  // namespace millrace::pipeline
