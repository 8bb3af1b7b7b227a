// Debezium's schema history folded to an offset: which records count, and what each kind of change does.

#include "millrace/state/schema_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::state {
namespace {

using ::testing::HasSubstr;

constexpr const char* kUuid = "a8c0d2b9-e55b-11f1-885b-02fc00000001";

std::string gtids(int last) { return std::string(kUuid) + ":1-" + std::to_string(last); }

Offset offset_at(int last_gtid, std::uint64_t pos, const char* file = "mysql-bin.000002") {
  Offset offset;
  offset.ts_sec = 1000;
  offset.position = {file, pos};
  offset.has_gtids = last_gtid != 0;
  if (offset.has_gtids) offset.gtids = *gtid::GtidSet::parse(gtids(last_gtid));
  return offset;
}

std::string position(int last_gtid, std::uint64_t pos, const std::string& more = "") {
  std::string json =
      R"({"ts_sec":900,"file":"mysql-bin.000002","pos":)" + std::to_string(pos) + more;
  if (last_gtid != 0) json += R"(,"gtids":")" + gtids(last_gtid) + "\"";
  return json + "}";
}

// A change that leaves `table` with an `id` and the columns named.
std::string change(const std::string& type, const std::string& table,
                   const std::vector<std::string>& columns, const std::string& more = "") {
  std::string json = R"({"type":")" + type + R"(","id":"\"shop\".\")" + table + R"(\"")" + more;
  if (type == "DROP") return json + "}";
  json += R"(,"table":{"defaultCharsetName":"utf8mb4","primaryKeyColumnNames":["id"],"columns":[)"
          R"({"name":"id","jdbcType":4,"typeName":"INT","typeExpression":"INT","charsetName":null,)"
          R"("position":1,"optional":false,"autoIncremented":true,"generated":true,"comment":null,)"
          R"("hasDefaultValue":false,"enumValues":[]})";
  for (const std::string& column : columns) {
    json += R"(,{"name":")" + column +
            R"(","jdbcType":12,"typeName":"VARCHAR","typeExpression":"VARCHAR","charsetName":)"
            R"("utf8mb4","length":20,"position":2,"optional":true,"autoIncremented":false,)"
            R"("generated":false,"comment":null,"hasDefaultValue":true,)"
            R"("defaultValueExpression":"mm","enumValues":[]})";
  }
  return json + R"(],"attributes":[]},"comment":null})";
}

std::string record(const std::string& position, const std::string& changes,
                   const std::string& ddl = "x", const std::string& server = "p") {
  return R"({"source":{"server":")" + server + R"("},"position":)" + position +
         R"(,"ts_ms":1,"databaseName":"shop","ddl":")" + ddl + R"(","tableChanges":[)" + changes +
         "]}";
}

bool everything(const schema::TableName&) { return true; }

// The tables with their columns: "a(id,x) b(id)".
std::string tables_of(SchemaHistory&& history) {
  const auto tables = std::move(history).finish();
  if (!tables) return tables.error().message();
  std::string text;
  for (const auto& [name, table] : *tables) {
    text += (text.empty() ? "" : " ") + name.table + "(";
    for (const auto& column : table->columns) {
      text += (text.ends_with('(') ? "" : ",") + column.name;
    }
    text += ")";
  }
  return text;
}

struct PositionCase {
  const char* name;
  Offset offset;
  std::string position;  // of an ALTER that adds `x`
  bool counts;
};

class SchemaHistoryPosition : public testing::TestWithParam<PositionCase> {};

TEST_P(SchemaHistoryPosition, CountsWhatTheOffsetHolds) {
  SchemaHistory history("p", GetParam().offset, everything);
  const bool by_gtid = GetParam().offset.has_gtids;
  std::string snapshot = position(by_gtid ? 1 : 0, 4, R"(,"snapshot":"INITIAL")");
  snapshot.replace(snapshot.find("000002"), 6, "000001");
  ASSERT_TRUE(history.apply(record(snapshot, change("CREATE", "t", {}))));
  ASSERT_TRUE(history.apply(record(GetParam().position, change("ALTER", "t", {"x"}))));
  EXPECT_EQ(tables_of(std::move(history)), GetParam().counts ? "t(id,x)" : "t(id)");
}

