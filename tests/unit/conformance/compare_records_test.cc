// The comparer must find what differs: a test on it is worth what these say.

#include "conformance/compare_records.h"

#include <gtest/gtest.h>

#include "conformance/accepted_differences.h"
#include "conformance/align.h"

namespace millrace::testing {
namespace {

constexpr const char* kGtid = "3e11fa47-71ca-11e1-9e33-c80aa9429562:";

// A record of `prefix`; `after` is raw JSON.
Message message(const std::string& prefix, int gno, int row, const std::string& after,
                const std::string& key = R"({"id":1})", const std::string& op = "c") {
  Message made;
  made.key = key;
  made.value = R"({"before":null,"after":)" + after + R"(,"source":{"version":"1","name":")" +
               prefix + R"(","gtid":")" + kGtid + std::to_string(gno) + R"(","pos":4,"row":)" +
               std::to_string(row) + R"(},"transaction":null,"op":")" + op + R"(","ts_ms":)" +
               std::to_string(prefix.size()) + "}";
  return made;
}

Message tombstone() {
  Message made;
  made.key = R"({"id":1})";
  return made;
}

using Messages = std::vector<Message>;

Comparison compared(const Messages& debezium, const Messages& millrace, TopicPair pair = {},
                    const std::string& debezium_prefix = "mr") {
  pair.set = "plain";
  if (pair.topic.empty()) pair.topic = "shop.t";
  Comparison result;
  compare_topics(pair, to_records(debezium, debezium_prefix), to_records(millrace, "mr"), result);
  return result;
}

std::string faults(const Comparison& result) { return join(result.faults, 100); }

TEST(CompareRecords, TheSameButForPrefixAndClock) {
  const Messages one = {message("dz_plain", 1, 0, R"({"id":1})"), tombstone()};
  const Messages other = {message("mr", 1, 0, R"({"id":1})"), tombstone()};
  const Comparison result = compared(one, other, {}, "dz_plain");
  EXPECT_EQ(faults(result), "");
  EXPECT_EQ(result.records, 2U);
}

struct Different {
  const char* name;
  Messages debezium, millrace;
  const char* shown;  // in the only fault
};

const Message kRecord = message("mr", 1, 0, R"({"id":1,"v":2})");

Message changed(void (*change)(Message&)) {
  Message made = kRecord;
  change(made);
  return made;
}

const std::vector<Different>& differences() {
  static const std::vector<Different> all = {
      {"column", {kRecord}, {message("mr", 1, 0, R"({"id":1,"v":3})")}, "v\n    debezium 2\n"},
      {"column_names", {kRecord}, {message("mr", 1, 0, R"({"id":1,"w":2})")}, "fields of after"},
      {"column_order", {kRecord}, {message("mr", 1, 0, R"({"v":2,"id":1})")}, "fields of after"},
      {"no_after", {kRecord}, {message("mr", 1, 0, "null")}, "after\n"},
      {"key", {kRecord}, {changed([](Message& m) { m.key = R"({"id":2})"; })}, "id\n"},
      {"no_key", {kRecord}, {changed([](Message& m) { m.key.reset(); })}, "millrace null"},
      {"header",
       {kRecord},
       {changed([](Message& m) {
         m.headers = {{"h", "1"}};
       })},
       "h\n"},
      {"source",
       {kRecord},
       {changed([](Message& m) { m.value->replace(m.value->find("\"pos\":4"), 7, "\"pos\":5"); })},
       "pos\n"},
      {"missing", {kRecord, message("mr", 2, 0, "{}")}, {kRecord}, "millrace's record: none"},
      {"added", {kRecord}, {kRecord, message("mr", 2, 0, "{}")}, "debezium's record: none"},
      {"no_tombstone", {kRecord, tombstone()}, {kRecord}, "tombstone"},
      {"tombstone_for_delete", {kRecord}, {tombstone()}, ""},
      {"operation", {kRecord}, {message("mr", 1, 0, R"({"id":1,"v":2})", R"({"id":1})", "u")}, ""},
  };
  return all;
}

class DifferentRecords : public ::testing::TestWithParam<Different> {};

