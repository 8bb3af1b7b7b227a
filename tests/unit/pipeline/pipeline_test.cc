#include "millrace/pipeline/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "millrace/base/mark.h"
#include "scripted_server.h"
#include "scripted_source.h"

namespace millrace::pipeline {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(Pipeline, PublishesRowsInOrderAndRemembersTheirTransactions) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) { insert(binlog, 1, "a"); });
  server.group(gtid(2), [](auto& binlog) { insert(binlog, 2, "b"); });
  Source source(server);
  ASSERT_TRUE(source.live());
  EXPECT_THAT(
      source.store.records,
      ElementsAre(AllOf(StartsWith("p.shop.items {\"id\":1} -> "), HasSubstr("\"name\":\"a\"")),
                  AllOf(StartsWith("p.shop.items {\"id\":2} -> "), HasSubstr("\"name\":\"b\""))));
  EXPECT_EQ(source.store.offsets.back().gtids.to_text(), std::string(kServer) + ":1-2");
  EXPECT_FALSE(source.store.offsets.back().in_transaction());
}

TEST(Pipeline, GoesOnAfterAFailureInAnyCommitWithoutLossOrRepeat) {
  ScriptedServer server;
  for (int i = 1; i <= 30; ++i) {
    server.group(gtid(i), [i](auto& binlog) { insert(binlog, i, std::string(50, 'x')); });
  }
  Source undisturbed(server);
  ASSERT_TRUE(undisturbed.live());
  ASSERT_THAT(undisturbed.store.records, SizeIs(30));
  for (const bool after : {false, true}) {
    Source source(server);
    int failures = 0;
    while (!source.live({failures < 3 ? 1 : 0, after})) ++failures;
    EXPECT_GT(failures, 0);
    EXPECT_EQ(source.store.records, undisturbed.store.records) << "after=" << after;
  }
}

// A transaction of many row events, each with `rows_per_event` rows.
void big_transaction(test::BinlogBuilder& binlog, int rows, int rows_per_event) {
  binlog.begin().table_map(items_table());
  std::vector<test::Row> event;
  for (int id = 1; id <= rows; ++id) {
    event.push_back(item(id, std::string(150, 'y')));
    if (static_cast<int>(event.size()) < rows_per_event && id < rows) continue;
    test::RowsOptions options;
    options.statement_end = id == rows;
    binlog.write_rows(items_table(), event, options);
    event.clear();
  }
  binlog.xid();
}

TEST(Pipeline, CommitsALargeTransactionInPartsAndGoesOnInsideIt) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) { big_transaction(binlog, 6000, 40); });
  server.group(gtid(2), [](auto& binlog) { insert(binlog, 7000, "after"); });
  Source undisturbed(server);
  ASSERT_TRUE(undisturbed.live());
  ASSERT_THAT(undisturbed.store.records, SizeIs(6001));

  const auto splits = marks::count("transaction_split");
  Source source(server);
  source.options.transaction_split_bytes = 100'000;
  source.options.commit_max_bytes = 100'000;
  for (int failed_commit = 2; !source.live({failed_commit, false}); ++failed_commit) {
    ASSERT_LT(failed_commit, 100);
    if (!source.store.offsets.back().in_transaction()) continue;
    EXPECT_EQ(source.store.offsets.back().gtids.to_text(), "");
  }
  EXPECT_GT(marks::count("transaction_split"), splits);
  EXPECT_EQ(source.store.records, undisturbed.store.records);
  EXPECT_EQ(source.store.offsets.back().gtids.to_text(), std::string(kServer) + ":1-2");
}

TEST(Pipeline, GoesOnInsideATransactionOnAnotherServerThatCutsItsRowEventsDifferently) {
  ScriptedServer first;
  first.group(gtid(1), [](auto& binlog) { big_transaction(binlog, 6000, 40); });
  ScriptedServer second;
  second.group(gtid(1), [](auto& binlog) { big_transaction(binlog, 6000, 33); });
  Source source(first);
  source.options.transaction_split_bytes = 100'000;
  source.options.commit_max_bytes = 100'000;
  ASSERT_FALSE(source.live({2, false}));
  ASSERT_TRUE(source.store.offsets.back().in_transaction());
  const std::size_t published = source.store.records.size();
  ASSERT_GT(published, 0U);

  const auto by_table = marks::count("resume_by_table");
  source.move_to(second, "aaaaaaaa-e55a-11f1-a4af-02fc00000001");
  ASSERT_TRUE(source.live());
  EXPECT_GT(marks::count("resume_by_table"), by_table);
  ASSERT_THAT(source.store.records, SizeIs(6000));
  for (int id = 1; id <= 6000; ++id) {
    ASSERT_THAT(source.store.records[static_cast<std::size_t>(id) - 1],
                HasSubstr("{\"id\":" + std::to_string(id) + "} -> "));
  }
}

