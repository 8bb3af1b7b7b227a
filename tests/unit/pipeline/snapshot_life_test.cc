// A snapshot's life: from a frozen copy, with its marks, and by orders.

#include <atomic>
#include <future>

#include "snapshot_fixture.h"

namespace millrace::pipeline {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using What = SnapshotOrder::What;

// --- From a copy. ---

TEST_F(SnapshotTest, OfACopyComesBeforeTheStream) {
  has("items", {{1, "a"}, {2, "b"}, {3, "c"}});
  begin_of_copy({"items"});
  server_.group(1, [](auto& binlog) { insert(binlog, 9, "behind the copy"); });
  source_.options.snapshot.chunk_rows = 2;
  int opened = 0, copies_read = 0;
  tables_.after = [&](const Read& read, snapshot::Chunk&) {
    opened += server_.opened();
    EXPECT_FALSE(read.request->visible);
  };
  source_.options.snapshot.on_copy_read = [&] {
    ++copies_read;
    EXPECT_TRUE(is_over()) << "not before all that was read is committed";
  };
  bool in_snapshot_without = false;
  source_.until = [&] {
    in_snapshot_without |= source_.store.offsets.back().in_snapshot == is_over();
    return published() >= 4;
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), ElementsAre("items r 1=a first", "items r 2=b true", "items r 3=c last",
                                     "items c 9=behind the copy"));
  EXPECT_EQ(opened, 0);
  EXPECT_EQ(copies_read, 1);
  EXPECT_FALSE(in_snapshot_without);
}

TEST_F(SnapshotTest, OfACopyGoesOnWhereItWas) {
  has("items", {{1, "a"}, {2, "b"}, {3, "c"}});
  has("log", {{1, "a"}, {2, "b"}, {3, "c"}}, false);
  begin_of_copy({"items", "log"});
  source_.options.snapshot.chunk_rows = 1;
  for (const std::size_t count : {1U, 4U}) {
    live_until_rows(count);
    ASSERT_FALSE(is_over());
  }
  tables_.before = nullptr;
  source_.until = [this] { return is_over(); };
  ASSERT_TRUE(live());
  EXPECT_THAT(
      records(),
      ElementsAre("items r 1=a first", "items r 2=b true", "items r 3=c last_in_data_collection",
                  "log r 1=a first_in_data_collection", "log r 2=b true", "log r 3=c last"));
}

TEST_F(SnapshotTest, OrdersComeBehindACopy) {
  has("items", {{1, "a"}});
  begin_of_copy({"items"});
  std::promise<void> ordered;
  tables_.before = [&](const Read& read) {
    if (read.number == 1) ordered.get_future().wait();
    return Status();
  };
  source_.until = [this] { return is_over() && published() >= 2; };
  source_.meanwhile = [&](Pipeline& pipeline) {
    SnapshotOrder again;
    again.id = "again";
    auto order = std::async(std::launch::async, [&] { return pipeline.order(again); });
    ordered.set_value();
    order.wait();
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), ElementsAre("items r 1=a last", "items r 1=a incremental"));
}

TEST_F(SnapshotTest, MayBeAllThatIsAskedFor) {
  has("items", {{1, "a"}});
  begin({"items"});
  source_.options.snapshot.stops_after = true;
  source_.until = [] { return false; };
  ASSERT_TRUE(live());
  EXPECT_TRUE(is_over());
  EXPECT_THAT(records(), ElementsAre("items r 1=a last"));
}

TEST_F(SnapshotTest, OfACopyMayBeAllThatIsAskedFor) {
  has("items", {{1, "a"}});
  begin_of_copy({"items"});
  insert_row(1, "items", 2, "behind the copy");
  tables_.remove("items", 2);
  source_.options.snapshot.stops_after = true;
  source_.until = [] { return false; };
  ASSERT_TRUE(live());
  EXPECT_TRUE(is_over());
  EXPECT_THAT(records(), ElementsAre("items r 1=a last"));
  EXPECT_EQ(server_.opened(), 0);
}

// --- Marks. ---

struct MarkCase {
  const char* name;
  std::vector<LiveTables::Rows> tables;  // a, b, ...
  std::vector<std::string> expected;
};

class SnapshotMarks : public SnapshotTest, public ::testing::WithParamInterface<MarkCase> {};

