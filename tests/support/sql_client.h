#pragma once

// A MySQL client for tests, over libmysqlclient: statements in, rows out, failures as exceptions that show the
// statement. Independent of the product's own connection on purpose.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct MYSQL;

namespace millrace::testing {

using SqlRow = std::vector<std::optional<std::string>>;

class SqlClient {
 public:
  static SqlClient connect_socket(const std::string& socket, const std::string& user,
                                  const std::string& password);
  static SqlClient connect_tcp(int port, const std::string& user, const std::string& password);
  static bool can_connect(const std::string& socket);

  SqlClient(SqlClient&&) noexcept = default;
  SqlClient& operator=(SqlClient&&) noexcept = default;
  ~SqlClient() = default;

  // One statement; its result, if any, is read and dropped.
  void execute(const std::string& statement);
  std::vector<SqlRow> rows(const std::string& query);
  // The first column of the first row; "NULL" text for NULL.
  std::string value(const std::string& query);
  // Empty when it worked, else the server's error.
  std::string try_execute(const std::string& statement);
  // Rows that the last statement changed (an update that sets what is there already changes none).
  std::uint64_t affected_rows() const { return affected_rows_; }

 private:
  struct Closer {
    void operator()(MYSQL* handle) const;
  };
  explicit SqlClient(MYSQL* handle) : handle_(handle) {}
  static SqlClient open(const char* host, int port, const char* socket, const std::string& user,
                        const std::string& password);

  std::unique_ptr<MYSQL, Closer> handle_;
  std::uint64_t affected_rows_ = 0;
};

}  // namespace millrace::testing
