#include "support/mini_mysql.h"

#include <stdexcept>

namespace millrace::testing {
namespace {

namespace fs = std::filesystem;

fs::path server_program() {
  fs::path program = cache_folder() / "mysql" / "root" / "bin" / "mysqld";
  if (!fs::exists(program)) {
    throw std::runtime_error("no MySQL server at " + program.string() +
                             ": run tests/support/provision.sh mysql");
  }
  return program;
}

std::string user_name() {
  const std::string output = run_command({"id", "-un"}).output;
  return output.substr(0, output.find('\n'));
}

// Settled when the data folder is made.
std::string lower_case_argument(bool lower_case_names) {
  return std::string("--lower-case-table-names=") + (lower_case_names ? "1" : "0");
}

// An initialised data folder: root without a password, nothing else. Made once.
fs::path data_template(bool lower_case_names) {
  const std::string name = lower_case_names ? "data-template-lower-case" : "data-template";
  fs::path folder = cache_folder() / "mysql" / name;
  const FileLock lock(cache_folder() / "mysql" / (name + ".lock"));
  if (fs::exists(folder / "complete")) return folder;
  fs::remove_all(folder);
  fs::create_directories(folder);
  const CommandResult made = run_command(
      {server_program().string(), "--no-defaults", "--initialize-insecure", "--user=" + user_name(),
       "--datadir=" + (folder / "data").string(), lower_case_argument(lower_case_names)},
      {}, std::chrono::minutes(3));
  if (made.exit_code != 0) throw std::runtime_error("mysqld --initialize failed:\n" + made.output);
  fs::remove(folder / "data" / "auto.cnf");  // every server gets a UUID of its own
  write_file(folder / "complete", "");
  return folder;
}

}  // namespace

MiniMysql::MiniMysql(MiniMysqlOptions options)
    : options_(std::move(options)), folder_("mysql"), port_(free_port()) {
  fs::copy(data_template(options_.lower_case_names) / "data", data_folder(),
           fs::copy_options::recursive);
  start();
  execute({std::string("CREATE USER cdc@'%' IDENTIFIED BY '") + kCdcPassword + "'",
           "GRANT REPLICATION SLAVE, REPLICATION CLIENT, SELECT ON *.* TO cdc@'%'"});
}

MiniMysql::~MiniMysql() {
  if (process_ != nullptr) process_->kill9();
}

void MiniMysql::start() {
  const fs::path folder = folder_.path();
  ChildOptions child;
  child.command = {server_program().string(),
                   "--no-defaults",
                   "--user=" + user_name(),
                   "--datadir=" + data_folder().string(),
                   "--port=" + std::to_string(port_),
                   "--bind-address=127.0.0.1",
                   "--socket=" + socket(),
                   "--pid-file=" + (folder / "mysql.pid").string(),
                   "--log-error=" + (folder / "mysql.log").string(),
                   "--mysqlx=OFF",
                   "--secure-file-priv=NULL",
                   "--server-id=" + std::to_string(port_),
                   "--log-bin=binlog",
                   "--innodb-flush-log-at-trx-commit=2",
                   "--sync-binlog=0",
                   "--innodb-buffer-pool-size=" + std::to_string(options_.buffer_pool_mib) + "M",
                   "--performance-schema=OFF",
                   std::string("--gtid-mode=") + (options_.gtid ? "ON" : "OFF"),
                   std::string("--enforce-gtid-consistency=") + (options_.gtid ? "ON" : "OFF"),
                   lower_case_argument(options_.lower_case_names)};
  child.command.insert(child.command.end(), options_.arguments.begin(), options_.arguments.end());
  child.output = folder / "mysql.out";
  process_ = std::make_unique<ChildProcess>(std::move(child));
  const bool up = eventually(std::chrono::seconds(60), [this] {
    return !process_->running() || SqlClient::can_connect(socket());
  });
  if (!up || !process_->running()) {
    throw std::runtime_error("MySQL did not start:\n" + read_file(folder / "mysql.log") +
                             read_file(folder / "mysql.out"));
  }
}

void MiniMysql::stop() {
  process_->stop(std::chrono::seconds(60));
  process_.reset();
}

void MiniMysql::kill9() {
  process_->kill9();
  process_.reset();
}

SqlClient MiniMysql::root() const { return SqlClient::connect_socket(socket(), "root", ""); }

void MiniMysql::execute(const std::vector<std::string>& statements) const {
  SqlClient client = root();
  for (const std::string& statement : statements) client.execute(statement);
}

}  // namespace millrace::testing
