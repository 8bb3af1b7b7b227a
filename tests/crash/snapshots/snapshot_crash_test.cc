// A snapshot that nothing stops: the daemon is killed again and again while it reads the tables of a live server, that
// changes all the while, or of a frozen copy. It never begins anew: what is published isn't read again, no row is missing
// and none is read out twice.
//
// CRASH_ROUNDS (or MILLRACE_CRASH_ROUNDS) sets the number of kills, CRASH_SEED repeats a run's choices.

#include <gtest/gtest.h>

#include <thread>

#include "support/configuration.h"
#include "support/crash.h"
#include "support/daemon_process.h"
#include "support/kafka_reader.h"
#include "support/keyed_tables.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/validators.h"

namespace millrace::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SnapshotCrash : public ::testing::Test {
 protected:
  std::string configuration(bool is_slow) const {
    SourceText source{
        .name = "keyed", .database = "keyed", .mysql_port = mysql_.port(), .properties = {}};
    source.properties["snapshot.mode"] = "initial";
    source.properties["incremental.snapshot.chunk.size"] = std::to_string(kChunkRows);
    // So slow that every kill finds it at work.
    if (is_slow) {
      source.properties["snapshot.max.rows.per.second"] =
          std::to_string(kRows * 18 / static_cast<int>(10 * crash_rounds() + 10));
    }
    source.properties["snapshot.max.threads"] = is_slow ? "1" : "3";
    source.properties["errors.retry.delay.max.ms"] = "500";
    return kafka_configuration(kafka_.bootstrap(), source);
  }

  double rows_read() const {
    return daemon_.metric("millrace_rows_total{operation=\"read\",source=\"keyed\"}");
  }

  bool is_reading() const {
    return daemon_.metric("millrace_snapshot_tables{source=\"keyed\"}") != 0;
  }

  // Published by every life of the daemon so far.
  std::uint64_t reads_in_topics() const {
    const KafkaReader reader(kafka_.bootstrap());
    std::uint64_t count = 0;
    for (const std::string& table : keyed_.tables()) {
      for (const Event& event : parse_events(reader.read("keyed.keyed." + table))) {
        count += event.op == 'r';
      }
    }
    return count;
  }

  void crash() {
    if (dice_.roll(2) == 0) {
      std::this_thread::sleep_for(milliseconds(500 + dice_.roll(3000)));
      daemon_.kill9();
      daemon_.start();
      return;
    }
    daemon_.kill9();
    const std::string point = dice_.crash_point(2 + dice_.roll(20));
    daemon_.start({{"MILLRACE_CRASH_POINT", point}});
    ASSERT_TRUE(daemon_.process().wait(seconds(60)).has_value())
        << "the daemon never came to " << point << "\n"
        << log_end();
    daemon_.start();
  }

  std::string log_end() const {
    const std::string text = daemon_.log();
    return text.substr(text.size() > 4000 ? text.size() - 4000 : 0);
  }

  static constexpr int kRows = 3000;
  static constexpr int kChunkRows = 100;

  CrashDice dice_;
  TempFolder folder_{"snapshot_crash"};
  MiniMysql mysql_{{.buffer_pool_mib = 128}};
  MiniKafka kafka_;
  // Without tables that have no key: of a live server they are read again from their beginning.
  KeyedTables keyed_{mysql_.socket(), {.rows = kRows, .seed = dice_.seed(), .with_keyless = false}};
  DaemonProcess daemon_{folder_.path(), configuration(true)};
};

TEST_F(SnapshotCrash, NeverBeginsAnew) {
  daemon_.start();
  ASSERT_TRUE(daemon_.wait_for_state("keyed", "RUNNING"))
      << daemon_.source_trace("keyed") << log_end();
  keyed_.start();
  std::uint64_t published = 0;
  std::uint64_t kills = 0;
  for (std::uint64_t round = 0; round < crash_rounds(); ++round) {
    std::printf("round %llu\n", static_cast<unsigned long long>(round));
    crash();
    if (HasFatalFailure()) return;
    ASSERT_TRUE(daemon_.wait_for_state("keyed", "RUNNING"))
        << daemon_.source_trace("keyed") << log_end();
    if (!eventually(seconds(10), [&] { return is_reading(); })) break;
    ++kills;
    const std::uint64_t now = reads_in_topics();
    EXPECT_GE(now, published);
    published = now;
  }
  EXPECT_EQ(kills, crash_rounds()) << "the snapshot was over too soon to be killed";
  // With other properties and more readers it goes on all the same.
  daemon_.set_configuration(configuration(false));
  EXPECT_EQ(daemon_.stop(), 0);
  daemon_.start();
  ASSERT_TRUE(daemon_.wait_for_state("keyed", "RUNNING"))
      << daemon_.source_trace("keyed") << log_end();
  ASSERT_TRUE(eventually(seconds(300), [&] { return !is_reading(); })) << log_end();
  keyed_.stop();
  EXPECT_EQ(keyed_.error(), "");

  SqlClient client = mysql_.root();
  client.execute("INSERT INTO keyed.blank (k, seq) VALUES (4711, 0)");
  const KafkaReader reader(kafka_.bootstrap());
  ASSERT_TRUE(eventually(
      seconds(120),
      [&] {
        return fold(parse_events(reader.read("keyed.keyed.blank"))).contains("{\"k\":4711}");
      }))
      << daemon_.source_trace("keyed") << log_end();
  for (const std::string& table : keyed_.tables()) {
    const auto events = parse_events(reader.read("keyed.keyed." + table));
    EXPECT_EQ(join(KeyedTables::check(events, client, "keyed", table, Reads::kAfterKills)), "");
  }
  std::printf("%llu kills while tables were read, %llu rows read out, %llu statements meanwhile\n",
              static_cast<unsigned long long>(kills),
              static_cast<unsigned long long>(reads_in_topics()),
              static_cast<unsigned long long>(keyed_.statements()));
  EXPECT_EQ(daemon_.stop(), 0);
}

}  // namespace
}  // namespace millrace::testing
