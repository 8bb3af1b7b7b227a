// Debezium 3.6.1 and Millrace read one server at the same time, with each of several sets of properties
// (property_sets.cc), and every record of every topic must be the same but for what accepted_differences.cc names.
// corpus.h says what they follow. One worker of Kafka Connect runs a connector a set, one daemon a source a set.
//
// The short form changes the server's settings from case to case and leaves sets out that say so;
// MILLRACE_CONFORMANCE=long runs all cases of all sets under each.
// For looking at a part: MILLRACE_CONFORMANCE_SETS=plain,text and MILLRACE_CONFORMANCE_CASES=corpus/keys,types/json.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "conformance/accepted_differences.h"
#include "conformance/compare_records.h"
#include "conformance/corpus.h"
#include "conformance/property_sets.h"
#include "conformance/statement_log.h"
#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/debezium_runner.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/sql_client.h"

namespace millrace::testing {
namespace {

constexpr int kSeededStatements = 500;
constexpr const char* kLastTable = "seeded.last";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool is_long() { return environment("MILLRACE_CONFORMANCE") == "long"; }

bool chosen(const char* variable, const std::string& name) {
  const std::string list = environment(variable);
  return list.empty() || ("," + list + ",").find("," + name + ",") != std::string::npos;
}

bool is_part() {
  return !environment("MILLRACE_CONFORMANCE_SETS").empty() ||
         !environment("MILLRACE_CONFORMANCE_CASES").empty();
}

std::vector<PropertySet> chosen_sets() {
  std::vector<PropertySet> sets;
  for (const PropertySet& set : property_sets()) {
    const bool named = !environment("MILLRACE_CONFORMANCE_SETS").empty();
    if (set.only_in_long_form && !named && !is_long()) continue;
    if (chosen("MILLRACE_CONFORMANCE_SETS", set.name)) sets.push_back(set);
  }
  return sets;
}

std::vector<Case> chosen_cases() {
  std::vector<Case> cases;
  for (Case& one : corpus(kSeededStatements)) {
    if (!chosen("MILLRACE_CONFORMANCE_CASES", one.name)) one.statements.clear();
    cases.push_back(std::move(one));
  }
  return cases;
}

// How the server writes its binlog.
struct ServerSettings {
  bool full_metadata;
  bool compression;
};

// A run: the settings that its cases take in turn.
struct Run {
  std::string name;
  std::vector<ServerSettings> settings;
};

std::vector<Run> runs() {
  const ServerSettings full{true, false}, minimal{false, false}, compressed{false, true};
  if (!is_long()) return {{"InTurn", {full, minimal, compressed}}};
  return {{"Full", {full}}, {"Minimal", {minimal}}, {"Compressed", {compressed}}};
}

void PrintTo(const Run& run, std::ostream* out) { *out << run.name; }

// Of all runs, for the test that comes last.
std::map<std::string, int>& all_accepted() {
  static std::map<std::string, int> accepted;
  return accepted;
}

std::string with_doubled_backslashes(const std::string& text) {
  std::string doubled;
  for (const char c : text) doubled += c == '\\' ? std::string("\\\\") : std::string(1, c);
  return doubled;
}

class Conformance : public ::testing::TestWithParam<Run> {
 protected:
  Conformance()
      : mysql_({.arguments = {"--secure-file-priv=", "--local-infile=ON"}}),
        client_(mysql_.root()),
        other_(mysql_.root()),
        debezium_(folder_.path() / "debezium", debezium_options()),
        millrace_(folder_.path() / "millrace", millrace_configuration()) {
    for (SqlClient* client : {&client_, &other_})
      client->execute("SET SESSION sql_mode = '', time_zone = '+00:00'");
  }

