// Snapshots beside a stream, race by race: what is read of a table and what the stream brings of it come out as one
// history.

#include "millrace/pipeline/snapshot.h"

#include <map>

#include "millrace/base/mark.h"
#include "snapshot_fixture.h"

namespace millrace::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;

TEST_F(SnapshotTest, PublishesAllRowsAndIsOver) {
  has("items", {{1, "a"}, {2, "b"}, {3, "c"}});
  begin({"items"});
  source_.options.snapshot.chunk_rows = 2;
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), ElementsAre("items r 1=a first", "items r 2=b true", "items r 3=c last"));
  EXPECT_THAT(tables_.reads(), ElementsAre("items", "items 2"));
  EXPECT_THAT(source_.store.state, IsEmpty());
  EXPECT_THAT(outcomes(), ElementsAre("items SUCCEEDED 3"));
}

TEST_F(SnapshotTest, IsTheObserversBeforeTheSourceRuns) {
  has("items", {{1, "a"}});
  begin({"items"});
  ASSERT_TRUE(live());
  EXPECT_TRUE(source_.knew_of_snapshot);
}

TEST_F(SnapshotTest, LeavesOutRowsThatTheStreamHasTouchedMeanwhile) {
  has("items", {{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}, {5, "e"}});
  begin({"items"});
  tables_.after = [this](const Read&, snapshot::Chunk&) {
    update(1, "items", 2, "b", "B");
    delete_row(2, "items", 3, "c");
    move_row(3, "items", 5, 6, "e");
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), ElementsAre("items u 2=B", "items d 3=c", "items tombstone 3",
                                     "items d 5=e", "items tombstone 5", "items c 6=e",
                                     "items r 1=a first", "items r 4=d last"));
}

TEST_F(SnapshotTest, AChunkWaitsUntilTheStreamHasComeToItsHigh) {
  has("items", {{1, "a"}, {2, "b"}});
  begin({"items"});
  tables_.after = [this](const Read&, snapshot::Chunk&) { update(1, "items", 2, "b", "B", 20); };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), ElementsAre("items u 2=B", "items r 1=a last"));
}

TEST_F(SnapshotTest, WhatTheStreamBroughtBeforeAReadIsNotHeldAgainstIt) {
  has("items", {{1, "a"}, {2, "b"}, {3, "c"}});
  begin({"items"});
  source_.options.snapshot.chunk_rows = 2;
  tables_.after = [this](const Read& read, snapshot::Chunk&) {
    if (read.number == 1) update(1, "items", 3, "c", "C");
  };
  tables_.before = [](const Read& read) { return read.after.empty() ? Status() : sees(read, 1); };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), ElementsAre("items u 3=C", "items r 1=a first", "items r 2=b true",
                                     "items r 3=C last"));
}

TEST_F(SnapshotTest, DoesNotReadOutWhatTheStreamHasCreated) {
  has("items", {{1, "a"}, {2, "b"}, {3, "c"}});
  begin({"items"});
  source_.options.snapshot.chunk_rows = 2;
  tables_.after = [this](const Read& read, snapshot::Chunk&) {
    if (read.number != 1) return;
    insert_row(1, "items", 8, "new");
    move_row(2, "items", 8, 9, "new");
  };
  tables_.before = [](const Read& read) { return read.after.empty() ? Status() : sees(read, 2); };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(),
              ElementsAre("items c 8=new", "items d 8=new", "items tombstone 8", "items c 9=new",
                          "items r 1=a first", "items r 2=b true", "items r 3=c last"));
}

