#pragma once

// A connection to a MySQL server, for everything but the binlog dump (binlog_stream.h): preflight,
// reading the structure of tables, reading rows for a snapshot. libmysqlclient stays behind this
// wall: its header, its handles and its conventions are seen only in src/mysql.
//
// The session is made the same on every server: utf8mb4 both ways, sql_mode '' (so that a server's
// ANSI_QUOTES or PAD_CHAR_TO_FULL_LENGTH changes neither what we say nor what we read).
//
// Threads: a Connection belongs to one thread at a time; only interrupt() may come from another,
// and only while the object neither moves nor dies. Statements block, bounded by read_timeout where
// one is set.
//
// Failure: every failure is an Error with a sentence for a person; last_cause() says what to branch
// on (errors.h). After a transient error the connection is not used again; there is no reconnecting
// underneath.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/base/secret.h"
#include "millrace/mysql/errors.h"

namespace millrace::mysql {

class Session;  // the handle, in src/mysql

enum class TlsMode : std::uint8_t {
  kDisabled,
  kPreferred,       // TLS where the server offers it
  kRequired,        // TLS, any certificate
  kVerifyCa,        // the certificate is signed by `tls_ca`
  kVerifyIdentity,  // and made out to `host`
};

struct ConnectionOptions {
  std::string host;
  std::uint16_t port = 3306;
  std::string unix_socket;  // instead of host and port
  std::string user;
  Secret password;
  TlsMode tls_mode = TlsMode::kPreferred;
  std::string tls_ca, tls_cert, tls_key;  // PEM files
  // PKCS12 stores instead of them: read at each connect, and never written anywhere (key_store.h).
  std::string key_store, trust_store;
  Secret key_store_password, trust_store_password;
  std::string compression;  // "" or "none", "zlib", "zstd"
  // The library counts whole seconds: rounded up.
  std::chrono::milliseconds connect_timeout{30000};
  // The longest silence of the server within a statement; 0: no limit.
  std::chrono::milliseconds read_timeout{std::chrono::minutes{10}};
  // Run first by Connection::connect(), before what the module itself says to the session.
  std::vector<std::string> initial_statements;
  // Asks the server for the key that a caching_sha2 password is encrypted with when there is no
  // TLS.
  bool get_server_public_key = true;
  // Shown in performance_schema.session_connect_attrs as `millrace_source`.
  std::string name;
};

// "db1:3306" or the path of the socket: how messages name the server.
std::string endpoint_text(const ConnectionOptions& options);

using Row = std::vector<std::optional<std::string>>;

// A whole result in memory. Values are the bytes the server sent.
struct ResultSet {
  std::vector<std::string> columns;
  std::vector<Row> rows;

  // Index of the column with this name, without regard to case.
  std::optional<std::size_t> find_column(std::string_view name) const;
};

// One row of a result that is being read; views live until the callback returns.
struct RowView {
  std::span<const std::string> columns;
  std::span<const std::optional<std::string_view>> values;
};
using RowCallback = std::function<Status(const RowView&)>;

class Connection {
 public:
  // On failure `cause`, where given, says why.
  static Result<Connection> connect(const ConnectionOptions& options, ErrorCause* cause = nullptr);

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // Runs one statement and keeps its whole result, up to `max_bytes` of values; more is a definite
  // error (kTooLarge).
  Result<ResultSet> query(std::string_view sql, std::size_t max_bytes = kMaxResultBytes);
  // Runs one statement and hands on its rows as they arrive, without keeping them: for results of
  // any size. An error of the callback ends the reading, is returned, and leaves the connection
  // unusable (what is in flight is not read).
  Status query_rows(std::string_view sql, const RowCallback& on_row);
  // The two halves of query_rows(), for several connections whose servers work at the same time: send() returns when the
  // statement is on its way, and nothing else is done with the connection before receive().
  Status send(std::string_view sql);
  Status receive(const RowCallback& on_row);
  // Runs a statement that has no result; gives the number of rows it changed.
  Result<std::uint64_t> execute(std::string_view sql);
  // The first column of the first row; nothing for NULL or no row.
  Result<std::optional<std::string>> query_value(std::string_view sql);

  // The server's number for this session, as in SHOW PROCESSLIST.
  std::uint64_t thread_id() const;
  // As the server greeted: "8.0.36", "5.7.44-log", "10.11.6-MariaDB".
  const std::string& server_version() const;
  // The TLS cipher in use; empty without TLS.
  std::string tls_cipher() const;
  const std::string& endpoint() const;
  // Cause of the last failure.
  ErrorCause last_cause() const;

  // From any thread: what blocks now, and all that follows, fails soon with kInterrupted.
  void interrupt();

  // A buffered result is for catalogs and settings; whoever reads tables uses query_rows().
  static constexpr std::size_t kMaxResultBytes = 256U << 20;

 private:
  friend class RowStream;  // row_stream.h

  explicit Connection(std::unique_ptr<Session> session);
  std::unique_ptr<Session> session_;
};

// `name` as an identifier in a statement: `a``b`.
std::string quote_identifier(std::string_view name);
// `text` as a string literal, for sessions of this module (utf8mb4, backslash escapes on): 'it\'s'.
std::string quote_string(std::string_view text);

// The number in a version string: "8.0.36-28" is 80036, "9.7.4-2" is 90704; 0 when there is none.
std::uint32_t parse_version_number(std::string_view version);
// Whether the greeting is MariaDB's.
bool is_mariadb_version(std::string_view version);

}  // namespace millrace::mysql
