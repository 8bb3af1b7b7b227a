#include "millrace/mysql/connection.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "integration/mysql/server_fixture.h"

namespace millrace::mysql {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class ConnectionTest : public ServerTest {
 protected:
  static Connection connect(const ConnectionOptions& options) {
    auto connection = Connection::connect(options);
    if (!connection) throw std::runtime_error(connection.error().message());
    return std::move(*connection);
  }
  static std::string value(Connection& connection, std::string_view sql) {
    auto result = connection.query_value(sql);
    if (!result) return "error: " + result.error().message();
    return result->value_or("NULL");
  }
};

TEST_F(ConnectionTest, BySocketAndByTcp) {
  Connection local = connect(by_socket(server()));
  EXPECT_EQ(value(local, "SELECT 1 + 1"), "2");
  EXPECT_EQ(value(local, "SELECT CONNECTION_ID()"), std::to_string(local.thread_id()));
  EXPECT_EQ(value(local, "SELECT VERSION()"), local.server_version());
  EXPECT_EQ(local.endpoint(), server().socket());

  Connection remote = connect(by_tcp(server()));
  EXPECT_EQ(value(remote, "SELECT @@port"), std::to_string(server().port()));
  EXPECT_EQ(remote.endpoint(), "127.0.0.1:" + std::to_string(server().port()));
}

TEST_F(ConnectionTest, LocalhostIsAHostAndNotTheDefaultSocket) {
  ConnectionOptions options = by_tcp(server());
  options.host = "localhost";
  auto connection = Connection::connect(options);
  if (connection) {
    EXPECT_EQ(value(*connection, "SELECT @@port"), std::to_string(server().port()));
  } else {
    // A machine without a hosts file: the name was asked for.
    EXPECT_NE(connection.error().message().find("host 'localhost'"), std::string::npos)
        << connection.error().message();
  }
}

TEST_F(ConnectionTest, TheSessionIsTheSameWhateverTheServerSays) {
  server().execute(
      {"SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH'"});
  Connection connection = connect(by_socket(server()));
  server().execute({"SET GLOBAL sql_mode = DEFAULT"});
  EXPECT_EQ(value(connection, "SELECT @@SESSION.sql_mode"), "");
  EXPECT_EQ(value(connection, "SELECT @@character_set_client"), "utf8mb4");
  EXPECT_EQ(value(connection, "SELECT @@character_set_results"), "utf8mb4");
}

TEST_F(ConnectionTest, QuotedTextComesBackAsItWas) {
  Connection connection = connect(by_socket(server()));
  std::string bytes;
  for (int c = 0; c < 128; ++c) bytes += static_cast<char>(c);
  bytes += "ü€😀";
  EXPECT_EQ(value(connection, "SELECT " + quote_string(bytes)), bytes);
  auto result = connection.query("SELECT 1 AS " + quote_identifier("a`b'c\"d"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->columns, std::vector<std::string>{"a`b'c\"d"});
}

struct TlsCase {
  const char* name;
  TlsMode mode;
  const char* ca;  // file in the data folder
  bool works;
};
class TlsTest : public ConnectionTest, public ::testing::WithParamInterface<TlsCase> {};

TEST_P(TlsTest, ConnectsOrSaysWhyNot) {
  ConnectionOptions options = by_tcp(server());
  options.tls_mode = GetParam().mode;
  if (*GetParam().ca != '\0') options.tls_ca = (server().data_folder() / GetParam().ca).string();
  ErrorCause cause = ErrorCause::kNone;
  auto connection = Connection::connect(options, &cause);
  ASSERT_EQ(connection.has_value(), GetParam().works)
      << (connection ? "connected" : connection.error().message());
  if (connection) {
    EXPECT_EQ(connection->tls_cipher().empty(), GetParam().mode == TlsMode::kDisabled);
  } else {
    EXPECT_EQ(to_text(cause), to_text(ErrorCause::kTls));
    EXPECT_FALSE(connection.error().is_transient()) << connection.error().message();
  }
}
INSTANTIATE_TEST_SUITE_P(
    , TlsTest,
    ::testing::Values(TlsCase{"disabled", TlsMode::kDisabled, "", true},
                      TlsCase{"preferred", TlsMode::kPreferred, "", true},
                      TlsCase{"required", TlsMode::kRequired, "", true},
                      TlsCase{"verify_ca", TlsMode::kVerifyCa, "ca.pem", true},
                      TlsCase{"verify_ca_of_another", TlsMode::kVerifyCa, "client-cert.pem", false},
                      TlsCase{"verify_ca_no_file", TlsMode::kVerifyCa, "no-such-file.pem", false},
                      TlsCase{"verify_ca_unset", TlsMode::kVerifyCa, "", false},
                      // The server made its certificate out to no host.
                      TlsCase{"verify_identity", TlsMode::kVerifyIdentity, "ca.pem", false}),
    [](const auto& row) { return row.param.name; });

TEST_F(ConnectionTest, FirstLoginWithoutTlsAsksForTheServersKey) {
  server().execute({"CREATE USER fresh@'%' IDENTIFIED WITH caching_sha2_password BY 'once'"});
  ConnectionOptions options = by_tcp(server());
  options.user = "fresh";
  options.password = Secret("once");
  options.tls_mode = TlsMode::kDisabled;
  options.get_server_public_key = false;
  ErrorCause cause = ErrorCause::kNone;
  EXPECT_FALSE(Connection::connect(options, &cause));
  EXPECT_EQ(to_text(cause), to_text(ErrorCause::kAccessDenied));
  options.get_server_public_key = true;
  EXPECT_TRUE(Connection::connect(options));
}

TEST_F(ConnectionTest, Compression) {
  for (const std::string algorithm : {"", "none", "zlib", "zstd"}) {
    ConnectionOptions options = by_tcp(server());
    options.compression = algorithm;
    Connection connection = connect(options);
    auto status = connection.query("SHOW SESSION STATUS LIKE 'Compression_algorithm'");
    ASSERT_TRUE(status);
    const bool none = algorithm.empty() || algorithm == "none";
    EXPECT_EQ(status->rows.at(0).at(1), none ? "" : algorithm);
    EXPECT_EQ(value(connection, "SELECT REPEAT('x', 3000000)"), std::string(3000000, 'x'));
  }
  ConnectionOptions options = by_tcp(server());
  options.compression = "lzma";
  auto refused = Connection::connect(options);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("lzma"), std::string::npos);
}

TEST_F(ConnectionTest, WrongPassword) {
  ConnectionOptions options = by_tcp(server());
  options.password = Secret("wrong-one");
  ErrorCause cause = ErrorCause::kNone;
  auto connection = Connection::connect(options, &cause);
  ASSERT_FALSE(connection);
  EXPECT_EQ(to_text(cause), to_text(ErrorCause::kAccessDenied));
  EXPECT_FALSE(connection.error().is_transient());
  EXPECT_EQ(connection.error().message().find("wrong-one"), std::string::npos);
}

TEST_F(ConnectionTest, NobodyThere) {
  ConnectionOptions unknown_host = by_tcp(server());
  unknown_host.host = "no-such-host.invalid";
  ConnectionOptions refused = by_tcp(server());
  refused.port = static_cast<std::uint16_t>(testing::free_port());
  ConnectionOptions no_socket = by_socket(server());
  no_socket.unix_socket += ".not";
  for (const ConnectionOptions& options : {unknown_host, refused, no_socket}) {
    ErrorCause cause = ErrorCause::kNone;
    auto connection = Connection::connect(options, &cause);
    ASSERT_FALSE(connection);
    EXPECT_EQ(to_text(cause), to_text(ErrorCause::kUnreachable)) << connection.error().message();
    EXPECT_TRUE(connection.error().is_transient());
    EXPECT_NE(connection.error().message().find(endpoint_text(options)), std::string::npos);
  }
}

// A port that takes connections and never says a word.
class SilentPeer {
 public:
  SilentPeer() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    ok_ = bind(fd_, generic, length) == 0 && listen(fd_, 8) == 0 &&
          getsockname(fd_, generic, &length) == 0;
    port_ = ntohs(address.sin_port);
  }
  ~SilentPeer() { close(fd_); }
  bool ok() const { return ok_; }
  std::uint16_t port() const { return port_; }

