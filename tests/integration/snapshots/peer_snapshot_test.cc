// Snapshots beside Debezium 3.6.1: the first one, those that signals ask for by each channel, and what becomes of signals
// that stop, pause and resume them, or make no sense. Both get the same signals, and the records and notifications of both
// are held against each other; what differs on purpose stands in docs/differences.md and is shown here.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "integration/snapshots/peers.h"

namespace millrace::testing {
namespace {

using std::chrono::seconds;
using Lines = std::vector<std::string>;

constexpr const char* kRows =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ";

Lines tables() {
  const std::string few = std::string(kRows) + "12) ", many = std::string(kRows) + "600) ";
  return {
      "CREATE TABLE blank (id INT PRIMARY KEY, what VARCHAR(9))",
      "CREATE TABLE customers (id INT PRIMARY KEY, turn INT NOT NULL, name VARCHAR(40), credit "
      "DECIMAL(10,2), born DATE, seen DATETIME(3), at TIMESTAMP(6) NULL, photo VARBINARY(20), note "
      "JSON, level ENUM('low','high'), tags SET('a','b'), rate DOUBLE, flag BIT(1), wide BIGINT "
      "UNSIGNED)",
      "INSERT INTO customers " + few +
          "SELECT i, 100 - i, CONCAT('näme ', i), i * 10.25, '1970-01-01' + INTERVAL i YEAR, "
          "'2024-02-29 12:00:00.125' + INTERVAL i HOUR, '2024-02-29 12:00:00.000125', "
          "UNHEX(LEFT(SHA2(i, 256), 20)), JSON_OBJECT('n', i, 'list', JSON_ARRAY(1, 2.5, NULL)), "
          "1 + i % 2, i % 4, i / 3, i % 2, 18446744073709551615 - i FROM n",
      "INSERT INTO customers (id, turn) VALUES (-3, 7)",
      "CREATE TABLE items (a INT, b VARCHAR(20), c DECIMAL(6,2), v INT, PRIMARY KEY (a, b))",
      "INSERT INTO items SELECT id % 3, CONCAT('item ', id), id, id FROM customers",
      "CREATE TABLE moments (day DATE, at DATETIME(6), v INT, PRIMARY KEY (day, at))",
      "INSERT INTO moments SELECT '2024-03-01', '2024-03-01 10:00:00' + INTERVAL id * 250001 "
      "MICROSECOND, id FROM customers",
      "CREATE TABLE single (name VARCHAR(20) PRIMARY KEY)",
      "INSERT INTO single VALUES ('only')",
      // Never read to its end but by the first snapshot: whoever is late with a signal still finds it going on.
      "CREATE TABLE endless (id BIGINT PRIMARY KEY)",
      "INSERT INTO endless " + many + "SELECT a.i * 1000 + b.i FROM n a, n b WHERE b.i <= 10",
      "CREATE TABLE unkeyed (v INT NOT NULL)",
      "INSERT INTO unkeyed VALUES (3), (1), (2)",
  };
}

const Lines kTables = {"blank",   "customers", "items",
                       "moments", "single",    "unkeyed"};  // but endless

constexpr const char* kOfEndless = R"({"data-collections":["peers.endless"],"type":"INCREMENTAL"})";

Lines without_progress(Lines lines) {
  std::erase_if(lines, [](const std::string& line) { return line.starts_with("IN_PROGRESS "); });
  return lines;
}

// "STARTED of id"
Lines kinds_of(const Lines& lines) {
  Lines kinds;
  for (const std::string& line : without_progress(lines)) {
    kinds.push_back(line.substr(0, line.find(':')));
  }
  return kinds;
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
}

// One start of both for all tests: what one leaves behind is nothing to the next.
class PeerSnapshot : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    peers_ = std::make_unique<Peers>(tables());
    for (const char* peer : {kDebezium, kMillrace}) {
      EXPECT_TRUE(peers_->wait_for(peer, "COMPLETED")) << peer << peers_->logs();
    }
  }
  static void TearDownTestSuite() { peers_.reset(); }
  void SetUp() override {
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    if (name != "OfTheFirstStart") peers_->forget();
  }

  static void send(Channel channel, const std::string& id, const std::string& type,
                   const std::string& data) {
    for (const char* peer : {kDebezium, kMillrace}) peers_->send(peer, channel, id, type, data);
  }

  static void wait_for(const std::string& of_debezium, const std::string& of_millrace) {
    EXPECT_TRUE(peers_->wait_for(kDebezium, of_debezium)) << peers_->logs();
    EXPECT_TRUE(peers_->wait_for(kMillrace, of_millrace)) << peers_->logs();
  }
  static void wait_for(const std::string& type) { wait_for(type, type); }

