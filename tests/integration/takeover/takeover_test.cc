// Debezium runs under load, with tables that change their shape, and is stopped, or killed; Millrace goes on in the same
// topics, is stopped, and Debezium goes on from Millrace's offset. In the end the topics fold to the tables, with every
// value in its column, and hold every change of the ledger once.
//
// A killed Debezium had published more than its stored offset says; it would publish that again itself. So Millrace's
// part must begin exactly behind the stored offset, not behind the last record.
//
// MILLRACE_TAKEOVER_ROUNDS=20 for more than the two rounds of CI.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <thread>
#include <tuple>

#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/debezium_runner.h"
#include "support/json_text.h"
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

constexpr const char* kOffsets = "connect-offsets";
// Whole topics are read to see whether a record is there.
constexpr milliseconds kPoll{200};

int rounds() {
  const char* text = std::getenv("MILLRACE_TAKEOVER_ROUNDS");
  return text == nullptr ? 2 : std::max(1, std::atoi(text));
}

// A row change's place in the binlog; the records of a key change share it.
using Place = std::tuple<std::string, std::uint64_t, std::uint32_t>;
Place place_of(const Event& event) { return {event.file, event.pos, event.row}; }

std::string text_of(const Place& place) {
  return std::get<0>(place) + ":" + std::to_string(std::get<1>(place)) + "/" +
         std::to_string(std::get<2>(place));
}

class Takeover {
 public:
  Takeover(MiniKafka& kafka, int round)
      : kafka_(kafka),
        full_((round / 2) % 2 == round % 2),
        killed_(round % 2 == 0),
        has_heartbeats_(round % 4 == 1 || round % 4 == 2),
        name_("takeover" + std::to_string(round)),
        mysql_(
            {.arguments = {full_ ? "--binlog-row-metadata=FULL" : "--binlog-row-metadata=MINIMAL",
                           "--binlog-rows-query-log-events=ON"}}),
        client_(mysql_.root()),
        workload_(mysql_.socket(), {.tables = 3,
                                    .threads = 2,
                                    .seed = static_cast<std::uint64_t>(round) + 1,
                                    .xa = false,
                                    .big_transaction_rows = 500}),
        reshaper_(mysql_.socket(), {.database = "mixed",
                                    .tables = workload_.tables(),
                                    .seed = static_cast<std::uint64_t>(round) + 1}),
        debezium_(folder_.path() / "debezium", debezium_options("")),
        // The history says nothing of what Millrace saw. Another one begins with the tables as they are.
        returned_(folder_.path() / "returned",
                  debezium_options("-back", {{"snapshot.mode", "recovery"}})),
        millrace_(folder_.path(), configuration(name_ + "-history")) {}

  void run() {
    debezium_.start();
    workload_.start();
    reshaper_.start();
    ASSERT_TRUE(eventually(seconds(60), [this] {
      std::this_thread::sleep_for(kPoll);
      return stored_offset().find("\"event\"") != std::string::npos;
    })) << "Debezium stored no offset inside a transaction";
    std::this_thread::sleep_for(seconds(1));
    if (killed_) {
      debezium_.kill9();
    } else {
      debezium_.stop();
    }
    const std::vector<Event> debeziums = events();
    const std::string offset = stored_offset();

    expect_check_says_what_a_start_would_do();
    millrace_.start();
    ASSERT_TRUE(millrace_.wait_for_state(name_, "RUNNING"))
        << offset << "\n"
        << millrace_.source_trace(name_) << millrace_.log();
    reshaper_.stop();
    ASSERT_EQ(reshaper_.error(), "");
    expect_caught_up("by millrace");
    ASSERT_EQ(millrace_.stop(), 0);
    // What is written from here until Debezium is up is all that it has to make up for.
    workload_.stop();
    const std::vector<Event> both = events();
    expect_continuation(debeziums, both, offset);

    returned_.start();
    workload_.start();
    std::this_thread::sleep_for(seconds(1));
    workload_.stop();
    ASSERT_EQ(workload_.error(), "");
    expect_caught_up("by debezium");
    returned_.stop();
    expect_complete(both);
  }

 private:
  // `suffix` tells apart what one worker keeps for itself from another's.
  DebeziumOptions debezium_options(const std::string& suffix,
                                   std::map<std::string, std::string> more = {}) const {
    DebeziumOptions options;
    options.bootstrap = kafka_.bootstrap();
    options.mysql_port = mysql_.port();
    options.connector = std::move(more);
    options.connector.insert(
        {{"name", name_},
         {"topic.prefix", name_},
         {"database.include.list", "mixed"},
         {"heartbeat.interval.ms", has_heartbeats_ ? "20" : "0"},
         {"schema.history.internal.kafka.topic", name_ + "-history" + suffix}});
    options.worker = {{"group.id", name_ + suffix},
                      {"config.storage.topic", name_ + "-configs" + suffix},
                      {"status.storage.topic", name_ + "-status" + suffix}};
    options.heap = "512m";
    options.distributed = true;
    options.offset_topic = kOffsets;
    return options;
  }

