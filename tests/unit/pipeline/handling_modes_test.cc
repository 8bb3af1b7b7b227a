// What a source does with what it can't, or shall not, publish: tables whose structure doesn't fit, rows that can't be
// read or written, servers that don't count. And the table of signals.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "millrace/schema/table_resolver.h"
#include "scripted_source.h"

namespace millrace::pipeline {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

// The server's structures, as a test wants them.
class ScriptedStructures final : public StructureSource {
 public:
  Result<schema::TableSchemaPtr> structure_at(const schema::TableName& table,
                                              const BinlogPlace& place) override {
    asked.push_back(table.to_text() + " at " + place.executed.value_or(gtid::GtidSet()).to_text());
    return answer;
  }

  Result<schema::TableSchemaPtr> answer = definite_error("nobody knows");
  std::vector<std::string> asked;
};

// The structure of `table` as a server's catalog would have it.
schema::TableSchema structure_of(const test::Table& table) {
  const std::string body = table.encode(test::Metadata::kFull);
  const auto map = binlog::decode_table_map(body, {});
  auto columns = schema::decode_table_map_columns(*map);
  columns->schema.name = {};
  return columns->schema;
}

// A server with MINIMAL metadata whose table has a column `note` that no statement in its binlog made.
class Inconsistent : public ::testing::Test {
 protected:
  Inconsistent() {
    changed_.columns.push_back(test::int_column("note"));
    source_.full_metadata = false;
    source_.options.structures = &structures_;
    source_.catalog.put({"shop", "items"}, structure_of(items_table()));
    server_.group(gtid(1), [](auto& binlog) { insert(binlog, 1, "before"); });
    server_.group(gtid(2), [this](auto& binlog) {
      test::Row row = item(2, "changed");
      row.push_back(test::le(7, 4));
      binlog.begin().table_map(changed_).write_rows(changed_, {row}).xid();
    });
    server_.group(gtid(3), [](auto& binlog) { insert(binlog, 3, "after"); });
  }

  void server_has(const test::Table& table) {
    structures_.answer = std::make_shared<const schema::TableSchema>(structure_of(table));
  }

  test::Table changed_ = items_table();
  ScriptedServer server_{{.metadata = test::Metadata::kMinimal}};
  ScriptedStructures structures_;
  Source source_{server_};
};

constexpr const char* kDifference =
    "the structure of shop.items is not the stored one: the binlog has 3 columns, the stored "
    "structure 2";

TEST_F(Inconsistent, IsCuredFromTheServerWhereThatFits) {
  server_has(changed_);
  const Status status = source_.live();
  ASSERT_FALSE(status) << "the third transaction has the old structure again";
  EXPECT_THAT(source_.store.records, ElementsAre(HasSubstr("before"), HasSubstr("\"note\":7")));
  EXPECT_THAT(structures_.asked, ElementsAre(std::string("shop.items at ") + kServer + ":1",
                                             std::string("shop.items at ") + kServer + ":1-2"));
  ASSERT_THAT(source_.notices, SizeIs(1));
  EXPECT_THAT(source_.notices[0], AllOf(HasSubstr("read from the server"), HasSubstr(kDifference)));
  // What was learnt is stored with the rows that needed it.
  const auto kept = source_.remembered();
  ASSERT_TRUE(kept);
  ASSERT_NE(kept->catalog.find({"shop", "items"}), nullptr);
  EXPECT_EQ(kept->catalog.find({"shop", "items"})->columns.size(), 3U);
}

TEST_F(Inconsistent, StopsAndSaysWhatDiffersWhereItDoesNotFit) {
  test::Table other = changed_;
  other.columns[2] = test::varchar_column("note", 20);
  server_has(other);
  const Status status = source_.live();
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient());
  EXPECT_THAT(status.error().message(),
              AllOf(HasSubstr(kDifference),
                    HasSubstr("column 3 (note) is INT null in the binlog, VARCHAR of 20 bytes null "
                              "in the server's"),
                    HasSubstr("binlog_row_metadata=FULL")));
  EXPECT_THAT(source_.store.records, ElementsAre(HasSubstr("before")));
}

TEST_F(Inconsistent, StopsAndSaysWhyTheServerCannotBeTrusted) {
  const Status status = source_.live();
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient());
  EXPECT_THAT(status.error().message(), AllOf(HasSubstr(kDifference), HasSubstr("nobody knows")));
}

TEST_F(Inconsistent, ATransientErrorIsTriedAgain) {
  structures_.answer = transient_error("the server is away");
  const Status status = source_.live();
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().is_transient());
}

TEST_F(Inconsistent, IsLeftOutAndCountedWhereTheModeSaysSo) {
  source_.options.leaves_out_tables = true;
  ASSERT_TRUE(source_.live());
  EXPECT_THAT(source_.store.records, ElementsAre(HasSubstr("before"), HasSubstr("after")));
  EXPECT_EQ(source_.store.offsets.back().gtids.to_text(), std::string(kServer) + ":1-3");
  const auto& counts = source_.left_out.counts();
  ASSERT_EQ(counts.size(), 1U);
  const auto& [what, count] = *counts.begin();
  EXPECT_EQ(what.table, "shop.items");
  EXPECT_EQ(what.reason, LeftOut::Reason::kInconsistentSchema);
  EXPECT_EQ(count.count, 1U);
  EXPECT_THAT(count.first,
              AllOf(StartsWith("mysql-bin.000001:"), HasSubstr(gtid(2)), HasSubstr(kDifference)));
}

