// Going on where Debezium stopped: its offset points into the last transaction that it published, whole or in part.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "millrace/base/mark.h"
#include "scripted_server.h"
#include "scripted_source.h"

namespace millrace::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Three statements with their texts in the binlog, of 3, 2 and 1 rows; by Debezium's count BEGIN is 0, the row events
// are 3, 6 and 9, and XID is 10.
void three_statements(test::BinlogBuilder& binlog) {
  const auto statement = [&binlog](std::vector<test::Row> rows) {
    binlog.rows_query("INSERT ...").table_map(items_table()).write_rows(items_table(), rows);
  };
  binlog.begin();
  statement({item(1, "a"), item(2, "b"), item(3, "c")});
  statement({item(4, "d"), item(5, "e")});
  statement({item(6, "f")});
  binlog.xid();
}
constexpr std::size_t kRows = 6;

struct Server {
  enum class Form { kPlain, kCompressed };
  explicit Server(Form form = Form::kPlain) {
    script.group(gtid(1), [](auto& binlog) { insert(binlog, 100, "before"); });
    script.group(gtid(2), [&](auto& binlog) {
      begin = binlog.position();
      if (form == Form::kPlain) {
        three_statements(binlog);
      } else {
        binlog.payload([](auto& inner) { three_statements(inner); });
      }
    });
    script.group(gtid(3), [](auto& binlog) { insert(binlog, 200, "after"); });
  }
  ScriptedServer script;
  std::uint64_t begin = 0;
};

state::Offset debeziums(std::uint64_t pos, std::uint64_t event, std::uint64_t row) {
  state::Offset offset;
  offset.has_gtids = true;
  offset.gtids = *gtid::GtidSet::parse(gtid(1));
  offset.position = {"mysql-bin.000001", pos};
  offset.event = event;
  offset.row = row;
  return offset;
}

// The names that the records hold, in order.
std::vector<std::string> names(const MemoryStore& store) {
  std::vector<std::string> found;
  for (const std::string& record : store.records) {
    const std::string_view key = "\"name\":\"";
    const auto begin = record.find(key) + key.size();
    found.push_back(record.substr(begin, record.find('"', begin) - begin));
  }
  return found;
}

struct PlaceCase {
  const char* name;
  std::uint64_t event;
  std::uint64_t row;
  std::size_t published;  // rows of the transaction
};

class TakeoverPlace : public testing::TestWithParam<PlaceCase> {};