TEST(Pipeline, RefusesToGoOnOnAServerWhoseTransactionIsShorter) {
  ScriptedServer first;
  first.group(gtid(1), [](auto& binlog) { big_transaction(binlog, 6000, 40); });
  ScriptedServer second;
  second.group(gtid(1), [](auto& binlog) { big_transaction(binlog, 10, 10); });
  Source source(first);
  source.options.transaction_split_bytes = 100'000;
  source.options.commit_max_bytes = 100'000;
  ASSERT_FALSE(source.live({2, false}));
  source.move_to(second, "aaaaaaaa-e55a-11f1-a4af-02fc00000001");
  const Status status = source.live();
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient());
  EXPECT_THAT(status.error().message(), HasSubstr("fewer than were published"));
}

binlog::Xid xid(const std::string& name) { return {1, name, ""}; }

void prepare(test::BinlogBuilder& binlog, const binlog::Xid& id, int row) {
  binlog.xa_start(id)
      .table_map(items_table())
      .write_rows(items_table(), {item(row, "xa")})
      .xa_end(id)
      .xa_prepare(id);
}

TEST(Pipeline, PublishesAnXaTransactionAtItsCommitAndNeverAfterARollback) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) { prepare(binlog, xid("kept"), 1); });
  server.group(gtid(2), [](auto& binlog) { prepare(binlog, xid("dropped"), 2); });
  server.group(gtid(3), [](auto& binlog) { insert(binlog, 3, "between"); });
  server.group(gtid(4), [](auto& binlog) { binlog.xa_rollback(xid("dropped")); });
  server.group(gtid(5), [](auto& binlog) { binlog.xa_commit(xid("kept")); });
  Source source(server);
  ASSERT_TRUE(source.live());
  EXPECT_THAT(source.store.records,
              ElementsAre(HasSubstr("\"name\":\"between\""),
                          AllOf(HasSubstr("{\"id\":1} -> "), HasSubstr(gtid(5)))));
  for (const auto& [key, value] : source.store.state) EXPECT_THAT(key, Not(HasSubstr("\"xa\"")));
  EXPECT_EQ(source.store.offsets.back().gtids.to_text(), std::string(kServer) + ":1-5");
}

TEST(Pipeline, RemembersAPreparedXaTransactionOverARestart) {
  ScriptedServer before;
  before.group(gtid(1), [](auto& binlog) { prepare(binlog, xid("kept"), 1); });
  Source source(before);
  ASSERT_TRUE(source.live());
  EXPECT_THAT(source.store.records, SizeIs(0));

  ScriptedServer after;
  after.group(gtid(1), [](auto& binlog) { prepare(binlog, xid("kept"), 1); });
  after.group(gtid(2), [](auto& binlog) { binlog.xa_commit(xid("kept")); });
  source.move_to(after, kServer);
  ASSERT_TRUE(source.live());
  EXPECT_THAT(source.store.records, ElementsAre(HasSubstr("{\"id\":1} -> ")));
}

TEST(Pipeline, PublishesAOnePhaseXaTransaction) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) {
    binlog.xa_start(xid("one"))
        .table_map(items_table())
        .write_rows(items_table(), {item(1, "xa")})
        .xa_end(xid("one"))
        .xa_prepare(xid("one"), true);
  });
  Source source(server);
  ASSERT_TRUE(source.live());
  EXPECT_THAT(source.store.records, ElementsAre(HasSubstr("{\"id\":1} -> ")));
}