TEST_F(SnapshotTest, EventsOfATableAreKeptBackUntilItsTurn) {
  has("first", {{1, "a"}, {2, "b"}});
  has("second", {{1, "a"}});
  has("third", {{1, "a"}});
  begin({"first", "second", "third"});
  source_.options.snapshot.chunk_rows = 1;
  source_.options.skip_truncates = false;
  tables_.after = [this](const Read& read, snapshot::Chunk&) {
    if (read.table == "first" && read.after.empty()) {
      statement(1, "TRUNCATE TABLE third");
      tables_.set("third", {});
      insert_row(2, "third", 5, "early");
    }
    if (read.table == "third") insert_row(3, "third", 6, "late");
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records_of("third"), ElementsAre("third c 6=late", "third r 5=early last"));
}

// Its turn has come in an earlier life, and with that its events.
TEST_F(SnapshotTest, EventsOfATableThatHasBegunArePublishedAfterARestart) {
  has("items", {{1, "a"}, {2, "b"}, {3, "c"}});
  begin({"items"});
  source_.options.snapshot.chunk_rows = 1;
  live_until_rows(1);
  ASSERT_FALSE(is_over());
  EXPECT_TRUE(source_.store.offsets.back().in_snapshot);
  const std::size_t before = tables_.reads().size();
  tables_.before = nullptr;

  update(1, "items", 1, "a", "A");
  source_.until = [this] { return is_over() && published() >= 4; };
  ASSERT_TRUE(live());
  EXPECT_EQ(tables_.reads()[before], "items 1") << "it goes on behind the last published key";
  EXPECT_THAT(records(), IsSupersetOf({"items u 1=A", "items r 1=a first", "items r 2=b true",
                                       "items r 3=c last"}));
  EXPECT_THAT(records(), SizeIs(4));
  EXPECT_FALSE(source_.store.offsets.back().in_snapshot);
}

struct StatementCase {
  const char* name;
  const char* sql;
  LiveTables::Rows rows_then;
  std::vector<std::string> expected;
  const char* outcome;
};

class SnapshotStatement : public SnapshotTest,
                          public ::testing::WithParamInterface<StatementCase> {};

TEST_P(SnapshotStatement, HasTheTableReadAgain) {
  has("items", {{1, "a"}, {2, "b"}});
  has("other", {{7, "other"}});
  source_.excluded_tables = {"shop\\.old"};
  begin({"items"});
  source_.options.skip_truncates = false;
  tables_.after = [this](const Read& read, snapshot::Chunk&) {
    if (read.number != 1) return;
    statement(1, GetParam().sql);
    tables_.set("items", GetParam().rows_then);
  };
  const auto discarded = marks::count("chunks_discarded");
  ASSERT_TRUE(live());
  EXPECT_EQ(records(), GetParam().expected);
  EXPECT_THAT(outcomes(), ElementsAre(GetParam().outcome));
  EXPECT_GT(marks::count("chunks_discarded"), discarded);
}

