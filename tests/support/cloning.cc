#include "support/cloning.h"

#include <utility>

namespace millrace::testing {
namespace {

std::string quoted(const std::string& text) {
  std::string sql = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') sql += '\\';
    sql += c;
  }
  return sql + "'";
}

}  // namespace

std::vector<std::string> clone_arguments() {
  return {"--plugin-load-add=mysql_clone.so", "--performance-schema=ON"};
}

void create_cloner(const MiniMysql& server, const std::string& password) {
  const std::string account = std::string(kCloner) + "@'%'";
  server.execute({"CREATE USER " + account + " IDENTIFIED BY " + quoted(password),
                  "GRANT SHOW DATABASES, BACKUP_ADMIN, CLONE_ADMIN, SYSTEM_VARIABLES_ADMIN, "
                  "PERSIST_RO_VARIABLES_ADMIN, REPLICATION_SLAVE_ADMIN, SHUTDOWN ON *.* TO " +
                      account,
                  "GRANT SELECT ON performance_schema.* TO " + account});
}

void clone_by_hand(const MiniMysql& donor, MiniMysql& recipient, const std::string& password) {
  const std::string port = std::to_string(donor.port());
  recipient.execute({"SET GLOBAL clone_valid_donor_list = '127.0.0.1:" + port + "'"});
  SqlClient client = recipient.root();
  // The server stops, or says that nobody would start it again.
  client.try_execute(std::string("CLONE INSTANCE FROM ") + kCloner + "@'127.0.0.1':" + port +
                     " IDENTIFIED BY " + quoted(password));
  recipient.restart();
}

Supervisor::Supervisor(std::function<bool()> is_wanted, std::function<void()> act)
    : thread_([this, is_wanted = std::move(is_wanted), act = std::move(act)] {
        while (!ends_) {
          if (is_wanted()) act();
          eventually(std::chrono::milliseconds(50), [this] { return ends_.load(); });
        }
      }) {}

Supervisor::~Supervisor() {
  ends_ = true;
  thread_.join();
}

}  // namespace millrace::testing
