#include "millrace/mysql/binlog_stream.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "integration/mysql/server_fixture.h"
#include "millrace/mysql/identity.h"
#include "millrace/mysql/server_facts.h"

namespace millrace::mysql {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// Event types, by their number in the header's fifth byte.
constexpr int kRotate = 4, kFormatDescription = 15, kXid = 16, kHeartbeat = 27, kWriteRows = 30,
              kHeartbeatV2 = 41;
int type_of(std::string_view event) { return static_cast<unsigned char>(event.at(4)); }

class BinlogStreamTest : public ServerTest {
 protected:
  void SetUp() override {
    server().execute(
        {"CREATE DATABASE IF NOT EXISTS stream",
         "CREATE TABLE IF NOT EXISTS stream.t (id INT AUTO_INCREMENT PRIMARY KEY, v TEXT)"});
  }

  static Connection connect() {
    auto connection = Connection::connect(by_socket(server()));
    if (!connection) throw std::runtime_error(connection.error().message());
    return std::move(*connection);
  }
  static gtid::GtidSet executed() {
    Connection connection = connect();
    return fetch_gtid_executed(connection).value();
  }
  static BinlogPosition position() {
    Connection connection = connect();
    return fetch_binlog_position(connection).value().value();
  }
  static void insert(const std::string& text) {
    server().execute({"INSERT INTO stream.t (v) VALUES ('" + text + "')"});
  }

  static BinlogStreamOptions from(std::variant<gtid::GtidSet, BinlogPosition> start) {
    BinlogStreamOptions options;
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    const Identity identity = derive_identity(test->name());
    options.server_id = identity.server_id;
    options.replica_uuid = identity.replica_uuid;
    options.start = std::move(start);
    options.heartbeat_period = seconds(1);
    return options;
  }
  static BinlogStream open(const BinlogStreamOptions& options,
                           const ConnectionOptions& connection = by_tcp(server())) {
    auto stream = BinlogStream::open(connection, options);
    if (!stream) throw std::runtime_error(stream.error().message());
    return std::move(*stream);
  }

