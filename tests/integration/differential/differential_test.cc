// Debezium 3.6.1 and Millrace read one server at the same time, with each of several sets of properties (property_sets.cc),
// and every record of every topic must be the same but for what allowed_differences.cc names. The statements: all of tests/golden/types, shapes.sql beside this
// file (statement shapes, DDL between them, odd names), and a seeded mix.

#include <gtest/gtest.h>

#include <random>

#include "integration/differential/compare_records.h"
#include "integration/differential/property_sets.h"
#include "integration/types/type_file.h"
#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/debezium_runner.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/sql_client.h"

namespace millrace::testing {
namespace {

constexpr const char* kDatabases = "types_.*,shapes.*,seeded";
constexpr int kSeededTables = 20;
constexpr int kSeededStatements = 400;

std::vector<std::string> statements_of(const std::filesystem::path& path) {
  std::vector<std::string> all;
  std::string statement;
  const std::string text = read_file(path);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("--") || line.empty()) continue;
    statement += line + "\n";
    if (!line.ends_with(';')) continue;
    all.push_back(statement.substr(0, statement.size() - 2));
    statement.clear();
  }
  return all;
}

std::string with_doubled_backslashes(const std::string& text) {
  std::string doubled;
  for (const char c : text) doubled += c == '\\' ? std::string("\\\\") : std::string(1, c);
  return doubled;
}

class Differential : public ::testing::Test {
 protected:
  Differential()
      : mysql_({.arguments = {"--binlog-row-metadata=FULL"}}),
        client_(mysql_.root()),
        debezium_(folder_.path() / "debezium", debezium_options()),
        millrace_(folder_.path() / "millrace", millrace_configuration()) {
    client_.execute("SET SESSION sql_mode = '', time_zone = '+00:00'");
  }

