// Exactly once, whatever dies: real MySQL, real Kafka and the daemon under a mixed workload, while the daemon is killed at
// named points and at moments of chance, the broker goes away, and the link to MySQL is cut, refused or silent. In one
// setting the binlog doesn't name columns, and the tables change their shape all the while. In the end a read_committed
// reader must have every change of the ledger once, in order, and the tables must be what the topics fold to.
//
// CRASH_ROUNDS (or MILLRACE_CRASH_ROUNDS) sets the number of rounds, CRASH_SEED repeats a run's choices.

#include <gtest/gtest.h>

#include <thread>

#include "support/configuration.h"
#include "support/crash.h"
#include "support/daemon_process.h"
#include "support/fault_proxy.h"
#include "support/kafka_reader.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/reshaper.h"
#include "support/table_reader.h"
#include "support/validators.h"
#include "support/workload.h"

namespace millrace::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kKilled =
    137;  // by SIGKILL, or by a crash point, which ends the process in the same way

struct Setting {
  const char* name;
  std::vector<std::string> mysql;
  std::map<std::string, std::string> source;
  Identity identity = Identity::kPosition;
  bool reshapes = false;
  friend std::ostream& operator<<(std::ostream& out, const Setting& setting) {
    return out << setting.name;
  }
};

class ExactlyOnce : public ::testing::TestWithParam<Setting> {
 protected:
  ExactlyOnce()
      : mysql_({.arguments = GetParam().mysql}),
        proxy_(mysql_.port()),
        workload_(mysql_.socket(), {.threads = 3, .seed = dice_.seed()}),
        reshaper_(mysql_.socket(),
                  {.database = "mixed", .tables = workload_.tables(), .seed = dice_.seed()}),
        daemon_(folder_.path(), configuration()) {}

  // Kills the daemon at a place or moment of the dice; it is dead when this returns.
  void crash() {
    if (dice_.roll(3) == 0) {
      std::this_thread::sleep_for(milliseconds(dice_.roll(3000)));
      daemon_.kill9();
      return;
    }
    // A crash point is the next start's: this life ends first, by a kill as well.
    daemon_.kill9();
    const std::string point = dice_.crash_point(1 + dice_.roll(15));
    SCOPED_TRACE(point);
    daemon_.start({{"MILLRACE_CRASH_POINT", point}});
    const auto code = daemon_.process().wait(seconds(60));
    ASSERT_TRUE(code.has_value()) << "the daemon never came to " << point << "\n" << log_end();
    EXPECT_EQ(*code, kKilled) << log_end();
  }

  // Something else that breaks meanwhile.
  void disturb() {
    switch (dice_.roll(5)) {
      case 0:
        // Not killed: a lone broker that dies between a commit and its markers may forget them, and then hides what
        // follows from every reader. Clusters have replicas for that.
        std::printf("  broker restarts\n");
        kafka_.restart();
        break;
      case 1:
        std::printf("  links to MySQL are cut\n");
        for (int i = 0; i < 5; ++i) {
          proxy_.cut();
          std::this_thread::sleep_for(milliseconds(dice_.roll(400)));
        }
        break;
      case 2:
        std::printf("  MySQL can't be reached\n");
        proxy_.refuse(true);
        proxy_.cut();
        std::this_thread::sleep_for(milliseconds(500 + dice_.roll(1500)));
        proxy_.refuse(false);
        break;
      case 3:
        std::printf("  the link to MySQL is silent\n");
        proxy_.stall(true);
        std::this_thread::sleep_for(milliseconds(500 + dice_.roll(3000)));
        proxy_.stall(false);
        break;
      default:
        break;
    }
  }

  // One more row, committed after everything else: when a reader has it, it has all.
  void wait_until_caught_up(SqlClient& client) {
    client.execute(
        "INSERT INTO mixed.ledger (thread, what, changes) VALUES (-1, 'the last one', 0)");
    const std::string key = "{\"id\":" + client.value("SELECT LAST_INSERT_ID()") + "}";
    const KafkaReader reader(kafka_.bootstrap());
    const bool caught_up = eventually(seconds(180), [&] {
      return fold(parse_events(reader.read("mixed.mixed.ledger"))).contains(key);
    });
    EXPECT_TRUE(caught_up) << "the last transaction never came\n"
                           << daemon_.source_trace("mixed") << log_end();
  }