  // The records of a peer, when they are as many as the other has.
  static Lines records(const std::string& peer, const std::string& table) {
    const std::string other = peer == kDebezium ? kMillrace : kDebezium;
    const std::size_t many = peers_->records(other, table).size();
    eventually(seconds(20), [&] { return peers_->records(peer, table).size() >= many; });
    return peers_->records(peer, table);
  }

  static void compare_records(const Lines& names = kTables) {
    for (const std::string& table : names) {
      EXPECT_EQ(difference(table, records(kDebezium, table), records(kMillrace, table)), "");
    }
  }

  // Of a table whose snapshot was stopped each has read another number of rows.
  static void compare_beginnings(const std::string& table) {
    Lines debezium = peers_->records(kDebezium, table);
    Lines millrace = peers_->records(kMillrace, table);
    const std::size_t many = std::min(debezium.size(), millrace.size());
    EXPECT_GT(many, 0U) << table;
    debezium.resize(many);
    millrace.resize(many);
    EXPECT_EQ(difference(table, debezium, millrace), "");
  }

  // `snapshot-first-mark`: the first of Debezium's tables has no rows, so no row is marked as the first of all.
  static void compare_records_from_first() {
    Lines debezium = records(kDebezium, "customers");
    ASSERT_FALSE(debezium.empty());
    replace(debezium.front(), R"("snapshot":"first_in_data_collection")", R"("snapshot":"first")");
    EXPECT_EQ(difference("customers", debezium, records(kMillrace, "customers")), "");
    compare_records({kTables.begin() + 2, kTables.end()});
  }

  static void compare_notifications() {
    EXPECT_EQ(difference("notifications", peers_->notifications(kDebezium),
                         peers_->notifications(kMillrace)),
              "");
  }
  static void compare_notifications_but_progress() {
    EXPECT_EQ(difference("notifications", without_progress(peers_->notifications(kDebezium)),
                         without_progress(peers_->notifications(kMillrace))),
              "");
  }

  static std::unique_ptr<Peers> peers_;
};

std::unique_ptr<Peers> PeerSnapshot::peers_;

TEST_F(PeerSnapshot, OfTheFirstStart) {
  compare_records_from_first();
  for (const std::string peer : {kDebezium, kMillrace}) {
    EXPECT_EQ(peers_->messages(peer + ".peers.endless").size(), 6000U) << peer;
  }
  compare_notifications();
}

TEST_F(PeerSnapshot, BySource) {
  send(Channel::kSource, "by-source", "execute-snapshot",
       R"({"data-collections":["peers.customers","peers.blank","peers.items","peers.single"],)"
       R"("type":"INCREMENTAL","additional-conditions":)"
       R"([{"data-collection":"peers.customers","filter":"id > 4 AND name LIKE 'n%'"}]})");
  wait_for("COMPLETED");
  EXPECT_EQ(records(kMillrace, "customers").size(), 8U);
  compare_records();
  compare_notifications();
  // Nothing is written to the source.
  EXPECT_EQ(peers_->root().value("SELECT COUNT(*) FROM ops.signals_mil"), "1");
}

TEST_F(PeerSnapshot, ByTopic) {
  send(Channel::kKafka, "by-topic", "execute-snapshot",
       R"({"data-collections":["peers\\.sing.*","peers.items"]})");
  wait_for("COMPLETED");
  compare_records();
  compare_notifications();
}

TEST_F(PeerSnapshot, ByFileAndSurrogateKey) {
  send(Channel::kFile, "by-file", "execute-snapshot",
       R"({"data-collections":["peers.customers"],"type":"incremental","surrogate-key":"turn"})");
  wait_for("COMPLETED");
  EXPECT_EQ(records(kMillrace, "customers").size(), 13U);
  compare_records();
  compare_notifications();
}

// `notification-keys`: of times Debezium shows Java's text, Millrace MySQL's.
TEST_F(PeerSnapshot, KeysOfTimes) {
  send(Channel::kFile, "times", "execute-snapshot", R"({"data-collections":["peers.moments"]})");
  wait_for("COMPLETED");
  compare_records();
  compare_notifications_but_progress();
  const auto last = [](const std::string& peer) { return peers_->notifications(peer).at(3); };
  EXPECT_NE(last(kDebezium).find("last_processed_key=2024-03-01,2024-03-01 10:00:03.000012"),
            std::string::npos)
      << last(kDebezium);
  EXPECT_NE(last(kMillrace).find("last_processed_key=2024-03-01,2024-03-01 10:00:03.000012"),
            std::string::npos)
      << last(kMillrace);
}

TEST_F(PeerSnapshot, OfATableThatIsNotThere) {
  send(Channel::kFile, "none", "execute-snapshot", R"({"data-collections":["peers.none"]})");
  wait_for("COMPLETED");
  compare_records();
  compare_notifications();
}

