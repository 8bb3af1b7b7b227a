// A snapshot from a frozen copy, by MySQL's own CLONE plugin, while the server goes on: rows of the copy and the stream
// behind it must fold to the tables, and neither server may be locked or written to. And the copies that are none.

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <regex>

#include "support/cloning.h"
#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/kafka_reader.h"
#include "support/keyed_tables.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/reshaper.h"
#include "support/table_reader.h"
#include "support/validators.h"
#include "support/workload.h"

namespace millrace::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kClonerPassword = "copier-secret";

MiniMysqlOptions with_plugin() { return {.arguments = clone_arguments(), .buffer_pool_mib = 128}; }

class CloneSnapshot : public ::testing::Test {
 protected:
  CloneSnapshot() {
    for (const MiniMysql* server : {&donor_, &copy_}) create_cloner(*server, kClonerPassword);
  }

  std::map<std::string, std::string> by_provider() const {
    return {{"snapshot.clone.provider", "mysql-clone"},
            {"snapshot.clone.provider.client", (cache_folder() / "mysql/root/bin/mysql").string()},
            {"snapshot.clone.provider.recipient.host", "127.0.0.1"},
            {"snapshot.clone.provider.recipient.port", std::to_string(copy_.port())},
            {"snapshot.clone.provider.donor.user", kCloner},
            {"snapshot.clone.provider.donor.password", kClonerPassword},
            {"snapshot.clone.provider.restart.command", "touch " + asked().string()},
            {"snapshot.clone.provider.poll.interval", "0.1"}};
  }
  std::map<std::string, std::string> by_name() const {
    return {{"snapshot.clone.hostname", "127.0.0.1"},
            {"snapshot.clone.port", std::to_string(copy_.port())}};
  }

  std::string configuration(const std::map<std::string, std::string>& more) const {
    SourceText source{
        .name = "all", .database = "keyed,mixed", .mysql_port = donor_.port(), .properties = more};
    source.properties["snapshot.mode"] = "initial";
    source.properties.try_emplace("snapshot.max.threads", "2");
    return kafka_configuration(kafka_.bootstrap(), source);
  }

  fs::path asked() const { return folder_.path() / "restart"; }

  void start(const std::map<std::string, std::string>& more) {
    daemon_.set_configuration(configuration(more));
    daemon_.start();
  }

  // For who gives only its address.
  void make_copy() { clone_by_hand(donor_, copy_, kClonerPassword); }

  // Starts the copy again when the provider's restart.command asks for it, as systemd would.
  Supervisor by_command() {
    return Supervisor([this] { return fs::exists(asked()); },
                      [this] {
                        fs::remove(asked());
                        copy_.restart();
                      });
  }

  std::vector<Event> events(const std::string& topic) const {
    return parse_events(KafkaReader(kafka_.bootstrap()).read("all." + topic));
  }

  void wait_until_caught_up() {
    donor_.execute({"INSERT INTO keyed.blank (k, seq) VALUES (4711, 0)"});
    EXPECT_TRUE(eventually(seconds(180),
                           [&] { return fold(events("keyed.blank")).contains("{\"k\":4711}"); }))
        << daemon_.source_trace("all") << log_end();
  }

  void expect_failed(const std::string& words) {
    // Its only source has failed for good.
    EXPECT_EQ(daemon_.process().wait(seconds(60)), 78) << log_end();
    EXPECT_NE(daemon_.log().find(words), std::string::npos) << words << "\n" << log_end();
  }

  static void expect_no_lock(const MiniMysql& server) {
    const std::regex locks(
        "\\b(FLUSH|LOCK (TABLES|INSTANCE)|GET_LOCK|FOR (UPDATE|SHARE)|LOCK IN SHARE MODE)\\b",
        std::regex::icase);
    const std::string log = read_file(server.folder() / "general.log");
    std::smatch found;
    std::string context;
    if (std::regex_search(log, found, locks)) {
      context = log.substr(
          static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, found.position() - 200)), 400);
    }
    EXPECT_EQ(context, "");
    EXPECT_NE(log.find("SELECT"), std::string::npos) << "the general log is empty";
  }

  std::string log_end() const {
    const std::string text = daemon_.log();
    return text.substr(text.size() > 6000 ? text.size() - 6000 : 0);
  }

  TempFolder folder_{"clone_snapshot"};
  MiniMysql donor_{with_plugin()}, copy_{with_plugin()};
  MiniKafka kafka_;
  DaemonProcess daemon_{folder_.path(), configuration({})};
};