INSTANTIATE_TEST_SUITE_P(
    Each, SnapshotStatement,
    ::testing::Values(StatementCase{"ALTER",
                                    "ALTER TABLE items ADD note INT",
                                    {{1, "a"}, {2, "b"}},
                                    {"items r 1=a first", "items r 2=b last"},
                                    "items SUCCEEDED 2"},
                      StatementCase{
                          "TRUNCATE", "TRUNCATE TABLE items", {}, {"items t"}, "items EMPTY 0"},
                      StatementCase{"DROP", "DROP TABLE items", {}, {}, "items UNKNOWN_SCHEMA 0"},
                      StatementCase{"RENAME",
                                    "RENAME TABLE items TO old, other TO items",
                                    {{7, "other"}},
                                    {"items r 7=other last"},
                                    "items SUCCEEDED 1"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(SnapshotTest, RowsHaveTheColumnsOfTheTableAsItIsRead) {
  has("items", {{1, "a"}});
  begin({"items"});
  tables_.after = [this](const Read& read, snapshot::Chunk&) {
    if (read.number == 1) statement(1, "ALTER TABLE items ADD note INT");
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(source_.store.records, ElementsAre(HasSubstr(R"({"id":1,"name":"a","note":null})")));
}

// Tables of a source's first snapshot, after a table has come into capture by another name.
TEST_F(SnapshotTest, ATableThatIsRenamedIntoCaptureIsRead) {
  has("items", {{1, "a"}});
  source_.excluded_tables = {"shop\\.hidden"};
  source_.catalog.put({"shop", "hidden"}, LiveTables::structure_of(LiveTables::table("hidden")));
  tables_.set("shown", {{5, "x"}});
  begin({"items"});
  tables_.after = [this](const Read& read, snapshot::Chunk&) {
    if (read.number == 1) statement(1, "RENAME TABLE hidden TO shown");
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), ElementsAre("items r 1=a first", "shown r 5=x last"));
}

// The topic has rows of what had the name before.
TEST_F(SnapshotTest, DeletesFromATableThatIsRenamedInAreNotKeptBack) {
  for (const char* name : {"first", "second", "third"}) has(name, {{1, "a"}, {2, "b"}});
  source_.excluded_tables = {"shop\\.(old|ghost)"};
  source_.catalog.put({"shop", "ghost"}, LiveTables::structure_of(LiveTables::table("ghost")));
  begin({"first", "second", "third"});
  tables_.after = [this](const Read& read, snapshot::Chunk&) {
    if (read.number != 3) return;
    server_.wait_for_idle_signs(3);
    statement(1, "RENAME TABLE first TO old, ghost TO first");
    delete_row(2, "first", 2, "b");
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records_of("first"),
              ElementsAre("first r 1=a first", "first r 2=b last_in_data_collection", "first d 2=b",
                          "first tombstone 2", "first r 1=a last"));
}

// The source has published its rows before: snapshot.mode=always.
TEST_F(SnapshotTest, EventsOfATableWithRowsInTheTopicAreNotKeptBack) {
  for (const char* name : {"first", "second", "third"}) has(name, {{1, "a"}, {2, "b"}});
  begin({"first", "second", "third"});
  state::SnapshotTable third;
  third.name = {"shop", "third"};
  third.order = 2;
  third.has_begun = true;
  put(state::snapshot_table_record("s", third));
  tables_.after = [this](const Read& read, snapshot::Chunk&) {
    if (read.number == 1) delete_row(1, "third", 2, "b");
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records_of("third"),
              ElementsAre("third d 2=b", "third tombstone 2", "third r 1=a last"));
}

// A map tells of a change that no statement has shown: with fewer columns than the key's place.
TEST_F(SnapshotTest, AMapThatTellsOfAChangeHasTheTableReadAgain) {
  test::Table table = LiveTables::table("items");
  std::swap(table.columns[0], table.columns[1]);
  source_.catalog.put({"shop", "items"}, LiveTables::structure_of(table));
  begin({"items"});
  table.columns.erase(table.columns.begin());
  tables_.after = [this, table](const Read& read, snapshot::Chunk&) {
    if (read.number != 1) return;
    server_.group(1, [&](auto& binlog) {
      binlog.begin().table_map(table).write_rows(table, {{test::le(1, 4)}}).xid();
    });
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(source_.store.records, ElementsAre(HasSubstr(R"("after":{"id":1})")));
  EXPECT_THAT(tables_.reads(), SizeIs(2));
}

TEST_F(SnapshotTest, ATableWithoutAKeyIsReadAgainWhenTheStreamTouchesItAroundItsView) {
  has("log", {{1, "a"}}, false);
  begin({"log"});
  tables_.before = [this](const Read& read) {
    if (read.number == 1) insert_row(1, "log", 2, "b");
    return Status();
  };
  bool is_late = false;
  source_.until = [&] {
    if (published() == 2 && !std::exchange(is_late, true)) insert_row(2, "log", 3, "c");
    return published() >= 3;
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), ElementsAre("log r 1=a first", "log r 2=b last", "log c 3=c"))
      << "what is in the view isn't an event too";
  EXPECT_THAT(tables_.reads(), ElementsAre("log", "log"));
}

TEST_F(SnapshotTest, EventsOfATableWithoutAKeyBeginWithItsView) {
  has("log", {{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}}, false);
  begin({"log"});
  source_.options.snapshot.chunk_rows = 2;
  tables_.before = [this](const Read& read) {
    // Behind the view: an event, and no row of it.
    if (read.number == 2) delete_row(1, "log", 3, "c");
    return Status();
  };
  source_.until = [this] { return is_over() && published() >= 5; };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), IsSupersetOf({"log r 1=a first", "log r 2=b true", "log r 3=c true",
                                       "log r 4=d last", "log d 3=c"}));
  EXPECT_THAT(tables_.reads(), ElementsAre("log", "log #2"));
}

TEST_F(SnapshotTest, AViewThatIsLostIsLookedForAnew) {
  has("log", {{1, "a"}, {2, "b"}, {3, "c"}}, false);
  begin({"log"});
  source_.options.snapshot.chunk_rows = 2;
  tables_.before = [this](const Read& read) -> Status {
    if (read.number == 2) {
      server_.wait_for_idle_signs(3);
      return transient_error("the connection is gone");
    }
    if (read.number == 3) insert_row(1, "log", 9, "x");
    return {};
  };
  ASSERT_TRUE(live());
  const auto reads = tables_.reads();
  EXPECT_EQ(std::ranges::count(reads, "log"), 3) << "the second view isn't exact either";
}

// The last rows of a table wait to know whether they are the last of all.
TEST_F(SnapshotTest, AStatementReachesRowsThatWait) {
  has("first", {{1, "a"}});
  has("second", {{1, "a"}, {2, "b"}});
  begin({"first", "second"});
  tables_.after = [this](const Read& read, snapshot::Chunk&) {
    if (read.number != 2) return;
    server_.wait_for_idle_signs(3);
    statement(1, "ALTER TABLE first ADD note INT");
  };
  tables_.before = [this](const Read& read) {
    if (read.number == 3) server_.wait_for_idle_signs(3);  // until the second table is out
    return Status();
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(tables_.reads(), ElementsAre("first", "second", "first"));
  EXPECT_THAT(records(), ElementsAre("second r 1=a first", "second r 2=b last_in_data_collection",
                                     "first r 1=a last"));
  EXPECT_THAT(source_.store.records.back(), HasSubstr("\"note\":null"));
}

TEST_F(SnapshotTest, AStreamReachesRowsThatWait) {
  has("first", {{1, "a"}, {2, "b"}});
  has("second", {{1, "a"}});
  begin({"first", "second"});
  tables_.after = [this](const Read& read, snapshot::Chunk&) {
    if (read.number != 2) return;
    server_.wait_for_idle_signs(3);
    update(1, "first", 2, "b", "B");
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), ElementsAre("first u 2=B", "first r 1=a first", "second r 1=a last"));
}

TEST_F(SnapshotTest, OperationsThatAreNotPublishedDoNotStandInForRows) {
  has("items", {{1, "a"}, {2, "b"}, {3, "c"}});
  begin({"items"});
  source_.options.skip_updates = true;
  tables_.after = [this](const Read&, snapshot::Chunk&) {
    update(1, "items", 2, "b", "B");
    delete_row(2, "items", 3, "c");
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), ElementsAre("items d 3=c", "items tombstone 3", "items r 1=a first",
                                     "items r 2=b last"));
}

