// The daemon between a real MySQL and a real Kafka: it starts, stops, goes on from its offset, and does what signals and a
// second daemon ask of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/event.h"
#include "support/fault_proxy.h"
#include "support/kafka_reader.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/validators.h"

namespace millrace::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::chrono::seconds kDeadline{90};

class Streaming : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { kafka_ = std::make_unique<MiniKafka>(); }
  static void TearDownTestSuite() { kafka_.reset(); }

  void SetUp() override {
    mysql_.execute(
        {"CREATE DATABASE shop", "CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(20))"});
    // Every test is a source of its own; the broker is shared.
    static int number = 0;
    source_.name = "shop" + std::to_string(++number);
    source_.mysql_port = mysql_.port();
    source_.properties["topic.prefix"] = source_.name;
  }

  std::string topic() const { return source_.name + ".shop.items"; }

  std::unique_ptr<DaemonProcess> make_daemon(const std::string& folder = "daemon") {
    return std::make_unique<DaemonProcess>(folder_.path() / folder,
                                           kafka_configuration(kafka_->bootstrap(), source_));
  }
  std::unique_ptr<DaemonProcess> start_daemon(const std::string& folder = "daemon") {
    auto daemon = make_daemon(folder);
    daemon->start();
    EXPECT_TRUE(daemon->wait_for_state(source_.name, "RUNNING", kDeadline)) << daemon->log();
    return daemon;
  }

  void insert(int id) {
    mysql_.execute({"INSERT INTO shop.items VALUES (" + std::to_string(id) + ", 'n" +
                    std::to_string(id) + "')"});
  }
  std::vector<Event> events() const {
    return parse_events(KafkaReader(kafka_->bootstrap()).read(topic()));
  }

  // The keys 1 ... n, each created once, in order.
  ::testing::AssertionResult published_up_to(int last, const DaemonProcess& daemon) {
    if (!eventually(kDeadline, [&] { return events().size() >= static_cast<std::size_t>(last); })) {
      return ::testing::AssertionFailure() << "only " << events().size() << " events\n"
                                           << daemon.log();
    }
    int id = 0;
    for (const Event& event : events()) {
      if (event.op != 'c' || event.key != "{\"id\":" + std::to_string(++id) + "}") {
        return ::testing::AssertionFailure() << "event " << id << " is " << event.describe();
      }
    }
    if (id != last) return ::testing::AssertionFailure() << id << " events instead of " << last;
    return ::testing::AssertionSuccess();
  }

  static std::unique_ptr<MiniKafka> kafka_;
  MiniMysql mysql_{MiniMysqlOptions{.arguments = {"--binlog-row-metadata=FULL"}}};
  TempFolder folder_{"streaming"};
  SourceText source_;
};

std::unique_ptr<MiniKafka> Streaming::kafka_;

TEST_F(Streaming, StoresItsFirstOffsetAtOnceAndGoesOnFromThere) {
  auto daemon = start_daemon();
  ASSERT_EQ(daemon->stop(), 0);
  insert(1);  // while nobody reads
  daemon->start();
  EXPECT_TRUE(published_up_to(1, *daemon));
}