  std::string configuration(const std::string& history) const {
    return std::string("daemon:\n  offset.storage.topic: ") + kOffsets + "\n" +
           kafka_configuration(kafka_.bootstrap(),
                               {.name = name_,
                                .database = "mixed",
                                .mysql_port = mysql_.port(),
                                .properties = {{"schema.history.internal.kafka.topic", history},
                                               {"schema.history.internal.kafka.bootstrap.servers",
                                                kafka_.bootstrap()}}});
  }

  CommandResult check(const std::string& history) const {
    const std::filesystem::path file = folder_.path() / "check.yaml";
    write_file(file, configuration(history));
    return run_command({daemon_program(), "check", "-c", file.string()});
  }

  void expect_check_says_what_a_start_would_do() const {
    const CommandResult right = check(name_ + "-history");
    EXPECT_EQ(right.exit_code, 0) << right.output;
    EXPECT_NE(right.output.find("goes on from a Debezium connector's offset"), std::string::npos)
        << right.output;
    if (full_) return;  // there the history is dispensable
    const std::pair<const char*, const char*> bad[] = {
        {"absent", "the schema history topic absent doesn't exist"},
        {kOffsets, "has 5 partitions"},
    };
    for (const auto& [history, reason] : bad) {
      const CommandResult wrong = check(history);
      EXPECT_EQ(wrong.exit_code, 78) << wrong.output;
      EXPECT_NE(wrong.output.find(reason), std::string::npos) << wrong.output;
      EXPECT_NE(wrong.output.find("The choices: "), std::string::npos) << wrong.output;
    }
  }

  std::string topic(const std::string& table) const { return name_ + ".mixed." + table; }

  // Of all tables, without tombstones, in each topic's order.
  std::vector<Event> events() const {
    std::vector<Event> all;
    for (const std::string& table : workload_.tables()) {
      for (Event& event : parse_events(KafkaReader(kafka_.bootstrap()).read(topic(table)))) {
        if (!event.tombstone) all.push_back(std::move(event));
      }
    }
    return all;
  }

  std::string stored_offset() const {
    const std::string key = "[\"" + name_ + "\",{\"server\":\"" + name_ + "\"}]";
    std::string value;
    for (const Message& message : KafkaReader(kafka_.bootstrap()).read(kOffsets)) {
      if (message.key == key) value = message.value.value_or("");
    }
    return value;
  }

  // Waits for a row that is written now.
  void expect_caught_up(const std::string& who) {
    client_.execute("INSERT INTO mixed.ledger (thread, what, changes) VALUES (-1, 'mark', 0)");
    const std::string key = "{\"id\":" + client_.value("SELECT LAST_INSERT_ID()") + "}";
    EXPECT_TRUE(
        eventually(seconds(90),
                   [&] {
                     const auto read = KafkaReader(kafka_.bootstrap()).read(topic("ledger"));
                     return std::any_of(read.begin(), read.end(),
                                        [&](const Message& message) { return message.key == key; });
                   }))
        << who << "\n"
        << millrace_.log();
  }

  // What came after Debezium's part begins right behind its stored offset, and holds nothing twice.
  void expect_continuation(const std::vector<Event>& debeziums, const std::vector<Event>& both,
                           const std::string& offset) const {
    std::map<std::string, std::int64_t> ends;
    std::set<Place> published, all;
    for (const Event& event : debeziums) {
      ends[event.topic] = std::max(ends[event.topic], event.offset + 1);
      published.insert(place_of(event));
    }
    std::vector<Event> millraces;
    std::set<Place> again;
    for (const Event& event : both) {
      all.insert(place_of(event));
      if (event.offset < ends[event.topic]) continue;
      millraces.push_back(event);
      again.insert(place_of(event));
    }
    ASSERT_FALSE(again.empty()) << "the load ended too soon";
    leave_out_doubtful_tail(millraces, again);
    EXPECT_EQ(join(check_no_duplicates(millraces)), "");
    // One stretch to the end of what there is.
    const auto first = all.find(*again.begin());
    EXPECT_EQ(again.size(), static_cast<std::size_t>(std::distance(first, all.end())));
    ASSERT_NE(first, all.begin());
    const Place last_stored = *std::prev(first);
    if (!killed_) {
      EXPECT_FALSE(published.contains(*first)) << text_of(*first) << "\n" << offset;
    }
    EXPECT_TRUE(published.contains(last_stored)) << text_of(last_stored) << "\n" << offset;
    const auto members = json_members(offset);
    if (const auto row = json_member(members, "row")) {
      EXPECT_EQ(std::to_string(std::get<2>(last_stored) + 1), *row)
          << text_of(last_stored) << " then " << text_of(*first) << "\n"
          << offset;
    }
    if (json_member(members, "event")) {
      const auto event = std::find_if(both.begin(), both.end(), [&](const Event& candidate) {
        return place_of(candidate) == last_stored;
      });
      EXPECT_GE(event->pos, std::stoull(json_member(members, "pos").value_or("0"))) << offset;
    }
  }

