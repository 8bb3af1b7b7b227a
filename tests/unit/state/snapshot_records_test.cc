// What is remembered of a snapshot: the whole, each table's progress, the copy, and what was captured when it was taken.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "millrace/state/source_state.h"

namespace millrace::state {
namespace {

using ::testing::HasSubstr;

Snapshot full_snapshot() {
  Snapshot snapshot;
  snapshot.is_frozen = true;
  snapshot.is_paused = true;
  snapshot.has_rows = true;
  snapshot.begun_ms = 1763715600130;
  snapshot.tables = 12;
  snapshot.signal_id = "sig\"nal";
  snapshot.clone_server_uuid = "a8c0d2b9-e55b-11f1-885b-02fc00000001";
  return snapshot;
}

SnapshotTable full_table() {
  SnapshotTable table;
  table.name = {"sh.op", "or\"ders"};
  table.kind = SnapshotTable::Kind::kBlocking;
  table.order = 3;
  table.has_begun = true;
  table.signal_id = "s";
  table.condition = "a = 'b'";
  table.surrogate_key = "seq";
  table.after = {"17", "_utf8mb4 X'61'", "'2024-02-29'"};
  table.rows = 99;
  table.estimate = 1000;
  return table;
}

Result<SourceState> load(const std::vector<StateRecord>& records) {
  StateLoader loader("shop", "prefix");
  for (const StateRecord& record : records) {
    MILLRACE_RETURN_IF_ERROR(loader.apply(
        record.key, record.value ? std::optional<std::string_view>(*record.value) : std::nullopt));
  }
  return std::move(loader).finish();
}

TEST(SnapshotRecords, ComeBackAsTheyWere) {
  for (const Snapshot& snapshot : {Snapshot{}, full_snapshot()}) {
    const auto state = load({snapshot_record("shop", snapshot)});
    ASSERT_TRUE(state) << state.error().message();
    EXPECT_EQ(state->snapshot, snapshot);
  }
  SnapshotTable plain;
  plain.name = {"shop", "items"};
  for (const SnapshotTable& table : {plain, full_table()}) {
    const auto state = load({snapshot_table_record("shop", table)});
    ASSERT_TRUE(state) << state.error().message();
    ASSERT_EQ(state->snapshot_tables.size(), 1U);
    EXPECT_EQ(state->snapshot_tables[0], table);
  }
  const auto state =
      load({clone_record("shop", "millrace-shop"), captured_record("shop", R"({"a":["b"]})")});
  ASSERT_TRUE(state);
  EXPECT_EQ(state->clone_name, "millrace-shop");
  EXPECT_EQ(state->captured, R"({"a":["b"]})");
}

TEST(SnapshotRecords, AreSmall) {
  SnapshotTable table;
  table.name = {"shop", "items"};
  const StateRecord record = snapshot_table_record("shop", table);
  EXPECT_EQ(record.key, R"(["shop","snapshot","shop","items"])");
  EXPECT_EQ(*record.value, "{}") << "what is usual isn't said: a million tables have one each";
  EXPECT_EQ(*snapshot_record("shop", {}).value, "{}");
  table.after = {"17"};
  table.rows = 5;
  EXPECT_EQ(*snapshot_table_record("shop", table).value, R"({"after":["17"],"rows":5})");
}

TEST(SnapshotRecords, TheLastOneCounts) {
  SnapshotTable table = full_table();
  table.rows = 100;
  table.after[0] = "18";
  const auto state =
      load({snapshot_record("shop", {}), snapshot_record("shop", full_snapshot()),
            snapshot_table_record("shop", full_table()), snapshot_table_record("shop", table)});
  ASSERT_TRUE(state);
  EXPECT_EQ(state->snapshot, full_snapshot());
  ASSERT_EQ(state->snapshot_tables.size(), 1U);
  EXPECT_EQ(state->snapshot_tables[0], table);
}

TEST(SnapshotRecords, TablesAreInTheirOrder) {
  std::vector<StateRecord> records;
  for (const std::uint64_t order : {2, 0, 1}) {
    SnapshotTable table;
    table.name = {"shop", std::string(1, static_cast<char>('c' - order))};
    table.order = order;
    records.push_back(snapshot_table_record("shop", table));
  }
  const auto state = load(records);
  ASSERT_TRUE(state);
  std::string names;
  for (const SnapshotTable& table : state->snapshot_tables) names += table.name.table;
  EXPECT_EQ(names, "cba");
}

TEST(SnapshotRecords, DeletionsTakeBack) {
  const auto state =
      load({snapshot_record("shop", full_snapshot()), snapshot_deletion("shop"),
            snapshot_table_record("shop", full_table()),
            snapshot_table_deletion("shop", full_table().name), clone_record("shop", "c"),
            clone_deletion("shop"), snapshot_table_deletion("shop", {"never", "there"})});
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->snapshot);
  EXPECT_TRUE(state->snapshot_tables.empty());
  EXPECT_EQ(state->clone_name, "");
  EXPECT_FALSE(state->captured);
}

TEST(SnapshotRecords, OfOtherSourcesArePassedOver) {
  const auto state =
      load({snapshot_record("other", full_snapshot()), snapshot_table_record("other", full_table()),
            clone_record("other", "c"), captured_record("other", "x")});
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->snapshot);
  EXPECT_TRUE(state->snapshot_tables.empty());
  EXPECT_EQ(state->clone_name, "");
  EXPECT_FALSE(state->captured);
}

