// What a start means for a source's snapshot, by mode and by what is remembered; and of which tables it is.

#include "daemon/snapshot_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::daemon {
namespace {

using config::SnapshotConfig;
using config::SnapshotMode;
using config::TableOrder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr const char* kHere = "3457d932-e55a-11f1-a4af-02fc00000001";

mysql::ServerFacts facts() {
  mysql::ServerFacts facts;
  facts.server_uuid = kHere;
  facts.gtid_mode = "ON";
  facts.gtid_executed = *gtid::GtidSet::parse(std::string(kHere) + ":1-20");
  facts.gtid_purged = *gtid::GtidSet::parse(std::string(kHere) + ":1-5");
  facts.position = BinlogPosition{"binlog.000002", 77};
  return facts;
}

state::Offset offset_at(int last, bool own = true) {
  state::Offset offset;
  offset.own = own;
  offset.server_uuid = own ? kHere : "";
  offset.has_gtids = true;
  offset.gtids = *gtid::GtidSet::parse(std::string(kHere) + ":1-" + std::to_string(last));
  offset.position = {"binlog.000002", 4};
  return offset;
}

// What a source remembers when it starts.
enum class Before { kNothing, kOffset, kPurged, kConnector, kUnfinished, kUnfinishedPurged };

state::SourceState remembered(Before before) {
  state::SourceState state;
  if (before == Before::kNothing) return state;
  const bool is_purged = before == Before::kPurged || before == Before::kUnfinishedPurged;
  state.offset = offset_at(is_purged ? 3 : 17, before != Before::kConnector);
  if (before == Before::kUnfinished || before == Before::kUnfinishedPurged) {
    state.snapshot.emplace();
    state.offset->in_snapshot = true;
  }
  return state;
}

// begins, renews_offset, ends, stops_after; of renews_catalog only `recovery` speaks.
std::string text_of(const SnapshotDecision& decision) {
  std::string text;
  const auto add = [&](bool is, const char* word) {
    if (is) text += (text.empty() ? "" : " ") + std::string(word);
  };
  add(decision.begins, "begins");
  add(decision.renews_offset, "anew");
  add(decision.renews_catalog, "structures");
  add(decision.ends, "ends");
  add(decision.stops_after, "stops");
  return text.empty() ? "goes on" : text;
}

TEST(DecideSnapshot, ByModeAndMemory) {
  SnapshotConfig everything;
  everything.mode = SnapshotMode::kConfigurationBased;
  everything.reads_data = everything.streams = everything.on_data_error = true;
  SnapshotConfig stream_alone;
  stream_alone.mode = SnapshotMode::kConfigurationBased;
  stream_alone.streams = true;
  stream_alone.on_data_error = true;
  SnapshotConfig nothing;
  nothing.mode = SnapshotMode::kConfigurationBased;
  const auto mode = [](SnapshotMode each) {
    SnapshotConfig config;
    config.mode = each;
    return config;
  };
  const struct {
    const char* name;
    SnapshotConfig config;
    std::map<Before, std::string> expected;
  } rows[] = {
      {"initial",
       mode(SnapshotMode::kInitial),
       {{Before::kNothing, "begins anew"},
        {Before::kOffset, "goes on"},
        {Before::kPurged, "goes on"},  // and is refused where the offset is checked
        {Before::kConnector, "goes on"},
        {Before::kUnfinished, "goes on"}}},
      {"initial_only",
       mode(SnapshotMode::kInitialOnly),
       {{Before::kNothing, "begins anew stops"},
        {Before::kOffset, "ends stops"},
        {Before::kUnfinished, "stops"}}},
      {"no_data",
       mode(SnapshotMode::kNoData),
       {{Before::kNothing, "anew"},
        {Before::kOffset, "goes on"},
        {Before::kPurged, "goes on"},
        {Before::kUnfinished, "goes on"}}},
      {"when_needed",
       mode(SnapshotMode::kWhenNeeded),
       {{Before::kNothing, "begins anew"},
        {Before::kOffset, "goes on"},
        {Before::kPurged, "begins anew"},
        {Before::kConnector, "goes on"},
        {Before::kUnfinished, "goes on"},
        {Before::kUnfinishedPurged, "begins anew"}}},
      {"always",
       mode(SnapshotMode::kAlways),
       {{Before::kNothing, "begins anew"},
        {Before::kOffset, "begins"},
        {Before::kUnfinished, "goes on"}}},
      {"recovery",
       mode(SnapshotMode::kRecovery),
       {{Before::kNothing, "anew"},
        {Before::kOffset, "structures"},
        {Before::kConnector, "goes on"}}},
      {"configuration_based: everything",
       everything,
       {{Before::kNothing, "begins anew"},
        {Before::kOffset, "begins"},
        {Before::kPurged, "begins anew"},
        {Before::kUnfinished, "goes on"}}},
      {"configuration_based: the stream alone",
       stream_alone,
       {{Before::kNothing, "anew"}, {Before::kOffset, "goes on"}, {Before::kPurged, "goes on"}}},
      {"configuration_based: nothing",
       nothing,
       {{Before::kNothing, "anew stops"}, {Before::kOffset, "ends stops"}}},
  };
  for (const auto& row : rows) {
    for (const auto& [before, expected] : row.expected) {
      const auto decision = decide_snapshot(row.config, remembered(before), facts());
      ASSERT_TRUE(decision) << row.name;
      EXPECT_EQ(text_of(*decision), expected) << row.name << ", case " << static_cast<int>(before);
      EXPECT_FALSE(decision->reads_copy);
    }
  }
}

TEST(DecideSnapshot, ALiveServerNeedsGtidsAndACopyDoesNot) {
  mysql::ServerFacts without = facts();
  SnapshotConfig config;
  for (const char* gtid_mode : {"", "OFF", "ON_PERMISSIVE"}) {
    without.gtid_mode = gtid_mode;
    const auto refused = decide_snapshot(config, {}, without);
    ASSERT_FALSE(refused) << gtid_mode;
    EXPECT_FALSE(refused.error().is_transient());
    EXPECT_THAT(
        refused.error().message(),
        AllOf(HasSubstr("gtid_mode=ON"), HasSubstr("snapshot.clone"), HasSubstr("no_data")));
    EXPECT_NE(why_not_live(without), "");
  }
  EXPECT_EQ(why_not_live(facts()), "");

  config.clone.hostname = "copy";
  const auto of_copy = decide_snapshot(config, {}, without);
  ASSERT_TRUE(of_copy);
  EXPECT_TRUE(of_copy->begins);
  EXPECT_TRUE(of_copy->reads_copy);
  const auto later = decide_snapshot(config, remembered(Before::kOffset), without);
  ASSERT_TRUE(later);
  EXPECT_FALSE(later->reads_copy) << "nothing begins";

  config.clone = {};
  config.mode = SnapshotMode::kNoData;
  EXPECT_TRUE(decide_snapshot(config, {}, without));
}

// --- Which tables. ---

class PlanTables : public ::testing::Test {
 protected:
  PlanTables() {
    for (const char* table : {"c", "a", "b"}) catalog_.put({"shop", table}, {});
    catalog_.put({"other", "z"}, {});
  }