TEST(Pipeline, StopsAtXaCommitOfATransactionThatItNeverSaw) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) { binlog.xa_commit(xid("unknown")); });
  Source source(server);
  const Status status = source.live();
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient());
  EXPECT_THAT(status.error().message(), HasSubstr("prepared before"));
}

TEST(Pipeline, CommitsEverythingBeforeAnErrorAndNothingAfterIt) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) { insert(binlog, 1, "good"); });
  server.group(gtid(2), [](auto& binlog) {
    binlog.begin().query("INSERT INTO items VALUES (2,'x')").xid();
  });
  server.group(gtid(3), [](auto& binlog) { insert(binlog, 3, "later"); });
  Source source(server);
  const Status status = source.live();
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message(), HasSubstr("statement format"));
  EXPECT_THAT(status.error().message(), HasSubstr(gtid(2)));
  EXPECT_THAT(source.store.records, ElementsAre(HasSubstr("\"name\":\"good\"")));
  EXPECT_EQ(source.store.offsets.back().gtids.to_text(), gtid(1));
}

TEST(Pipeline, FollowsATableThatDdlChangesUnderFullMetadata) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) { insert(binlog, 1, "a"); });
  server.group(gtid(2),
               [](auto& binlog) { binlog.query("ALTER TABLE items RENAME COLUMN name TO title"); });
  server.group(gtid(3), [](auto& binlog) {
    test::Table renamed = items_table();
    renamed.id = 101;
    renamed.columns[1].name = "title";
    binlog.begin().table_map(renamed).write_rows(renamed, {item(2, "b")}).xid();
  });
  Source source(server);
  ASSERT_TRUE(source.live());
  EXPECT_THAT(source.store.records,
              ElementsAre(HasSubstr("\"name\":\"a\""), HasSubstr("\"title\":\"b\"")));
}

// `transactions` of 2,000 row events each.
void fill(ScriptedServer& server, int transactions) {
  for (int i = 1; i <= transactions; ++i) {
    server.group(gtid(i), [i](auto& binlog) {
      binlog.begin().table_map(items_table());
      for (int part = 0; part < 2000; ++part) {
        test::RowsOptions options;
        options.statement_end = part == 1999;
        binlog.write_rows(items_table(), {item(i * 10000 + part, std::string(150, 'z'))}, options);
      }
      binlog.xid();
    });
  }
}

// Waits until the readers stand still: two looks in a row see the same count of events.
std::uint64_t events_until_still() {
  std::uint64_t fetched = 0;
  for (int same = 0; same < 20;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const std::uint64_t now = ScriptedServer::fetched();
    same = now == fetched && now > 0 ? same + 1 : 0;
    fetched = now;
  }
  return fetched;
}

TEST(Pipeline, ReadsNoFurtherThanItsMemoryAllowsWhileTheSinkIsSlow) {
  ScriptedServer server;
  fill(server, 60);
  Source source(server);
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  ScriptedServer::fetched() = 0;
  auto life = std::async(std::launch::async,
                         [&] { return source.live({}, [released] { released.wait(); }); });
  EXPECT_LT(events_until_still(), 60U * 2000U);
  release.set_value();
  ASSERT_TRUE(life.get());
  EXPECT_THAT(source.store.records, SizeIs(60 * 2000));
}

TEST(Pipeline, ASourceWhoseSinkIsSlowLeavesOthersTheirPartOfTheMemory) {
  ScriptedServer server;
  fill(server, 20);
  MemoryBudget memory(3U << 20);
  Source slow(server), other(server);
  slow.options.memory = other.options.memory = &memory;
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  ScriptedServer::fetched() = 0;
  auto life = std::async(std::launch::async,
                         [&] { return slow.live({}, [released] { released.wait(); }); });
  // Far less than a source may have by itself.
  EXPECT_LT(events_until_still(), 10U * 2000U);
  EXPECT_GT(memory.used_bytes(), 1U << 20);
  // All is taken, and the other goes on.
  ASSERT_TRUE(other.live());
  EXPECT_THAT(other.store.records, SizeIs(20 * 2000));
  release.set_value();
  ASSERT_TRUE(life.get());
  EXPECT_THAT(slow.store.records, SizeIs(20 * 2000));
  EXPECT_EQ(memory.used_bytes(), 0U);
}

}  // namespace
}  // namespace millrace::pipeline
