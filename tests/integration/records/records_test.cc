// The records around the rows: transaction metadata, schema changes, heartbeats and notifications. Debezium 3.6.1 and
// Millrace read one server at the same time, and what they say must be the same but for what compare_metadata.cc knows.
// Then Millrace alone: its counts over a kill in the middle of a transaction, and the heartbeat's statement.

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "integration/records/compare_metadata.h"
#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/debezium_runner.h"
#include "support/json_text.h"
#include "support/kafka_reader.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/sql_client.h"

namespace millrace::testing {
namespace {

constexpr const char* kDatabases = "records.*";
const std::string kJson = "org.apache.kafka.connect.json.JsonConverter";

struct PropertySet {
  std::string name;
  std::map<std::string, std::string> properties;

  std::string debezium() const { return "dbz-" + name; }
  std::string millrace() const { return "mil-" + name; }
};

std::vector<PropertySet> property_sets() {
  const std::map<std::string, std::string> common = {
      {"provide.transaction.metadata", "true"},      {"include.schema.changes", "true"},
      {"include.schema.comments", "true"},           {"heartbeat.interval.ms", "1000"},
      {"notification.enabled.channels", "sink,log"},
  };
  PropertySet plain{"plain", common};
  PropertySet schemas{"schemas", common};
  schemas.properties["key.converter"] = schemas.properties["value.converter"] = kJson;
  PropertySet names{"names", common};
  names.properties["topic.naming.strategy"] = "io.debezium.schema.SchemaUnicodeTopicNamingStrategy";
  names.properties["topic.delimiter"] = "-";
  names.properties["topic.transaction"] = "tx";
  names.properties["topic.heartbeat.prefix"] = "beat";
  names.properties["skip.messages.without.change"] = "true";
  return {plain, schemas, names};
}

std::map<std::string, std::string> properties_of(const PropertySet& set, const std::string& name) {
  auto properties = set.properties;
  properties["notification.sink.topic.name"] = name + ".notifications";
  return properties;
}

std::vector<std::string> statements() {
  std::vector<std::string> all;
  std::ifstream file(source_folder() / "tests/integration/records/statements.sql");
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with("--")) continue;
    all.push_back(line.substr(0, line.size() - 1));
  }
  return all;
}

// The member of a record's payload, raw; empty when it isn't there.
std::string member(const std::optional<std::string>& value, const std::string& name) {
  if (!value) return "";
  return json_member(json_members(*value), name).value_or("");
}

class Records : public ::testing::Test {
 protected:
  Records() : mysql_({.arguments = {"--binlog-row-metadata=FULL"}}), client_(mysql_.root()) {
    for (const char* statement :
         {"CREATE DATABASE elsewhere", "CREATE TABLE elsewhere.log (n INT)",
          "CREATE DATABASE records", "USE records",
          "CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(30), credit DECIMAL(8,2))",
          "CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, customer INT, "
          "what VARCHAR(9) COMMENT 'goods')",
          "SET SESSION sql_mode = '', time_zone = '+00:00'"}) {
      client_.execute(statement);
    }
  }

  std::vector<Message> read(const std::string& topic) const {
    return KafkaReader(kafka_.bootstrap()).read(topic);
  }

  TempFolder folder_{"records"};
  MiniMysql mysql_;
  MiniKafka kafka_;
  SqlClient client_;
};

class BesideDebezium : public Records {
 protected:
  BesideDebezium()
      : debezium_(folder_.path() / "debezium", debezium_options()),
        millrace_(folder_.path() / "millrace", millrace_configuration()) {}

  DebeziumOptions debezium_options() const {
    DebeziumOptions options;
    options.bootstrap = kafka_.bootstrap();
    options.mysql_port = mysql_.port();
    options.heap = "1200m";
    options.connector = {{"database.include.list", kDatabases},
                         {"extended.headers.enabled", "false"}};
    for (const PropertySet& set : property_sets()) {
      auto connector = properties_of(set, set.debezium());
      connector["name"] = connector["topic.prefix"] = set.debezium();
      options.connectors.push_back(std::move(connector));
    }
    return options;
  }

  std::string millrace_configuration() const {
    std::vector<SourceText> sources;
    for (const PropertySet& set : property_sets()) {
      sources.push_back({.name = set.millrace(),
                         .database = kDatabases,
                         .mysql_port = mysql_.port(),
                         .properties = properties_of(set, set.millrace())});
    }
    return kafka_configuration(kafka_.bootstrap(), sources);
  }