  // Events up to the end of a bounded stream.
  static std::vector<std::string> read_all(BinlogStream& stream) {
    std::vector<std::string> events;
    for (;;) {
      auto event = stream.fetch();
      if (!event) {
        ADD_FAILURE() << event.error().message();
        return events;
      }
      if (!event->has_value()) return events;
      events.emplace_back(**event);
    }
  }
  // Fetches until a row event holds the text.
  static bool read_until(BinlogStream& stream, std::string_view text) {
    const auto deadline = steady_clock::now() + seconds(20);
    while (steady_clock::now() < deadline) {
      auto event = stream.fetch();
      if (!event || !event->has_value()) return false;
      if (type_of(**event) == kWriteRows && (*event)->find(text) != std::string_view::npos)
        return true;
    }
    return false;
  }
  // The error that the stream's first fetches meet.
  static Error fetch_error(BinlogStream& stream) {
    for (int i = 0; i < 1000; ++i) {
      auto event = stream.fetch();
      if (!event) return event.error();
    }
    return definite_error("no error came");
  }
  void expect_start_fails(const BinlogStreamOptions& options, ErrorCause cause,
                          bool transient = false,
                          const ConnectionOptions& connection = by_tcp(server())) {
    BinlogStream stream = open(options, connection);
    const Error error = fetch_error(stream);
    EXPECT_EQ(to_text(stream.last_cause()), to_text(cause)) << error.message();
    EXPECT_EQ(error.is_transient(), transient) << error.message();
  }
};

TEST_F(BinlogStreamTest, StartsByGtid) {
  insert("before-the-set");
  const gtid::GtidSet start = executed();
  insert("after-the-set");
  BinlogStreamOptions options = from(start);
  options.stop_at_end = true;
  BinlogStream stream = open(options);
  const std::vector<std::string> events = read_all(stream);
  ASSERT_GE(events.size(), 7U);
  EXPECT_EQ(type_of(events[0]), kRotate);
  EXPECT_EQ(type_of(events[1]), kFormatDescription);
  EXPECT_EQ(type_of(events.back()), kXid);
  int rows = 0;
  for (const std::string& event : events) {
    EXPECT_EQ(event.find("before-the-set"), std::string::npos);
    if (type_of(event) == kWriteRows && event.find("after-the-set") != std::string::npos) ++rows;
  }
  EXPECT_EQ(rows, 1);
  // The end stays the end.
  EXPECT_FALSE(stream.fetch().value().has_value());
}

TEST_F(BinlogStreamTest, StartsByFileAndPosition) {
  insert("before-the-position");
  const BinlogPosition start = position();
  insert("after-the-position");
  BinlogStreamOptions options = from(start);
  options.stop_at_end = true;
  BinlogStream stream = open(options);
  std::string all;
  for (const std::string& event : read_all(stream)) all += event;
  EXPECT_EQ(all.find("before-the-position"), std::string::npos);
  EXPECT_NE(all.find("after-the-position"), std::string::npos);

  options.start = BinlogPosition{start.file, 0};
  BinlogStream whole_file = open(options);
  all.clear();
  for (const std::string& event : read_all(whole_file)) all += event;
  EXPECT_NE(all.find("before-the-position"), std::string::npos);
}

TEST_F(BinlogStreamTest, TheBytesAreTheSameHoweverTheyTravel) {
  const gtid::GtidSet start = executed();
  for (int i = 0; i < 50; ++i)
    insert("travel-" + std::string(static_cast<std::size_t>(i) * 100, 'x'));
  BinlogStreamOptions options = from(start);
  options.stop_at_end = true;

  ConnectionOptions plain = by_tcp(server());
  plain.tls_mode = TlsMode::kDisabled;
  BinlogStream plain_stream = open(options, plain);
  const std::vector<std::string> expected = read_all(plain_stream);
  ASSERT_GT(expected.size(), 250U);

  ConnectionOptions tls = by_tcp(server());
  tls.tls_mode = TlsMode::kRequired;
  ConnectionOptions zlib = plain, zstd = tls;
  zlib.compression = "zlib";
  zstd.compression = "zstd";
  for (const ConnectionOptions& connection : {by_socket(server()), tls, zlib, zstd}) {
    BinlogStream stream = open(options, connection);
    EXPECT_EQ(read_all(stream), expected) << endpoint_text(connection) << connection.compression;
  }
}

TEST_F(BinlogStreamTest, FollowsALiveServer) {
  BinlogStream stream = open(from(executed()));
  for (const char* text : {"live-one", "live-two", "live-three"}) {
    insert(text);
    EXPECT_TRUE(read_until(stream, text)) << text;
  }
}

TEST_F(BinlogStreamTest, AnIdleServerSendsHeartbeats) {
  BinlogStream stream = open(from(executed()));
  const auto began = steady_clock::now();
  int heartbeats = 0;
  while (heartbeats < 3 && steady_clock::now() - began < seconds(10)) {
    auto event = stream.fetch();
    ASSERT_TRUE(event) << event.error().message();
    const int type = type_of(**event);
    EXPECT_NE(type, kHeartbeat) << "this server knows the second version";
    if (type == kHeartbeatV2) ++heartbeats;
  }
  EXPECT_EQ(heartbeats, 3);
  EXPECT_GE(steady_clock::now() - began, milliseconds(1900));
}

TEST_F(BinlogStreamTest, LikelyIdleTellsWaitingFromReading) {
  BinlogStreamOptions options = from(executed());
  options.heartbeat_period = seconds(10);
  BinlogStream stream = open(options);
  ASSERT_TRUE(testing::eventually(seconds(5), [&] { return !stream.likely_idle(); }));
  while (!stream.likely_idle()) ASSERT_TRUE(stream.fetch());
  insert("wakes-it-up");
  EXPECT_TRUE(testing::eventually(seconds(5), [&] { return !stream.likely_idle(); }));
}

TEST_F(BinlogStreamTest, InterruptEndsAWaitingFetch) {
  for (const bool tls : {false, true}) {
    ConnectionOptions connection = by_tcp(server());
    connection.tls_mode = tls ? TlsMode::kRequired : TlsMode::kDisabled;
    BinlogStreamOptions options = from(executed());
    options.heartbeat_period = seconds(60);
    BinlogStream stream = open(options, connection);
    steady_clock::time_point interrupted;
    std::thread interrupter([&] {
      std::this_thread::sleep_for(milliseconds(300));
      interrupted = steady_clock::now();
      stream.interrupt();
    });
    const Error error = fetch_error(stream);
    interrupter.join();
    EXPECT_LT(steady_clock::now() - interrupted, seconds(1));
    EXPECT_EQ(to_text(stream.last_cause()), to_text(ErrorCause::kInterrupted)) << error.message();
    EXPECT_TRUE(error.is_transient());
    EXPECT_FALSE(stream.fetch());
  }
}

TEST_F(BinlogStreamTest, AStoppedServerIsNoticedBySilence) {
  BinlogStream stream = open(from(executed()));
  auto first = stream.fetch();
  ASSERT_TRUE(first);
  const pid_t pid = std::stoi(testing::read_file(server().folder() / "mysql.pid"));
  ASSERT_EQ(kill(pid, SIGSTOP), 0);
  const auto began = steady_clock::now();
  const Error error = fetch_error(stream);
  EXPECT_EQ(kill(pid, SIGCONT), 0);
  EXPECT_LT(steady_clock::now() - began, seconds(5));
  EXPECT_TRUE(error.is_transient());
  EXPECT_EQ(to_text(stream.last_cause()), to_text(ErrorCause::kLost));
  EXPECT_NE(error.message().find("heartbeat"), std::string::npos) << error.message();
}

TEST_F(BinlogStreamTest, ASecondReaderWithOurIdentityEndsTheFirst) {
  const BinlogStreamOptions options = from(executed());
  BinlogStream first = open(options);
  ASSERT_TRUE(first.fetch());
  BinlogStream second = open(options);
  ASSERT_TRUE(second.fetch());
  const Error error = fetch_error(first);
  EXPECT_EQ(to_text(first.last_cause()), to_text(ErrorCause::kDuplicateIdentity))
      << error.message();
  EXPECT_FALSE(error.is_transient());
  EXPECT_TRUE(second.fetch());
}

TEST_F(BinlogStreamTest, AnAuxiliaryReaderLeavesTheFirstAlone) {
  BinlogStream first = open(from(executed()));
  BinlogStreamOptions options = from(executed());
  const Identity auxiliary = derive_identity("AnAuxiliaryReader", IdentityRole::kAuxiliary);
  options.server_id = auxiliary.server_id;
  options.replica_uuid = auxiliary.replica_uuid;
  options.stop_at_end = true;
  BinlogStream second = open(options);
  EXPECT_FALSE(read_all(second).empty());
  insert("still-there");
  EXPECT_TRUE(read_until(first, "still-there"));
}

TEST_F(BinlogStreamTest, PurgedTransactions) {
  insert("to-be-purged");
  server().execute({"FLUSH BINARY LOGS"});
  insert("kept");
  server().execute({"PURGE BINARY LOGS TO '" + position().file + "'"});
  expect_start_fails(from(gtid::GtidSet()), ErrorCause::kPurged);
  expect_start_fails(from(BinlogPosition{"binlog.000001", 4}), ErrorCause::kPurged);
}

TEST_F(BinlogStreamTest, TransactionsTheServerDoesNotHave) {
  gtid::GtidSet start = executed();
  SCOPED_TRACE(start.to_text());
  start.add(gtid::Gtid::parse(server().root().value("SELECT @@server_uuid") + ":999999").value());
  expect_start_fails(from(start), ErrorCause::kAheadOfServer);
}

TEST_F(BinlogStreamTest, PositionsThatPointNowhere) {
  const BinlogPosition end = position();
  insert("an event to start inside of");
  expect_start_fails(from(BinlogPosition{end.file, 4000000000}), ErrorCause::kBadPosition);
  expect_start_fails(from(BinlogPosition{end.file, 3}), ErrorCause::kBadPosition);
  expect_start_fails(from(BinlogPosition{end.file, end.offset + 7}), ErrorCause::kBadPosition);

  ErrorCause cause = ErrorCause::kNone;
  auto stream =
      BinlogStream::open(by_tcp(server()), from(BinlogPosition{end.file, 1ULL << 32}), &cause);
  ASSERT_FALSE(stream);
  EXPECT_EQ(to_text(cause), to_text(ErrorCause::kBadPosition));
  EXPECT_NE(stream.error().message().find("4 GiB"), std::string::npos);
}

TEST_F(BinlogStreamTest, AnAccountWithoutThePrivilege) {
  server().execute({"CREATE USER IF NOT EXISTS nobody@'%' IDENTIFIED BY 'n'"});
  ConnectionOptions connection = by_tcp(server());
  connection.user = "nobody";
  connection.password = Secret("n");
  expect_start_fails(from(executed()), ErrorCause::kMissingPrivilege, false, connection);
}

TEST_F(BinlogStreamTest, AKilledDumpIsLost) {
  BinlogStream stream = open(from(executed()));
  ASSERT_TRUE(stream.fetch());
  server().execute({"KILL " + std::to_string(stream.thread_id())});
  EXPECT_TRUE(fetch_error(stream).is_transient());
  EXPECT_EQ(to_text(stream.last_cause()), to_text(ErrorCause::kLost));
}

TEST_F(BinlogStreamTest, AKilledDumpStatementIsLostToo) {
  BinlogStream stream = open(from(executed()));
  ASSERT_TRUE(stream.fetch());
  server().execute({"KILL QUERY " + std::to_string(stream.thread_id())});
  EXPECT_TRUE(fetch_error(stream).is_transient());
  EXPECT_EQ(to_text(stream.last_cause()), to_text(ErrorCause::kLost));
}

TEST_F(BinlogStreamTest, AnEventOfManyPacketsArrivesWhole) {
  const gtid::GtidSet start = executed();
  server().execute({"INSERT INTO stream.t (v) VALUES (NULL)",
                    "ALTER TABLE stream.t MODIFY v LONGTEXT",
                    "INSERT INTO stream.t (v) VALUES (REPEAT('long', 9000000))"});
  BinlogStreamOptions options = from(start);
  options.stop_at_end = true;
  BinlogStream stream = open(options);
  std::size_t largest = 0;
  for (const std::string& event : read_all(stream)) largest = std::max(largest, event.size());
  EXPECT_GT(largest, 36000000U);
  EXPECT_LT(largest, 36001000U);
}

// These stop their server, or change how it runs.
class RestartedServerTest : public BinlogStreamTest {
 protected:
  static void restart_with(std::vector<std::string> arguments) {
    server().set_arguments(std::move(arguments));
    server().restart();
  }
  void TearDown() override { restart_with({}); }
};

TEST_F(RestartedServerTest, AServerThatShutsDownIsLost) {
  BinlogStream stream = open(from(executed()));
  ASSERT_TRUE(stream.fetch());
  server().stop();
  EXPECT_TRUE(fetch_error(stream).is_transient());
  EXPECT_EQ(to_text(stream.last_cause()), to_text(ErrorCause::kLost));
  server().start();  // TearDown stops a running one
}

TEST_F(RestartedServerTest, WithoutGtids) {
  restart_with({"--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"});
  expect_start_fails(from(executed()), ErrorCause::kGtidModeOff);
  const BinlogPosition start = position();
  insert("without-gtid");
  BinlogStream stream = open(from(start));
  EXPECT_TRUE(read_until(stream, "without-gtid"));
}

TEST_F(RestartedServerTest, WithoutBinlog) {
  restart_with({"--skip-log-bin"});
  expect_start_fails(from(BinlogPosition{"binlog.000001", 4}), ErrorCause::kBinlogOff);
  Connection connection = connect();
  EXPECT_EQ(fetch_binlog_position(connection).value(), std::nullopt);
}

}  // namespace
}  // namespace millrace::mysql
