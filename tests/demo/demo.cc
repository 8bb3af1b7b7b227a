// The demonstration: a MySQL server, a Kafka broker and Millrace between them, all real, on free ports. A workload runs
// for ten seconds, its events are shown as a consumer gets them, and in the end the topic, folded by key, is compared
// with the table. Exit code 1 when they differ.

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/kafka_reader.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/table_reader.h"
#include "support/validators.h"
#include "support/workload.h"

namespace millrace::testing {
namespace {

using std::chrono::steady_clock;

constexpr auto kWorkloadTime = std::chrono::seconds(10);
constexpr std::size_t kEventsShown = 6;
constexpr const char* kTopic = "shop.shop.orders";

void say(const std::string& sentence) { std::printf("%s\n", sentence.c_str()); }

const steady_clock::time_point kBegin = steady_clock::now();

void step(const std::string& sentence) {
  const double seconds = std::chrono::duration<double>(steady_clock::now() - kBegin).count();
  std::printf("[%4.1f s] %s\n", seconds, sentence.c_str());
}

std::string shortened(const std::string& text, std::size_t width = 96) {
  return text.size() <= width ? text : text.substr(0, width - 3) + "...";
}

void show(const Event& event) {
  if (event.tombstone) {
    say("    tombstone " + event.key);
    return;
  }
  const char* what = event.op == 'c' ? "create" : event.op == 'u' ? "update" : "delete";
  say(std::string("    ") + what + "    " + event.key + "  gtid " + event.gtid);
  if (event.before) say("      before  " + shortened(*event.before));
  if (event.after) say("      after   " + shortened(*event.after));
}

// Applications in small: orders come, change and go, in transactions, until told to stop.
class LiveWorkload {
 public:
  explicit LiveWorkload(const MiniMysql& mysql) : thread_([this, &mysql] { run(mysql); }) {}
  ~LiveWorkload() { stop(); }
  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run(const MiniMysql& mysql) {
    SqlClient client = mysql.root();
    client.execute("USE shop");
    client.execute(
        "INSERT INTO orders (customer_id, status, total, currency, created_at, flags) "
        "VALUES (7, 'new', 19.90, 'EUR', NOW(6), 0)");
    client.execute("UPDATE orders SET status = 'paid', note = 'thank you' WHERE id = 1");
    client.execute("DELETE FROM orders WHERE id = 1");
    client.execute("CALL bulk(20, 50)");
    while (!stopping_) {
      client.execute("CALL oltp(40)");
      client.execute("CALL bulk(1, 40)");
    }
  }

  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// The topic as its reader gets it, from the first record on.
class TopicView {
 public:
  explicit TopicView(const std::string& bootstrap) : tail_(bootstrap, kTopic) {}

  // Shows the first events in full, then a running count.
  void watch(std::chrono::seconds time) {
    const bool terminal = isatty(STDOUT_FILENO) != 0;
    const auto pace = std::chrono::milliseconds(terminal ? 200 : 2500);
    const auto end = steady_clock::now() + time;
    auto next_line = steady_clock::now() + pace;
    while (steady_clock::now() < end) {
      if (take(std::chrono::milliseconds(100)) && events_.size() <= kEventsShown)
        show(events_.back());
      if (steady_clock::now() < next_line) continue;
      next_line += pace;
      std::printf("%s    %zu records read%s", terminal ? "\r" : "", events_.size(),
                  terminal ? "" : "\n");
      std::fflush(stdout);
    }
    if (terminal) say("");
  }

  // Reads on until the create of this key comes.
  bool read_until(const std::string& key) {
    const auto created = [&] {
      return !events_.empty() && events_.back().op == 'c' && events_.back().key == key;
    };
    while (!created()) {
      if (!take(std::chrono::seconds(20))) return false;
    }
    return true;
  }

  const std::vector<Event>& events() const { return events_; }

 private:
  bool take(std::chrono::milliseconds timeout) {
    const auto message = tail_.next(timeout);
    if (message) events_.push_back(parse_event(*message));
    return message.has_value();
  }

  KafkaTail tail_;
  std::vector<Event> events_;
};

// A row that is written last and therefore read last: when it is there, everything is. Its key as the topic has it.
std::string write_last_row(SqlClient& client) {
  client.execute(
      "INSERT INTO shop.orders (customer_id, status, total, currency, note, created_at, flags) "
      "VALUES (0, 'new', 0, 'EUR', 'the last one', NOW(6), 0)");
  return "{\"id\":" + client.value("SELECT LAST_INSERT_ID()") + "}";
}

bool compare(const TopicView& topic, SqlClient& client) {
  Faults faults = compare_with_table(topic.events(), client, "shop", "orders");
  for (const Faults& more :
       {check_key_order(topic.events()), check_no_duplicates(topic.events())}) {
    faults.insert(faults.end(), more.begin(), more.end());
  }
  if (!faults.empty()) {
    say("\nThe topic is NOT the table:\n    " + join(faults));
    return false;
  }
  say("\n  topic folded = table: " + std::to_string(fold(topic.events()).size()) + " rows, from " +
      std::to_string(topic.events().size()) + " records; nothing twice, every key in order\n");
  return true;
}

void say_what_next() {
  say("What next:\n"
      "  make test                                   every test, on real servers\n"
      "  make bench                                  rows a second and memory, beside Debezium\n"
      "  config/millrace.example.yaml                every key of the configuration\n"
      "  build/release/millrace check -c FILE        is a server fit?\n"
      "  build/release/millrace run -c FILE          the daemon");
}

int demonstrate() {
  say("Millrace between a real MySQL and a real Kafka\n");
  const TempFolder folder("demo");
  const MiniMysql mysql({.arguments = {"--binlog-row-metadata=FULL"}});
  SqlClient client = mysql.root();
  create_orders(client);
  step("MySQL " + client.value("SELECT VERSION()") + " on port " + std::to_string(mysql.port()) +
       ", its table shop.orders is empty");
  const MiniKafka kafka({.life = JavaLife::kLong});
  step("Kafka on " + kafka.bootstrap());

  SourceText source;
  source.mysql_port = mysql.port();
  DaemonProcess daemon(folder.path(), kafka_configuration(kafka.bootstrap(), source));
  daemon.start();
  if (!daemon.wait_for_state("shop", "RUNNING")) {
    say("Millrace doesn't run: " + daemon.source_trace("shop") + "\n" + daemon.log());
    return 1;
  }
  step("millrace run -c millrace.yaml: the source shop is RUNNING");

  LiveWorkload workload(mysql);
  step("a workload writes orders; the topic " + std::string(kTopic) + ", as a consumer reads it:");
  const KafkaReader reader(kafka.bootstrap());
  if (!eventually(std::chrono::seconds(20), [&] { return reader.end_offset(kTopic) > 0; })) {
    say("no event came:\n" + daemon.log());
    return 1;
  }
  TopicView topic(kafka.bootstrap());
  topic.watch(kWorkloadTime);
  workload.stop();
  step("the workload has ended; reading the rest");
  if (!topic.read_until(write_last_row(client))) {
    say("the topic doesn't get the last row:\n" + daemon.log());
    return 1;
  }
  const bool equal = compare(topic, client);
  const int exit_code = daemon.stop();
  step("everything stopped; millrace's exit code is " + std::to_string(exit_code));
  if (!equal || exit_code != 0) return 1;
  say_what_next();
  return 0;
}

}  // namespace
}  // namespace millrace::testing

int main() {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    return millrace::testing::demonstrate();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "demo: %s\n", failure.what());
    return 1;
  }
}
