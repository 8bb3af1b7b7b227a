// Chains of transforms (chains.cc) in real Debezium and Kafka Connect, and in Millrace, at the same time on one server:
// every record of every topic must be the same. What single transforms do with every kind of record the unit test
// encode_transforms holds to the real classes; this one is about whole runs: topics that come up while streaming,
// headers on the wire, tombstones.

#include <gtest/gtest.h>

#include <regex>

#include "integration/transforms/chains.h"
#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/debezium_runner.h"
#include "support/kafka_reader.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/sql_client.h"

namespace millrace::testing {
namespace {

constexpr const char* kTables[] = {
    R"(CREATE TABLE shop.orders_1 (id INT PRIMARY KEY, name VARCHAR(50), amount DECIMAL(10,2), count INT,
       made DATETIME(3), seen TIMESTAMP NULL, note TEXT))",
    "CREATE TABLE shop.orders_2 LIKE shop.orders_1",
    R"(CREATE TABLE shop.outbox (id CHAR(36) PRIMARY KEY, aggregatetype VARCHAR(50) NOT NULL,
       aggregateid VARCHAR(50) NOT NULL, type VARCHAR(50) NOT NULL, payload JSON,
       made DATETIME(6) NOT NULL, slot INT NOT NULL))"};

// Messages get the outbox's times, and Kafka deletes what is older than a week.
constexpr const char* kStatements[] = {
    R"(INSERT INTO shop.orders_1 VALUES
       (1, 'topic_a', 12.34, 5, '2024-02-29 13:14:15.678', '2024-02-29 13:14:15', 'note "1"'),
       (2, NULL, NULL, NULL, NULL, NULL, NULL))",
    R"(INSERT INTO shop.orders_2 VALUES
       (1, 'topic_b', -0.01, -5, '1969-12-31 23:59:59.999', '2038-01-01 00:00:00', ''))",
    "UPDATE shop.orders_1 SET name = 'topic_b', amount = amount * 2",
    "UPDATE shop.orders_2 SET id = 10",
    R"(INSERT INTO shop.outbox VALUES
       ('e1', 'Order', 'o-1', 'OrderCreated', '{"a": [1, null], "b": {"c": 1.5, "d": null}}', NOW(6), 2),
       ('e2', 'Customer', 'c-1', 'CustomerMoved', NULL, NOW(6), 0))",
    "INSERT INTO shop.outbox VALUES ('e3', 'Order', 'o-2', 'OrderCreated', '{}', NOW(6), 1)",
    "DELETE FROM shop.outbox WHERE id = 'e1'",
    "UPDATE shop.outbox SET type = 'x' WHERE id = 'e2'",
    "DELETE FROM shop.orders_1 WHERE id = 2",
    "DELETE FROM shop.orders_2",
    R"(INSERT INTO shop.orders_2 VALUES (7, 'topic_c', 1, 1, '2024-01-01 00:00:00', NULL, 'x'))",
    "INSERT INTO shop.outbox VALUES ('e4', 'Order', 'o-3', 'Last', '{}', NOW(6), 2)"};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

class Transforms : public ::testing::Test {
 protected:
  Transforms()
      : mysql_({.arguments = {"--binlog-row-metadata=FULL"}}),
        client_(mysql_.root()),
        debezium_(folder_.path() / "debezium", debezium_options()),
        millrace_(folder_.path() / "millrace", millrace_configuration()) {
    client_.execute("SET SESSION time_zone = '+00:00'");
  }

  DebeziumOptions debezium_options() const {
    DebeziumOptions options;
    options.bootstrap = kafka_.bootstrap();
    options.mysql_port = mysql_.port();
    options.heap = "1500m";
    options.connector = {{"database.include.list", "shop"}, {"extended.headers.enabled", "false"}};
    for (const Chain& chain : chains()) {
      auto connector = chain.properties;
      connector["name"] = connector["topic.prefix"] = chain.debezium();
      for (auto& [key, value] : connector) {
        // What is a backslash to a regular expression is one to a properties file too.
        value = replaced(replaced(value, "\\", "\\\\"), "PREFIX", chain.debezium());
      }
      options.connectors.push_back(std::move(connector));
    }
    return options;
  }