TEST_F(SnapshotTest, UpdatesWithoutARecordDoNotStandInForRows) {
  has("items", {{1, "a"}, {2, "b"}, {3, "c"}});
  begin({"items"});
  source_.options.updates_may_vanish = true;
  source_.encoder.skip_unchanged = true;
  tables_.after = [this](const Read&, snapshot::Chunk&) {
    update(1, "items", 2, "b", "b");
    update(2, "items", 3, "c", "C");
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), ElementsAre("items u 3=C", "items r 1=a first", "items r 2=b last"));
}

TEST_F(SnapshotTest, AFailedReadIsTriedAgain) {
  has("items", {{1, "a"}});
  begin({"items"});
  tables_.before = [](const Read& read) -> Status {
    return read.number == 1 ? transient_error("the connection is gone") : Status();
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), ElementsAre("items r 1=a last"));
  EXPECT_THAT(source_.notices, ElementsAre(HasSubstr("the connection is gone")));
}

TEST_F(SnapshotTest, ATableOfTheStartThatCannotBeReadStopsTheSource) {
  has("items", {{1, "a"}});
  begin({"items"});
  tables_.after = [](const Read&, snapshot::Chunk& chunk) {
    chunk.failure = definite_error("no such column");
  };
  const Status status = live();
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient());
  EXPECT_THAT(status.error().message(), HasSubstr("no such column"));
  EXPECT_THAT(records(), IsEmpty());
}