  DebeziumOptions debezium_options() const {
    DebeziumOptions options;
    options.bootstrap = kafka_.bootstrap();
    options.mysql_port = mysql_.port();
    options.heap = "1500m";
    options.connector = {{"database.include.list", kCapturedDatabases}};
    for (const PropertySet& set : sets_) {
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
    for (const PropertySet& set : sets_) {
      sources.push_back({.name = set.millrace(),
                         .database = kCapturedDatabases,
                         .mysql_port = mysql_.port(),
                         .properties = set.properties});
    }
    return kafka_configuration(kafka_.bootstrap(), sources);
  }

  void make_tables() {
    for (const Case& one : cases_) {
      for (const std::string& statement : one.before) client_.execute(statement);
    }
    remember_defaults();
  }

  void start_both() {
    millrace_.start();
    debezium_.start();
    for (const PropertySet& set : sets_) {
      ASSERT_TRUE(millrace_.wait_for_state(set.millrace(), "RUNNING"))
          << millrace_.source_trace(set.millrace()) << millrace_.log();
    }
  }

  void run_cases() {
    std::size_t number = 0;
    for (const Case& one : cases_) {
      apply(GetParam().settings[number++ % GetParam().settings.size()], one.needs_full_metadata);
      for (const Statement& statement : one.statements) run(statement, one.name);
    }
  }

  void apply(const ServerSettings& settings, bool needs_full_metadata) {
    const bool full = settings.full_metadata || needs_full_metadata;
    client_.execute(std::string("SET GLOBAL binlog_row_metadata = ") + (full ? "FULL" : "MINIMAL"));
    for (SqlClient* client : {&client_, &other_}) {
      client->execute(std::string("SET SESSION binlog_transaction_compression = ") +
                      (settings.compression ? "ON" : "OFF"));
    }
  }

  void run(const Statement& statement, const std::string& name) {
    SqlClient& client = statement.other_session ? other_ : client_;
    const std::string error = client.try_execute(statement.text);
    if (error.empty() == statement.fails)
      throw std::runtime_error(name + ": " + statement.text + ": " +
                               (statement.fails ? "should fail" : error));
    log_.ran(name + ": " + statement.text, client_);
    ++statements_;
    const std::string verb = statement.text.substr(0, 5);
    if (verb == "CREAT" || verb == "ALTER" || verb == "RENAM") remember_defaults();
  }

  // Each column that has a DEFAULT now, or had one at any time, by the topic of its table.
  void remember_defaults() {
    for (const SqlRow& row :
         client_.rows("SELECT CONCAT(table_schema, '.', table_name), column_name "
                      "FROM information_schema.columns WHERE column_default IS NOT NULL "
                      "AND table_schema REGEXP '^(types_|case_|seeded)'"))
      defaults_[row[0].value_or("")].insert(row[1].value_or(""));
  }

  bool has_last_rows(const std::string& prefix, std::size_t count) const {
    return KafkaReader(kafka_.bootstrap()).read(prefix + "." + kLastTable).size() >= count;
  }

  bool has_failed(const PropertySet& set) {
    return debezium_.state(set.debezium()) == "FAILED" ||
           millrace_.source_state(set.millrace()) == "FAILED";
  }

  // Twice: when the second is there, everything before the first is.
  void wait_for_all() {
    for (std::size_t count = 1; count <= 2; ++count) {
      client_.execute("INSERT INTO " + std::string(kLastTable) + " VALUES (" +
                      std::to_string(count) + ")");
      for (const PropertySet& set : sets_) wait_for(set, count);
    }
  }

  void wait_for(const PropertySet& set, std::size_t count) {
    const bool there = eventually(std::chrono::seconds(300), [&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));  // each look costs a connection
      return has_failed(set) ||
             (has_last_rows(set.millrace(), count) && has_last_rows(set.debezium(), count));
    });
    if (there && !has_failed(set)) return;
    // What is there is compared all the same: it shows where one of them ended.
    ADD_FAILURE() << set.name
                  << ": not all was followed\nmillrace: " << millrace_.source_trace(set.millrace())
                  << "\ndebezium: " << debezium_.trace(set.debezium());
  }

  void compare(const PropertySet& set, const std::map<std::string, int>& partitions) {
    const auto theirs = topics_of(set.debezium(), partitions);
    const auto ours = topics_of(set.millrace(), partitions);
    const KafkaReader reader(kafka_.bootstrap());
    const auto debezium = reader.read_all(names(theirs)), millrace = reader.read_all(names(ours));
    Comparison result;
    std::set<std::string> topics;
    for (const auto& [topic, name] : theirs) topics.insert(topic);
    for (const auto& [topic, name] : ours) topics.insert(topic);
    for (const std::string& topic : topics) {
      TopicPair pair;
      pair.set = set.name;
      pair.topic = topic;
      std::vector<Record> one, other;
      int count[2] = {0, 0};
      if (const auto found = theirs.find(topic); found != theirs.end()) {
        count[0] = partitions.at(found->second);
        if (const auto read = debezium.find(found->second); read != debezium.end())
          one = to_records(read->second, set.debezium());
      }
      if (const auto found = ours.find(topic); found != ours.end()) {
        count[1] = partitions.at(found->second);
        if (const auto read = millrace.find(found->second); read != millrace.end())
          other = to_records(read->second, set.millrace());
      }
      if (count[0] != 0 && count[1] != 0 && count[0] != count[1])
        result.faults.push_back(set.name + ": topic " + topic + ": partitions\n    debezium " +
                                std::to_string(count[0]) + "\n    millrace " +
                                std::to_string(count[1]) + "\n");
      pair.partitions = std::max(count[0], count[1]);
      pair.columns_with_default = defaults_[topic];
      pair.statements = [this](std::uint64_t gno) { return log_.of(gno); };
      compare_topics(pair, one, other, result);
    }
    report(set, topics.size(), result);
  }

