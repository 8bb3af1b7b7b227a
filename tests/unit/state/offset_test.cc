#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "millrace/state/source_state.h"

namespace millrace::state {
namespace {

constexpr const char* kUuid = "a8c0d2b9-e55b-11f1-885b-02fc00000001";

gtid::GtidSet gtids(const std::string& text) {
  auto set = gtid::GtidSet::parse(text);
  EXPECT_TRUE(set) << text;
  return set ? *set : gtid::GtidSet();
}

Offset between_transactions() {
  Offset offset;
  offset.ts_sec = 1795231795;
  offset.position = {"mysql-bin.000001", 7419};
  offset.gtids = gtids(std::string(kUuid) + ":1-26");
  offset.has_gtids = true;
  offset.server_id = 43991;
  return offset;
}

struct PrintCase {
  const char* name;
  Offset offset;
  std::string json;
};

class OffsetPrint : public testing::TestWithParam<PrintCase> {};

TEST_P(OffsetPrint, PrintsAndReadsBack) {
  EXPECT_EQ(GetParam().offset.to_json(), GetParam().json);
  const auto parsed = Offset::parse(GetParam().json);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_TRUE(*parsed == GetParam().offset) << parsed->to_json();
}

std::vector<PrintCase> print_cases() {
  std::vector<PrintCase> cases;
  cases.push_back({"between_transactions", between_transactions(),
                   R"({"ts_sec":1795231795,"file":"mysql-bin.000001","pos":7419,"gtids":")" +
                       std::string(kUuid) + R"(:1-26","server_id":43991})"});

  Offset files = between_transactions();
  files.has_gtids = false;
  files.gtids = {};
  cases.push_back(
      {"without_gtids", files,
       R"({"ts_sec":1795231795,"file":"mysql-bin.000001","pos":7419,"server_id":43991})"});

  Offset counted = between_transactions();
  counted.own = true;
  counted.event = 4;
  counted.row = 1;
  counted.server_uuid = kUuid;
  counted.partial_rows[{"shop", "orders"}] = 1;
  counted.transaction_id = std::string(kUuid) + ":27";
  counted.transaction_counts.restore("shop.orders", 2);
  counted.transaction_counts.restore("shop.items", 5);
  cases.push_back({"transaction_metadata", counted,
                   R"({"ts_sec":1795231795,"file":"mysql-bin.000001","pos":7419,"gtids":")" +
                       std::string(kUuid) + R"(:1-26","row":1,"server_id":43991,"event":4,)" +
                       R"("millrace_server_uuid":")" + kUuid +
                       R"(","millrace_rows":"{\"shop.orders\":1}","transaction_id":")" + kUuid +
                       R"(:27","transaction_data_collection_order_shop.orders":2,)" +
                       R"("transaction_data_collection_order_shop.items":5})"});

  Offset fresh = between_transactions();
  fresh.gtids = {};
  cases.push_back({"empty_gtid_set", fresh,
                   R"({"ts_sec":1795231795,"file":"mysql-bin.000001","pos":7419,"gtids":"",)"
                   R"("server_id":43991})"});

  Offset partial = between_transactions();
  partial.event = 6;
  partial.row = 2;
  partial.own = true;
  partial.server_uuid = kUuid;
  partial.partial_rows = {{{"shop", "orders"}, 1500}, {{"a.b\\c", "x\"y"}, 2}};
  cases.push_back(
      {"in_transaction", partial,
       R"({"ts_sec":1795231795,"file":"mysql-bin.000001","pos":7419,"gtids":")" +
           std::string(kUuid) +
           R"(:1-26","row":2,"server_id":43991,"event":6,"millrace_server_uuid":")" + kUuid +
           R"x(","millrace_rows":"{\"a\\\\.b\\\\\\\\c.x\\\"y\":2,\"shop.orders\":1500}"})x"});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Table, OffsetPrint, testing::ValuesIn(print_cases()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Offset, LeavesOutWhatOnlyMattersInsideATransaction) {
  Offset offset = between_transactions();
  offset.own = true;
  offset.server_uuid = kUuid;
  const std::string json = offset.to_json();
  offset.partial_rows = {{{"shop", "orders"}, 1}};
  EXPECT_EQ(offset.to_json(), json);
}

