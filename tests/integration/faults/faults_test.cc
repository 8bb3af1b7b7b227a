// Named disruptions between the daemon and its servers; after each, the topic folds to the table and holds nothing twice.

#include <gtest/gtest.h>

#include <thread>

#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/fault_proxy.h"
#include "support/kafka_reader.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/table_reader.h"
#include "support/validators.h"
#include "support/workload.h"

namespace millrace::testing {
namespace {

using std::chrono::seconds;

class Disruption : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { kafka_ = new MiniKafka(); }
  static void TearDownTestSuite() {
    delete kafka_;
    kafka_ = nullptr;
  }

  Disruption()
      : mysql_({.arguments = {"--binlog-row-metadata=FULL"}}),
        proxy_(mysql_.port()),
        client_(mysql_.root()) {
    create_orders(client_);
  }

  // Each test is a source of its own on the shared broker.
  void start(std::map<std::string, std::string> properties = {}) {
    name_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    properties["errors.retry.delay.max.ms"] = "300";
    properties["binlog.heartbeat.interval.ms"] = "500";
    daemon_ = std::make_unique<DaemonProcess>(
        folder_.path(),
        kafka_configuration(
            kafka_->bootstrap(),
            {.name = name_, .mysql_port = proxy_.port(), .properties = std::move(properties)}));
    daemon_->start();
    ASSERT_TRUE(daemon_->wait_for_state(name_, "RUNNING"))
        << daemon_->source_trace(name_) << daemon_->log();
  }

  std::vector<Event> events() const {
    return parse_events(KafkaReader(kafka_->bootstrap()).read(name_ + ".shop.orders"));
  }

  // Waits for a row that is written now, then holds the topic against the table.
  void expect_complete() {
    client_.execute(
        "INSERT INTO shop.orders (customer_id, status, total, currency, created_at, flags) "
        "VALUES (1, 'new', 1, 'EUR', NOW(6), 0)");
    const std::string key = "{\"id\":" + client_.value("SELECT LAST_INSERT_ID()") + "}";
    EXPECT_TRUE(eventually(seconds(60), [&] { return fold(events()).contains(key); }))
        << daemon_->source_trace(name_) << daemon_->log();
    const auto all = events();
    EXPECT_EQ(join(compare_with_table(all, client_, "shop", "orders")), "");
    EXPECT_EQ(join(check_key_order(all)), "");
    EXPECT_EQ(join(check_no_duplicates(all)), "");
    EXPECT_EQ(daemon_->stop(), 0);
  }

  static MiniKafka* kafka_;
  TempFolder folder_{"faults"};
  MiniMysql mysql_;
  FaultProxy proxy_;
  SqlClient client_;
  std::string name_;
  std::unique_ptr<DaemonProcess> daemon_;
};

MiniKafka* Disruption::kafka_ = nullptr;

TEST_F(Disruption, aurora_padding_between_gtid_and_begin) {
  proxy_.set_hook(aurora_padding());
  ASSERT_NO_FATAL_FAILURE(start({{"database.ssl.mode", "disabled"}}));
  client_.execute("CALL shop.bulk(20, 20)");
  client_.execute("CALL shop.oltp(50)");
  expect_complete();
  EXPECT_GE(proxy_.packets_inserted(), 70U) << "the padding didn't reach the stream";
}

TEST_F(Disruption, a_link_that_is_cut_again_and_again) {
  ASSERT_NO_FATAL_FAILURE(start());
  const std::uint64_t links = proxy_.links_opened();
  for (int i = 0; i < 10; ++i) {
    client_.execute("CALL shop.bulk(3, 100)");
    client_.execute("CALL shop.oltp(20)");
    proxy_.cut();
    ASSERT_TRUE(daemon_->wait_for_state(name_, "RUNNING")) << daemon_->source_trace(name_);
  }
  expect_complete();
  EXPECT_GT(proxy_.links_opened(), links);
}

TEST_F(Disruption, a_link_that_goes_silent) {
  ASSERT_NO_FATAL_FAILURE(start({{"connect.timeout.ms", "2000"}}));
  client_.execute("CALL shop.bulk(1, 1)");
  ASSERT_TRUE(eventually(seconds(20), [&] { return !events().empty(); })) << daemon_->log();
  const std::uint64_t links = proxy_.links_opened();
  proxy_.stall(true);
  client_.execute("CALL shop.bulk(3, 100)");
  EXPECT_TRUE(eventually(seconds(20), [&] { return proxy_.links_opened() > links; }))
      << "a silent link was not given up";
  proxy_.stall(false);
  expect_complete();
}

TEST_F(Disruption, a_killed_dump_thread) {
  ASSERT_NO_FATAL_FAILURE(start());
  client_.execute("CALL shop.bulk(3, 100)");
  for (const SqlRow& row : client_.rows(
           "SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'")) {
    client_.execute("KILL " + row[0].value_or("0"));
  }
  client_.execute("CALL shop.bulk(3, 100)");
  expect_complete();
}

TEST_F(Disruption, a_mysql_server_that_restarts) {
  ASSERT_NO_FATAL_FAILURE(start());
  client_.execute("CALL shop.bulk(3, 100)");
  mysql_.restart();
  client_ = mysql_.root();
  client_.execute("CALL shop.bulk(3, 100)");
  expect_complete();
}

TEST_F(Disruption, a_mysql_server_that_dies) {
  ASSERT_NO_FATAL_FAILURE(start());
  client_.execute("CALL shop.bulk(3, 100)");
  mysql_.kill9();
  mysql_.start();
  client_ = mysql_.root();
  client_.execute("CALL shop.bulk(3, 100)");
  expect_complete();
}

TEST_F(Disruption, a_broker_that_restarts) {
  ASSERT_NO_FATAL_FAILURE(start());
  client_.execute("CALL shop.bulk(3, 100)");
  kafka_->restart();
  client_.execute("CALL shop.bulk(3, 100)");
  expect_complete();
}

TEST_F(Disruption, binlogs_that_rotate) {
  ASSERT_NO_FATAL_FAILURE(start());
  for (int i = 0; i < 20; ++i) {
    client_.execute("CALL shop.bulk(1, 20)");
    client_.execute("FLUSH BINARY LOGS");
  }
  expect_complete();
}

}  // namespace
}  // namespace millrace::testing