TEST_P(TakeoverPlace, LeavesOutWhatDebeziumPublishedAndNothingElse) {
  for (const auto form : {Server::Form::kPlain, Server::Form::kCompressed}) {
    Server server(form);
    Source source(server.script);
    source.store.offsets.push_back(debeziums(server.begin, GetParam().event, GetParam().row));
    const Status status = source.live();
    ASSERT_TRUE(status) << status.error().message();
    const std::vector<std::string> all = {"a", "b", "c", "d", "e", "f", "after"};
    const std::vector<std::string> left(
        all.begin() + static_cast<std::ptrdiff_t>(GetParam().published), all.end());
    EXPECT_EQ(names(source.store), left) << "compressed: " << (form == Server::Form::kCompressed);
    EXPECT_THAT(source.notices, IsEmpty());
    const state::Offset& end = source.store.offsets.back();
    EXPECT_TRUE(end.own);
    EXPECT_EQ(end.server_uuid, kServer);
    EXPECT_EQ(end.gtids.to_text(), std::string(kServer) + ":1-3");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, TakeoverPlace,
    testing::Values(PlaceCase{"at_the_beginning", 0, 0, 0},
                    PlaceCase{"heartbeat_before_the_first_row_event", 2, 0, 0},
                    PlaceCase{"inside_the_first", 3, 1, 1},
                    PlaceCase{"one_row_before_the_first_ends", 3, 2, 2},
                    PlaceCase{"all_rows_of_the_first", 3, 3, 3},
                    // A heartbeat between the last row and the count of its event.
                    PlaceCase{"heartbeat_behind_the_first", 3, 0, 3},
                    PlaceCase{"heartbeat_at_the_second_statement", 4, 0, 3},
                    PlaceCase{"inside_the_second", 6, 1, 4},
                    PlaceCase{"all_rows_of_the_second", 6, 2, 5},
                    PlaceCase{"heartbeat_behind_the_second", 6, 0, 5},
                    PlaceCase{"all_rows_of_the_last", 9, 1, 6},
                    PlaceCase{"record_of_the_transactions_end", 10, 0, kRows}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Takeover, BeginsAtAPositionWithoutGtids) {
  ScriptedServer server;
  std::uint64_t begin = 0;
  server.group(gtid(1), [&](auto& binlog) {
    begin = binlog.position();
    three_statements(binlog);
  });
  Source source(server);
  source.options.gtid_mode = false;
  state::Offset offset = debeziums(begin, 6, 1);
  offset.has_gtids = false;
  offset.gtids = {};
  source.store.offsets.push_back(offset);
  ASSERT_TRUE(source.live());
  EXPECT_THAT(names(source.store), ElementsAre("e", "f"));
}

// After DDL the offset is behind it, and its set still lacks the DDL's own GTID: it comes again, without harm.
TEST(Takeover, BehindDdl) {
  ScriptedServer server;
  std::uint64_t end = 0;
  server.group(gtid(1), [](auto& binlog) { insert(binlog, 1, "before"); });
  server.group(gtid(2), [&](auto& binlog) {
    binlog.query("ALTER TABLE items COMMENT 'x'");
    end = binlog.position();
  });
  server.group(gtid(3), [](auto& binlog) { insert(binlog, 2, "after"); });
  Source source(server);
  source.store.offsets.push_back(debeziums(end, 0, 0));
  ASSERT_TRUE(source.live());
  EXPECT_THAT(names(source.store), ElementsAre("after"));
}

// Another server, or a place that is not where the server goes on: the count means nothing there.
TEST(Takeover, SendsATransactionAgainThatBeginsElsewhere) {
  Server server;
  for (const auto& [file, pos] : {std::pair<std::string, std::uint64_t>{"mysql-bin.000001", 7},
                                  {"binlog.000009", server.begin}}) {
    Source source(server.script);
    state::Offset offset = debeziums(pos, 9, 1);
    offset.position.file = file;
    source.store.offsets.push_back(offset);
    ASSERT_TRUE(source.live());
    EXPECT_THAT(names(source.store), ElementsAre("a", "b", "c", "d", "e", "f", "after"));
    ASSERT_THAT(source.notices, SizeIs(1));
    EXPECT_THAT(source.notices[0], HasSubstr("published whole"));
    EXPECT_THAT(source.notices[0], HasSubstr(gtid(2)));
  }
}

// Rows that Debezium published count for a later part, too: whoever goes on from it on another server counts by table.
TEST(Takeover, CountsTheConnectorsRowsIntoItsOwnOffset) {
  const auto large = [](int rows_per_event) {
    return [rows_per_event](test::BinlogBuilder& binlog) {
      binlog.begin().table_map(items_table());
      for (int id = 1; id <= 4000; id += rows_per_event) {
        std::vector<test::Row> rows;
        for (int i = id; i < id + rows_per_event; ++i)
          rows.push_back(item(i, std::string(150, 'y')));
        test::RowsOptions options;
        options.statement_end = id + rows_per_event > 4000;
        binlog.write_rows(items_table(), rows, options);
      }
      binlog.xid();
    };
  };
  ScriptedServer first;
  ScriptedServer second;
  std::uint64_t begin = 0;
  first.group(gtid(2), [&](auto& binlog) {
    begin = binlog.position();
    large(40)(binlog);
  });
  second.group(gtid(2), large(25));

  Source source(first);
  source.options.transaction_split_bytes = 100'000;
  source.options.commit_max_bytes = 100'000;
  // Debezium published events 2 and 3 whole and 5 rows of event 4.
  source.store.offsets.push_back(debeziums(begin, 4, 5));
  constexpr std::size_t kPublished = 85;
  ASSERT_FALSE(source.live({2, false}));
  const state::Offset& part = source.store.offsets.back();
  ASSERT_TRUE(part.in_transaction());
  EXPECT_TRUE(part.own);
  EXPECT_EQ(part.partial_rows.at({"shop", "items"}), kPublished + source.store.records.size());

  source.move_to(second, "aaaaaaaa-e55a-11f1-a4af-02fc00000001");
  ASSERT_TRUE(source.live());
  ASSERT_THAT(source.store.records, SizeIs(4000 - kPublished));
  for (std::size_t i = 0; i < source.store.records.size(); ++i) {
    ASSERT_THAT(source.store.records[i],
                HasSubstr("{\"id\":" + std::to_string(kPublished + 1 + i) + "} -> "));
  }
}

// All records of a row share an offset: what stands behind the first of them is published again rather than lost.
TEST(Takeover, TheRecordsBehindALastDeleteOrKeyChangeComeAgain) {
  ScriptedServer server;
  std::uint64_t begin = 0;
  server.group(gtid(2), [&](auto& binlog) {
    begin = binlog.position();
    test::RowsOptions more;
    more.statement_end = false;
    binlog.begin().table_map(items_table());
    binlog.delete_rows(items_table(), {item(1, "a"), item(2, "b")}, more);
    binlog.update_rows(items_table(), {{item(3, "c"), item(4, "c")}, {item(5, "d"), item(5, "e")}});
    binlog.xid();
  });
  const auto record = [](const char* key, const char* what) {
    return ::testing::AllOf(HasSubstr(key), HasSubstr(what));
  };
  const auto second_delete = record("{\"id\":2} -> ", "\"op\":\"d\"");
  const auto second_tombstone = record("{\"id\":2} -> ", "tombstone");
  const auto key_delete = record("{\"id\":3} -> ", "\"op\":\"d\"");
  const auto key_tombstone = record("{\"id\":3} -> ", "tombstone");
  const auto key_create = record("{\"id\":4} -> ", "\"op\":\"c\"");
  const auto update = record("{\"id\":5} -> ", "\"op\":\"u\"");
  const auto records_from = [&](std::uint64_t event, std::uint64_t row) {
    Source source(server);
    source.store.offsets.push_back(debeziums(begin, event, row));
    EXPECT_TRUE(source.live());
    return source.store.records;
  };
  EXPECT_THAT(records_from(2, 1),
              ElementsAre(record("{\"id\":1} -> ", "tombstone"), second_delete, second_tombstone,
                          key_delete, key_tombstone, key_create, update));
  EXPECT_THAT(records_from(2, 2),
              ElementsAre(second_tombstone, key_delete, key_tombstone, key_create, update));
  EXPECT_THAT(records_from(3, 1), ElementsAre(key_tombstone, key_create, update));
  EXPECT_THAT(records_from(3, 2), IsEmpty());
}

// Stopped before the transaction is whole, at its beginning or inside it: the offset still says what it said.
TEST(Takeover, AStopInsideTheTransactionLosesNothing) {
  for (const bool begun : {false, true}) {
    ScriptedServer cut;
    cut.group(gtid(1), [](auto& binlog) { insert(binlog, 100, "before"); });
    if (begun) {
      cut.group(gtid(2), [&](auto& binlog) {
        binlog.begin().rows_query("INSERT ...").table_map(items_table());
        binlog.write_rows(items_table(), {item(1, "a"), item(2, "b"), item(3, "c")});
      });
    }
    Server whole;
    Source source(cut);
    const state::Offset start = debeziums(whole.begin, 3, 2);
    source.store.offsets.push_back(start);
    ASSERT_TRUE(source.live());
    EXPECT_THAT(names(source.store), IsEmpty());
    EXPECT_TRUE(source.store.offsets.back() == start) << source.store.offsets.back().to_json();

    source.move_to(whole.script, kServer);
    ASSERT_TRUE(source.live());
    EXPECT_THAT(names(source.store), ElementsAre("c", "d", "e", "f", "after"));
  }
}

TEST(Takeover, XaRowsWerePublishedAtTheirPrepare) {
  const binlog::Xid xid{1, "old", ""};
  ScriptedServer server;
  server.group(gtid(2), [&](auto& binlog) { binlog.xa_commit(xid); });
  server.group(gtid(3), [](auto& binlog) { insert(binlog, 1, "after"); });
  Source source(server);
  source.store.offsets.push_back(debeziums(4, 0, 0));
  const Status refused = source.live();
  ASSERT_FALSE(refused) << "a source that always was this program's";
  EXPECT_THAT(refused.error().message(), HasSubstr("prepared before"));

  const state::StateRecord record = state::taken_over_record("s", debeziums(4, 0, 0));
  source.store.state[record.key] = *record.value;
  ASSERT_TRUE(source.live());
  EXPECT_THAT(names(source.store), ElementsAre("after"));
  ASSERT_THAT(source.notices, SizeIs(1));
  EXPECT_THAT(source.notices[0], HasSubstr(xid.to_text()));
}

}  // namespace
}  // namespace millrace::pipeline
