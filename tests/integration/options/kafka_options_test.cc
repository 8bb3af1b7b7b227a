// Kafka Connect's properties about topics and the producer, once each from end to end.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <fstream>
#include <set>

#include "support/daemon_process.h"
#include "support/kafka_reader.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"

namespace millrace::testing {
namespace {

constexpr std::chrono::seconds kDeadline{60};

class KafkaOptions : public ::testing::Test {
 protected:
  KafkaOptions() {
    mysql_.execute({"CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)",
                    "CREATE TABLE shop.log (id INT PRIMARY KEY)"});
  }

  std::string yaml(const std::string& more) const {
    return "kafka:\n  bootstrap.servers: " + kafka_.bootstrap() +
           "\nsources:\n  shop:\n    database.hostname: 127.0.0.1\n    database.port: " +
           std::to_string(mysql_.port()) + "\n    database.user: " + kCdcUser +
           "\n    database.password: " + kCdcPassword +
           "\n    topic.prefix: shop\n    database.include.list: shop\n"
           "    snapshot.mode: no_data\n" +
           more;
  }
  std::uint64_t published(const std::string& topic) const {
    return KafkaReader(kafka_.bootstrap()).count_values(topic);
  }
  bool eventually_published(const std::string& topic, std::uint64_t count) const {
    return eventually(kDeadline, [&] { return published(topic) == count; });
  }
  // The partitions that messages of the topic lie in.
  std::set<int> partitions(const std::string& topic) const {
    std::set<int> found;
    for (const Message& message : KafkaReader(kafka_.bootstrap()).read(topic))
      found.insert(message.partition);
    return found;
  }

  void produce(const std::string& topic, const std::string& key, const std::string& value) const {
    char error[512];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", kafka_.bootstrap().c_str(), error, sizeof(error));
    rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
    ASSERT_NE(producer, nullptr) << error;
    rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(0),
                      RD_KAFKA_V_KEY(key.data(), key.size()),
                      RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    EXPECT_EQ(rd_kafka_flush(producer, 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(producer);
  }

  MiniMysql mysql_{MiniMysqlOptions{.arguments = {"--binlog-row-metadata=FULL"}}};
  MiniKafka kafka_;
  TempFolder folder_{"kafka-options"};
};

TEST_F(KafkaOptions, TopicsOfAGroupAndAnOffsetTopicOfItsOwn) {
  DaemonProcess daemon(folder_.path(), yaml("    topic.creation.groups: wide\n"
                                            "    topic.creation.wide.include: shop\\.shop\\.o.*\n"
                                            "    topic.creation.wide.partitions: 4\n"
                                            "    producer.override.compression.type: zstd\n"
                                            "    producer.override.linger.ms: 1\n"));
  daemon.start();
  ASSERT_TRUE(daemon.wait_for_state("shop", "RUNNING", kDeadline)) << daemon.log();
  for (int id = 1; id <= 50; ++id) {
    mysql_.execute({"INSERT INTO shop.orders VALUES (" + std::to_string(id) + ")",
                    "INSERT INTO shop.log VALUES (" + std::to_string(id) + ")"});
  }
  ASSERT_TRUE(eventually_published("shop.shop.orders", 50)) << daemon.log();
  ASSERT_TRUE(eventually_published("shop.shop.log", 50)) << daemon.log();
  EXPECT_EQ(partitions("shop.shop.orders"), (std::set<int>{0, 1, 2, 3}));
  EXPECT_EQ(partitions("shop.shop.log"), std::set<int>{0});
  ASSERT_EQ(daemon.stop(), 0);

  // The offset moves into a topic of its own, and nothing is lost on the way.
  mysql_.execute({"INSERT INTO shop.orders VALUES (51)"});
  daemon.set_configuration(yaml("    offsets.storage.topic: shop-offsets\n"));
  for (std::uint64_t expected : {51, 52}) {
    daemon.start();
    ASSERT_TRUE(eventually_published("shop.shop.orders", expected)) << daemon.log();
    ASSERT_EQ(daemon.stop(), 0);
    mysql_.execute({"INSERT INTO shop.orders VALUES (" + std::to_string(expected + 1) + ")"});
  }
  EXPECT_GT(published("shop-offsets"), 0U);
}

// One signal by each of the channels; the table's row is an event too.
TEST_F(KafkaOptions, SignalsOfAllChannelsAreAnswered) {
  mysql_.execute({"CREATE DATABASE ops",
                  "CREATE TABLE ops.signals (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32), data "
                  "VARCHAR(2048))"});
  const std::string file = (folder_.path() / "signals.txt").string();
  DaemonProcess daemon(folder_.path(), yaml("    signal.enabled.channels: source,kafka,file\n"
                                            "    signal.data.collection: ops.signals\n"
                                            "    signal.poll.interval.ms: 100\n"
                                            "    signal.file: " +
                                            file + "\n"));
  daemon.start();
  ASSERT_TRUE(daemon.wait_for_state("shop", "RUNNING", kDeadline)) << daemon.log();
  const auto eventually_logged = [&](const std::string& text) {
    return eventually(kDeadline, [&] { return daemon.log().find(text) != std::string::npos; });
  };
  mysql_.execute(
      {"INSERT INTO ops.signals VALUES ('1', 'log', '{\"message\":\"by row at {}\"}'), "
       "('2', 'execute-snapshot', '{}')"});
  EXPECT_TRUE(eventually_logged("by row at binlog.")) << daemon.log();
  EXPECT_TRUE(eventually_logged("needs data with \"data-collections\"")) << daemon.log();
  EXPECT_TRUE(eventually_published("shop.ops.signals", 2)) << daemon.log();

  std::ofstream(file) << R"({"id":"3","type":"log","data":{"message":"by file"}})"
                      << "\nnonsense\n";
  EXPECT_TRUE(eventually_logged("by file")) << daemon.log();
  EXPECT_TRUE(eventually_logged("a signal is not JSON")) << daemon.log();

  // Only messages with the source's prefix as key count, all of them: the topic was made after the source started.
  produce("shop-signal", "other",
          R"({"id":"4","type":"log","data":{"message":"somebody else's"}})");
  produce("shop-signal", "shop", R"({"id":"5","type":"log","data":{"message":"by topic"}})");
  EXPECT_TRUE(eventually_logged("by topic")) << daemon.log();
  EXPECT_EQ(daemon.log().find("somebody else's"), std::string::npos);
  EXPECT_EQ(daemon.stop(), 0);
}

}  // namespace
}  // namespace millrace::testing