  void start() {
    debezium_.start();
    millrace_.start();
    for (const PropertySet& set : property_sets()) {
      ASSERT_TRUE(millrace_.wait_for_state(set.millrace(), "RUNNING"))
          << millrace_.source_trace(set.millrace()) << millrace_.log();
    }
  }

  // Its last record is the END of the last statement's transaction.
  void wait_for_transaction(const std::string& topic, const std::string& gtid) const {
    EXPECT_TRUE(eventually(std::chrono::seconds(90),
                           [&] {
                             const auto all = read(topic);
                             return !all.empty() &&
                                    all.back().value->find(gtid) != std::string::npos &&
                                    all.back().value->find("\"END\"") != std::string::npos;
                           }))
        << topic << "\n"
        << debezium_.log().substr(std::max<std::size_t>(debezium_.log().size(), 4000) - 4000);
  }

  TopicsOfTwo topics(const PropertySet& set, const std::string& name) const {
    const auto of = [&](const std::string& prefix) {
      std::string topic = name;
      topic.replace(topic.find('*'), 1, prefix);
      return read(topic);
    };
    return {set.name + " " + name, set.debezium(), set.millrace(), of(set.debezium()),
            of(set.millrace())};
  }

  // Names of topics with '*' for the prefix.
  std::set<std::string> names_of(const std::string& prefix) const {
    std::set<std::string> names;
    for (std::string topic : KafkaReader(kafka_.bootstrap()).topics()) {
      const auto at = topic.find(prefix);
      if (at != std::string::npos) names.insert(topic.replace(at, prefix.size(), "*"));
    }
    return names;
  }

  DebeziumRunner debezium_;
  DaemonProcess millrace_;
};

TEST_F(BesideDebezium, EveryRecordAroundTheRowsIsTheSame) {
  start();
  for (const std::string& statement : statements()) client_.execute(statement);
  const std::string executed = client_.value("SELECT @@global.gtid_executed");
  const std::string last =
      executed.substr(0, executed.find(':')) + ":" + executed.substr(executed.rfind('-') + 1);
  for (const PropertySet& set : property_sets()) {
    const std::string end = set.name == "names" ? "-tx" : ".transaction";
    for (const std::string& prefix : {set.debezium(), set.millrace()})
      wait_for_transaction(prefix + end, last);
  }
  Faults faults;
  std::map<std::string, int> allowed;
  for (const PropertySet& set : property_sets()) {
    const auto names = names_of(set.millrace());
    EXPECT_EQ(names_of(set.debezium()), names) << set.name;
    EXPECT_GE(names.size(), 8U) << set.name;
    std::size_t records = 0;
    for (const std::string& name : names) {
      const TopicsOfTwo both = topics(set, name);
      records += both.millrace.size();
      if (name == "*") {
        compare_schema_changes(both, faults, allowed);
        EXPECT_GE(both.millrace.size(), 30U);
      } else if (name.find("beat") == std::string::npos) {
        compare_records(both, faults);
      } else {
        TopicsOfTwo first = both;  // how many there are is a matter of time
        first.debezium.resize(1);
        first.millrace.resize(1);
        EXPECT_GE(both.millrace.size(), 2U);
        compare_records(first, faults);
      }
    }
    std::printf("%s: %zu topics, %zu records\n", set.name.c_str(), names.size(), records);
  }
  EXPECT_TRUE(faults.empty()) << faults.size() << " differences:\n    " << join(faults, 40);
  for (const auto& [reason, times] : allowed)
    std::printf("allowed %5d times: %s\n", times, reason.c_str());

  // The next start of both.
  debezium_.stop();
  EXPECT_EQ(millrace_.stop(), 0);
  debezium_.start();
  millrace_.start();
  Faults notified;
  for (const PropertySet& set : property_sets()) {
    const std::string topic = set.millrace() + ".notifications";
    EXPECT_TRUE(eventually(std::chrono::seconds(60), [&] { return read(topic).size() == 3; }));
    compare_records(topics(set, "*.notifications"), notified);
  }
  EXPECT_TRUE(notified.empty()) << join(notified, 10);
}

