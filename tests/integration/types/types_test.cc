// All types: what an event says is what the server says, for inserts, updates and deletes, however the server writes its
// binlog. Each file of tests/golden/types runs under each setting; after every statement the rows are read from the server,
// and Millrace's events are held against them. Under the first setting the events are also the golden file's.
//
// RECORD=1 writes the golden files, of those types whose events the server confirmed.

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "integration/types/expected_changes.h"
#include "integration/types/type_file.h"
#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/mini_mysql.h"
#include "support/validators.h"

namespace millrace::testing {
namespace {

constexpr const char* kPrefix = "types";
constexpr const char* kLastTopic = "types.types_.last";

struct Setting {
  const char* name;
  const char* metadata;
  const char* checksum;
  const char* compression;
  const char* image;
  const char* value_options;
  bool golden = false;

  bool whole_rows() const { return std::string(image) == "FULL"; }
  friend std::ostream& operator<<(std::ostream& out, const Setting& setting) {
    return out << setting.name;
  }
};

// A type file while it runs: what its statements did, transaction by transaction.
struct Running {
  TypeFile file;
  std::vector<std::vector<Change>> transactions;
};

// A long line is cut; its checksum stands for the rest.
std::string shortened(const std::string& line) {
  constexpr std::size_t kLongest = 1200;
  if (line.size() <= kLongest) return line;
  const auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(line.data()), static_cast<uInt>(line.size()));
  std::size_t end = kLongest;
  while ((static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;  // between two characters
  return line.substr(0, end) + "… " + std::to_string(line.size()) + " bytes, crc32 " +
         std::to_string(crc);
}

std::string golden_line(const Event& event) {
  const std::string head = event.topic + " " + (event.key.empty() ? "null" : event.key) + " → ";
  if (event.tombstone) return head + "null\n";
  return shortened(head + "{\"before\":" + event.before.value_or("null") +
                   ",\"after\":" + event.after.value_or("null") + ",\"op\":\"" + event.op + "\"}") +
         "\n";
}

// Where two texts part: the first line that differs, of each.
std::string first_difference(const std::string& actual, const std::string& expected) {
  std::istringstream one(actual), other(expected);
  for (int number = 1;; ++number) {
    std::string a, b;
    const bool more_a = static_cast<bool>(std::getline(one, a)),
               more_b = static_cast<bool>(std::getline(other, b));
    if (!more_a && !more_b) return "";
    if (a != b || more_a != more_b)
      return "line " + std::to_string(number) + "\n  event  " + a + "\n  golden " + b;
  }
}

class Types : public ::testing::TestWithParam<Setting> {
 protected:
  static void SetUpTestSuite() { mysql_ = new MiniMysql(); }
  static void TearDownTestSuite() {
    delete mysql_;
    mysql_ = nullptr;
  }

  void apply_setting(SqlClient& client) {
    const Setting& setting = GetParam();
    client.execute(std::string("SET GLOBAL binlog_row_metadata = ") + setting.metadata);
    client.execute(std::string("SET GLOBAL binlog_checksum = ") + setting.checksum);
    client.execute(std::string("SET SESSION binlog_transaction_compression = ") +
                   setting.compression);
    client.execute(std::string("SET SESSION binlog_row_image = ") + setting.image);
    client.execute(std::string("SET SESSION binlog_row_value_options = '") + setting.value_options +
                   "'");
    client.execute(
        "SET SESSION sql_mode = '', time_zone = '+00:00', sql_generate_invisible_primary_key = "
        "OFF");
  }

  void create_tables(SqlClient& client) {
    client.execute("DROP DATABASE IF EXISTS types_");
    client.execute("CREATE DATABASE types_");
    client.execute("CREATE TABLE types_.last (id INT PRIMARY KEY)");
    for (TypeFile& file : read_type_files()) {
      if (file.needs_full_metadata && GetParam().metadata != std::string("FULL")) continue;
      client.execute("DROP DATABASE IF EXISTS " + file.database());
      client.execute("CREATE DATABASE " + file.database() + " CHARACTER SET utf8mb4");
      client.execute("USE " + file.database());
      for (const std::string& statement : file.tables) client.execute(statement);
      running_.push_back({std::move(file), {}});
    }
  }

  void start_daemon() {
    SourceText source{
        .name = kPrefix, .database = "types_.*", .mysql_port = mysql_->port(), .properties = {}};
    daemon_ = std::make_unique<DaemonProcess>(
        folder_.path(), file_configuration(folder_.path() / "events", folder_.path(), source));
    daemon_->start();
    ASSERT_TRUE(daemon_->wait_for_state(kPrefix, "RUNNING"))
        << daemon_->source_trace(kPrefix) << daemon_->log();
  }

  void run_statements(SqlClient& client) {
    SqlClient reader = mysql_->root();
    for (Running& one : running_) {
      client.execute("USE " + one.file.database());
      DatabaseRows rows(reader, one.file.database(), kPrefix);
      for (const std::string& statement : one.file.rows) {
        client.execute(statement);
        auto changes = rows.changes();
        if (!changes.empty()) one.transactions.push_back(std::move(changes));
      }
    }
    client.execute("INSERT INTO types_.last VALUES (1)");
  }

  // The events by topic's database, in order.
  void read_events() {
    const auto path = folder_.path() / "events";
    const bool complete = eventually(std::chrono::seconds(60), [&] {
      return read_file(path).find(kLastTopic) != std::string::npos ||
             daemon_->source_state(kPrefix) == "FAILED";
    });
    ASSERT_TRUE(complete && read_file(path).find(kLastTopic) != std::string::npos)
        << "the events don't come: " << daemon_->source_trace(kPrefix) << "\n"
        << daemon_->log();
    for (Event& event : parse_events(parse_lines(read_file(path)))) {
      const std::string database = event.topic.substr(6, event.topic.find('.', 6) - 6);
      events_[database].push_back(std::move(event));
    }
  }

  Faults compare(const Running& one) {
    std::vector<std::vector<Event>> transactions;
    std::string gtid;
    for (const Event& event : events_[one.file.database()]) {
      if (event.tombstone) continue;
      if (transactions.empty() || event.gtid != gtid) transactions.emplace_back();
      gtid = event.gtid;
      transactions.back().push_back(event);
    }
    Faults faults;
    if (transactions.size() != one.transactions.size()) {
      faults.push_back(std::to_string(transactions.size()) + " transactions have events, " +
                       std::to_string(one.transactions.size()) + " changed rows");
    }
    for (std::size_t i = 0; i < std::min(transactions.size(), one.transactions.size()); ++i) {
      compare_transaction(one.transactions[i], transactions[i], faults);
    }
    return faults;
  }

  // The order of rows within a statement is the server's business.
  void compare_transaction(std::vector<Change> expected, const std::vector<Event>& events,
                           Faults& faults) {
    for (const Event& event : events) {
      std::string nearest;
      const auto it = std::find_if(expected.begin(), expected.end(), [&](const Change& change) {
        if (change.topic != event.topic) return false;
        const std::string fault = compare_change(change, event, GetParam().whole_rows());
        if (nearest.empty() || (change.key == event.key && change.op == event.op)) nearest = fault;
        return fault.empty();
      });
      if (it == expected.end()) {
        faults.push_back(event.describe() + ": " +
                         (nearest.empty() ? "nothing happened there" : nearest.substr(0, 800)));
      } else {
        expected.erase(it);
      }
    }
    for (const Change& change : expected)
      faults.push_back("no event for " + change.describe().substr(0, 400));
  }

  void check_golden(const Running& one, bool confirmed) {
    std::string text;
    for (const Event& event : events_[one.file.database()]) text += golden_line(event);
    if (std::getenv("RECORD") != nullptr) {
      if (confirmed) write_file(golden_path(one.file), text);
      return;
    }
    EXPECT_EQ(first_difference(text, read_file(golden_path(one.file))), "")
        << "RECORD=1 writes it anew, then look at the difference";
  }

  static MiniMysql* mysql_;
  TempFolder folder_{"types"};
  std::vector<Running> running_;
  std::unique_ptr<DaemonProcess> daemon_;
  std::map<std::string, std::vector<Event>> events_;
};

MiniMysql* Types::mysql_ = nullptr;

TEST_P(Types, EventsSayWhatTheServerSays) {
  SqlClient client = mysql_->root();
  apply_setting(client);
  create_tables(client);
  ASSERT_NO_FATAL_FAILURE(start_daemon());
  run_statements(client);
  ASSERT_NO_FATAL_FAILURE(read_events());
  for (const Running& one : running_) {
    SCOPED_TRACE(one.file.name);
    const Faults faults = compare(one);
    EXPECT_TRUE(faults.empty()) << one.file.name << ":\n    " << join(faults);
    // Keys' histories, too, where the images hold whole rows.
    if (GetParam().whole_rows()) {
      EXPECT_EQ(join(check_key_order(events_[one.file.database()])), "");
    }
    if (GetParam().golden) check_golden(one, faults.empty());
  }
  EXPECT_EQ(daemon_->stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Settings, Types,
    ::testing::Values(
        Setting{"plain", "FULL", "CRC32", "OFF", "FULL", "", true},
        Setting{"metadata_minimal", "MINIMAL", "CRC32", "OFF", "FULL", ""},
        Setting{"no_checksum_compressed", "MINIMAL", "NONE", "ON", "FULL", ""},
        Setting{"image_minimal", "FULL", "NONE", "ON", "MINIMAL", ""},
        Setting{"image_and_metadata_minimal", "MINIMAL", "CRC32", "OFF", "MINIMAL", ""},
        Setting{"image_noblob", "FULL", "NONE", "OFF", "NOBLOB", ""},
        Setting{"image_noblob_metadata_minimal", "MINIMAL", "CRC32", "ON", "NOBLOB", ""},
        Setting{"partial_json", "FULL", "CRC32", "ON", "FULL", "PARTIAL_JSON"},
        Setting{"partial_json_metadata_minimal", "MINIMAL", "NONE", "OFF", "FULL", "PARTIAL_JSON"},
        Setting{"partial_json_noblob", "FULL", "CRC32", "OFF", "NOBLOB", "PARTIAL_JSON"}),
    [](const auto& setting) { return std::string(setting.param.name); });

}  // namespace
}  // namespace millrace::testing
