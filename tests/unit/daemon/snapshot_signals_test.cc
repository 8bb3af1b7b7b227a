// Debezium's signals about snapshots, as orders to the pipeline.

#include "daemon/snapshot_signals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace millrace::daemon {
namespace {

using pipeline::SnapshotOrder;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Kind = state::SnapshotTable::Kind;
using What = SnapshotOrder::What;

SnapshotOrder order_of(const std::string& type, const std::string& data) {
  auto order = parse_snapshot_order({"s1", type, data});
  if (!order || !*order) {
    ADD_FAILURE() << type << " " << data << ": " << (order ? "no order" : order.error().message());
    return {};
  }
  EXPECT_EQ((*order)->id, "s1");
  return std::move(**order);
}

bool takes(const SnapshotOrder& order, const schema::TableName& name) {
  return std::ranges::any_of(order.collections,
                             [&](const auto& collection) { return collection.picks(name); });
}

TEST(SnapshotSignals, ExecuteTakesTablesByPatterns) {
  const SnapshotOrder order =
      order_of("execute-snapshot", R"j({"data-collections":["shop\\.(orders|items)","a.b"]})j");
  EXPECT_EQ(order.what, What::kExecute);
  EXPECT_EQ(order.kind, Kind::kIncremental);
  EXPECT_TRUE(takes(order, {"shop", "orders"}));
  EXPECT_TRUE(takes(order, {"shop", "items"}));
  EXPECT_TRUE(takes(order, {"a", "b"}));
  EXPECT_FALSE(takes(order, {"shop", "orders2"})) << "patterns take whole names";
  EXPECT_FALSE(takes(order, {"myshop", "orders"}));
  EXPECT_TRUE(order.conditions.empty());
  EXPECT_EQ(order.surrogate_key, "");
}

TEST(SnapshotSignals, ExecuteHasAKindInAnyCase) {
  const struct {
    const char* type;
    Kind kind;
  } rows[] = {{"incremental", Kind::kIncremental},
              {"INCREMENTAL", Kind::kIncremental},
              {"Blocking", Kind::kBlocking},
              {"BLOCKING", Kind::kBlocking}};
  for (const auto& row : rows) {
    const auto order =
        order_of("execute-snapshot",
                 std::string(R"({"data-collections":["a.b"],"type":")") + row.type + "\"}");
    EXPECT_EQ(order.kind, row.kind) << row.type;
  }
}

TEST(SnapshotSignals, ExecuteHasConditionsByTable) {
  const SnapshotOrder order = order_of(
      "execute-snapshot",
      R"({"data-collections":["a\\..*"],"surrogate-key":"seq","additional-condition":"common",)"
      R"("additional-conditions":[{"data-collection":"a.b","filter":"x = 1"},)"
      R"({"data-collection":"a\\.c.*","filter":"y = 2"}]})");
  EXPECT_EQ(order.surrogate_key, "seq");
  const auto condition_of = [&](const schema::TableName& name) -> std::string {
    for (const auto& [picks, condition] : order.conditions) {
      if (picks(name)) return condition;
    }
    return "";
  };
  EXPECT_THAT(order.conditions, SizeIs(3));
  EXPECT_EQ(condition_of({"a", "b"}), "x = 1");
  EXPECT_EQ(condition_of({"a", "c7"}), "y = 2");
  EXPECT_EQ(condition_of({"a", "d"}), "common");
}

TEST(SnapshotSignals, StopPauseAndResumeMayBeOfAll) {
  const struct {
    const char* type;
    What what;
  } rows[] = {{"stop-snapshot", What::kStop},
              {"pause-snapshot", What::kPause},
              {"resume-snapshot", What::kResume}};
  for (const auto& row : rows) {
    for (const char* data : {"", "{}", R"({"type":"incremental"})", R"({"data-collections":[]})",
                             R"({"data-collections":null})"}) {
      const SnapshotOrder order = order_of(row.type, data);
      EXPECT_EQ(order.what, row.what);
      EXPECT_TRUE(order.collections.empty()) << data;
    }
  }
  const SnapshotOrder some = order_of("stop-snapshot", R"({"data-collections":["a.b"]})");
  EXPECT_TRUE(takes(some, {"a", "b"}));
  EXPECT_FALSE(takes(some, {"a", "c"}));
}

TEST(SnapshotSignals, OthersAreNobodysBusinessHere) {
  for (const char* type : {"log", "schema-changes", "execute", "Execute-Snapshot", ""}) {
    const auto order = parse_snapshot_order({"s1", type, "not even JSON"});
    ASSERT_TRUE(order) << type;
    EXPECT_FALSE(*order) << type;
  }
}

TEST(SnapshotSignals, MalformedDataSayWhatIsWrong) {
  const struct {
    const char* data;
    const char* sentence;
  } rows[] = {
      {"", "needs data with \"data-collections\""},
      {"{}", "needs data with \"data-collections\""},
      {R"({"data-collections":[]})", "needs data with \"data-collections\""},
      {"{", "no JSON object"},
      {"[]", "no JSON object"},
      {"\"text\"", "no JSON object"},
      {R"({"data-collections":"a.b"})", "that are no array"},
      {R"({"data-collections":[7]})", "an element that is no name"},
      {R"({"data-collections":[""]})", "an element that is no name"},
      {R"({"data-collections":["a.(b"]})", "data-collections"},
      {R"({"data-collections":["a.b"],"type":"sideways"})", "sideways"},
      {R"({"data-collections":["a.b"],"type":7})", "\"type\" that is no string"},
      {R"({"data-collections":["a.b"],"surrogate-key":{}})", "\"surrogate-key\" that is no string"},
      {R"({"data-collections":["a.b"],"additional-condition":1})",
       "\"additional-condition\" that is no string"},
      {R"({"data-collections":["a.b"],"additional-conditions":{}})", "that are no array"},
      {R"({"data-collections":["a.b"],"additional-conditions":["x"]})", "that is no object"},
      {R"({"data-collections":["a.b"],"additional-conditions":[{"filter":"x"}]})",
       "lacks its \"data-collection\""},
      {R"({"data-collections":["a.b"],"additional-conditions":[{"data-collection":"a.b"}]})",
       "its \"filter\""},
  };
  for (const auto& row : rows) {
    const auto order = parse_snapshot_order({"s1", "execute-snapshot", row.data});
    ASSERT_FALSE(order) << row.data;
    EXPECT_FALSE(order.error().is_transient());
    EXPECT_THAT(order.error().message(), HasSubstr(row.sentence)) << row.data;
  }
}

}  // namespace
}  // namespace millrace::daemon