  std::vector<std::string> names() {
    const auto tables = plan_tables(config_, catalog_, wanted_, estimates_);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      EXPECT_EQ(tables[i].order, i);
      EXPECT_EQ(tables[i].kind, state::SnapshotTable::Kind::kInitial);
      EXPECT_FALSE(tables[i].has_begun);
      names.push_back(tables[i].name.table);
    }
    return names;
  }

  SnapshotConfig config_;
  schema::Catalog catalog_;
  std::function<bool(const schema::TableName&)> wanted_ = [](const schema::TableName& name) {
    return name.database == "shop";
  };
  std::map<schema::TableName, std::uint64_t> estimates_ = {
      {{"shop", "a"}, 500}, {{"shop", "c"}, 20}, {{"other", "z"}, 1}};
};

TEST_F(PlanTables, AreThoseThatAreWantedByTheirNames) {
  EXPECT_THAT(names(), ElementsAre("a", "b", "c"));
  const auto tables = plan_tables(config_, catalog_, wanted_, estimates_);
  EXPECT_EQ(tables[0].estimate, 500U);
  EXPECT_EQ(tables[1].estimate, 0U) << "not known";
  wanted_ = [](const schema::TableName&) { return false; };
  EXPECT_THAT(names(), SizeIs(0));
}