 private:
  int fd_;
  bool ok_ = false;
  std::uint16_t port_ = 0;
};

TEST_F(ConnectionTest, ASilentPeerIsGivenUp) {
  const SilentPeer peer;
  ASSERT_TRUE(peer.ok());
  ConnectionOptions options = by_tcp(server());
  options.port = peer.port();
  options.connect_timeout = milliseconds(700);
  const auto began = steady_clock::now();
  ErrorCause cause = ErrorCause::kNone;
  auto connection = Connection::connect(options, &cause);
  ASSERT_FALSE(connection);
  EXPECT_TRUE(connection.error().is_transient());
  EXPECT_EQ(to_text(cause), to_text(ErrorCause::kUnreachable));
  EXPECT_LT(steady_clock::now() - began, seconds(5));
}

TEST_F(ConnectionTest, ResultsKeepBytesAndNulls) {
  Connection connection = connect(by_socket(server()));
  auto result = connection.query(
      "SELECT NULL AS n, '' AS nothing, X'00FF0041' AS bytes UNION ALL SELECT 1, 'a', 'b'");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->columns, (std::vector<std::string>{"n", "nothing", "bytes"}));
  ASSERT_EQ(result->rows.size(), 2U);
  EXPECT_EQ(result->rows[0], (Row{std::nullopt, "", std::string("\x00\xff\x00\x41", 4)}));
  EXPECT_EQ(result->rows[1], (Row{"1", "a", "b"}));

  auto none = connection.query("SELECT 1 AS one FROM DUAL WHERE FALSE");
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->rows.empty());
  EXPECT_EQ(none->find_column("one"), 0U);
  EXPECT_EQ(connection.query_value("SELECT 1 FROM DUAL WHERE FALSE").value(), std::nullopt);
}