  void validate() {
    SqlClient client = mysql_.root();
    wait_until_caught_up(client);
    const KafkaReader reader(kafka_.bootstrap());
    std::vector<Event> all;
    for (const std::string& table : workload_.tables()) {
      auto events = parse_events(reader.read("mixed.mixed." + table));
      EXPECT_EQ(join(check_added_columns(events)), "");
      events = without_reshaping(std::move(events));
      Rows rows = read_rows(client, read_shape(client, "mixed", table));
      for (auto& [key, row] : rows) row = without_reshaping(row);
      EXPECT_EQ(join(compare_rows(fold(events), rows, table)), "");
      EXPECT_EQ(join(check_key_order(events)), "");
      all.insert(all.end(), events.begin(), events.end());
    }
    EXPECT_EQ(join(check_no_duplicates(all, GetParam().identity)), "");
    EXPECT_EQ(count_changes(all), MixedWorkload::changes_by_ledger(client, "mixed"));
    std::printf("%zu records, %llu transactions, %llu XA commits, %llu XA rollbacks, %llu ALTERs\n",
                all.size(), static_cast<unsigned long long>(workload_.transactions()),
                static_cast<unsigned long long>(workload_.xa_commits()),
                static_cast<unsigned long long>(workload_.xa_rollbacks()),
                static_cast<unsigned long long>(reshaper_.statements()));
  }

  std::string log_end() const {
    const std::string text = daemon_.log();
    return text.substr(text.size() > 4000 ? text.size() - 4000 : 0);
  }

  CrashDice dice_;
  TempFolder folder_{"crash"};
  MiniMysql mysql_;
  MiniKafka kafka_;
  FaultProxy proxy_;
  MixedWorkload workload_;
  Reshaper reshaper_;
  DaemonProcess daemon_;

 private:
  std::string configuration() const {
    SourceText source{.name = "mixed",
                      .database = "mixed",
                      .mysql_port = proxy_.port(),
                      .properties = GetParam().source};
    source.properties["errors.retry.delay.max.ms"] = "500";
    source.properties["binlog.heartbeat.interval.ms"] = "1000";
    return kafka_configuration(kafka_.bootstrap(), source);
  }
};

TEST_P(ExactlyOnce, NothingIsMissingAndNothingIsTwice) {
  // Tables change already while their structures are read for the first time.
  if (GetParam().reshapes) reshaper_.start();
  daemon_.start();
  ASSERT_TRUE(daemon_.wait_for_state("mixed", "RUNNING"))
      << daemon_.source_trace("mixed") << log_end();
  workload_.start();
  for (std::uint64_t round = 0; round < crash_rounds(); ++round) {
    std::printf("round %llu\n", static_cast<unsigned long long>(round));
    disturb();
    crash();
    if (HasFatalFailure()) return;
    daemon_.start();
    ASSERT_TRUE(daemon_.wait_for_state("mixed", "RUNNING"))
        << daemon_.source_trace("mixed") << log_end();
  }
  workload_.stop();
  EXPECT_EQ(workload_.error(), "");
  reshaper_.stop();
  EXPECT_EQ(reshaper_.error(), "");
  validate();
  EXPECT_EQ(daemon_.stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, ExactlyOnce,
    ::testing::Values(Setting{"plain", {"--binlog-row-metadata=FULL"}, {}},
                      Setting{"compressed_and_split",
                              {"--binlog-row-metadata=FULL", "--binlog-transaction-compression=ON"},
                              {{"transaction.split.bytes", "65536"}, {"commit.max.bytes", "65536"}},
                              Identity::kContent},
                      Setting{.name = "unnamed_and_reshaped",
                              .mysql = {"--binlog-row-metadata=MINIMAL"},
                              .source = {},
                              .reshapes = true}),
    [](const auto& setting) { return std::string(setting.param.name); });

}  // namespace
}  // namespace millrace::testing