TEST_F(CloneSnapshot, OfAServerUnderLoad) {
  const std::uint64_t seed = std::random_device{}();
  for (MiniMysql* server : {&donor_, &copy_}) {
    std::vector<std::string> arguments = clone_arguments();
    for (const std::string& argument :
         {std::string("--log-output=FILE"), std::string("--general-log=ON"),
          "--general-log-file=" + (server->folder() / "general.log").string()}) {
      arguments.push_back(argument);
    }
    server->set_arguments(arguments);
    server->restart();
  }
  KeyedTables keyed(donor_.socket(), {.rows = 3000, .seed = seed});
  MixedWorkload mixed(donor_.socket(), {.tables = 8, .threads = 2, .seed = seed, .xa = false});
  Reshaper reshaper(donor_.socket(), {.database = "mixed", .tables = mixed.tables(), .seed = seed});
  keyed.start();
  mixed.start();
  reshaper.start();
  const Supervisor supervisor = by_command();
  start(by_provider());
  ASSERT_TRUE(eventually(
      seconds(180), [&] { return daemon_.log().find("the copy is deleted") != std::string::npos; }))
      << daemon_.source_trace("all") << log_end();
  keyed.stop();
  mixed.stop();
  reshaper.stop();
  EXPECT_EQ(keyed.error(), "");
  EXPECT_EQ(mixed.error(), "");
  EXPECT_EQ(reshaper.error(), "");
  wait_until_caught_up();

  SqlClient client = donor_.root();
  for (const std::string& table : keyed.tables()) {
    EXPECT_EQ(join(KeyedTables::check(events("keyed." + table), client, "keyed", table)), "");
  }
  for (const std::string& table : mixed.tables()) {
    Rows rows = read_rows(client, read_shape(client, "mixed", table));
    for (auto& [key, row] : rows) row = without_reshaping(row);
    EXPECT_EQ(join(compare_rows(fold(without_reshaping(events("mixed." + table))), rows, table)),
              "");
  }
  expect_no_lock(donor_);
  expect_no_lock(copy_);
  std::printf("%llu statements, %llu transactions and %llu ALTERs meanwhile\n",
              static_cast<unsigned long long>(keyed.statements()),
              static_cast<unsigned long long>(mixed.transactions()),
              static_cast<unsigned long long>(reshaper.statements()));
  EXPECT_EQ(daemon_.stop(), 0);
}

TEST_F(CloneSnapshot, GoesOnFromItsCopyAndThenFromItsPlace) {
  KeyedTables keyed(donor_.socket(), {.rows = 2000});
  make_copy();
  donor_.execute({"UPDATE keyed.ints SET v = v + 1 WHERE seq < 100",
                  "DELETE FROM keyed.texts WHERE seq < 50"});
  auto properties = by_name();
  properties["snapshot.max.rows.per.second"] = "4000";
  properties["incremental.snapshot.chunk.size"] = "200";
  start(properties);
  ASSERT_TRUE(eventually(
      seconds(60),
      [&] {
        return daemon_.metric("millrace_rows_total{operation=\"read\",source=\"all\"}") > 4000;
      }))
      << daemon_.source_trace("all") << log_end();
  daemon_.kill9();
  properties["snapshot.max.rows.per.second"] = "0";
  start(properties);
  wait_until_caught_up();
  SqlClient client = donor_.root();
  for (const std::string& table : keyed.tables()) {
    EXPECT_EQ(join(KeyedTables::check(events("keyed." + table), client, "keyed", table)), "");
  }
  // What changed since the copy comes behind the row of the copy.
  const auto ints = events("keyed.ints");
  EXPECT_EQ(ints.front().op, 'r');
  EXPECT_EQ(ints.back().op, 'u');
  EXPECT_EQ(daemon_.stop(), 0);
}

TEST_F(CloneSnapshot, WhatIsNoCopyIsRefused) {
  donor_.execute({"CREATE DATABASE keyed", "CREATE TABLE keyed.blank (k INT PRIMARY KEY, seq INT)",
                  "INSERT INTO keyed.blank VALUES (1, 1)"});
  start({{"snapshot.clone.hostname", "127.0.0.1"},
         {"snapshot.clone.port", std::to_string(donor_.port())}});
  expect_failed("is the server itself");
  // Another server, with transactions of its own and none of the source's.
  start(by_name());
  expect_failed("is no copy of");

  make_copy();
  donor_.execute(
      {"FLUSH BINARY LOGS", "INSERT INTO keyed.blank VALUES (2, 2)", "FLUSH BINARY LOGS"});
  SqlClient client = donor_.root();
  client.execute("PURGE BINARY LOGS TO '" +
                 client.rows("SHOW BINARY LOG STATUS").at(0).at(0).value_or("") + "'");
  start(by_name());
  expect_failed("has purged binlogs that follow the copy");
}

TEST_F(CloneSnapshot, ACopyThatIsWrittenToIsNone) {
  KeyedTables keyed(donor_.socket(), {.rows = 2000, .with_keyless = false});
  make_copy();
  auto properties = by_name();
  properties["snapshot.max.rows.per.second"] = "2000";
  properties["incremental.snapshot.chunk.size"] = "100";
  start(properties);
  ASSERT_TRUE(eventually(
      seconds(60),
      [&] {
        return daemon_.metric("millrace_rows_total{operation=\"read\",source=\"all\"}") > 1000;
      }))
      << daemon_.source_trace("all") << log_end();
  copy_.execute({"UPDATE keyed.uuids SET v = 99"});
  expect_failed("isn't frozen");
}

}  // namespace
}  // namespace millrace::testing