TEST_F(ConnectionTest, AFailedStatementLeavesTheConnectionUsable) {
  Connection connection = connect(by_socket(server()));
  auto result = connection.query("SELECT * FROM nowhere.nothing");
  ASSERT_FALSE(result);
  EXPECT_EQ(to_text(connection.last_cause()), to_text(ErrorCause::kUnknownObject));
  EXPECT_EQ(value(connection, "SELECT 1"), "1");
}

TEST_F(ConnectionTest, ABufferedResultHasALimit) {
  Connection connection = connect(by_socket(server()));
  auto result = connection.query("SELECT REPEAT('x', 1000000)", 100000);
  ASSERT_FALSE(result);
  EXPECT_EQ(to_text(connection.last_cause()), to_text(ErrorCause::kTooLarge));
  EXPECT_FALSE(result.error().is_transient());
}

TEST_F(ConnectionTest, RowsArriveWithoutBeingKept) {
  const std::string numbers =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT /*+ "
      "SET_VAR(cte_max_recursion_depth = 1000000) */ i, IF(i % 2, NULL, i) FROM n";
  Connection connection = connect(by_socket(server()));
  std::uint64_t sum = 0, nulls = 0;
  const Status status = connection.query_rows(numbers, [&](const RowView& row) -> Status {
    sum += std::stoull(std::string(*row.values[0]));
    nulls += row.values[1] ? 0 : 1;
    return {};
  });
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(sum, 200000ULL * 200001 / 2);
  EXPECT_EQ(nulls, 100000U);

  int seen = 0;
  const Status ended = connection.query_rows(numbers, [&](const RowView&) -> Status {
    return ++seen < 10 ? Status() : definite_error("enough");
  });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().message(), "enough");
  EXPECT_EQ(seen, 10);
}

TEST_F(ConnectionTest, ExecuteCountsChangedRows) {
  server().execute({"CREATE DATABASE counted", "CREATE TABLE counted.t (id INT PRIMARY KEY)",
                    "GRANT INSERT, DELETE ON counted.* TO cdc@'%'"});
  Connection connection = connect(by_socket(server()));
  EXPECT_EQ(connection.execute("INSERT INTO counted.t VALUES (1), (2), (3)").value(), 3U);
  EXPECT_EQ(connection.execute("DELETE FROM counted.t WHERE id > 1").value(), 2U);
  EXPECT_FALSE(connection.execute("INSERT INTO counted.t VALUES (1)"));
}

TEST_F(ConnectionTest, ALargeValueIsRead) {
  Connection connection = connect(by_tcp(server()));
  // More than a packet's 16 MiB, so it arrives in several.
  EXPECT_EQ(value(connection, "SELECT REPEAT('abcd', 8000000)").size(), 32000000U);
}

TEST_F(ConnectionTest, InterruptEndsAStatement) {
  Connection connection = connect(by_tcp(server()));
  std::thread interrupter([&connection] {
    std::this_thread::sleep_for(milliseconds(200));
    connection.interrupt();
  });
  const auto began = steady_clock::now();
  auto result = connection.query("SELECT SLEEP(30)");
  interrupter.join();
  ASSERT_FALSE(result);
  EXPECT_LT(steady_clock::now() - began, seconds(2));
  EXPECT_EQ(to_text(connection.last_cause()), to_text(ErrorCause::kInterrupted));
  EXPECT_TRUE(result.error().is_transient());
  EXPECT_FALSE(connection.query("SELECT 1"));
}

TEST_F(ConnectionTest, ASilentServerIsGivenUp) {
  ConnectionOptions options = by_tcp(server());
  options.read_timeout = seconds(1);
  Connection connection = connect(options);
  const auto began = steady_clock::now();
  auto result = connection.query("SELECT SLEEP(20)");
  ASSERT_FALSE(result);
  EXPECT_LT(steady_clock::now() - began, seconds(5));
  EXPECT_EQ(to_text(connection.last_cause()), to_text(ErrorCause::kLost));
}

TEST_F(ConnectionTest, AKilledConnectionIsLost) {
  Connection connection = connect(by_tcp(server()));
  server().execute({"KILL " + std::to_string(connection.thread_id())});
  auto result = connection.query("SELECT 1");
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is_transient());
  EXPECT_EQ(to_text(connection.last_cause()), to_text(ErrorCause::kLost));
}

}  // namespace
}  // namespace millrace::mysql
