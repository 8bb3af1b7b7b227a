#include "support/sql_client.h"

#include <mysql.h>

#include <stdexcept>

namespace millrace::testing {

void SqlClient::Closer::operator()(MYSQL* handle) const { mysql_close(handle); }

SqlClient SqlClient::open(const char* host, int port, const char* socket, const std::string& user,
                          const std::string& password) {
  SqlClient client(mysql_init(nullptr));
  MYSQL* handle = client.handle_.get();
  bool yes = true;
  mysql_options(handle, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &yes);
  mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  if (mysql_real_connect(handle, host, user.c_str(), password.c_str(), nullptr,
                         static_cast<unsigned>(port), socket, CLIENT_MULTI_STATEMENTS) == nullptr) {
    throw std::runtime_error(std::string("can't connect: ") + mysql_error(handle));
  }
  return client;
}

SqlClient SqlClient::connect_socket(const std::string& socket, const std::string& user,
                                    const std::string& password) {
  return open("localhost", 0, socket.c_str(), user, password);
}

SqlClient SqlClient::connect_tcp(int port, const std::string& user, const std::string& password) {
  return open("127.0.0.1", port, nullptr, user, password);
}

bool SqlClient::can_connect(const std::string& socket) {
  try {
    connect_socket(socket, "root", "");
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

std::string SqlClient::try_execute(const std::string& statement) {
  MYSQL* handle = handle_.get();
  affected_rows_ = 0;
  if (mysql_real_query(handle, statement.data(), statement.size()) != 0) return mysql_error(handle);
  affected_rows_ = mysql_affected_rows(handle);
  while (true) {
    if (MYSQL_RES* result = mysql_store_result(handle)) mysql_free_result(result);
    const int more = mysql_next_result(handle);
    if (more < 0) return "";
    if (more > 0) return mysql_error(handle);
  }
}

void SqlClient::execute(const std::string& statement) {
  const std::string error = try_execute(statement);
  if (!error.empty()) throw std::runtime_error(error + "\n  in: " + statement.substr(0, 500));
}

std::vector<SqlRow> SqlClient::rows(const std::string& query) {
  MYSQL* handle = handle_.get();
  if (mysql_real_query(handle, query.data(), query.size()) != 0) {
    throw std::runtime_error(std::string(mysql_error(handle)) + "\n  in: " + query.substr(0, 500));
  }
  MYSQL_RES* result = mysql_store_result(handle);
  std::vector<SqlRow> rows;
  if (result == nullptr) return rows;
  const unsigned columns = mysql_num_fields(result);
  while (MYSQL_ROW fields = mysql_fetch_row(result)) {
    const unsigned long* lengths = mysql_fetch_lengths(result);
    SqlRow row;
    for (unsigned i = 0; i < columns; ++i) {
      if (fields[i] == nullptr) {
        row.emplace_back();
      } else {
        row.emplace_back(std::string(fields[i], lengths[i]));
      }
    }
    rows.push_back(std::move(row));
  }
  mysql_free_result(result);
  while (mysql_next_result(handle) == 0) {
    if (MYSQL_RES* more = mysql_store_result(handle)) mysql_free_result(more);
  }
  return rows;
}

std::string SqlClient::value(const std::string& query) {
  const auto all = rows(query);
  if (all.empty() || all[0].empty()) return "";
  return all[0][0].value_or("NULL");
}

}  // namespace millrace::testing