  // Topics of a prefix: what follows it, and the name; not those that a program keeps for itself.
  static std::map<std::string, std::string> topics_of(const std::string& prefix,
                                                      const std::map<std::string, int>& all) {
    std::map<std::string, std::string> found;
    for (const auto& [name, partitions] : all) {
      const auto at = name.find(prefix);
      if (at == std::string::npos) continue;
      const std::string rest = name.substr(at + prefix.size());
      if (!rest.empty() && rest[0] != '.') continue;
      found[name.substr(0, at) + (rest.empty() ? "" : rest.substr(1))] = name;
    }
    return found;
  }

  static std::vector<std::string> names(const std::map<std::string, std::string>& topics) {
    std::vector<std::string> all;
    all.reserve(topics.size());
    for (const auto& [topic, name] : topics) all.push_back(name);
    return all;
  }

  // A fault begins with a line that names its topic.
  static std::string some_of_each_topic(const Faults& faults) {
    constexpr int kShown = 3;
    std::map<std::string, int> seen;
    std::string text;
    for (const std::string& fault : faults) {
      if (seen[fault.substr(0, fault.find('\n'))]++ < kShown) text += fault + "\n";
    }
    for (const auto& [topic, times] : seen) {
      if (times > kShown)
        text += topic + ": " + std::to_string(times - kShown) + " more differences\n";
    }
    return text;
  }

  static void report(const PropertySet& set, std::size_t topics, const Comparison& result) {
    EXPECT_TRUE(result.faults.empty()) << result.faults.size() << " differences:\n\n"
                                       << some_of_each_topic(result.faults);
    std::printf("%s: %zu topics, %zu records\n", set.name.c_str(), topics, result.records);
    for (const auto& [id, times] : result.accepted) {
      std::printf("  %s: %d\n", id.c_str(), times);
      all_accepted()[id] += times;
    }
    EXPECT_GE(topics, is_part() ? 1U : 60U);
  }

  std::vector<PropertySet> sets_ = chosen_sets();
  std::vector<Case> cases_ = chosen_cases();
  TempFolder folder_{"conformance"};
  MiniMysql mysql_;
  MiniKafka kafka_;
  SqlClient client_, other_;
  DebeziumRunner debezium_;
  DaemonProcess millrace_;
  StatementLog log_;
  std::map<std::string, std::set<std::string>> defaults_;  // topic -> columns
  int statements_ = 0;
};

TEST_P(Conformance, EveryRecordOfEveryTopicIsTheSame) {
  make_tables();
  start_both();
  run_cases();
  wait_for_all();
  std::printf("%d statements\n", statements_);
  EXPECT_GE(statements_, is_part() ? 1 : 1500);
  const auto partitions = KafkaReader(kafka_.bootstrap()).partition_counts();
  for (const PropertySet& set : sets_) {
    SCOPED_TRACE(set.name);
    compare(set, partitions);
  }
  EXPECT_EQ(millrace_.stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(Settings, Conformance, ::testing::ValuesIn(runs()),
                         [](const auto& run) { return run.param.name; });

// An entry of docs/differences.md that no record shows any more must go. Instantiated after the others, so it runs last.
class ConformanceOfAll : public ::testing::TestWithParam<bool> {};

TEST_P(ConformanceOfAll, ShowsEachDifference) {
  if (GetParam()) GTEST_SKIP() << "only a part was run";
  for (const AcceptedDifference& accepted : accepted_differences())
    EXPECT_TRUE(all_accepted().contains(accepted.id)) << accepted.id;
}

INSTANTIATE_TEST_SUITE_P(Runs, ConformanceOfAll, ::testing::Values(is_part()));

}  // namespace
}  // namespace millrace::testing