// `snapshot-keyless`
TEST_F(PeerSnapshot, OfATableWithoutAKey) {
  send(Channel::kFile, "unkeyed", "execute-snapshot", R"({"data-collections":["peers.unkeyed"]})");
  wait_for("COMPLETED");
  EXPECT_EQ(peers_->records(kDebezium, "unkeyed").size(), 0U);
  EXPECT_EQ(peers_->records(kMillrace, "unkeyed").size(), 3U);
  Lines debezium = peers_->notifications(kDebezium);
  ASSERT_EQ(debezium.size(), 3U);
  replace(debezium[1], "NO_PRIMARY_KEY total_rows_scanned=0", "SUCCEEDED total_rows_scanned=3");
  EXPECT_EQ(
      difference("notifications", debezium, without_progress(peers_->notifications(kMillrace))),
      "");
}

// `snapshot-failed`
TEST_F(PeerSnapshot, WithAnErrorOfSql) {
  send(Channel::kFile, "wrong", "execute-snapshot",
       R"({"data-collections":["peers.items","peers.single"],"additional-conditions":)"
       R"([{"data-collection":"peers.items","filter":"no such"}]})");
  wait_for("COMPLETED", "ABORTED");
  Lines debezium = peers_->notifications(kDebezium);
  replace(debezium.back(), "COMPLETED", "ABORTED");
  EXPECT_EQ(difference("notifications", debezium, peers_->notifications(kMillrace)), "");
  compare_records();
}

// `snapshot-blocking`: notifications of Debezium's don't tell which signal they come from.
TEST_F(PeerSnapshot, Blocking) {
  send(Channel::kKafka, "blocking", "execute-snapshot",
       R"({"data-collections":["peers.customers","peers.items","peers.blank"],"type":"BLOCKING",)"
       R"("additional-conditions":[{"data-collection":"peers.customers",)"
       R"("filter":"SELECT * FROM peers.customers WHERE id > 4"}]})");
  wait_for("COMPLETED");
  EXPECT_EQ(records(kMillrace, "customers").size(), 8U);
  compare_records_from_first();
  Lines millrace = peers_->notifications(kMillrace);
  for (std::string& line : millrace) replace(line, "of blocking:", "of <uuid>:");
  EXPECT_EQ(difference("notifications", peers_->notifications(kDebezium), millrace), "");
}

TEST_F(PeerSnapshot, IsPausedAndResumed) {
  send(Channel::kKafka, "long", "execute-snapshot",
       R"({"data-collections":["peers.endless","peers.single"]})");
  wait_for("IN_PROGRESS");
  send(Channel::kKafka, "hold", "pause-snapshot", R"({"type":"INCREMENTAL"})");
  wait_for("PAUSED");
  send(Channel::kFile, "go", "resume-snapshot", R"({"type":"INCREMENTAL"})");
  wait_for("RESUMED");
  send(Channel::kFile, "stop", "stop-snapshot", kOfEndless);
  wait_for("COMPLETED");
  compare_notifications_but_progress();
  compare_beginnings("endless");
  compare_records();
}

TEST_F(PeerSnapshot, IsStoppedForATableThatWaits) {
  send(Channel::kKafka, "long", "execute-snapshot",
       R"({"data-collections":["peers.endless","peers.single","peers.items"]})");
  wait_for("IN_PROGRESS");
  send(Channel::kFile, "stop", "stop-snapshot",
       R"({"data-collections":["peers.items"],"type":"INCREMENTAL"})");
  wait_for("ABORTED");
  send(Channel::kFile, "rest", "stop-snapshot", kOfEndless);
  wait_for("COMPLETED");
  compare_notifications_but_progress();
  compare_beginnings("endless");
  compare_records();
  EXPECT_EQ(peers_->records(kMillrace, "items").size(), 0U);
}

TEST_F(PeerSnapshot, IsStoppedForTheTableThatIsRead) {
  send(Channel::kKafka, "long", "execute-snapshot",
       R"({"data-collections":["peers.endless","peers.single","peers.items"]})");
  wait_for("IN_PROGRESS");
  send(Channel::kSource, "stop", "stop-snapshot", kOfEndless);
  wait_for("COMPLETED");
  compare_notifications_but_progress();
  compare_records({"single", "items"});
  EXPECT_LT(peers_->records(kMillrace, "endless").size(), 6000U);
}