// Which of two programs wrote it decides what it means.
TEST(Offset, IsOwnByItsServerUuid) {
  Offset offset = between_transactions();
  EXPECT_EQ(offset.to_json().find("millrace"), std::string::npos);
  EXPECT_FALSE(Offset::parse(offset.to_json())->own);
  offset.own = true;
  EXPECT_TRUE(Offset::parse(offset.to_json())->own) << "also where the server has none";
  offset.server_uuid = kUuid;
  EXPECT_TRUE(*Offset::parse(offset.to_json()) == offset);
}

// A connector's offset that is written again stays the connector's, events and rows included.
TEST(Offset, AConnectorsStaysAConnectors) {
  const auto offset = Offset::parse(R"({"file":"b.1","pos":7,"event":6,"row":2})");
  ASSERT_TRUE(offset);
  const auto again = Offset::parse(offset->to_json());
  ASSERT_TRUE(again);
  EXPECT_TRUE(*again == *offset);
  EXPECT_FALSE(again->own);
}

// What Debezium's connector wrote (version 3.6), with keys in a hash map's order.
TEST(Offset, ReadsDebeziumsRecord) {
  const auto offset = Offset::parse(
      R"({"transaction_id":"a8c0d2b9-e55b-11f1-885b-02fc00000001:27","ts_sec":1795231795,)"
      R"("file":"mysql-bin.000001","pos":7419,"transaction_data_collection_order_inventory.newt2":1,)"
      R"("gtids":"a8c0d2b9-e55b-11f1-885b-02fc00000001:1-26","server_id":43991,"event":3})");
  ASSERT_TRUE(offset) << offset.error().message();
  Offset expected = between_transactions();
  expected.event = 3;
  expected.transaction_id = "a8c0d2b9-e55b-11f1-885b-02fc00000001:27";
  expected.transaction_counts.restore("inventory.newt2", 1);
  EXPECT_TRUE(*offset == expected) << offset->to_json();
}

struct AcceptCase {
  const char* name;
  const char* json;
};

class OffsetAccept : public testing::TestWithParam<AcceptCase> {};

TEST_P(OffsetAccept, Reads) {
  const auto offset = Offset::parse(GetParam().json);
  ASSERT_TRUE(offset) << offset.error().message();
  EXPECT_EQ(offset->position.offset, 7u);
}

INSTANTIATE_TEST_SUITE_P(
    Table, OffsetAccept,
    testing::Values(AcceptCase{"no_server_id", R"({"file":"b.1","pos":7})"},
                    AcceptCase{"numbers_in_strings", R"({"file":"b.1","pos":"7","server_id":"5"})"},
                    AcceptCase{"snapshot_false", R"({"file":"b.1","pos":7,"snapshot":false})"},
                    AcceptCase{"snapshot_false_text",
                               R"({"file":"b.1","pos":7,"snapshot":"false"})"},
                    AcceptCase{"snapshot_null", R"({"file":"b.1","pos":7,"snapshot":null})"},
                    AcceptCase{"null_gtids", R"({"file":"b.1","pos":7,"gtids":null})"},
                    AcceptCase{"no_file_with_gtids", R"({"pos":7,"gtids":""})"}),
    [](const auto& row) { return std::string(row.param.name); });

struct RefuseCase {
  const char* name;
  const char* json;
  const char* reason;
};

class OffsetRefuse : public testing::TestWithParam<RefuseCase> {};

