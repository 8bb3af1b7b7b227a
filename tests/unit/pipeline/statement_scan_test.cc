// How far a scan for statements goes.

#include "millrace/pipeline/statement_scan.h"

#include <gtest/gtest.h>

#include "scripted_server.h"

namespace millrace::pipeline {
namespace {

constexpr const char* kFirst = "3457d932-e55a-11f1-a4af-02fc00000001:1";
constexpr const char* kSecond = "3457d932-e55a-11f1-a4af-02fc00000001:2";

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
      scan_statements(server, place(kFirst, 4), place(kFirst + std::string("-2"), 4));
  ASSERT_TRUE(touched);
  EXPECT_EQ(touched->tables, (std::set<schema::TableName>{{"shop", "b"}}));
  EXPECT_TRUE(touched->is_complete);
}

// What a statement did is seen before its GTID is in gtid_executed.
TEST_F(StatementScan, FindsWhatIsInTheBinlogBeforeItIsInTheSet) {
  const auto touched = scan_statements(server, place(kFirst, 4), place(kFirst, 1'000'000));
  ASSERT_TRUE(touched);
  EXPECT_EQ(touched->tables, (std::set<schema::TableName>{{"shop", "b"}}));
}

TEST_F(StatementScan, ReadsNothingWhereNothingCanBe) {
  const auto touched = scan_statements(server, place(kFirst, 4), place(kFirst, 4));
  ASSERT_TRUE(touched);
  EXPECT_TRUE(touched->empty());
  EXPECT_EQ(server.opened(), 0);
}

}  // namespace
}  // namespace millrace::pipeline
