// How far a scan for statements goes.

#include "millrace/pipeline/statement_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted_server.h"

namespace millrace::pipeline {
namespace {

constexpr const char* kFirst = "3457d932-e55a-11f1-a4af-02fc00000001:1";
constexpr const char* kSecond = "3457d932-e55a-11f1-a4af-02fc00000001:2";
constexpr const char* kThird = "3457d932-e55a-11f1-a4af-02fc00000001:3";
constexpr const char* kFourth = "3457d932-e55a-11f1-a4af-02fc00000001:4";

BinlogPlace place(const std::string& executed, std::uint64_t offset) {
  return {gtid::GtidSet::parse(executed).value(), {"mysql-bin.000001", offset}};
}

class StatementScan : public ::testing::Test {
 protected:
  StatementScan() {
    server.group(kFirst, [](auto& binlog) { binlog.query("CREATE TABLE shop.a (id INT)"); });
    server.group(kSecond, [](auto& binlog) { binlog.query("ALTER TABLE shop.b ADD x INT"); });
  }

  ScriptedServer server;
};

TEST_F(StatementScan, FindsWhatTheSetsDifferIn) {
  const auto touched =
      scan_touched_tables(server, place(kFirst, 4), place(kFirst + std::string("-2"), 4), {});
  ASSERT_TRUE(touched);
  EXPECT_EQ(touched->tables, (std::set<schema::TableName>{{"shop", "b"}}));
}

// A stream that ends before a transaction that the server has: nobody knows what it did.
TEST_F(StatementScan, AStreamThatEndsEarlyIsAnError) {
  const auto touched =
      scan_touched_tables(server, place(kFirst, 4), place(kFirst + std::string("-3"), 4), {});
  ASSERT_FALSE(touched);
  EXPECT_TRUE(touched.error().is_transient());
  EXPECT_THAT(touched.error().message(), ::testing::HasSubstr("mysql-bin.000001:4"));
}

// Without GTIDs the end may be the head of a file, where no group ends.
TEST_F(StatementScan, ReachesTheHeadOfAFileWithoutGroups) {
  std::uint64_t end = 0;
  server.group(kThird, [&end](auto& binlog) {
    binlog.query("DROP TABLE shop.c").next_file("mysql-bin.000002");
    end = binlog.position();
  });
  const BinlogPlace from{{}, {"mysql-bin.000001", 4}};
  const auto touched = scan_touched_tables(server, from, {{}, {"mysql-bin.000002", end}}, {});
  ASSERT_TRUE(touched) << touched.error().message();
  EXPECT_EQ(touched->tables,
            (std::set<schema::TableName>{{"shop", "a"}, {"shop", "b"}, {"shop", "c"}}));
  EXPECT_FALSE(scan_touched_tables(server, from, {{}, {"mysql-bin.000002", end + 1}}, {}));
}

// What a statement did is seen before its GTID is in gtid_executed.
TEST_F(StatementScan, FindsWhatIsInTheBinlogBeforeItIsInTheSet) {
  const auto touched = scan_touched_tables(server, place(kFirst, 4), place(kFirst, 1'000'000), {});
  ASSERT_TRUE(touched);
  EXPECT_EQ(touched->tables, (std::set<schema::TableName>{{"shop", "b"}}));
}

// Both places were asked for while the transaction was in the binlog and not yet in the set.
TEST_F(StatementScan, FindsWhatIsInTheBinlogAndInNeitherSet) {
  const auto touched =
      scan_touched_tables(server, place(kFirst, 1'000'000), place(kFirst, 1'000'000), {});
  ASSERT_TRUE(touched);
  EXPECT_EQ(touched->tables, (std::set<schema::TableName>{{"shop", "b"}}));
}

// What follows the statements up to a place is told apart: they are in what is known for it, the others are not.
TEST_F(StatementScan, TellsWhatIsUpToItsEnd) {
  server.group(kThird, [](auto& binlog) { binlog.query("DROP TABLE shop.c"); });
  const auto scan = [&](const BinlogPlace& from, const BinlogPlace& to) {
    std::vector<std::string> found;
    const Status status = scan_statements(server, from, to, [&](const ScannedStatement& scanned) {
      found.push_back(scanned.statement.first_words + (scanned.is_within ? "" : ", later"));
    });
    EXPECT_TRUE(status) << status.error().message();
    return found;
  };
  using ::testing::ElementsAre;
  // In the binlog at both places and in the set of neither: the third.
  EXPECT_THAT(scan(place(kFirst, 4), place(kFirst + std::string("-2"), 1'000'000)),
              ElementsAre("ALTER TABLE", "DROP TABLE, later"));
  const BinlogPlace from{{}, {"mysql-bin.000001", 4}};
  for (std::uint64_t end = 4; end < 2000; ++end) {
    const auto found = scan(from, {{}, {"mysql-bin.000001", end}});
    if (found != std::vector<std::string>{"CREATE TABLE"}) continue;
    // Behind the first statement, and up to the end of the second.
    EXPECT_THAT(scan(from, {{}, {"mysql-bin.000001", end + 1}}),
                ElementsAre("CREATE TABLE", "ALTER TABLE, later"));
    return;
  }
  FAIL() << "no place is behind the first statement alone";
}

// lower_case_table_names: statements spell names in any way.
TEST_F(StatementScan, NamesAreThoseOfTheServer) {
  server.group(kThird, [](auto& binlog) { binlog.query("ALTER TABLE Shop.Items ADD x INT"); });
  server.group(kFourth, [](auto& binlog) { binlog.query("CREATE DATABASE Other"); });
  const auto scan = [&](bool lower_case_names) {
    return scan_touched_tables(server, place(kFirst + std::string("-2"), 4),
                               place(kFirst + std::string("-4"), 4), {80036, lower_case_names})
        .value();
  };
  EXPECT_EQ(scan(true).tables, (std::set<schema::TableName>{{"shop", "items"}}));
  EXPECT_EQ(scan(true).databases, (std::set<std::string>{"other"}));
  EXPECT_EQ(scan(false).tables, (std::set<schema::TableName>{{"Shop", "Items"}}));
}

TEST(TouchedTablesOverlap, ByTableAndByDatabase) {
  const TouchedTables items{{{"shop", "items"}}, {}}, orders{{{"shop", "orders"}}, {}},
      shop{{}, {"shop"}}, shops{{{"shops", "items"}}, {"sho"}};
  EXPECT_TRUE(items.overlaps(items));
  EXPECT_TRUE(items.overlaps(shop));
  EXPECT_TRUE(shop.overlaps(items));
  EXPECT_TRUE(shop.overlaps(shop));
  EXPECT_FALSE(items.overlaps(orders));
  EXPECT_FALSE(shop.overlaps(shops));
  EXPECT_FALSE(shops.overlaps(shop));
  EXPECT_FALSE(shops.overlaps(items));
}

TEST_F(StatementScan, ReadsNothingWhereNothingCanBe) {
  const BinlogPlace here{{}, {"mysql-bin.000001", 4}};
  const auto touched = scan_touched_tables(server, here, here, {});
  ASSERT_TRUE(touched);
  EXPECT_TRUE(touched->empty());
  EXPECT_EQ(server.opened(), 0);
}

}  // namespace
}  // namespace millrace::pipeline
