// Snapshots that signals ask for, in the middle of the stream: by the table of signals, the Kafka topic and the file; their
// pause, end and restart; and what the topic of notifications tells of them.

#include <gtest/gtest.h>

#include <random>

#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/json_text.h"
#include "support/kafka_reader.h"
#include "support/keyed_tables.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/validators.h"

namespace millrace::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kRows = 3000;

std::string text_of(const std::string& object, const char* member) {
  const auto raw = json_member(json_members(object), member);
  return raw ? json_unquote(*raw) : std::string();
}

struct Servers {
  MiniMysql mysql{{.buffer_pool_mib = 128}};
  MiniKafka kafka;
};

class OrderedSnapshot : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { servers_ = new Servers; }
  static void TearDownTestSuite() {
    delete servers_;
    servers_ = nullptr;
  }
  void SetUp() override {
    mysql_.execute(
        {"CREATE DATABASE ops",
         "CREATE TABLE ops.signals (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32), data TEXT)"});
  }
  // Not killed: a transaction left open would hide the state that the next test's source looks for.
  void TearDown() override {
    if (daemon_.running()) daemon_.stop();
    mysql_.execute({"DROP DATABASE ops", "DROP DATABASE keyed"});
  }

  std::string configuration(std::map<std::string, std::string> more = {}) const {
    SourceText source{
        .name = name_, .database = "keyed", .mysql_port = mysql_.port(), .properties = {}};
    source.properties["signal.enabled.channels"] = "source,kafka,file";
    source.properties["signal.data.collection"] = "ops.signals";
    source.properties["signal.kafka.bootstrap.servers"] = kafka_.bootstrap();
    source.properties["signal.file"] = (folder_.path() / "signals.txt").string();
    source.properties["signal.poll.interval.ms"] = "100";
    source.properties["notification.enabled.channels"] = "sink,log";
    source.properties["notification.sink.topic.name"] = "told";
    for (const auto& [key, value] : more) source.properties[key] = value;
    return kafka_configuration(kafka_.bootstrap(), source);
  }

  void start() {
    daemon_.start();
    ASSERT_TRUE(daemon_.wait_for_state(name_, "RUNNING"))
        << daemon_.source_trace(name_) << log_end();
  }

  void signal(const std::string& id, const std::string& type, const std::string& data) {
    std::string literal;
    for (const char c : data) literal += c == '\\' ? "\\\\" : std::string(1, c);
    mysql_.execute(
        {"INSERT INTO ops.signals VALUES ('" + id + "', '" + type + "', '" + literal + "')"});
  }

  static std::string collections(const std::string& pattern, const std::string& more = "") {
    return R"({"data-collections":[")" + pattern + R"("])" + more + "}";
  }

  double metric(const std::string& name) const {
    return daemon_.metric("millrace_snapshot_" + name + "{source=\"" + name_ + "\"}");
  }
  double rows_read() const {
    return daemon_.metric("millrace_rows_total{operation=\"read\",source=\"" + name_ + "\"}");
  }

  // Types of the notifications of a signal, in order; those of progress once.
  std::vector<std::string> told(const std::string& id) const {
    std::vector<std::string> types;
    for (const Message& message : KafkaReader(kafka_.bootstrap()).read("told")) {
      if (!message.value || text_of(*message.value, "id") != id) continue;
      const std::string type = text_of(*message.value, "type");
      if (types.empty() || types.back() != type) types.push_back(type);
    }
    return types;
  }

  bool wait_until_told(const std::string& id, const std::string& type) const {
    return eventually(seconds(240), [&] {
      const auto types = told(id);
      return !types.empty() && types.back() == type;
    });
  }

  std::vector<Event> events(const std::string& table) const {
    return parse_events(KafkaReader(kafka_.bootstrap()).read(name_ + ".keyed." + table));
  }

  void wait_until_caught_up() {
    mysql_.execute(
        {"INSERT INTO keyed.blank (k, seq) VALUES (" + std::to_string(++last_) + ", 0)"});
    const std::string key = "{\"k\":" + std::to_string(last_) + "}";
    EXPECT_TRUE(eventually(seconds(120), [&] { return fold(events("blank")).contains(key); }))
        << daemon_.source_trace(name_) << log_end();
  }

  std::string log_end() const {
    const std::string text = daemon_.log();
    return text.substr(text.size() > 6000 ? text.size() - 6000 : 0);
  }

  static inline Servers* servers_ = nullptr;
  MiniMysql& mysql_ = servers_->mysql;
  MiniKafka& kafka_ = servers_->kafka;
  // Every test has a source of its own, and its tables anew.
  const std::string name_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  TempFolder folder_{"ordered_snapshot"};
  KeyedTables keyed_{mysql_.socket(),
                     {.rows = kRows, .seed = std::random_device{}(), .with_keyless = false}};
  DaemonProcess daemon_{folder_.path(), configuration()};
  int last_ = 100;
};

TEST_F(OrderedSnapshot, OfTablesThatChangeMeanwhile) {
  start();
  keyed_.start();
  signal("all", "execute-snapshot", collections("keyed\\\\..*"));
  ASSERT_TRUE(wait_until_told("all", "COMPLETED")) << log_end();
  keyed_.stop();
  EXPECT_EQ(keyed_.error(), "");
  wait_until_caught_up();
  SqlClient client = mysql_.root();
  for (const std::string& table : keyed_.tables()) {
    const auto read = events(table);
    // A row may be changed first and be read out then: the stream was there before.
    EXPECT_EQ(join(KeyedTables::check(read, client, "keyed", table, Reads::kAfterKills)), "");
    for (const Event& event : read) {
      if (event.op != 'r') continue;
      ASSERT_NE(event.source.find(R"("snapshot":"incremental")"), std::string::npos)
          << event.source;
      ASSERT_FALSE(event.gtid.empty()) << event.source;
    }
  }
  const auto types = told("all");
  EXPECT_EQ(types.front(), "STARTED");
}