INSTANTIATE_TEST_SUITE_P(
    Table, SchemaHistoryPosition,
    testing::Values(
        PositionCase{"an_older_set", offset_at(9, 900), position(7, 700), true},
        // The record's set lacks its own statement: the stream will bring it again.
        PositionCase{"the_same_set", offset_at(7, 700), position(7, 700), false},
        PositionCase{"the_same_set_before_the_statement", offset_at(7, 650), position(7, 700),
                     false},
        PositionCase{"a_newer_set", offset_at(7, 700), position(8, 800), false},
        PositionCase{"a_snapshot_at_the_offset", offset_at(7, 700),
                     position(7, 700, R"(,"snapshot":true)"), true},
        PositionCase{"a_snapshot_at_the_offset_that_is_not_marked", offset_at(7, 700),
                     position(7, 600), true},
        PositionCase{"a_later_snapshot", offset_at(7, 700),
                     position(8, 800, R"(,"snapshot":"INITIAL")"), false},
        PositionCase{"from_before_gtids", offset_at(7, 700), position(0, 999999), true},
        PositionCase{"files_older", offset_at(0, 700), position(0, 600), true},
        PositionCase{"files_equal", offset_at(0, 700), position(0, 700), true},
        PositionCase{"files_newer", offset_at(0, 700), position(0, 701), false},
        PositionCase{"an_older_file", offset_at(0, 4, "mysql-bin.000010"), position(0, 701), true},
        PositionCase{"a_newer_file", offset_at(0, 900, "mysql-bin.000001"), position(0, 4), false},
        PositionCase{"files_of_another_server_go_by_time", offset_at(0, 4, "binlog.000001"),
                     position(0, 701), true},
        PositionCase{"gtids_were_switched_on_later", offset_at(0, 700), position(7, 4), false}),
    [](const auto& row) { return std::string(row.param.name); });

struct ChangeCase {
  const char* name;
  std::string record;
  const char* tables;
};

class SchemaHistoryChange : public testing::TestWithParam<ChangeCase> {};

TEST_P(SchemaHistoryChange, Folds) {
  SchemaHistory history("p", offset_at(9, 900), everything);
  ASSERT_TRUE(history.apply(
      record(position(1, 4), change("CREATE", "a", {"x"}) + "," + change("CREATE", "b", {"y"}))));
  const Status status = history.apply(GetParam().record);
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(tables_of(std::move(history)), GetParam().tables);
}

const std::string kNow = position(2, 100);