  std::string millrace_configuration() const {
    std::vector<SourceText> sources;
    for (const Chain& chain : chains()) {
      auto properties = chain.properties;
      for (auto& [key, value] : properties) value = replaced(value, "PREFIX", chain.millrace());
      sources.push_back({.name = chain.millrace(),
                         .database = "shop",
                         .mysql_port = mysql_.port(),
                         .properties = std::move(properties)});
    }
    return kafka_configuration(kafka_.bootstrap(), sources);
  }

  // Records as lines, topic by topic, without what names the program or its clock.
  // A tombstone of Debezium's shares the list of its delete record's headers (docs/transforms.md).
  std::vector<std::string> records(const std::string& prefix, bool adds_headers) const {
    static const std::regex clock(R"x(("[a-z_]*ts_[mun]s\\?":)\d+)x");
    static const std::regex version(R"x("version":"[^"]*")x");
    const KafkaReader reader(kafka_.bootstrap());
    std::vector<std::string> topics;
    for (const std::string& topic : reader.topics()) {
      const bool is_named = topic.starts_with("topic_") && prefix.ends_with("_route");
      if (topic.starts_with(prefix + ".") || is_named) topics.push_back(topic);
    }
    std::sort(topics.begin(), topics.end());
    std::vector<std::string> lines;
    for (const std::string& topic : topics) {
      for (const Message& message : reader.read(topic)) {
        std::string line = topic + "/" + std::to_string(message.partition) + " " +
                           message.key.value_or("-") + " " + message.value.value_or("-");
        const bool has_others = adds_headers && !message.value;
        for (const auto& [name, value] : message.headers) {
          if (!has_others || name.starts_with("__debezium.")) line += " " + name + "=" + value;
        }
        // Of a column; else the time of sending.
        if (prefix.ends_with("_outbox")) line += " at " + std::to_string(message.timestamp_ms);
        line = std::regex_replace(line, clock, "$1T");
        line = std::regex_replace(line, version, "\"version\":V");
        lines.push_back(replaced(line, prefix, "P"));
      }
    }
    return lines;
  }

  TempFolder folder_{"transforms"};
  MiniMysql mysql_;
  MiniKafka kafka_;
  SqlClient client_;
  DebeziumRunner debezium_;
  DaemonProcess millrace_;
};

TEST_F(Transforms, MakeTheSameRecordsAsKafkaConnect) {
  client_.execute("CREATE DATABASE shop CHARACTER SET utf8mb4");
  for (const char* table : kTables) client_.execute(table);
  debezium_.start();
  millrace_.start();
  for (const Chain& chain : chains()) {
    ASSERT_TRUE(millrace_.wait_for_state(chain.millrace(), "RUNNING"))
        << millrace_.source_trace(chain.millrace()) << millrace_.log();
  }
  for (const char* statement : kStatements) client_.execute(statement);
  for (const Chain& chain : chains()) {
    SCOPED_TRACE(chain.name);
    std::vector<std::string> debezium, millrace;
    const bool all_came = eventually(std::chrono::seconds(40), [&] {
      debezium = records(chain.debezium(), chain.adds_headers);
      millrace = records(chain.millrace(), chain.adds_headers);
      return debezium.size() == millrace.size() && debezium.size() == chain.records;
    });
    EXPECT_TRUE(all_came) << debezium.size() << " records of Debezium, " << millrace.size()
                          << " of Millrace " << millrace_.source_trace(chain.millrace());
    for (std::size_t i = 0; i < std::min(debezium.size(), millrace.size()); ++i)
      EXPECT_EQ(millrace[i], debezium[i]);
  }
  EXPECT_EQ(millrace_.stop(), 0);
}

}  // namespace
}  // namespace millrace::testing