TEST(SnapshotRecords, MalformedOnesAreNamedByTheirKey) {
  constexpr const char* kSnapshot = R"(["shop","snapshot"])";
  constexpr const char* kTable = R"(["shop","snapshot","a","b"])";
  constexpr const char* kClone = R"(["shop","clone"])";
  constexpr const char* kCaptured = R"(["shop","captured"])";
  const struct {
    const char* key;
    const char* value;
  } rows[] = {
      {kSnapshot, "nonsense"},
      {kSnapshot, "[]"},
      {kSnapshot, R"({"frozen":1})"},
      {kSnapshot, R"({"paused":"true"})"},
      {kSnapshot, R"({"tables":-1})"},
      {kSnapshot, R"({"begun_ms":"now"})"},
      {kSnapshot, R"({"signal":7})"},
      {kTable, ""},
      {kTable, R"({"kind":3})"},
      {kTable, R"({"order":1.5})"},
      {kTable, R"({"after":"17"})"},
      {kTable, R"({"after":[17]})"},
      {kTable, R"({"rows":null,"condition":{}})"},
      {kTable, R"({"begun":0})"},
      {kClone, "x"},
      {kClone, R"({"name":7})"},
      {kCaptured, R"({"filters":[]})"},
      {R"(["shop","snapshot","a"])", "{}"},
  };
  for (const auto& row : rows) {
    const auto state = load({{row.key, row.value}});
    ASSERT_FALSE(state) << row.key << " " << row.value;
    EXPECT_FALSE(state.error().is_transient());
    EXPECT_THAT(state.error().message(), HasSubstr(row.key)) << row.value;
  }
}

// A SELECT in the table's place is the signal's, or the configuration's, which may change.
TEST(SnapshotRecords, AStatementIsRememberedWithItsSignal) {
  SnapshotTable table = full_table();
  table.select = "SELECT 1";
  for (const char* signal : {"", "s1"}) {
    table.signal_id = signal;
    const auto state = load({snapshot_table_record("shop", table)});
    ASSERT_TRUE(state);
    EXPECT_EQ(state->snapshot_tables[0].select, table.signal_id.empty() ? "" : "SELECT 1");
  }
}

// What a later version may add beside it means nothing to this one.
TEST(SnapshotRecords, MembersThatAreNotKnownArePassedOver) {
  const auto state = load({{R"(["shop","snapshot"])", R"({"tables":2,"later":{"x":1}})"},
                           {R"(["shop","snapshot","a","b"])", R"({"rows":2,"later":[]})"}});
  ASSERT_TRUE(state) << state.error().message();
  EXPECT_EQ(state->snapshot->tables, 2U);
  EXPECT_EQ(state->snapshot_tables[0].rows, 2U);
}

// A connector that takes over begins its snapshot anew; this program goes on with its own.
TEST(OffsetInSnapshot, IsAcceptedFromThisProgramAlone) {
  Offset offset;
  offset.position = {"binlog.000007", 4};
  offset.own = true;
  offset.server_uuid = "a8c0d2b9-e55b-11f1-885b-02fc00000001";
  offset.in_snapshot = true;
  const std::string json = offset.to_json();
  EXPECT_THAT(json, HasSubstr(R"("snapshot":"INITIAL")"));
  const auto parsed = Offset::parse(json);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(*parsed, offset);

  offset.own = false;
  const auto connectors = Offset::parse(offset.to_json());
  ASSERT_FALSE(connectors);
  EXPECT_FALSE(connectors.error().is_transient());
  EXPECT_THAT(connectors.error().message(), HasSubstr("middle of a snapshot"));

  offset.in_snapshot = false;
  EXPECT_THAT(offset.to_json(), testing::Not(HasSubstr("snapshot")));
}

}  // namespace
}  // namespace millrace::state