// `snapshot-stopped`: Debezium says that the snapshot is completed, and behind it, with a random id, that it was aborted.
TEST_F(PeerSnapshot, IsStopped) {
  send(Channel::kKafka, "long", "execute-snapshot",
       R"({"data-collections":["peers.endless","peers.single","peers.items"]})");
  wait_for("IN_PROGRESS");
  send(Channel::kKafka, "stop", "stop-snapshot", R"({"type":"INCREMENTAL"})");
  wait_for("ABORTED");
  Lines debezium = without_progress(peers_->notifications(kDebezium));
  ASSERT_EQ(debezium.size(), 3U);
  EXPECT_TRUE(debezium[1].starts_with("COMPLETED of long:")) << debezium[1];
  debezium.erase(debezium.begin() + 1);
  replace(debezium[1], "of <uuid>:", "of long:");
  EXPECT_EQ(
      difference("notifications", debezium, without_progress(peers_->notifications(kMillrace))),
      "");
}

// `snapshot-second`: with Debezium the second signal takes over the notifications of the first.
TEST_F(PeerSnapshot, IsAskedForWhileAnotherGoesOn) {
  send(Channel::kKafka, "long", "execute-snapshot",
       R"({"data-collections":["peers.endless","peers.single"]})");
  wait_for("IN_PROGRESS");
  send(Channel::kKafka, "second", "execute-snapshot", R"({"data-collections":["peers.items"]})");
  send(Channel::kKafka, "stop", "stop-snapshot", kOfEndless);
  const auto ends = [&](const char* peer) {
    const Lines lines = peers_->notifications(peer);
    return !lines.empty() && lines.back().starts_with("COMPLETED of second:");
  };
  for (const char* peer : {kDebezium, kMillrace}) {
    EXPECT_TRUE(eventually(seconds(90), [&] { return ends(peer); })) << peers_->logs();
  }
  compare_beginnings("endless");
  compare_records();
  EXPECT_EQ(kinds_of(peers_->notifications(kDebezium)),
            (Lines{"STARTED of long", "ABORTED of second", "TABLE_SCAN_COMPLETED of second",
                   "TABLE_SCAN_COMPLETED of second", "COMPLETED of second"}));
  EXPECT_EQ(kinds_of(peers_->notifications(kMillrace)),
            (Lines{"STARTED of long", "STARTED of second", "ABORTED of long",
                   "TABLE_SCAN_COMPLETED of long", "COMPLETED of long",
                   "TABLE_SCAN_COMPLETED of second", "COMPLETED of second"}));
}

TEST_F(PeerSnapshot, MalformedSignalsAreToldAndPassedOver) {
  const Lines bad = {
      "{}",
      R"({"data-collections":[]})",
      R"({"data-collections":"peers.items"})",
      R"({"data-collections":[7]})",
      R"({"data-collections":["peers.(items"]})",
      R"({"data-collections":["peers.items"],"type":"SIDEWAYS"})",
      R"({"data-collections":["peers.items"],"additional-conditions":["x"]})",
  };
  int number = 0;
  for (const Channel channel : {Channel::kSource, Channel::kKafka, Channel::kFile}) {
    for (const std::string& data : bad) {
      send(channel, "bad" + std::to_string(++number), "execute-snapshot", data);
    }
    send(channel, "what" + std::to_string(number), "no-such-type", "{}");
  }
  // By the channel of the next good signal, which else they might stop and pause.
  send(Channel::kSource, "idle", "stop-snapshot", "{}");
  send(Channel::kSource, "hold", "pause-snapshot", "{}");
  send(Channel::kSource, "cut", "execute-snapshot", "{");
  // `signal-garbage`: behind such Debezium doesn't read these channels any more.
  for (const Channel channel : {Channel::kKafka, Channel::kFile}) {
    for (const char* text : {"nonsense", "[1]", R"({"id":"x"})"}) {
      peers_->send_raw(kMillrace, channel, text);
    }
  }
  for (const Channel channel : {Channel::kSource, Channel::kKafka, Channel::kFile}) {
    const std::string id = "good" + std::to_string(static_cast<int>(channel));
    send(channel, id, "execute-snapshot", R"({"data-collections":["peers.single"]})");
    for (const char* peer : {kDebezium, kMillrace}) {
      EXPECT_TRUE(eventually(seconds(60),
                             [&] {
                               const Lines lines = peers_->notifications(peer);
                               return !lines.empty() &&
                                      lines.back().starts_with("COMPLETED of " + id + ":");
                             }))
          << peer << peers_->logs();
    }
  }
  compare_notifications();
  compare_records();
  const std::string log = peers_->millrace().log();
  for (const char* sentence :
       {"needs data with", "are no array", "is no name", "peers.(items", "SIDEWAYS",
        "that is no object", "no snapshot of such a table is going on", "no snapshot is going on",
        "is of no known type", "no JSON object", "is not JSON", "is not a JSON object",
        "has no type"}) {
    EXPECT_NE(log.find(sentence), std::string::npos) << sentence << peers_->logs();
  }
  EXPECT_EQ(peers_->millrace().source_state(kMillrace), "RUNNING");
}

}  // namespace
}  // namespace millrace::testing