TEST_F(PlanTables, MayBeOrderedByTheirSize) {
  config_.order = TableOrder::kSmallestFirst;
  EXPECT_THAT(names(), ElementsAre("b", "c", "a"));
  config_.order = TableOrder::kLargestFirst;
  EXPECT_THAT(names(), ElementsAre("a", "c", "b"));
}

TEST_F(PlanTables, MayHaveAStatementInTheirPlace) {
  auto tables = plan_tables(config_, catalog_, wanted_, estimates_);
  tables[2].signal_id = "asked for by a signal";
  config_.select_overrides["shop.b"] = "SELECT * FROM shop.b WHERE x";
  config_.select_overrides["shop.c"] = "SELECT 1";
  ASSERT_TRUE(apply_overrides(config_, catalog_, wanted_, tables));
  EXPECT_EQ(tables[0].select, "");
  EXPECT_EQ(tables[1].select, "SELECT * FROM shop.b WHERE x");
  EXPECT_EQ(tables[2].select, "") << "a signal has conditions of its own";

  config_.select_overrides["other.z"] = "SELECT 1";
  const Status refused = apply_overrides(config_, catalog_, wanted_, tables);
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().is_transient());
  EXPECT_THAT(refused.error().message(), AllOf(HasSubstr("overrides names other.z"),
                                               HasSubstr("no table that the snapshot reads")));
}

// --- What was captured. ---

bool captures(const std::string& text, const schema::TableName& name) {
  const auto filter = parse_captured(text);
  EXPECT_TRUE(filter) << filter.error().message();
  return filter && filter->captures(name);
}

TEST(Captured, ComesBackAsTheConfigurationSaidIt) {
  config::SourceConfig source;
  source.database_include = {"shop", "q\"uote"};
  source.table_exclude = {"shop\\.secret.*"};
  const std::string text = captured_text(source);
  EXPECT_EQ(
      text,
      R"({"database.include.list":["shop","q\"uote"],"table.exclude.list":["shop\\.secret.*"],)"
      R"("table.ignore.builtin":true})");
  EXPECT_TRUE(captures(text, {"shop", "orders"}));
  EXPECT_TRUE(captures(text, {"q\"uote", "orders"}));
  EXPECT_FALSE(captures(text, {"shop", "secrets"}));
  EXPECT_FALSE(captures(text, {"other", "orders"}));

  config::SourceConfig other;
  other.table_include = {"a\\.b", "c\\.d"};
  other.database_exclude = {};
  EXPECT_TRUE(captures(captured_text(other), {"c", "d"}));
  EXPECT_FALSE(captures(captured_text(other), {"c", "b"}));
}

TEST(Captured, BuiltinTablesAreLeftOutUnlessTheConfigurationTakesThem) {
  config::SourceConfig source;
  EXPECT_FALSE(captures(captured_text(source), {"mysql", "user"}));
  source.ignore_builtin_tables = false;
  EXPECT_TRUE(captures(captured_text(source), {"mysql", "user"}));
  EXPECT_FALSE(captures("{}", {"mysql", "user"}));
}

TEST(Captured, WhatIsNotUnderstoodIsAnError) {
  for (const char* text : {"", "nonsense", "[]", R"({"table.include.list":["a.(b"]})"}) {
    const auto filter = parse_captured(text);
    ASSERT_FALSE(filter) << text;
    EXPECT_FALSE(filter.error().is_transient());
  }
}

}  // namespace
}  // namespace millrace::daemon
