// The productions below `group`: which calls a visitor gets for them, and what is refused.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "millrace/binlog/stream_grammar.h"
#include "support/binlog/binlog_builder.h"
#include "support/binlog/recording_visitor.h"

namespace millrace::binlog {
namespace {

using test::BinlogBuilder;
using test::le;
using test::RecordingVisitor;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kGtid[] = "3457d932-e55a-11f1-a4af-02fc00000001:5";

const test::Table& orders() {
  static const test::Table table{.columns = {test::int_column("id").key()}};
  return table;
}

std::vector<test::Row> one_row() { return {{le(7, 4)}}; }

// A stream's start and what `groups` appends to it.
template <typename Groups>
BinlogBuilder stream(Groups groups) {
  BinlogBuilder binlog;
  binlog.start_stream();
  groups(binlog);
  return binlog;
}

Status feed(const BinlogBuilder& binlog, StreamVisitor& visitor) {
  StreamGrammar grammar(visitor, {});
  for (const std::string& event : binlog.events()) {
    MILLRACE_RETURN_IF_ERROR(grammar.feed(event));
  }
  return {};
}

template <typename Groups>
std::vector<std::string> changes(Groups groups) {
  RecordingVisitor visitor;
  const Status status = feed(stream(groups), visitor);
  EXPECT_TRUE(status) << status.error().message();
  return visitor.changes();
}

template <typename Groups>
std::string failure(Groups groups) {
  RecordingVisitor visitor;
  const Status status = feed(stream(groups), visitor);
  EXPECT_FALSE(status);
  if (status) return "";
  EXPECT_FALSE(status.error().is_transient());
  return status.error().message();
}

const std::string kBegin = std::string("begin ") + kGtid + " thread=7 #0";

TEST(Transaction, OfATransactionalEngine) {
  EXPECT_THAT(changes([](BinlogBuilder& b) {
                b.gtid(kGtid).begin().rows_query("INSERT").table_map(orders());
                b.write_rows(orders(), one_row(), {.statement_end = false});
                b.write_rows(orders(), one_row()).xid();
              }),
              ElementsAre(kBegin, "rows_query INSERT #1", "map shop.orders id=100 columns=1 #2",
                          "write id=100 01  0007000000 #3", "write id=100 01  0007000000 end #4",
                          "end commit #5"));
}

TEST(Transaction, OfAnEngineWithoutTransactions) {
  EXPECT_THAT(changes([](BinlogBuilder& b) {
                b.gtid(kGtid).begin().table_map(orders()).delete_rows(orders(), one_row()).commit();
              }),
              ElementsAre(kBegin, "map shop.orders id=100 columns=1 #1",
                          "delete id=100 01  0007000000 end #2", "end commit #3"));
}

TEST(Transaction, RolledBack) {
  EXPECT_THAT(changes([](BinlogBuilder& b) { b.gtid(kGtid).begin().rollback(); }),
              ElementsAre(kBegin, "end rollback #1"));
}

TEST(Transaction, WithoutGtids) {
  const std::string begin = "begin anonymous thread=7 #0";
  EXPECT_THAT(changes([](BinlogBuilder& b) { b.anonymous_gtid().begin().xid().begin().xid(); }),
              ElementsAre(begin, "end commit #1", begin, "end commit #1"));
}

TEST(Transaction, WithATag) {
  const std::string gtid = "3457d932-e55a-11f1-a4af-02fc00000001:etl:5";
  EXPECT_THAT(changes([&](BinlogBuilder& b) { b.gtid(gtid).begin().xid(); }),
              ElementsAre("begin " + gtid + " thread=7 #0", "end commit #1"));
}

TEST(Transaction, EmptyWithoutBegin) {
  EXPECT_THAT(changes([](BinlogBuilder& b) { b.gtid(kGtid).commit(); }),
              ElementsAre(kBegin, "end commit #0"));
}

TEST(Transaction, AllRowEventTypes) {
  const test::Row row = one_row()[0];
  EXPECT_THAT(changes([&](BinlogBuilder& b) {
                b.begin().table_map(orders());
                b.write_rows(orders(), {row}, {.version = 1});
                b.update_rows(orders(), {{row, row}}, {.version = 1});
                b.delete_rows(orders(), {row}, {.version = 1});
                b.update_rows(orders(), {{row, row}});
                b.partial_update_rows(orders(), "\x01").xid();
              }),
              ElementsAre("begin anonymous thread=7 #0", "map shop.orders id=100 columns=1 #1",
                          "write id=100 01  0007000000 end #2",
                          "update id=100 01 01 00070000000007000000 end #3",
                          "delete id=100 01  0007000000 end #4",
                          "update id=100 01 01 00070000000007000000 end #5",
                          "partial_update id=100 01 01 01 end #6", "end commit #7"));
}

TEST(Transaction, SeveralTablesThenRowsInAnyOrder) {
  test::Table other = orders();
  other.id = 101;
  other.name = "lines";
  EXPECT_THAT(changes([&](BinlogBuilder& b) {
                b.begin().table_map(orders()).table_map(other);
                b.write_rows(other, one_row(), {.statement_end = false});
                b.write_rows(orders(), one_row()).xid();
              }),
              ElementsAre("begin anonymous thread=7 #0", "map shop.orders id=100 columns=1 #1",
                          "map shop.lines id=101 columns=1 #2", "write id=101 01  0007000000 #3",
                          "write id=100 01  0007000000 end #4", "end commit #5"));
}

// Aurora puts an event of its own between GTID and BEGIN.
TEST(Transaction, SkippedEventsAnywhereDontCount) {
  RecordingVisitor visitor;
  const Status status = feed(stream([](BinlogBuilder& b) {
                               b.aurora_padding().gtid(kGtid).aurora_padding().begin();
                               b.event(EventType{101}, "x").table_map(orders());
                               b.event(EventType{77}, "x", kFlagIgnorable);
                               b.write_rows(orders(), one_row()).aurora_padding().xid();
                             }),
                             visitor);
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_THAT(visitor.changes(),
              ElementsAre(kBegin, "map shop.orders id=100 columns=1 #1",
                          "write id=100 01  0007000000 end #2", "end commit #3"));
  EXPECT_EQ(std::count(visitor.lines().begin(), visitor.lines().end(), "skipped AURORA_PADDING"),
            3);
  EXPECT_EQ(std::count(visitor.lines().begin(), visitor.lines().end(), "skipped event type 77"), 1);
}

TEST(Transaction, GroupReplicationsViewChange) {
  RecordingVisitor visitor;
  ASSERT_TRUE(feed(stream([](BinlogBuilder& b) {
                     b.gtid(kGtid).event(EventType::kTransactionContext, "x").begin();
                     b.event(EventType::kViewChange, "x").commit();
                   }),
                   visitor));
  EXPECT_THAT(visitor.changes(), ElementsAre(kBegin, "end commit #1"));
  EXPECT_THAT(visitor.lines(), testing::Contains("skipped VIEW_CHANGE"));
}

TEST(Statement, IsAGroupOfItsOwn) {
  EXPECT_THAT(changes([](BinlogBuilder& b) {
                b.gtid(kGtid).query("ALTER TABLE t ADD c INT",
                                    {.database = "shop", .thread_id = 8});
              }),
              ElementsAre(std::string("statement ") + kGtid +
                          " thread=8 shop: ALTER TABLE t ADD c INT #0"));
}

TEST(Statement, CreateTableSelectIsInsideATransaction) {
  EXPECT_THAT(changes([](BinlogBuilder& b) {
                b.gtid(kGtid).begin().query("CREATE TABLE `t` (`a` int) START TRANSACTION");
                b.table_map(orders()).write_rows(orders(), one_row()).xid();
              }),
              ElementsAre(kBegin,
                          std::string("inside ") + kGtid +
                              " thread=7 shop: CREATE TABLE `t` (`a` int) START TRANSACTION #1",
                          "map shop.orders id=100 columns=1 #2",
                          "write id=100 01  0007000000 end #3", "end commit #4"));
}

TEST(Statement, InStatementFormat) {
  RecordingVisitor visitor;
  ASSERT_TRUE(feed(stream([](BinlogBuilder& b) {
                     b.begin().event(EventType::kIntvar, "\2" + le(1, 8));
                     b.event(EventType::kRand, le(1, 16)).event(EventType::kUserVar, le(0, 5));
                     b.query("INSERT INTO t VALUES (NULL)").xid();
                   }),
                   visitor));
  EXPECT_THAT(visitor.changes(),
              ElementsAre("begin anonymous thread=7 #0",
                          "inside anonymous thread=7 shop: INSERT INTO t VALUES (NULL) #1",
                          "end commit #2"));
  EXPECT_THAT(visitor.lines(),
              testing::IsSupersetOf({"skipped INTVAR", "skipped RAND", "skipped USER_VAR"}));
}

TEST(Savepoint, IsAnItemWithoutEffect) {
  EXPECT_THAT(
      changes([](BinlogBuilder& b) {
        b.begin().query("SAVEPOINT `a`").query("ROLLBACK TO `A`").query("RELEASE SAVEPOINT `a`");
        b.table_map(orders()).write_rows(orders(), one_row()).query("SAVEPOINT `b`");
        b.query("ROLLBACK TO `b`").xid();
      }),
      ElementsAre("begin anonymous thread=7 #0", "map shop.orders id=100 columns=1 #4",
                  "write id=100 01  0007000000 end #5", "end commit #8"));
}

TEST(Savepoint, ThatUndoesRowsStopsTheStream) {
  EXPECT_THAT(failure([](BinlogBuilder& b) {
                b.gtid(kGtid).begin().query("SAVEPOINT `a`").table_map(orders());
                b.write_rows(orders(), one_row()).query("ROLLBACK TO `a`");
              }),
              HasSubstr("ROLLBACK TO SAVEPOINT undid rows"));
  EXPECT_THAT(failure([](BinlogBuilder& b) {
                b.begin().table_map(orders()).write_rows(orders(), one_row());
                b.query("ROLLBACK TO `never_set`");
              }),
              HasSubstr("undid rows"));
}

TEST(Savepoint, AVisitorMayKnowWhatToDo) {
  class Undoing final : public RecordingVisitor {
   public:
    Status on_rows_undone(const EventContext&, std::uint64_t index) override {
      undone.push_back(index);
      return {};
    }
    std::vector<std::uint64_t> undone;
  } visitor;
  ASSERT_TRUE(feed(stream([](BinlogBuilder& b) {
                     b.begin().table_map(orders()).write_rows(orders(), one_row());
                     b.query("SAVEPOINT `a`").table_map(orders()).write_rows(orders(), one_row());
                     b.query("ROLLBACK TO `a`").query("ROLLBACK TO `a`").xid();
                   }),
                   visitor));
  EXPECT_THAT(visitor.undone, ElementsAre(3));
}

const Xid kXid{1, "ab", ""};

TEST(Xa, TwoPhases) {
  const std::string second = "3457d932-e55a-11f1-a4af-02fc00000001:6";
  EXPECT_THAT(
      changes([&](BinlogBuilder& b) {
        b.gtid(kGtid).xa_start(kXid).table_map(orders()).write_rows(orders(), one_row());
        b.xa_end(kXid).xa_prepare(kXid).gtid(second).xa_commit(kXid);
      }),
      ElementsAre(std::string("begin ") + kGtid + " xa=X'6162',X'',1 thread=7 #0",
                  "map shop.orders id=100 columns=1 #1", "write id=100 01  0007000000 end #2",
                  "end xa_prepare #4", "xa_commit " + second + " thread=7 X'6162',X'',1 #0"));
}

TEST(Xa, RolledBackAfterPrepare) {
  EXPECT_THAT(changes([](BinlogBuilder& b) { b.gtid(kGtid).xa_rollback(kXid); }),
              ElementsAre(std::string("xa_rollback ") + kGtid + " thread=7 X'6162',X'',1 #0"));
}

TEST(Xa, OnePhase) {
  const std::string begin = "begin anonymous xa=X'6162',X'',1 thread=7 #0";
  EXPECT_THAT(changes([](BinlogBuilder& b) {
                b.xa_start(kXid).xa_end(kXid).xa_prepare(kXid, true);
                b.xa_start(kXid).xa_end(kXid).query("XA COMMIT X'6162',X'',1 ONE PHASE");
                b.xa_start(kXid).xid();
              }),
              ElementsAre(begin, "end xa_one_phase #2", begin, "end xa_one_phase #2", begin,
                          "end xa_one_phase #1"));
}

TEST(Xa, RolledBackBeforePrepare) {
  const std::string begin = "begin anonymous xa=X'6162',X'',1 thread=7 #0";
  EXPECT_THAT(changes([](BinlogBuilder& b) {
                b.xa_start(kXid).xa_end(kXid).xa_rollback(kXid).xa_start(kXid).rollback();
              }),
              ElementsAre(begin, "end rollback #2", begin, "end rollback #1"));
}

TEST(Xa, MixedUpTransactionsAreRefused) {
  const Xid other{1, "cd", ""};
  EXPECT_THAT(failure([&](BinlogBuilder& b) { b.xa_start(kXid).xa_end(kXid).xa_prepare(other); }),
              HasSubstr("it ends XA transaction X'6364',X'',1, but X'6162',X'',1 is open"));
  EXPECT_THAT(failure([&](BinlogBuilder& b) { b.begin().xa_prepare(other); }),
              HasSubstr("but one without XA is open"));
  EXPECT_THAT(failure([&](BinlogBuilder& b) { b.xa_start(kXid).xa_commit(other); }),
              HasSubstr("inside another one"));
  EXPECT_THAT(failure([&](BinlogBuilder& b) { b.query("XA START what"); }),
              HasSubstr("not an XA transaction id: what"));
}

TEST(Transaction, BrokenGrammarIsRefusedWithPlaceAndGtid) {
  const std::string outside = "whose beginning was not seen";
  const std::string unfinished = "before the one in front of it has ended";
  const struct {
    const char* name;
    std::function<void(BinlogBuilder&)> groups;
    std::string message;
  } rows[] = {
      {"rows_outside", [](auto& b) { b.write_rows(orders(), one_row()); },
       "WRITE_ROWS: it belongs to"},
      {"map_outside", [](auto& b) { b.table_map(orders()); }, outside},
      {"map_after_gtid", [](auto& b) { b.gtid(kGtid).table_map(orders()); },
       std::string("TABLE_MAP of ") + kGtid + ": it belongs"},
      {"rows_query_outside", [](auto& b) { b.rows_query("x"); }, outside},
      {"xid_outside", [](auto& b) { b.xid(); }, outside},
      {"commit_outside", [](auto& b) { b.commit(); }, outside},
      {"rollback_outside", [](auto& b) { b.rollback(); }, outside},
      {"savepoint_outside", [](auto& b) { b.query("SAVEPOINT x"); }, outside},
      {"xa_end_outside", [](auto& b) { b.xa_end(kXid); }, outside},
      {"xa_prepare_outside", [](auto& b) { b.xa_prepare(kXid); }, outside},
      {"begin_inside", [](auto& b) { b.begin().begin(); }, unfinished},
      {"xa_start_inside", [](auto& b) { b.begin().xa_start(kXid); }, unfinished},
      {"gtid_inside", [](auto& b) { b.begin().gtid(kGtid); }, unfinished},
      {"gtid_after_gtid", [](auto& b) { b.gtid(kGtid).gtid(kGtid); }, unfinished},
      {"rows_without_map", [](auto& b) { b.begin().write_rows(orders(), one_row()); },
       "no TABLE_MAP in its transaction describes table id 100"},
      {"rows_of_the_last_transactions_map",
       [](auto& b) { b.begin().table_map(orders()).xid().begin().write_rows(orders(), one_row()); },
       "no TABLE_MAP in its transaction"},
      {"rows_with_other_columns",
       [](auto& b) {
         test::Table wider = orders();
         wider.columns.push_back(test::int_column("n"));
         b.begin().table_map(orders()).write_rows(wider, one_row());
       },
       "it has 2 columns, its TABLE_MAP 1"},
      {"short_xid", [](auto& b) { b.begin().event(EventType::kXid, "123"); },
       "field 'transaction id'"},
  };
  for (const auto& row : rows) {
    const std::string message = failure(row.groups);
    EXPECT_THAT(message, HasSubstr(row.message)) << row.name;
    EXPECT_THAT(message, testing::StartsWith("mysql-bin.000001:")) << row.name;
  }
}

TEST(Transaction, OldServersEndMarkerIsSkipped) {
  test::Table none = orders();
  none.id = 0xffffff;
  EXPECT_THAT(changes([&](BinlogBuilder& b) { b.begin().write_rows(none, {}).xid(); }),
              ElementsAre("begin anonymous thread=7 #0", "end commit #1"));
}

TEST(Transaction, EventsThatCantBeReadAreRefusedByName) {
  const struct {
    EventType type;
    const char* message;
  } rows[] = {
      {EventType::kUnknown, "UNKNOWN: a type that is not known"},
      {EventType::kStartV3, "START_V3: an event of MySQL before 5.1.16"},
      {EventType::kLoad, "LOAD: an event of MySQL before"},
      {EventType::kPreGaUpdateRows, "PRE_GA_UPDATE_ROWS: an event of MySQL before"},
      {EventType::kBeginLoadQuery, "LOAD DATA in statement format"},
      {EventType::kExecuteLoadQuery, "LOAD DATA in statement format"},
      {EventType{43}, "event type 43: a type that is not known and not marked as ignorable"},
      {EventType{163}, "MariaDB event GTID_LIST (163): this source reads MySQL"},
      {EventType{172}, "MariaDB event PARTIAL_ROW_DATA (172)"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(failure([&](BinlogBuilder& b) { b.begin().event(row.type, "xxxx"); }),
                HasSubstr(row.message));
  }
  EXPECT_THAT(failure([](BinlogBuilder& b) { b.event(EventType{163}, "x", kFlagIgnorable); }),
              HasSubstr("MariaDB event GTID_LIST"));
  EXPECT_THAT(
      failure([](BinlogBuilder& b) { b.incident("dump stopped"); }),
      HasSubstr(
          "INCIDENT: the server says that events were lost before this one: \"dump stopped\""));
}

}  // namespace
}  // namespace millrace::binlog