  // The create of a key change that was the last row of Debezium's offset comes again without its delete.
  static void leave_out_doubtful_tail(std::vector<Event>& events, std::set<Place>& places) {
    const Place first = *places.begin();
    const auto at_first = [&](const Event& event) { return place_of(event) == first; };
    if (std::count_if(events.begin(), events.end(), at_first) != 1) return;
    const auto only = std::find_if(events.begin(), events.end(), at_first);
    if (!only->follows_key_change) return;
    events.erase(only);
    places.erase(first);
  }

  // A topic without second tombstones and second creates of a key change.
  static std::vector<Event> without_doubtful_tail(const std::vector<Event>& topic) {
    std::vector<Event> once;
    std::map<std::string, bool> ends_in_tombstone;
    std::set<std::pair<Place, std::string>> creates;
    for (const Event& event : topic) {
      bool& tombstoned = ends_in_tombstone[event.key];
      const bool again = event.tombstone ? tombstoned
                                         : event.follows_key_change &&
                                               !creates.emplace(place_of(event), event.key).second;
      tombstoned = event.tombstone;
      if (!again) once.push_back(event);
    }
    return once;
  }

  static std::string first_difference(const Rows& topic, const Rows& table) {
    for (const auto& [key, row] : topic) {
      const auto there = table.find(key);
      if (there == table.end() || there->second != row) return key;
    }
    return "";
  }

  // What the topic says of a key, and where Debezium's second part begins.
  static std::string history_of(const std::string& key, const std::vector<Event>& topic,
                                const std::vector<Event>& before_return) {
    std::string text = key + "\n";
    for (const Event& event : topic) {
      if (event.key != key) continue;
      const bool returned =
          std::none_of(before_return.begin(), before_return.end(), [&](const Event& before) {
            return before.topic == event.topic && before.offset >= event.offset;
          });
      text += std::string(returned ? "  returned " : "  ") + std::to_string(event.offset) + " " +
              event.describe() + "\n";
    }
    return text;
  }

  // Every change once, but for what the kill made Debezium's stored offset not say; and what Debezium went on with is
  // once as well.
  void expect_complete(const std::vector<Event>& before_return) {
    std::vector<Event> all;
    for (const std::string& table : workload_.tables()) {
      auto in_topic = parse_events(KafkaReader(kafka_.bootstrap()).read(topic(table)));
      EXPECT_EQ(join(check_added_columns(in_topic)), "") << table;
      in_topic = without_reshaping(std::move(in_topic));
      Rows rows = read_rows(client_, read_shape(client_, "mixed", table));
      for (auto& [key, row] : rows) row = without_reshaping(row);
      const Rows folded = fold(in_topic);
      EXPECT_EQ(join(compare_rows(folded, rows, table)), "")
          << history_of(first_difference(folded, rows), in_topic, before_return);
      const std::vector<Event> once = without_doubtful_tail(in_topic);
      if (!killed_) {
        EXPECT_EQ(join(check_key_order(once)), "") << table;
      }
      for (const Event& event : once) {
        if (!event.tombstone) all.push_back(event);
      }
    }
    if (!killed_) {
      EXPECT_EQ(join(check_no_duplicates(all)), "");
    }

    std::set<Place> places, before;
    for (const Event& event : all) places.insert(place_of(event));
    EXPECT_EQ(places.size(), MixedWorkload::changes_by_ledger(client_, "mixed"));

    std::map<std::string, std::int64_t> ends;
    for (const Event& event : before_return) {
      ends[event.topic] = std::max(ends[event.topic], event.offset + 1);
      before.insert(place_of(event));
    }
    for (const Event& event : all) {
      if (event.offset < ends[event.topic]) continue;
      EXPECT_FALSE(before.contains(place_of(event))) << "again by Debezium: " << event.describe();
    }
  }

  MiniKafka& kafka_;
  const bool full_;
  const bool killed_;
  const bool has_heartbeats_;
  const std::string name_;
  TempFolder folder_{"takeover"};
  MiniMysql mysql_;
  SqlClient client_;
  MixedWorkload workload_;
  Reshaper reshaper_;
  DebeziumRunner debezium_, returned_;
  DaemonProcess millrace_;
};

TEST(TakeoverTest, FromDebeziumAndBackUnderLoad) {
  MiniKafka kafka;
  for (int round = 0; round < rounds(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Takeover takeover(kafka, round);
    takeover.run();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace millrace::testing