TEST_P(DifferentRecords, AreFaults) {
  const Comparison result = compared(GetParam().debezium, GetParam().millrace);
  ASSERT_FALSE(result.faults.empty());
  EXPECT_NE(faults(result).find(GetParam().shown), std::string::npos) << faults(result);
  EXPECT_NE(faults(result).find("topic shop.t"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, DifferentRecords, ::testing::ValuesIn(differences()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(CompareRecords, AMissingRecordIsOneFault) {
  Messages one, other;
  for (int gno = 1; gno <= 50; ++gno) {
    one.push_back(message("mr", gno, 0, "{}"));
    if (gno != 7) other.push_back(one.back());
  }
  EXPECT_EQ(compared(one, other).faults.size(), 1U);
}

TEST(CompareRecords, OrderCounts) {
  const Message a = message("mr", 1, 0, "{}"), b = message("mr", 2, 0, "{}");
  EXPECT_FALSE(compared({a, b}, {b, a}).faults.empty());
}

TEST(CompareRecords, APartitionIsPartOfARecord) {
  TopicPair pair;
  pair.partitions = 2;
  Message other = kRecord;
  other.partition = 1;
  EXPECT_FALSE(compared({kRecord}, {other}, pair).faults.empty());
  EXPECT_TRUE(compared({other}, {other}, pair).faults.empty());
}

TEST(CompareRecords, RecordsWithoutAKeyGoToAnyPartition) {
  TopicPair pair;
  pair.partitions = 2;
  Message a = message("mr", 1, 0, "{}"), b = message("mr", 1, 1, "{}");
  a.key.reset();
  b.key.reset();
  Message moved = b;
  moved.partition = 1;
  EXPECT_EQ(faults(compared({a, b}, {moved, a}, pair)), "");
  EXPECT_FALSE(compared({a, b}, {moved}, pair).faults.empty());
}

TEST(CompareRecords, TombstonesWithoutAKeyAreCounted) {
  const auto in_partition = [](int partition, Message made) {
    made.key.reset();
    made.partition = partition;
    return made;
  };
  const Message row = message("mr", 1, 0, R"({"id":1})");
  const Message deletion = message("mr", 2, 0, "null", "", "d");
  TopicPair pair;
  pair.partitions = 2;
  const Messages one = {in_partition(0, row), in_partition(0, deletion),
                        in_partition(1, tombstone())};
  const Messages other = {in_partition(0, tombstone()), in_partition(0, row),
                          in_partition(1, deletion)};
  EXPECT_EQ(faults(compared(one, other, pair)), "");
  const Messages without = {in_partition(0, row), in_partition(1, deletion)};
  EXPECT_EQ(compared(one, without, pair).faults.size(), 1U);
}

TEST(CompareRecords, AnAcceptedDifferenceIsCountedByItsId) {
  TopicPair pair;
  pair.columns_with_default = {"v"};
  const Comparison result =
      compared({message("mr", 1, 0, R"({"v":5})")}, {message("mr", 1, 0, R"({"v":null})")}, pair);
  EXPECT_EQ(faults(result), "");
  EXPECT_EQ(result.accepted, (std::map<std::string, int>{{"null-default", 1}}));
  EXPECT_FALSE(compared({message("mr", 1, 0, R"({"v":5})")}, {message("mr", 1, 0, R"({"v":null})")})
                   .faults.empty())
      << "without a DEFAULT it isn't meant";
}

TEST(CompareRecords, AFaultNamesTheStatement) {
  TopicPair pair;
  pair.statements = [](std::uint64_t gno) { return gno == 9 ? "UPDATE t" : "?"; };
  const Comparison result =
      compared({message("mr", 9, 0, R"({"v":1})")}, {message("mr", 9, 0, R"({"v":2})")}, pair);
  EXPECT_NE(faults(result).find("after: UPDATE t\n"), std::string::npos) << faults(result);
}

TEST(CompareRecords, SchemasAreComparedToo) {
  const auto with_schema = [](const std::string& field) {
    Message made = kRecord;
    made.value = R"({"schema":{"type":"struct","name":")" + field + R"("},"payload":)" +
                 *kRecord.value + "}";
    return made;
  };
  EXPECT_TRUE(compared({with_schema("a")}, {with_schema("a")}).faults.empty());
  EXPECT_EQ(compared({with_schema("a")}, {with_schema("b")}).faults.size(), 1U);
  EXPECT_FALSE(compared({with_schema("a")}, {kRecord}).faults.empty());
}

}  // namespace
}  // namespace millrace::testing