TEST_P(SnapshotMarks, AreDebeziums) {
  for (const bool is_copy : {false, true}) {
    for (const unsigned threads : {1U, 3U}) {
      SCOPED_TRACE(std::to_string(threads) + (is_copy ? " of a copy" : " live"));
      Texts names;
      for (const LiveTables::Rows& rows : GetParam().tables) {
        names.emplace_back(1, static_cast<char>('a' + names.size()));
        has(names.back(), rows);
      }
      is_copy ? begin_of_copy(names) : begin(names);
      source_.options.snapshot.chunk_rows = 2;
      source_.options.snapshot.threads = threads;
      source_.store.records.clear();
      ASSERT_TRUE(live());
      if (threads == 1) {
        EXPECT_EQ(records(), GetParam().expected);
      } else {
        // Tables come in any order, but what is said of all rows holds.
        EXPECT_THAT(records(), SizeIs(GetParam().expected.size()));
        if (!records().empty()) {
          EXPECT_THAT(records().back(), testing::EndsWith(" last"));
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Each, SnapshotMarks,
    ::testing::Values(
        MarkCase{"one_row", {{{1, "x"}}}, {"a r 1=x last"}},
        MarkCase{"two_rows", {{{1, "x"}, {2, "y"}}}, {"a r 1=x first", "a r 2=y last"}},
        MarkCase{"rows_of_one_chunk_and_none_behind",
                 {{{1, "x"}, {2, "y"}, {3, "z"}, {4, "v"}}},
                 {"a r 1=x first", "a r 2=y true", "a r 3=z true", "a r 4=v last"}},
        MarkCase{"nothing", {{}, {}}, {}},
        MarkCase{
            "tables",
            {{{1, "x"}, {2, "y"}}, {{1, "z"}}, {{1, "v"}, {2, "w"}}},
            {"a r 1=x first", "a r 2=y last_in_data_collection", "b r 1=z last_in_data_collection",
             "c r 1=v first_in_data_collection", "c r 2=w last"}},
        MarkCase{"empty_tables_at_the_end",
                 {{{1, "x"}, {2, "y"}}, {{1, "z"}}, {}, {}},
                 {"a r 1=x first", "a r 2=y last_in_data_collection", "b r 1=z last"}},
        MarkCase{"empty_tables_in_front",
                 {{}, {{1, "x"}}, {{1, "y"}}},
                 {"b r 1=x first", "c r 1=y last"}}),
    [](const auto& row) { return std::string(row.param.name); });

// --- Orders. ---

class SnapshotOrders : public SnapshotTest {
 protected:
  SnapshotOrders() {
    has("items", {{1, "a"}, {2, "b"}, {3, "c"}});
    has("other", {{1, "a"}});
    source_.options.snapshot.chunk_rows = 1;
    source_.options.snapshot.connector_name = "p";
  }

  static SnapshotOrder order(What what, const std::string& id, const std::string& tables = "") {
    SnapshotOrder order;
    order.what = what;
    order.id = id;
    if (!tables.empty()) {
      order.collections.push_back({"shop." + tables, [tables](const schema::TableName& name) {
                                     return name.table == tables;
                                   }});
    }
    return order;
  }
};

TEST_F(SnapshotOrders, ReadATableInTheMiddleOfTheStream) {
  insert_row(1, "items", 9, "i");
  std::promise<void> begun;
  bool has_begun = false;
  source_.until = [&] {
    if (published() == 1 && !std::exchange(has_begun, true)) begun.set_value();
    return published() >= 5 && is_over();
  };
  source_.meanwhile = [&](Pipeline& pipeline) {
    begun.get_future().wait();
    EXPECT_TRUE(pipeline.order(order(What::kExecute, "now", "items")));
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(),
              ElementsAre("items c 9=i", "items r 1=a incremental", "items r 2=b incremental",
                          "items r 3=c incremental", "items r 9=i incremental"));
  EXPECT_THAT(source_.store.records.back(), HasSubstr("\"gtid\":\"" + gtid(1) + "\""))
      << "of the transaction at which the stream is";
  EXPECT_FALSE(source_.store.offsets.back().in_snapshot);
  EXPECT_THAT(told(), ElementsAre("STARTED", "TABLE_SCAN_COMPLETED", "COMPLETED"));
  const encode::Notification& started = source_.notifications.front();
  EXPECT_EQ(started.id, "now");
  EXPECT_EQ(started.aggregate_type, "Incremental Snapshot");
  EXPECT_EQ(started.additional_data.at("data_collections"), "shop.items");
  EXPECT_EQ(started.additional_data.at("connector_name"), "p");
}

TEST_F(SnapshotOrders, AreReconciledWithTheStream) {
  source_.until = [this] { return published() >= 3 && is_over(); };
  tables_.after = [this](const Read& read, snapshot::Chunk&) {
    if (read.after.empty()) update(1, "items", 1, "a", "A");
  };
  source_.meanwhile = [this](Pipeline& pipeline) {
    pipeline.order(order(What::kExecute, "now", "items"));
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(),
              ElementsAre("items u 1=A", "items r 2=b incremental", "items r 3=c incremental"));
}

TEST_F(SnapshotOrders, OfTheBlockingKindHaveTheFirstSnapshotsMarks) {
  source_.until = [this] { return published() >= 4 && is_over(); };
  source_.meanwhile = [this](Pipeline& pipeline) {
    SnapshotOrder blocking = order(What::kExecute, "all");
    blocking.kind = state::SnapshotTable::Kind::kBlocking;
    pipeline.order(std::move(blocking));
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), ElementsAre("items r 1=a first", "items r 2=b true",
                                     "items r 3=c last_in_data_collection", "other r 1=a last"));
  EXPECT_EQ(source_.notifications.front().aggregate_type, "Initial Snapshot");
}

TEST_F(SnapshotOrders, AreRememberedAndGoneOnWith) {
  int reads = 0;
  tables_.before = [&reads](const Read&) -> Status {
    return ++reads > 1 ? transient_error("the source stops here") : Status();
  };
  source_.until = [this] { return published() >= 1; };
  source_.meanwhile = [this](Pipeline& pipeline) {
    SnapshotOrder some = order(What::kExecute, "some", "items");
    some.conditions.emplace_back([](const schema::TableName&) { return false; }, "never");
    some.conditions.emplace_back(some.collections.front().picks, "id < 100");
    some.surrogate_key = "id";
    pipeline.order(std::move(some));
  };
  ASSERT_TRUE(live());
  ASSERT_FALSE(is_over());
  const std::size_t before = published();
  const std::size_t reads_before = tables_.reads().size();
  tables_.before = [](const Read& read) {
    EXPECT_EQ(read.request->condition, "id < 100");
    EXPECT_EQ(read.request->surrogate_key, "id");
    return Status();
  };
  source_.meanwhile = nullptr;
  source_.until = [this] { return is_over(); };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), SizeIs(3));
  EXPECT_EQ(tables_.reads()[reads_before], "items " + std::to_string(before));
  EXPECT_EQ(source_.notifications.back().id, "some");
  EXPECT_EQ(source_.notifications.back().type, "COMPLETED");
}

TEST_F(SnapshotOrders, PauseAndResume) {
  begin({"items"});
  std::promise<Pipeline*> running;
  std::promise<void> paused;
  tables_.after = [&](const Read& read, snapshot::Chunk&) {
    if (read.number != 1) return;
    EXPECT_TRUE(running.get_future().get()->order(order(What::kPause, "hold")));
    paused.set_value();
  };
  source_.meanwhile = [&](Pipeline& pipeline) {
    running.set_value(&pipeline);
    paused.get_future().wait();
    server_.wait_for_idle_signs(5);
    EXPECT_THAT(tables_.reads(), SizeIs(1));
    EXPECT_TRUE(pipeline.order(order(What::kResume, "go")));
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), SizeIs(3));
  EXPECT_THAT(told(), ElementsAre("PAUSED", "RESUMED", "TABLE_SCAN_COMPLETED", "COMPLETED"));
}