TEST_F(OrderedSnapshot, IsPausedResumedAndStopped) {
  daemon_.set_configuration(configuration(
      {{"snapshot.max.rows.per.second", "300"}, {"incremental.snapshot.chunk.size", "50"}}));
  start();
  signal("slow", "execute-snapshot", collections("keyed\\\\.(ints|texts|uuids)"));
  ASSERT_TRUE(eventually(seconds(30), [&] { return rows_read() > 200; })) << log_end();
  signal("hold", "pause-snapshot", "{}");
  ASSERT_TRUE(eventually(seconds(30), [&] { return metric("paused") == 1; })) << log_end();
  // What was read before may still come out; then nothing does, over a restart too.
  EXPECT_EQ(daemon_.stop(), 0);
  start();
  ASSERT_TRUE(eventually(seconds(30), [&] { return metric("paused") == 1; })) << log_end();
  EXPECT_EQ(rows_read(), 0);
  EXPECT_EQ(metric("tables"), 3);
  const std::size_t before = events("ints").size();
  EXPECT_LT(before, static_cast<std::size_t>(kRows));

  write_file(folder_.path() / "signals.txt", R"({"id":"go","type":"resume-snapshot","data":{}})"
                                             "\n");
  ASSERT_TRUE(eventually(seconds(30), [&] { return rows_read() > 0; })) << log_end();
  signal("no-texts", "stop-snapshot", collections("keyed.(texts|uuids)"));
  ASSERT_TRUE(wait_until_told("slow", "COMPLETED")) << log_end();
  EXPECT_EQ(fold(events("ints")).size(), static_cast<std::size_t>(kRows));
  EXPECT_LT(fold(events("uuids")).size(), static_cast<std::size_t>(kRows));
  // All of it by the id of the signal that began it.
  auto types = told("slow");
  std::erase(types, "IN_PROGRESS");
  EXPECT_EQ(types, (std::vector<std::string>{"STARTED", "PAUSED", "RESUMED", "ABORTED",
                                             "TABLE_SCAN_COMPLETED", "COMPLETED"}));
}

TEST_F(OrderedSnapshot, ReadsWhatItsConditionTakes) {
  start();
  signal(
      "some", "execute-snapshot",
      collections(
          "keyed.ints",
          R"(,"additional-conditions":[{"data-collection":"keyed.ints","filter":"seq < 10 OR seq = 77"}])"));
  ASSERT_TRUE(wait_until_told("some", "COMPLETED")) << log_end();
  EXPECT_EQ(events("ints").size(), 11U);
  signal("by-seq", "execute-snapshot",
         collections("keyed.latin", R"(,"surrogate-key":"v","type":"BLOCKING")"));
  ASSERT_TRUE(wait_until_told("by-seq", "COMPLETED")) << log_end();
  const auto latin = events("latin");
  EXPECT_EQ(fold(latin).size(), static_cast<std::size_t>(kRows));
  ASSERT_EQ(latin.size(), static_cast<std::size_t>(kRows));
  EXPECT_NE(latin.front().source.find(R"("snapshot":"first")"), std::string::npos)
      << latin.front().source;
  EXPECT_NE(latin[1].source.find(R"("snapshot":"true")"), std::string::npos) << latin[1].source;
  EXPECT_NE(latin.back().source.find(R"("snapshot":"last")"), std::string::npos)
      << latin.back().source;
}

TEST_F(OrderedSnapshot, MalformedSignalsAreToldAndPassedOver) {
  start();
  signal("bad1", "execute-snapshot", "{");
  signal("bad2", "execute-snapshot", "{}");
  signal("bad3", "execute-snapshot", R"({"data-collections":["keyed.ints"],"type":"SIDEWAYS"})");
  signal("bad4", "execute-snapshot", R"({"data-collections":["keyed.(ints"]})");
  signal("none", "execute-snapshot", R"({"data-collections":["other.table"]})");
  signal("idle", "stop-snapshot", "{}");
  signal("wrong", "execute-snapshot",
         collections("keyed.ints", R"(,"additional-condition":"no such column")"));
  ASSERT_TRUE(wait_until_told("wrong", "ABORTED")) << log_end();
  signal("good", "execute-snapshot", collections("keyed.bits"));
  ASSERT_TRUE(wait_until_told("good", "COMPLETED")) << log_end();
  const std::string log = daemon_.log();
  for (const char* sentence : {"no JSON object", "needs data with", "SIDEWAYS", "data-collections",
                               "no captured table is meant by it",
                               "no snapshot of such a table is going on", "reading keyed.ints"}) {
    EXPECT_NE(log.find(sentence), std::string::npos) << sentence << "\n" << log_end();
  }
  EXPECT_EQ(fold(events("bits")).size(), static_cast<std::size_t>(kRows));
  EXPECT_EQ(events("ints").size(), 0U);
  EXPECT_EQ(daemon_.source_state(name_), "RUNNING");
}

}  // namespace
}  // namespace millrace::testing