TEST_F(Records, CountsAreRightAfterKillsInTheMiddleOfATransaction) {
  constexpr int kRows = 120'000;
  DaemonProcess millrace(
      folder_.path() / "millrace",
      kafka_configuration(kafka_.bootstrap(), {.name = "counted",
                                               .database = "records",
                                               .mysql_port = mysql_.port(),
                                               .properties = {
                                                   {"provide.transaction.metadata", "true"},
                                                   {"transaction.split.bytes", "1MiB"},
                                                   {"commit.max.bytes", "1MiB"},
                                                   {"heartbeat.interval.ms", "200"},
                                               }}));
  millrace.start();
  ASSERT_TRUE(millrace.wait_for_state("counted", "RUNNING")) << millrace.log();
  client_.execute("SET SESSION cte_max_recursion_depth = 1000000");
  client_.execute("START TRANSACTION");
  client_.execute(
      "INSERT INTO customers WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
      "i < " +
      std::to_string(kRows) + ") SELECT i, 'customer', 1 FROM n");
  client_.execute("INSERT INTO orders (customer, what) SELECT id, 'goods' FROM customers");
  client_.execute("COMMIT");

  const KafkaReader reader(kafka_.bootstrap());
  int kills_inside = 0;
  for (const int published : {5'000, 60'000, 150'000}) {
    ASSERT_TRUE(eventually(std::chrono::seconds(60), [&] {
      return reader.end_offset("counted.records.customers") +
                 reader.end_offset("counted.records.orders") >=
             published;
    })) << millrace.log();
    kills_inside += read("counted.transaction").size() < 2 ? 1 : 0;
    millrace.kill9();
    millrace.start();
  }
  EXPECT_TRUE(eventually(std::chrono::seconds(120), [&] {
    return read("counted.transaction").size() >= 2;
  })) << millrace.log();
  EXPECT_EQ(millrace.stop(), 0);
  std::printf("%d kills were inside the transaction\n", kills_inside);
  EXPECT_GE(kills_inside, 1);

  const auto transactions = read("counted.transaction");
  ASSERT_EQ(transactions.size(), 2U);
  EXPECT_EQ(member(transactions[0].value, "status"), "\"BEGIN\"");
  EXPECT_EQ(member(transactions[1].value, "event_count"), std::to_string(2 * kRows));
  std::uint64_t total = 0;
  for (const std::string table : {"customers", "orders"}) {
    const auto rows = read("counted.records." + table);
    ASSERT_EQ(rows.size(), static_cast<std::size_t>(kRows)) << table;
    std::uint64_t of_table = 0;
    for (const Message& row : rows) {
      const std::string block = member(row.value, "transaction");
      ASSERT_EQ(member(block, "total_order"), std::to_string(++total));
      ASSERT_EQ(member(block, "data_collection_order"), std::to_string(++of_table));
    }
  }
}

TEST_F(Records, AHeartbeatExecutesItsStatementAndAFailureIsCounted) {
  client_.execute("CREATE TABLE elsewhere.beats (n INT AUTO_INCREMENT PRIMARY KEY)");
  const auto configuration = [&](const std::string& query) {
    return kafka_configuration(kafka_.bootstrap(),
                               {.name = "beating",
                                .database = "records",
                                .mysql_port = mysql_.port(),
                                .properties = {{"heartbeat.interval.ms", "100"},
                                               {"heartbeat.action.query", query},
                                               {"topic.heartbeat.name", "beats"}}});
  };
  client_.execute(std::string("GRANT INSERT ON elsewhere.* TO ") + kCdcUser + "@'%'");
  DaemonProcess millrace(folder_.path() / "millrace",
                         configuration("INSERT INTO elsewhere.beats VALUES ()"));
  millrace.start();
  const auto beats = [&] {
    return std::stoi(client_.value("SELECT COUNT(*) FROM elsewhere.beats"));
  };
  EXPECT_TRUE(eventually(std::chrono::seconds(30), [&] { return beats() >= 3; })) << millrace.log();
  EXPECT_TRUE(eventually(std::chrono::seconds(30), [&] { return read("beats").size() >= 3; }));
  EXPECT_EQ(millrace.metric("millrace_heartbeat_query_failures_total{source=\"beating\"}"), 0);
  EXPECT_EQ(millrace.stop(), 0);

  millrace.set_configuration(configuration("INSERT INTO elsewhere.gone VALUES ()"));
  millrace.start();
  EXPECT_TRUE(eventually(std::chrono::seconds(30), [&] {
    return millrace.metric("millrace_heartbeat_query_failures_total{source=\"beating\"}") >= 2;
  })) << millrace.log();
  EXPECT_EQ(millrace.source_state("beating"), "RUNNING");
  EXPECT_NE(millrace.log().find("heartbeat.action.query failed"), std::string::npos);
}

}  // namespace
}  // namespace millrace::testing