TEST_F(SnapshotOrders, APauseOutlivesARestart) {
  state::Snapshot snapshot;
  snapshot.is_paused = true;
  begin({"items"}, snapshot);
  source_.meanwhile = [&](Pipeline& pipeline) {
    server_.wait_for_idle_signs(5);
    EXPECT_THAT(tables_.reads(), IsEmpty());
    EXPECT_TRUE(pipeline.order(order(What::kResume, "go")));
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), SizeIs(3));
}

TEST_F(SnapshotOrders, StopTablesOfSignalsAlone) {
  state::Snapshot snapshot;
  snapshot.is_paused = true;
  begin({"other"}, snapshot);
  source_.meanwhile = [&](Pipeline& pipeline) {
    EXPECT_TRUE(pipeline.order(order(What::kExecute, "now", "items")));
    EXPECT_TRUE(pipeline.order(order(What::kStop, "not that", "other")));
    EXPECT_TRUE(pipeline.order(order(What::kStop, "enough")));
    EXPECT_TRUE(pipeline.order(order(What::kResume, "go")));
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(records(), ElementsAre("other r 1=a last"));
  EXPECT_THAT(outcomes(), ElementsAre("items SKIPPED 0", "other SUCCEEDED 1"));
  EXPECT_THAT(told(),
              ElementsAre("STARTED", "ABORTED", "RESUMED", "TABLE_SCAN_COMPLETED", "COMPLETED"));
  EXPECT_THAT(source_.notices,
              ElementsAre("signal not that: no snapshot of such a table is going on",
                          "signal enough stopped the snapshot of shop.items"));
}

TEST_F(SnapshotOrders, ThatFailAreToldAndTheStreamGoesOn) {
  insert_row(1, "other", 9, "i");
  tables_.after = [](const Read& read, snapshot::Chunk& chunk) {
    if (read.table == "items") chunk.failure = definite_error("no such column");
  };
  std::atomic<bool> was_ordered = false;
  source_.until = [&] { return was_ordered && is_over(); };
  source_.meanwhile = [&](Pipeline& pipeline) {
    pipeline.order(order(What::kExecute, "wrong", "items"));
    was_ordered = true;
    insert_row(2, "other", 10, "j");
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(told(), ElementsAre("STARTED", "TABLE_SCAN_COMPLETED", "ABORTED"));
  EXPECT_THAT(outcomes(), ElementsAre("items SQL_EXCEPTION 0"));
}

TEST_F(SnapshotOrders, ThatMeanNothingAreToldInTheLog) {
  source_.until = [] { return false; };
  source_.meanwhile = [&](Pipeline& pipeline) {
    EXPECT_TRUE(pipeline.order(order(What::kExecute, "none", "absent")));
    EXPECT_TRUE(pipeline.order(order(What::kStop, "idle")));
    EXPECT_TRUE(pipeline.order(order(What::kPause, "early")));
    pipeline.stop();
    EXPECT_FALSE(pipeline.order(order(What::kPause, "late")));
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(source_.notices,
              ElementsAre("signal none: no captured table is meant by it: shop.absent",
                          "signal idle: no snapshot of such a table is going on",
                          "signal early: no snapshot is going on"));
}

TEST_F(SnapshotOrders, AreRefusedWhereTheServerCannotBeReadWhileItChanges) {
  source_.options.snapshot.live_reader = nullptr;
  source_.options.snapshot.why_not_live = "it needs GTIDs";
  source_.until = [] { return false; };
  source_.meanwhile = [&](Pipeline& pipeline) {
    EXPECT_TRUE(pipeline.order(order(What::kExecute, "now", "items")));
    pipeline.stop();
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(source_.notices, ElementsAre(HasSubstr("it needs GTIDs")));
}

TEST_F(SnapshotOrders, DoNotWaitForAPipelineThatCannotBegin) {
  server_.refuse();
  source_.until = [] { return false; };
  source_.meanwhile = [&](Pipeline& pipeline) {
    EXPECT_FALSE(pipeline.order(order(What::kExecute, "now", "items")));
    EXPECT_FALSE(pipeline.note(state::clone_deletion("s")));
  };
  EXPECT_FALSE(live());
}

TEST_F(SnapshotOrders, NotesAreCommitted) {
  put(state::clone_record("s", "copy"));
  source_.until = [] { return false; };
  source_.meanwhile = [&](Pipeline& pipeline) {
    EXPECT_TRUE(pipeline.note(state::clone_deletion("s")));
    pipeline.stop();
  };
  ASSERT_TRUE(live());
  EXPECT_THAT(source_.store.state, IsEmpty());
}

}  // namespace
}  // namespace millrace::pipeline
