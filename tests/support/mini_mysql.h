#pragma once

// A real MySQL server for a test: its own data folder, a free port and a socket, ready in about two seconds (an
// initialised data folder is kept in the cache and copied). Stopped, by process id, when the object goes.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/sql_client.h"

namespace millrace::testing {

struct MiniMysqlOptions {
  std::vector<std::string> arguments = {};  // more of mysqld's: "--binlog-row-metadata=FULL"
  bool gtid = true;
  bool lower_case_names = false;  // lower_case_table_names=1
  std::size_t buffer_pool_mib = 64;
};

class MiniMysql {
 public:
  explicit MiniMysql(MiniMysqlOptions options = {});
  ~MiniMysql();

  int port() const { return port_; }
  std::string socket() const { return (folder_.path() / "mysql.sock").string(); }
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path data_folder() const { return folder_.path() / "data"; }
  // While it runs.
  const ChildProcess& process() const { return *process_; }

  // A new connection as root over the socket.
  SqlClient root() const;
  // Runs statements as root, one after the other.
  void execute(const std::vector<std::string>& statements) const;

  void stop();
  void kill9();
  // Again on the same port and data; `arguments` replace the earlier ones when given.
  void start();
  void restart() {
    stop();
    start();
  }
  void set_arguments(std::vector<std::string> arguments) {
    options_.arguments = std::move(arguments);
  }

 private:
  MiniMysqlOptions options_;
  TempFolder folder_;
  int port_;
  std::unique_ptr<ChildProcess> process_;
};

// The account that the daemon uses in tests.
inline constexpr const char* kCdcUser = "cdc";
inline constexpr const char* kCdcPassword = "cdc-secret";

}  // namespace millrace::testing