TEST_P(OffsetRefuse, SaysWhy) {
  const auto offset = Offset::parse(GetParam().json);
  ASSERT_FALSE(offset) << offset->to_json();
  EXPECT_FALSE(offset.error().is_transient());
  EXPECT_NE(offset.error().message().find(GetParam().reason), std::string::npos)
      << offset.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    Table, OffsetRefuse,
    testing::Values(
        RefuseCase{"no_json", "nonsense", "not a JSON object"},
        RefuseCase{"empty", "", "not a JSON object"},
        RefuseCase{"array", "[]", "not a JSON object"},
        RefuseCase{"no_position", "{}", "neither \"gtids\" nor"},
        RefuseCase{"no_pos", R"({"file":"b.1"})", "neither \"gtids\" nor"},
        RefuseCase{"snapshot", R"({"file":"b.1","pos":7,"snapshot":"INITIAL"})",
                   "middle of a snapshot"},
        RefuseCase{"snapshot_old", R"({"file":"b.1","pos":7,"snapshot":true})",
                   "middle of a snapshot"},
        RefuseCase{"incremental",
                   R"({"file":"b.1","pos":7,"incremental_snapshot_collections":"[{}]"})",
                   "incremental"},
        RefuseCase{"negative_pos", R"({"file":"b.1","pos":-7})", "\"pos\""},
        RefuseCase{"fraction_pos", R"({"file":"b.1","pos":7.5})", "\"pos\""},
        RefuseCase{"word_pos", R"({"file":"b.1","pos":"7x"})", "\"pos\""},
        RefuseCase{"large_server_id", R"({"file":"b.1","pos":7,"server_id":4294967296})",
                   "\"server_id\""},
        RefuseCase{"file_number", R"({"file":1,"pos":7})", "\"file\""},
        RefuseCase{"bad_gtids", R"({"file":"b.1","pos":7,"gtids":"zzz"})", "zzz"},
        RefuseCase{"rows_no_json", R"({"file":"b.1","pos":7,"millrace_rows":"x"})",
                   "millrace_rows"},
        RefuseCase{"rows_no_table", R"({"file":"b.1","pos":7,"millrace_rows":"{\"a\":1}"})",
                   "millrace_rows"},
        RefuseCase{"rows_three_parts", R"({"file":"b.1","pos":7,"millrace_rows":"{\"a.b.c\":1}"})",
                   "millrace_rows"},
        RefuseCase{"rows_no_count", R"({"file":"b.1","pos":7,"millrace_rows":"{\"a.b\":-1}"})",
                   "millrace_rows"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Offset, DeepNestingIsNoCrash) {
  EXPECT_FALSE(Offset::parse(std::string(1U << 20, '[')));
  EXPECT_TRUE(Offset::parse(R"({"file":"b.1","pos":7,"x":)" + std::string(100000, '[') +
                            std::string(100000, ']') + "}"));
}

TEST(Offset, PrintAndParseAreInverse) {
  const char* fixed = std::getenv("MILLRACE_TEST_SEED");
  const std::uint64_t seed =
      fixed != nullptr ? std::strtoull(fixed, nullptr, 10) : std::random_device()();
  SCOPED_TRACE("MILLRACE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto below = [&random](std::uint64_t n) { return random() % n; };
  const auto name = [&] {
    static constexpr std::string_view kLetters = "ab.\\\"/\x01\xc3\xa4";
    std::string text;
    for (auto n = below(6); n > 0; --n) text += kLetters[below(kLetters.size() - 2)];
    if (below(4) == 0) text += "\xc3\xa4";
    return text;
  };
  for (int i = 0; i < 2000; ++i) {
    Offset offset;
    offset.ts_sec = static_cast<std::int64_t>(below(1ULL << 40));
    offset.position = {"f" + name(), below(1ULL << 62)};
    offset.server_id = static_cast<std::uint32_t>(random());
    offset.has_gtids = below(2) == 0;
    if (offset.has_gtids && below(4) != 0) {
      const auto first = below(1000) + 1;
      offset.gtids = gtids(std::string(kUuid) + ":" + std::to_string(first) + "-" +
                           std::to_string(first + below(1000)));
    }
    offset.own = below(2) == 0;
    if (offset.own && below(2) == 0) {
      offset.event = below(3) * below(1ULL << 40);
      offset.row = below(1ULL << 20) + (offset.event == 0 ? 1 : 0);
      offset.server_uuid = kUuid;
      for (auto n = below(4); n > 0; --n) offset.partial_rows[{name(), name()}] = random();
    }
    const std::string json = offset.to_json();
    const auto parsed = Offset::parse(json);
    ASSERT_TRUE(parsed) << json << parsed.error().message();
    ASSERT_TRUE(*parsed == offset) << json << "\n" << parsed->to_json();
    ASSERT_EQ(parsed->to_json(), json);
  }
}

}  // namespace
}  // namespace millrace::state