  DebeziumOptions debezium_options() const {
    DebeziumOptions options;
    options.bootstrap = kafka_.bootstrap();
    options.mysql_port = mysql_.port();
    options.heap = "1500m";
    options.connector = {{"database.include.list", kDatabases},
                         {"extended.headers.enabled", "false"}};
    for (const PropertySet& set : property_sets()) {
      auto connector = set.properties;
      connector["name"] = connector["topic.prefix"] = set.debezium();
      // What is a backslash to a regular expression is one to a properties file too.
      for (auto& [key, value] : connector) value = with_doubled_backslashes(value);
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
                         .properties = set.properties});
    }
    return kafka_configuration(kafka_.bootstrap(), sources);
  }

  void create_tables() {
    for (const TypeFile& file : types_) {
      client_.execute("CREATE DATABASE " + file.database() + " CHARACTER SET utf8mb4");
      client_.execute("USE " + file.database());
      for (const std::string& statement : file.tables) client_.execute(statement);
    }
    client_.execute("CREATE DATABASE seeded");
    client_.execute("USE seeded");
    for (int i = 0; i < kSeededTables; ++i) {
      client_.execute("CREATE TABLE t" + std::to_string(i) +
                      " (id INT PRIMARY KEY, a INT, b VARCHAR(50), c DECIMAL(12, " +
                      std::to_string(i % 7) + "), d DATETIME(" + std::to_string(i % 7) + "))");
    }
  }

  void run_statements() {
    for (const TypeFile& file : types_) {
      client_.execute("USE " + file.database());
      for (const std::string& statement : file.rows) run(statement);
    }
    for (const std::string& statement :
         statements_of(source_folder() / "tests/integration/differential/shapes.sql")) {
      run(statement);
    }
    run_seeded();
    run("INSERT INTO seeded.t0 VALUES (1000000, 0, 'the last one', 0, NULL)");
  }

  void run(const std::string& statement) {
    client_.execute(statement);
    ++statements_;
  }

  void run_seeded() {
    std::mt19937 random(20261121);
    const auto roll = [&](unsigned sides) { return std::to_string(random() % sides); };
    run("USE seeded");
    for (int i = 0; i < kSeededStatements; ++i) {
      const std::string table = "t" + roll(kSeededTables);
      switch (random() % 5) {
        case 0:
        case 1:
          run("REPLACE INTO " + table + " VALUES (" + roll(30) + ", " + roll(1000) +
              ", REPEAT('x', " + roll(50) + "), " + roll(100000) +
              " / 7, '2020-01-01 10:11:12.345678'), (" + roll(30) + ", NULL, NULL, NULL, NULL)");
          break;
        case 2:
          run("UPDATE " + table + " SET a = a + 1, c = -c WHERE id < " + roll(30));
          break;
        case 3:
          run("UPDATE IGNORE " + table + " SET id = id + " + roll(9) + " WHERE id = " + roll(30));
          break;
        default:
          run("DELETE FROM " + table + " WHERE id = " + roll(30));
      }
    }
  }

  bool has_last_row(const std::string& prefix) const {
    const auto messages = KafkaReader(kafka_.bootstrap()).read(prefix + ".seeded.t0");
    return !messages.empty() &&
           messages.back().key.value_or("").find("{\"id\":1000000}") != std::string::npos;
  }

  // Six of each share the machine.
  bool wait_for_last_row(const std::string& prefix) const {
    return eventually(std::chrono::seconds(180), [&] { return has_last_row(prefix); });
  }

  void compare(const PropertySet& set, const std::vector<std::string>& topics) {
    const KafkaReader reader(kafka_.bootstrap());
    std::set<std::string> tables;
    for (const std::string& topic : topics) {
      for (const std::string& prefix : {set.debezium(), set.millrace()}) {
        if (topic.starts_with(prefix + ".")) tables.insert(topic.substr(prefix.size() + 1));
      }
    }
    EXPECT_GE(tables.size(), 40U);
    Comparison result;
    std::size_t records = 0;
    for (const std::string& table : tables) {
      const auto debezium = reader.read(set.debezium() + "." + table);
      records += debezium.size();
      compare_topics({table, set.debezium(), set.millrace()}, columns_with_default(table), debezium,
                     reader.read(set.millrace() + "." + table), result);
    }
    EXPECT_TRUE(result.faults.empty())
        << result.faults.size() << " differences:\n    " << join(result.faults, 60);
    std::printf("%s: %zu topics, %zu records\n", set.name.c_str(), tables.size(), records);
    for (const auto& [reason, times] : result.allowed)
      std::printf("allowed %5d times: %s\n", times, reason.c_str());
  }

  std::set<std::string> columns_with_default(const std::string& topic) {
    std::set<std::string> columns;
    const auto point = topic.find('.');
    for (const SqlRow& row :
         client_.rows("SELECT column_name FROM information_schema.columns WHERE table_schema = '" +
                      topic.substr(0, point) + "' AND table_name = '" + topic.substr(point + 1) +
                      "' AND column_default IS NOT NULL")) {
      columns.insert(row[0].value_or(""));
    }
    return columns;
  }

  TempFolder folder_{"differential"};
  MiniMysql mysql_;
  MiniKafka kafka_;
  SqlClient client_;
  std::vector<TypeFile> types_ = read_type_files();
  DebeziumRunner debezium_;
  DaemonProcess millrace_;
  int statements_ = 0;
};

TEST_F(Differential, EveryRecordOfEveryTopicIsTheSame) {
  create_tables();
  debezium_.start();
  millrace_.start();
  for (const PropertySet& set : property_sets()) {
    ASSERT_TRUE(millrace_.wait_for_state(set.millrace(), "RUNNING"))
        << millrace_.source_trace(set.millrace()) << millrace_.log();
  }
  run_statements();
  EXPECT_GE(statements_, 500);
  for (const PropertySet& set : property_sets()) {
    EXPECT_TRUE(wait_for_last_row(set.millrace())) << millrace_.source_trace(set.millrace());
  }
  for (const PropertySet& set : property_sets()) {
    EXPECT_TRUE(wait_for_last_row(set.debezium()))
        << set.debezium() << "\n"
        << debezium_.log().substr(std::max<std::size_t>(debezium_.log().size(), 6000) - 6000);
  }
  std::printf("%d statements\n", statements_);
  const auto topics = KafkaReader(kafka_.bootstrap()).topics();
  for (const PropertySet& set : property_sets()) {
    SCOPED_TRACE(set.name);
    compare(set, topics);
  }
  EXPECT_EQ(millrace_.stop(), 0);
}

}  // namespace
}  // namespace millrace::testing
