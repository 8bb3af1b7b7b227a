#include "millrace/mysql/connection.h"

#include <strings.h>

#include <utility>

#include "mysql/session.h"

namespace millrace::mysql {
namespace {

struct ResultFreer {
  void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
};
using ResultHandle = std::unique_ptr<MYSQL_RES, ResultFreer>;

std::vector<std::string> column_names(MYSQL_RES* result) {
  const unsigned count = mysql_num_fields(result);
  const MYSQL_FIELD* fields = mysql_fetch_fields(result);
  std::vector<std::string> names;
  names.reserve(count);
  for (unsigned i = 0; i < count; ++i) names.emplace_back(fields[i].name, fields[i].name_length);
  return names;
}

Status send_statement(Session& session, std::string_view sql) {
  if (mysql_send_query(session.handle(), sql.data(), sql.size()) != 0) return session.failure();
  return {};
}

// Reads the result of a statement that was sent. The columns are there even when no row is.
Status read_rows(Session& session, std::vector<std::string>& columns, const RowCallback& on_row) {
  MYSQL* handle = session.handle();
  if (mysql_read_query_result(handle)) return session.failure();
  const ResultHandle result(mysql_use_result(handle));
  if (result == nullptr) {
    if (mysql_errno(handle) != 0) return session.failure();
    return {};  // a statement without a result
  }
  columns = column_names(result.get());
  std::vector<std::optional<std::string_view>> values(columns.size());
  while (MYSQL_ROW row = mysql_fetch_row(result.get())) {
    const unsigned long* lengths = mysql_fetch_lengths(result.get());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (row[i] == nullptr) {
        values[i].reset();
      } else {
        values[i].emplace(row[i], lengths[i]);
      }
    }
    if (Status status = on_row(RowView{columns, values}); !status) {
      // Freeing the result reads what is left of it, which may be the rest of a huge table: end
      // that first.
      session.shut_down();
      return session.failure(ErrorCause::kOther, status.error());
    }
  }
  if (mysql_errno(handle) != 0) return session.failure();
  return {};
}

}  // namespace

std::optional<std::size_t> ResultSet::find_column(std::string_view name) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].size() == name.size() &&
        strncasecmp(columns[i].data(), name.data(), name.size()) == 0) {
      return i;
    }
  }
  return std::nullopt;
}

Connection::Connection(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::connect(const ConnectionOptions& options, ErrorCause* cause) {
  MILLRACE_ASSIGN_OR_RETURN(std::unique_ptr<Session> session, Session::open(options, cause));
  return Connection(std::move(session));
}

Result<ResultSet> Connection::query(std::string_view sql, std::size_t max_bytes) {
  ResultSet result;
  std::size_t bytes = 0;
  bool too_large = false;
  const auto keep = [&](const RowView& view) -> Status {
    Row& row = result.rows.emplace_back();
    row.reserve(view.values.size());
    for (const auto& value : view.values) {
      bytes += sizeof(Row::value_type) + (value ? value->size() : 0);
      if (bytes > max_bytes) {
        too_large = true;
        return definite_error("a result of MySQL at " + endpoint() + " passes the limit of " +
                              std::to_string(max_bytes) + " bytes");
      }
      value ? row.emplace_back(std::string(*value)) : row.emplace_back(std::nullopt);
    }
    return {};
  };
  MILLRACE_RETURN_IF_ERROR(send_statement(*session_, sql));
  if (Status status = read_rows(*session_, result.columns, keep); !status) {
    if (too_large) return session_->failure(ErrorCause::kTooLarge, status.error());
    return status.error();
  }
  return result;
}

Status Connection::query_rows(std::string_view sql, const RowCallback& on_row) {
  MILLRACE_RETURN_IF_ERROR(send(sql));
  return receive(on_row);
}

Status Connection::send(std::string_view sql) { return send_statement(*session_, sql); }

Status Connection::receive(const RowCallback& on_row) {
  std::vector<std::string> columns;
  return read_rows(*session_, columns, on_row);
}

Result<std::uint64_t> Connection::execute(std::string_view sql) {
  MILLRACE_RETURN_IF_ERROR(session_->run(sql));
  return mysql_affected_rows(session_->handle());
}

Result<std::optional<std::string>> Connection::query_value(std::string_view sql) {
  MILLRACE_ASSIGN_OR_RETURN(ResultSet result, query(sql));
  if (result.rows.empty() || result.rows.front().empty()) return std::optional<std::string>();
  return std::move(result.rows.front().front());
}

std::uint64_t Connection::thread_id() const { return session_->handle()->thread_id; }
const std::string& Connection::server_version() const { return session_->server_version(); }
std::string Connection::tls_cipher() const {
  const char* cipher = mysql_get_ssl_cipher(session_->handle());
  return cipher == nullptr ? std::string() : std::string(cipher);
}
const std::string& Connection::endpoint() const { return session_->endpoint(); }
ErrorCause Connection::last_cause() const { return session_->last_cause(); }
void Connection::interrupt() { session_->interrupt(); }

}  // namespace millrace::mysql