// A row event whose second row is cut short, between two good ones.
TEST(HandlingModes, LeavesOutTheRestOfAnUndecodableEventWhereTheModeSaysSo) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) { insert(binlog, 1, "a"); });
  server.group(gtid(2), [](auto& binlog) {
    test::Row cut = {test::le(3, 4), std::string("\x7f"
                                                 "x")};  // 127 bytes are said to follow
    binlog.begin().table_map(items_table()).write_rows(items_table(), {item(2, "b"), cut}).xid();
  });
  server.group(gtid(3), [](auto& binlog) { insert(binlog, 4, "d"); });
  Source stopping(server);
  const Status status = stopping.live();
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient());

  Source source(server);
  source.options.undecodable = OnFailure::kLeaveOut;
  ASSERT_TRUE(source.live());
  EXPECT_THAT(source.store.records,
              ElementsAre(HasSubstr("\"id\":1"), HasSubstr("\"id\":2"), HasSubstr("\"id\":4")));
  const auto& counts = source.left_out.counts();
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts.begin()->first.reason, LeftOut::Reason::kUndecodable);
  EXPECT_THAT(counts.begin()->second.first, AllOf(HasSubstr(gtid(2)), HasSubstr("row 1: ")));
}

TEST(HandlingModes, LeavesOutARowThatCannotBePublishedWhereTheModeSaysSo) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) {
    binlog.begin()
        .table_map(items_table())
        .write_rows(items_table(), {item(1, "a"), item(2, "\xff"), item(3, "c")})
        .xid();
  });
  Source stopping(server);
  stopping.encoder.invalid_text = encode::InvalidText::kFail;
  ASSERT_FALSE(stopping.live());

  Source source(server);
  source.encoder.invalid_text = encode::InvalidText::kFail;
  source.options.unprocessable = OnFailure::kLeaveOut;
  ASSERT_TRUE(source.live());
  EXPECT_THAT(source.store.records, ElementsAre(HasSubstr("\"id\":1"), HasSubstr("\"id\":3")));
  const auto& counts = source.left_out.counts();
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts.begin()->first.reason, LeftOut::Reason::kUnprocessable);
  EXPECT_THAT(counts.begin()->second.first, HasSubstr("row 1: "));
}

TEST(HandlingModes, AValueThatCannotBeConvertedIsNullAndCountedWhereTheModeSaysSo) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) {
    binlog.begin()
        .table_map(items_table())
        .write_rows(items_table(), {item(1, "a"), item(2, "\xff"), item(3, "c")})
        .xid();
  });
  Source source(server);
  source.encoder.invalid_text = encode::InvalidText::kFail;
  source.encoder.null_for_failures = true;
  ASSERT_TRUE(source.live());
  EXPECT_THAT(source.store.records,
              ElementsAre(HasSubstr("\"name\":\"a\""),
                          AllOf(HasSubstr("\"id\":2"), HasSubstr("\"name\":null")),
                          HasSubstr("\"name\":\"c\"")));
  const auto& counts = source.left_out.counts();
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts.begin()->first.reason, LeftOut::Reason::kUnconvertible);
  EXPECT_EQ(counts.begin()->second.count, 1U);
  EXPECT_THAT(counts.begin()->second.first,
              AllOf(HasSubstr(gtid(1)), HasSubstr("shop.items.name")));
}

TEST(HandlingModes, LeavesOutRowsOfServersThatDoNotCountAndFollowsTheirStatements) {
  constexpr const char* kOther = "a8c0d2b9-e55b-11f1-885b-02fc00000001";
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) { insert(binlog, 1, "a"); });
  server.group(std::string(kOther) + ":1", [](auto& binlog) { insert(binlog, 2, "foreign"); });
  server.group(std::string(kOther) + ":2",
               [](auto& binlog) { binlog.query("TRUNCATE TABLE shop.items"); });
  server.group(gtid(2), [](auto& binlog) { insert(binlog, 3, "c"); });
  Source source(server);
  source.options.skip_truncates = false;
  source.options.publishes_server = [](const gtid::Uuid& uuid) {
    return uuid.to_text() == kServer;
  };
  ASSERT_TRUE(source.live());
  EXPECT_THAT(source.store.records, ElementsAre(HasSubstr("\"id\":1"), HasSubstr("\"id\":3")));
  EXPECT_EQ(source.store.offsets.back().gtids.to_text(),
            std::string(kServer) + ":1-2," + kOther + ":1-2");
}

TEST(HandlingModes, NewRowsOfTheSignalTableAreSignalsAndEventsLikeAnyOther) {
  test::Table signals;
  signals.name = "signals";
  // latin1 and utf8mb4: the text is UTF-8 in the end.
  signals.columns = {test::varchar_column("id", 40).key(), test::varchar_column("type", 40, 8),
                     test::text_column("data")};
  const auto row = [](const std::string& id, const std::string& type) {
    return test::Row{test::sized(id), test::sized(type), test::sized("{}", 2)};
  };
  ScriptedServer server;
  server.group(gtid(1), [&](auto& binlog) {
    binlog.begin()
        .table_map(signals)
        .write_rows(signals, {row("a", "log"), row("b", "\xe9")})
        .xid();
  });
  server.group(gtid(2), [&](auto& binlog) {
    binlog.begin().table_map(signals).delete_rows(signals, {row("a", "log")}).xid();
  });
  Source source(server);
  source.signal_table = "shop.signals";
  ASSERT_TRUE(source.live());
  EXPECT_THAT(source.store.records, SizeIs(4)) << "two rows, a delete and its tombstone";
  const auto taken = source.signals;
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken[0].id + taken[0].type + taken[0].data, "alog{}");
  EXPECT_EQ(taken[1].type, "\xc3\xa9");
  EXPECT_THAT(taken[1].place, HasSubstr(gtid(1)));
  ASSERT_TRUE(source.live());
  EXPECT_THAT(source.signals, SizeIs(0)) << "once";
}

}  // namespace
}  // namespace millrace::pipeline