TEST_F(SnapshotTest, AServerThatCannotBeReadWhileItChangesIsAnErrorThatSaysWhy) {
  has("items", {{1, "a"}});
  begin({"items"});
  source_.options.snapshot.live_reader = nullptr;
  source_.options.snapshot.why_not_live = "it needs GTIDs";
  const Status status = live();
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message(), HasSubstr("it needs GTIDs"));
}

// "items r 1=a first" -> "items 1", "a"; what the topics fold to.
std::map<std::string, std::string> fold(const std::vector<std::string>& records) {
  std::map<std::string, std::string> rows;
  for (const std::string& record : records) {
    const std::size_t op = record.find(' ') + 1;
    const std::size_t id = record.find(' ', op) + 1;
    const std::size_t equals = record.find('=');
    const std::string key =
        record.substr(0, op) + record.substr(id, std::min(equals, record.size()) - id);
    if (equals == record.npos || record[op] == 'd') {
      rows.erase(key);
    } else {
      rows[key] = record.substr(equals + 1, record.find(' ', equals) - equals - 1);
    }
  }
  return rows;
}

// Rows and progress are one commit: whichever fails, nothing is missing and nothing is read out twice.
TEST_F(SnapshotTest, GoesOnAfterAFailureInAnyCommit) {
  has("first", {{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}, {5, "e"}});
  has("second", {{1, "a"}, {2, "b"}, {3, "c"}});
  update(1, "first", 2, "a", "b");
  insert_row(2, "second", 4, "d");
  source_.options.snapshot.chunk_rows = 2;
  source_.options.snapshot.threads = 2;
  source_.until = [this] {
    return is_over() && source_.store.offsets.back().gtids.contains(*gtid::Gtid::parse(gtid(2)));
  };
  const MemoryStore beginning = source_.store;
  std::map<std::string, std::string> expected;
  for (const int id : {1, 2, 3, 4, 5}) expected["first " + std::to_string(id)] = "abcde"[id - 1];
  for (const int id : {1, 2, 3, 4}) expected["second " + std::to_string(id)] = "abcd"[id - 1];
  for (const bool after : {false, true}) {
    for (int commit = 1;; ++commit) {
      SCOPED_TRACE("commit " + std::to_string(commit) + (after ? " after" : " before"));
      source_.store = beginning;
      begin({"first", "second"});
      const bool has_failed = !live({commit, after});
      if (has_failed && !source_.until()) {
        const Status status = live();
        ASSERT_TRUE(status) << status.error().message();
      }
      EXPECT_EQ(fold(records()), expected);
      std::map<std::string, int> reads;
      for (const std::string& record : records()) {
        if (record.find(" r ") != record.npos) ++reads[record.substr(0, record.find('='))];
      }
      for (const auto& [row, times] : reads) EXPECT_EQ(times, 1) << row;
      EXPECT_THAT(source_.store.state, IsEmpty());
      if (!has_failed) break;
    }
  }
}

}  // namespace
}  // namespace millrace::pipeline
