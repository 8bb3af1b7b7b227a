// Snapshots of a live server: tables with every kind of key are read while they change, at a source's first start and in
// the middle of its stream. In the end each topic must fold to its table, and nothing may be locked.

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/kafka_reader.h"
#include "support/keyed_tables.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/validators.h"

namespace millrace::testing {
namespace {

using std::chrono::seconds;

struct Setting {
  const char* name;
  std::vector<std::string> mysql;
  std::map<std::string, std::string> source;
  friend std::ostream& operator<<(std::ostream& out, const Setting& setting) {
    return out << setting.name;
  }
};

class LiveSnapshot : public ::testing::TestWithParam<Setting> {
 protected:
  std::string configuration(std::map<std::string, std::string> more = {}) const {
    SourceText source{.name = "keyed",
                      .database = "keyed",
                      .mysql_port = mysql_.port(),
                      .properties = GetParam().source};
    source.properties["snapshot.mode"] = "initial";
    for (const auto& [key, value] : more) source.properties[key] = value;
    return kafka_configuration(kafka_.bootstrap(), source);
  }

  bool wait_for_end_of_snapshot() {
    return eventually(seconds(300), [&] {
      return daemon_.log().find("table=keyed.blank ") != std::string::npos &&
             daemon_.metric("millrace_snapshot_tables{source=\"keyed\"}") == 0;
    });
  }

  void wait_until_caught_up() {
    SqlClient client = mysql_.root();
    client.execute("INSERT INTO keyed.blank (k, seq) VALUES (" + std::to_string(++last_) + ", 0)");
    const std::string key = "{\"k\":" + std::to_string(last_) + "}";
    const KafkaReader reader(kafka_.bootstrap());
    EXPECT_TRUE(eventually(
        seconds(120),
        [&] { return fold(parse_events(reader.read("keyed.keyed.blank"))).contains(key); }))
        << daemon_.source_trace("keyed") << log_end();
  }

  void validate(const std::vector<std::string>& tables) {
    SqlClient client = mysql_.root();
    const KafkaReader reader(kafka_.bootstrap());
    for (const std::string& table : tables) {
      const auto events = parse_events(reader.read("keyed.keyed." + table));
      EXPECT_EQ(join(KeyedTables::check(events, client, "keyed", table)), "");
    }
  }

  std::string log_end() const {
    const std::string text = daemon_.log();
    return text.substr(text.size() > 6000 ? text.size() - 6000 : 0);
  }

  TempFolder folder_{"live_snapshot"};
  MiniMysql mysql_{{.arguments = GetParam().mysql, .buffer_pool_mib = 128}};
  MiniKafka kafka_;
  KeyedTables keyed_{mysql_.socket(), {.seed = std::random_device{}()}};
  DaemonProcess daemon_{folder_.path(), configuration()};
  int last_ = 0;
};

TEST_P(LiveSnapshot, TopicsFoldToTheTablesThatChangedMeanwhile) {
  SqlClient client = mysql_.root();
  client.execute("SET GLOBAL general_log = ON");
  keyed_.start();
  daemon_.start();
  ASSERT_TRUE(daemon_.wait_for_state("keyed", "RUNNING"))
      << daemon_.source_trace("keyed") << log_end();
  ASSERT_TRUE(wait_for_end_of_snapshot()) << log_end();
  keyed_.stop();
  EXPECT_EQ(keyed_.error(), "");
  wait_until_caught_up();
  validate(keyed_.tables());
  std::printf("%llu statements meanwhile\n", static_cast<unsigned long long>(keyed_.statements()));
  EXPECT_EQ(daemon_.stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, LiveSnapshot,
    ::testing::Values(
        Setting{"full_metadata", {"--binlog-row-metadata=FULL"}, {{"snapshot.max.threads", "2"}}},
        Setting{"small_chunks", {}, {{"incremental.snapshot.chunk.size", "97"}}}),
    [](const auto& setting) { return std::string(setting.param.name); });

}  // namespace
}  // namespace millrace::testing
