#include "support/memory_sink/memory_sink.h"

#include <gtest/gtest.h>

#include "support/memory_sink/batch_builder.h"

namespace millrace::testing {
namespace {

using Point = MemoryStore::Point;

sink::Commit commit_at(std::uint64_t position) {
  sink::Commit commit;
  commit.offset.position = {"binlog.1", position};
  return commit;
}

TEST(MemorySink, KeepsWhatWasCommittedAndForgetsTheRest) {
  const auto store = std::make_shared<MemoryStore>();
  {
    MemorySink sink(store, "shop", "shop");
    const auto state = sink.open();
    ASSERT_TRUE(state);
    EXPECT_FALSE(state->offset);
    ASSERT_TRUE(sink.write(
        BatchBuilder().add("t", "1", "a").add("t", "2", std::nullopt, {{"h", "x"}}).take()));
    EXPECT_EQ(sink.pending_bytes(), 4u);
    ASSERT_TRUE(sink.commit(commit_at(7)));
    EXPECT_EQ(sink.pending_bytes(), 0u);
    ASSERT_TRUE(sink.write(BatchBuilder().add("t", "3", "lost").take()));
  }
  EXPECT_EQ(store->lines("t"), (std::vector<std::string>{"1 → a", "2 → null"}));
  EXPECT_EQ(store->records()[1].headers,
            (std::vector<std::pair<std::string, std::string>>{{"h", "x"}}));
  MemorySink next(store, "shop", "shop");
  const auto state = next.open();
  ASSERT_TRUE(state);
  EXPECT_EQ(state->offset, commit_at(7).offset);
}

struct FailureCase {
  const char* name;
  Point point;
  std::uint64_t commits;  // durable afterwards
};

class MemorySinkFailure : public ::testing::TestWithParam<FailureCase> {};

TEST_P(MemorySinkFailure, HitsTheSecondRoundAndEndsTheSink) {
  const auto store = std::make_shared<MemoryStore>();
  store->fail(GetParam().point, 2, transient_error("ordered"));
  MemorySink sink(store, "shop", "shop");
  ASSERT_TRUE(sink.open());
  Status status;
  int rounds = 0;
  while (status && rounds < 3) {
    ++rounds;
    status = sink.write(BatchBuilder().add("t", "k", "v").take());
    if (status) status = sink.commit(commit_at(7));
  }
  EXPECT_EQ(rounds, 2);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message(), "ordered");
  EXPECT_EQ(store->commits(), GetParam().commits);
  EXPECT_FALSE(sink.commit(commit_at(8))) << "a failed sink is done for";
  EXPECT_TRUE(MemorySink(store, "shop", "shop").open());
}

INSTANTIATE_TEST_SUITE_P(Table, MemorySinkFailure,
                         ::testing::Values(FailureCase{"write", Point::kWrite, 1},
                                           FailureCase{"before_commit", Point::kBeforeCommit, 1},
                                           FailureCase{"after_commit", Point::kAfterCommit, 2}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(MemorySink, InterruptFailsTheNextCall) {
  MemorySink sink(std::make_shared<MemoryStore>(), "shop", "shop");
  ASSERT_TRUE(sink.open());
  sink.interrupt();
  const Status status = sink.commit(commit_at(7));
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().is_transient());
}

}  // namespace
}  // namespace millrace::testing