TEST_F(Streaming, StopsWithinTenSecondsAndCommitsWhatItHasRead) {
  auto daemon = start_daemon();
  insert(1);
  ASSERT_TRUE(published_up_to(1, *daemon));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(daemon->stop(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  daemon->start();
  insert(2);
  EXPECT_TRUE(published_up_to(2, *daemon));
}

TEST_F(Streaming, StopsWithinTenSecondsThoughTheServerDoesNotAnswer) {
  FaultProxy proxy(mysql_.port());
  proxy.stall(true);
  source_.mysql_port = proxy.port();
  auto daemon = make_daemon();
  daemon->start();
  ASSERT_TRUE(eventually(kDeadline, [&] { return proxy.links_opened() > 0; })) << daemon->log();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(daemon->stop(), 0) << daemon->log();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST_F(Streaming, MetricsTellWhatIsBehindAndWhatIsInvalid) {
  mysql_.execute({"CREATE TABLE shop.old (id INT PRIMARY KEY, t VARCHAR(9) CHARACTER SET gbk)"});
  auto daemon = start_daemon();
  insert(1);
  // A code that gbk doesn't assign: the server keeps it.
  mysql_.execute({"INSERT INTO shop.old VALUES (1, _gbk x'A2AB')"});
  ASSERT_TRUE(published_up_to(1, *daemon));
  const std::string source = "source=\"" + source_.name + "\"";
  EXPECT_TRUE(eventually(kDeadline, [&] {
    return daemon->metric("millrace_text_conversion_failures_total{" + source +
                          ",table=\"shop.old\"}") == 1;
  })) << daemon->get("/metrics").value_or("no answer");
  EXPECT_TRUE(eventually(kDeadline, [&] {
    const auto metrics = daemon->get("/metrics");
    return metrics &&
           metrics->find("millrace_transactions_behind{" + source + "} 0") != std::string::npos;
  })) << daemon->get("/metrics").value_or("no answer");
}

TEST_F(Streaming, GoesOnAfterKillNine) {
  auto daemon = start_daemon();
  insert(1);
  ASSERT_TRUE(published_up_to(1, *daemon));
  daemon->kill9();
  insert(2);
  daemon->start();
  EXPECT_TRUE(published_up_to(2, *daemon));
}

TEST_F(Streaming, ASecondDaemonFencesTheFirst) {
  auto first = start_daemon("first");
  insert(1);
  ASSERT_TRUE(published_up_to(1, *first));
  auto second = start_daemon("second");
  insert(2);
  EXPECT_TRUE(published_up_to(2, *second));
  EXPECT_EQ(first->process().wait(kDeadline), 78) << first->log();
}

TEST_F(Streaming, ReloadStartsAndStopsOnlyWhatChanged) {
  auto daemon = start_daemon();
  insert(1);
  ASSERT_TRUE(published_up_to(1, *daemon));
  SourceText other = source_;
  other.name = source_.name + "b";
  other.properties["topic.prefix"] = other.name;
  const std::string one = kafka_configuration(kafka_->bootstrap(), source_);
  const std::string two = kafka_configuration(kafka_->bootstrap(), other);
  const std::string sources = "sources:\n";
  daemon->set_configuration(one + two.substr(two.find(sources) + sources.size()));
  daemon->process().signal(SIGHUP);
  ASSERT_TRUE(daemon->wait_for_state(other.name, "RUNNING", kDeadline)) << daemon->log();
  insert(2);
  EXPECT_TRUE(published_up_to(2, *daemon));
  EXPECT_THAT(daemon->log(), Not(HasSubstr("stopped source=" + source_.name + " ")));

  daemon->set_configuration(two);
  daemon->process().signal(SIGHUP);
  EXPECT_TRUE(eventually(kDeadline, [&] { return daemon->source_state(source_.name).empty(); }));
  EXPECT_EQ(daemon->source_state(other.name), "RUNNING");

  daemon->set_configuration("sources: {broken");
  daemon->process().signal(SIGHUP);
  EXPECT_TRUE(
      eventually(kDeadline, [&] { return daemon->log().find("has errors") != std::string::npos; }));
  EXPECT_EQ(daemon->source_state(other.name), "RUNNING");
}

TEST_F(Streaming, WithoutGtidsItGoesOnByFileAndPosition) {
  mysql_.stop();
  mysql_.set_arguments(
      {"--binlog-row-metadata=FULL", "--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"});
  mysql_.start();
  auto daemon = start_daemon();
  insert(1);
  ASSERT_TRUE(published_up_to(1, *daemon));
  ASSERT_EQ(daemon->stop(), 0);
  insert(2);
  mysql_.execute({"FLUSH BINARY LOGS"});
  insert(3);
  daemon->start();
  EXPECT_TRUE(published_up_to(3, *daemon));
}

class MinimalMetadata : public Streaming {
 protected:
  MinimalMetadata() { mysql_.execute({"SET GLOBAL binlog_row_metadata=MINIMAL"}); }

  // The newest event once there are `count`.
  std::string newest_after(std::size_t count, const DaemonProcess& daemon) {
    EXPECT_TRUE(eventually(kDeadline, [&] { return events().size() >= count; })) << daemon.log();
    const auto all = events();
    return all.size() == count ? all.back().after.value_or("null")
                               : std::to_string(all.size()) + " events";
  }
};

TEST_F(MinimalMetadata, ColumnNamesFollowStatements) {
  auto daemon = start_daemon();
  mysql_.execute({"INSERT INTO shop.items VALUES (1, 'a')",
                  "ALTER TABLE shop.items ADD COLUMN more INT FIRST, RENAME COLUMN name TO label",
                  "INSERT INTO shop.items VALUES (7, 2, 'b')"});
  EXPECT_EQ(newest_after(2, *daemon), R"({"more":7,"id":2,"label":"b"})");
  // A statement while nobody reads, and a start that knows the structures as of its offset.
  ASSERT_EQ(daemon->stop(), 0);
  mysql_.execute({"INSERT INTO shop.items VALUES (8, 3, 'c')",
                  "ALTER TABLE shop.items DROP COLUMN more, CHANGE label label VARCHAR(50)"});
  daemon->start();
  EXPECT_EQ(newest_after(3, *daemon), R"({"more":8,"id":3,"label":"c"})");
  mysql_.execute({"INSERT INTO shop.items VALUES (4, 'd')"});
  EXPECT_EQ(newest_after(4, *daemon), R"({"id":4,"label":"d"})");
  // Killed with a change behind it that no row has shown yet.
  mysql_.execute({"ALTER TABLE shop.items RENAME COLUMN label TO name2"});
  daemon->kill9();
  mysql_.execute({"INSERT INTO shop.items VALUES (5, 'e')"});
  daemon->start();
  EXPECT_EQ(newest_after(5, *daemon), R"({"id":5,"name2":"e"})");
}

TEST_F(MinimalMetadata, OnlineSchemaChangeRenamesTheGhostIntoPlace) {
  source_.properties["table.include.list"] = "shop.items";
  auto daemon = start_daemon();
  mysql_.execute({"INSERT INTO shop.items VALUES (1, 'a')",
                  "CREATE TABLE shop._items_gho LIKE shop.items",
                  "ALTER TABLE shop._items_gho ADD COLUMN more INT",
                  "INSERT INTO shop._items_gho SELECT id, name, 0 FROM shop.items",
                  "RENAME TABLE shop.items TO shop._items_del, shop._items_gho TO shop.items",
                  "INSERT INTO shop.items VALUES (2, 'b', 9)"});
  EXPECT_EQ(newest_after(2, *daemon), R"({"id":2,"name":"b","more":9})");
}

TEST_F(MinimalMetadata, ANewTableIsCapturedWithItsNames) {
  auto daemon = start_daemon();
  mysql_.execute({"DROP TABLE shop.items",
                  "CREATE TABLE shop.items (`select` INT PRIMARY KEY, `ДАТА` DATE)",
                  "INSERT INTO shop.items VALUES (1, '1970-01-02')"});
  EXPECT_EQ(newest_after(1, *daemon), R"({"select":1,"ДАТА":1})");
}

TEST_F(MinimalMetadata, ALabelThatTheServerDoesNotShowIsWarnedOf) {
  mysql_.execute({"CREATE TABLE shop.moods (mood ENUM('😀', 'none') CHARACTER SET utf8mb4)"});
  auto daemon = start_daemon();
  EXPECT_THAT(daemon->log(), HasSubstr("a label of shop.moods.mood holds '?'"));
}

TEST_F(MinimalMetadata, StructuresAreReadWithoutALockWhileTablesChange) {
  // Statements go on while the source starts: whatever it read, the names of every row are right.
  std::atomic<bool> stop{false};
  int rows = 0;
  std::thread storm([&] {
    SqlClient client = mysql_.root();
    for (; !stop; ++rows) {
      const std::string column = "c" + std::to_string(rows);
      client.execute("ALTER TABLE shop.items ADD COLUMN " + column + " INT");
      client.execute("INSERT INTO shop.items (id, " + column + ") VALUES (" + std::to_string(rows) +
                     ", " + std::to_string(rows) + ")");
      client.execute("ALTER TABLE shop.items DROP COLUMN " + column);
    }
  });
  auto daemon = start_daemon();
  EXPECT_TRUE(eventually(kDeadline, [&] { return events().size() >= 20; })) << daemon->log();
  stop = true;
  storm.join();
  const std::string last = "{\"id\":" + std::to_string(rows - 1) + "}";
  EXPECT_TRUE(eventually(kDeadline, [&] {
    const auto all = events();
    return !all.empty() && all.back().key == last;
  })) << daemon->log();
  for (const Event& event : events()) {
    const std::string number = event.key.substr(6, event.key.size() - 7);
    EXPECT_EQ(event.after.value_or(""),
              "{\"id\":" + number + ",\"name\":null,\"c" + number + "\":" + number + "}");
  }
}

TEST_F(MinimalMetadata, StructuresAreReadThoughSomeTableChangesAllTheTime) {
  constexpr int kThreads = 12, kTablesEach = 2, kTables = kThreads * kTablesEach;
  const auto name = [](int table) { return "shop.t" + std::to_string(table); };
  for (int table = 0; table < kTables; ++table) {
    mysql_.execute({"CREATE TABLE " + name(table) + " (id INT PRIMARY KEY)"});
  }
  // Each thread alters its tables, one after the other, and puts a row into the one that it has altered.
  std::atomic<bool> stop{false};
  const auto alter = [&](int first) {
    SqlClient client = mysql_.root();
    for (int turn = 0; !stop; ++turn) {
      const std::string table = name(first + turn % kTablesEach);
      const std::string column = "c" + std::to_string(turn);
      const std::string number = std::to_string(turn);
      client.execute("ALTER TABLE " + table + " ADD COLUMN " + column + " INT");
      client.execute("INSERT INTO " + table + " (id, " + column + ") VALUES (" + number + ", " +
                     number + ")");
      client.execute("ALTER TABLE " + table + " DROP COLUMN " + column);
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(alter, i * kTablesEach);
  auto daemon = start_daemon();
  EXPECT_THAT(daemon->log(), Not(HasSubstr("faster than it can be read")));
  const KafkaReader reader(kafka_->bootstrap());
  const auto rows = [&](int table) {
    return parse_events(reader.read(source_.name + "." + name(table)));
  };
  bool all_have_rows = true;
  for (int table = 0; table < kTables && all_have_rows; ++table) {
    all_have_rows = eventually(kDeadline, [&] { return rows(table).size() >= 3; });
  }
  stop = true;
  EXPECT_TRUE(all_have_rows) << daemon->log();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(daemon->source_state(source_.name), "RUNNING") << daemon->log();
  for (int table = 0; table < kTables; ++table) {
    for (const Event& event : rows(table)) {
      const std::string number = event.key.substr(6, event.key.size() - 7);
      EXPECT_EQ(event.after.value_or(""),
                "{\"id\":" + number + ",\"c" + number + "\":" + number + "}");
    }
  }
}

// lower_case_table_names=1: statements stand in the binlog as they were written, tables don't.
TEST_F(Streaming, StatementsMaySpellNamesInAnyCase) {
  const MiniMysql server(
      {.arguments = {"--binlog-row-metadata=MINIMAL"}, .lower_case_names = true});
  server.execute({"CREATE DATABASE Shop", "CREATE TABLE SHOP.Items (id INT PRIMARY KEY)"});
  source_.mysql_port = server.port();
  source_.properties["skipped.operations"] = "none";
  // Statements go on while the structures are read.
  std::atomic<bool> stop{false};
  std::thread storm([&] {
    SqlClient client = server.root();
    for (int turn = 0; !stop; ++turn) {
      client.execute("ALTER TABLE Shop.ITEMS ADD COLUMN c" + std::to_string(turn) + " INT");
      client.execute("ALTER TABLE SHOP.items DROP COLUMN c" + std::to_string(turn));
    }
  });
  auto daemon = start_daemon();
  stop = true;
  storm.join();
  server.execute({"ALTER TABLE SHOP.ITEMS ADD COLUMN Name VARCHAR(9)",
                  "INSERT INTO SHOP.ITEMS VALUES (1, 'a')", "TRUNCATE TABLE SHOP.ITEMS",
                  "RENAME TABLE Shop.Items TO Shop.Other", "INSERT INTO Shop.Other VALUES (2, 'b')",
                  "RENAME TABLE Shop.Other TO Shop.Items",
                  "INSERT INTO Shop.Items VALUES (3, 'c')"});
  EXPECT_TRUE(eventually(kDeadline, [&] { return events().size() >= 3; })) << daemon->log();
  std::string told;
  for (const Event& event : events()) told += event.op + event.after.value_or("") + " ";
  EXPECT_EQ(told, R"(c{"id":1,"Name":"a"} t c{"id":3,"Name":"c"} )") << daemon->log();
}

TEST_F(Streaming, AtLeastOnceModePublishesWithoutTransactions) {
  source_.properties["exactly.once.support"] = "disabled";
  auto daemon = start_daemon();
  insert(1);
  ASSERT_TRUE(published_up_to(1, *daemon));
  ASSERT_EQ(daemon->stop(), 0);
  daemon->start();
  insert(2);
  EXPECT_TRUE(published_up_to(2, *daemon));
}

TEST_F(Streaming, DecodePrintsTheSameRowsFromTheServersFiles) {
  insert(1);
  mysql_.execute({"UPDATE shop.items SET name='changed'", "FLUSH BINARY LOGS"});
  const CommandResult decoded =
      run_command({daemon_program(), "decode", (mysql_.data_folder() / "binlog.000001").string()});
  ASSERT_EQ(decoded.exit_code, 0) << decoded.output;
  std::vector<Event> found;
  for (const Event& event : parse_events(parse_lines(decoded.output))) {
    if (event.topic == "binlog.shop.items") found.push_back(event);
  }
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[1].op, 'u');
  EXPECT_THAT(check_key_order(found), IsEmpty());
}

}  // namespace
}  // namespace millrace::testing