INSTANTIATE_TEST_SUITE_P(
    Table, SchemaHistoryChange,
    testing::Values(
        ChangeCase{"create", record(kNow, change("CREATE", "c", {"z"})), "a(id,x) b(id,y) c(id,z)"},
        ChangeCase{"alter", record(kNow, change("ALTER", "a", {"x", "w"})), "a(id,x,w) b(id,y)"},
        ChangeCase{"drop", record(kNow, change("DROP", "a", {})), "b(id,y)"},
        ChangeCase{"drop_of_several",
                   record(kNow, change("DROP", "a", {}) + "," + change("DROP", "b", {})), ""},
        ChangeCase{"rename",
                   record(kNow, change("ALTER", "c", {"x"}, R"(,"previousId":"\"shop\".\"a\"")")),
                   "b(id,y) c(id,x)"},
        ChangeCase{
            "swap",
            record(kNow, change("ALTER", "tmp", {"x"}, R"(,"previousId":"\"shop\".\"a\"")") + "," +
                             change("ALTER", "a", {"y"}, R"(,"previousId":"\"shop\".\"b\"")") +
                             "," +
                             change("ALTER", "b", {"x"}, R"(,"previousId":"\"shop\".\"tmp\"")")),
            "a(id,y) b(id,x)"},
        ChangeCase{"truncate", record(kNow, "", "TRUNCATE TABLE a"), "a(id,x) b(id,y)"},
        ChangeCase{"drop_database", record(kNow, "", "DROP DATABASE IF EXISTS `shop`"), ""},
        ChangeCase{"drop_schema", record(kNow, "", "drop schema shop"), ""},
        ChangeCase{"drop_another_database", record(kNow, "", "DROP DATABASE other"),
                   "a(id,x) b(id,y)"},
        ChangeCase{"create_database", record(kNow, "", "CREATE DATABASE `shop` CHARSET utf8mb4"),
                   "a(id,x) b(id,y)"},
        ChangeCase{"set", record(kNow, "", "SET character_set_server=utf8mb4"), "a(id,x) b(id,y)"},
        ChangeCase{"another_server", record(kNow, change("DROP", "a", {}), "x", "q"),
                   "a(id,x) b(id,y)"},
        ChangeCase{"a_quote_in_a_name", record(kNow, change("CREATE", R"(c\"\"d)", {})),
                   "a(id,x) b(id,y) c\"d(id)"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(SchemaHistory, KeepsCapturedTablesOnly) {
  SchemaHistory history("p", offset_at(9, 900),
                        [](const schema::TableName& name) { return name.table == "kept"; });
  ASSERT_TRUE(history.apply(
      record(position(1, 4), change("CREATE", "kept", {}) + "," + change("CREATE", "b", {}))));
  // A table that isn't captured may be of any type.
  ASSERT_TRUE(history.apply(record(position(1, 4), R"({"type":"CREATE","id":"\"shop\".\"c\""})")));
  EXPECT_EQ(tables_of(std::move(history)), "kept(id)");
}

TEST(SchemaHistory, AnEmptyOneSaysWhatItHolds) {
  SchemaHistory empty("p", offset_at(9, 900), everything);
  EXPECT_THAT(tables_of(std::move(empty)), HasSubstr("no record of p among its 0"));

  SchemaHistory other("p", offset_at(9, 900), everything);
  ASSERT_TRUE(other.apply(record(kNow, "", "x", "elsewhere")));
  EXPECT_THAT(tables_of(std::move(other)), HasSubstr("topic.prefix elsewhere"));

  SchemaHistory later("p", offset_at(1, 4), everything);
  ASSERT_TRUE(later.apply(record(position(5, 500), change("CREATE", "a", {}))));
  EXPECT_THAT(tables_of(std::move(later)), HasSubstr("behind the offset"));
}

TEST(SchemaHistory, RefusesWhatItDoesNotUnderstand) {
  const struct {
    const char* name;
    std::string record;
    const char* reason;
  } rows[] = {
      {"no JSON", "nonsense", "not a JSON object"},
      {"no position", R"({"source":{"server":"p"}})", "\"source\" and \"position\""},
      {"bad GTIDs", record(R"({"gtids":"zzz"})", ""), "zzz"},
      {"no columns", record(kNow, R"({"type":"CREATE","id":"\"shop\".\"c\""})"), "no columns"},
      {"a bad id", record(kNow, R"({"type":"CREATE","id":"shop.c"})"), "unknown form"},
      {"an open id", record(kNow, R"({"type":"CREATE","id":"\"shop\".\"c"})"), "unknown form"},
      {"an unknown change", record(kNow, change("MERGE", "a", {})), "MERGE"},
      {"an unknown type",
       record(kNow, R"({"type":"CREATE","id":"\"shop\".\"c\"","table":{"columns":[)"
                    R"({"name":"v","typeName":"HYPERCUBE"}]}})"),
       "hypercube"},
      {"a statement alone",
       R"x({"source":{"server":"p"},"position":{"gtids":""},"ddl":"CREATE TABLE t (id int)"})x",
       "the statement alone"},
      {"deep nesting", std::string(1U << 20, '['), "not a JSON object"},
  };
  for (const auto& row : rows) {
    SchemaHistory history("p", offset_at(9, 900), everything);
    const Status status = history.apply(row.record);
    ASSERT_FALSE(status) << row.name;
    EXPECT_FALSE(status.error().is_transient()) << row.name;
    EXPECT_THAT(status.error().message(), HasSubstr(row.reason)) << row.name;
    EXPECT_LT(status.error().message().size(), 1000U) << row.name;
  }
}

}  // namespace
}  // namespace millrace::state
