// The clone provider `mysql-clone`, called as the daemon calls it, between two real servers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "daemon/clone_provider.h"
#include "millrace/daemon/logging.h"
#include "support/cloning.h"
#include "support/mini_mysql.h"
#include "support/process.h"

namespace millrace::daemon {
namespace {

namespace fs = std::filesystem;
using testing::ChildOptions;
using testing::ChildProcess;
using testing::eventually;
using ::testing::HasSubstr;
using testing::MiniMysql;
using ::testing::Not;
using testing::SqlClient;
using testing::Supervisor;
using testing::TempFolder;

constexpr const char* kPassword =
    "p\"w'x\\y#z; ";  // what a client's option file and SQL have to quote

class MysqlClone : public ::testing::Test {
 protected:
  MysqlClone() {
    for (const MiniMysql* server : {&donor_, &recipient_})
      testing::create_cloner(*server, kPassword);
    donor_.execute({"CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)",
                    "INSERT INTO shop.orders VALUES (1), (2)"});

    source_.name = "shop";
    source_.hostname = "127.0.0.1";
    source_.port = static_cast<std::uint16_t>(donor_.port());
    source_.user = testing::kCdcUser;
    source_.password = Secret(testing::kCdcPassword);
    config::CloneConfig& clone = source_.snapshot.clone;
    clone.provider = "mysql-clone";
    clone.provider_timeout = std::chrono::minutes(2);
    clone.provider_options = {
        {"client", (testing::cache_folder() / "mysql/root/bin/mysql").string()},
        {"recipient.host", "127.0.0.1"},
        {"recipient.port", std::to_string(recipient_.port())},
        {"donor.user", testing::kCloner},
        {"donor.password", kPassword},
        {"restart.command", "touch " + restart_file().string()},
        {"poll.interval", "0.1"},
    };
  }

  fs::path restart_file() const { return folder_.path() / "restart"; }

  // Starts the recipient when the restart.command asks for it.
  Supervisor by_command() {
    return Supervisor([this] { return fs::exists(restart_file()); },
                      [this] {
                        fs::remove(restart_file());
                        recipient_.restart();
                      });
  }

  CloneEndpoint create() {
    auto endpoint = create_clone(source_, interrupted_);
    EXPECT_TRUE(endpoint) << endpoint.error().message();
    return endpoint ? std::move(*endpoint) : CloneEndpoint{};
  }

  void expect_refused(ErrorKind kind, const std::string& words) {
    const auto endpoint = create_clone(source_, interrupted_);
    ASSERT_FALSE(endpoint) << words;
    EXPECT_EQ(endpoint.error().kind(), kind) << endpoint.error().message();
    EXPECT_THAT(endpoint.error().message(), HasSubstr(words));
  }

  void set_option(const std::string& name, const std::string& value) {
    source_.snapshot.clone.provider_options[name] = value;
  }

  std::string recipient_value(const std::string& query) { return recipient_.root().value(query); }

  // The copy is the donor's last state: file, position, GTIDs and rows.
  void expect_copy_of_now(const CloneEndpoint& endpoint) {
    SqlClient donor = donor_.root();
    const testing::SqlRow status = donor.rows("SHOW BINARY LOG STATUS").at(0);
    ASSERT_TRUE(endpoint.position);
    EXPECT_EQ(endpoint.position->file, status[0]);
    EXPECT_EQ(std::to_string(endpoint.position->offset), status[1]);
    ASSERT_TRUE(endpoint.gtid_executed);
    const auto executed = gtid::GtidSet::parse(donor.value("SELECT @@gtid_executed"));
    ASSERT_TRUE(executed);
    EXPECT_EQ(*endpoint.gtid_executed, *executed);
    const std::string count = "SELECT COUNT(*) FROM shop.orders";
    EXPECT_EQ(
        SqlClient::connect_tcp(endpoint.port, source_.user, source_.password.reveal()).value(count),
        donor.value(count));
  }

  const TempFolder folder_{"clone"};
  MiniMysql donor_{{.arguments = testing::clone_arguments()}},
      recipient_{{.arguments = testing::clone_arguments()}};
  config::SourceConfig source_;
  std::atomic<bool> interrupted_{false};
};

TEST_F(MysqlClone, IsMadeKeptAndGivenFree) {
  const Supervisor supervisor = by_command();
  const CloneEndpoint first = create();
  EXPECT_EQ(first.host, "127.0.0.1");
  EXPECT_EQ(first.port, recipient_.port());
  EXPECT_FALSE(first.user);
  ASSERT_TRUE(first.server_uuid);
  EXPECT_EQ(first.server_uuid->to_text(), recipient_value("SELECT @@server_uuid"));
  expect_copy_of_now(first);
  EXPECT_EQ(recipient_value("SELECT CONCAT(@@super_read_only, @@event_scheduler)"), "1OFF");

  // The source lives on; the copy doesn't, and is the same when it is asked for again.
  donor_.execute({"INSERT INTO shop.orders VALUES (3)"});
  const std::string began =
      recipient_value("SELECT BEGIN_TIME FROM performance_schema.clone_status");
  const CloneEndpoint again = create();
  EXPECT_EQ(again.position, first.position);
  EXPECT_EQ(again.gtid_executed, first.gtid_executed);
  EXPECT_EQ(recipient_value("SELECT BEGIN_TIME FROM performance_schema.clone_status"), began);
  EXPECT_EQ(recipient_value("SELECT @@gtid_executed"), first.gtid_executed->to_text());
  donor_.stop();
  EXPECT_EQ(create().position, first.position);
  donor_.start();

  // Another source can't have this recipient, nor give it free.
  source_.name = "blog";
  expect_refused(ErrorKind::kDefinite, "holds the copy millrace-shop, which is in use");
  EXPECT_TRUE(delete_clone(source_, interrupted_));
  source_.name = "shop";
  EXPECT_EQ(create().position, first.position);

  // Free, the next copy is of its own time.
  EXPECT_TRUE(delete_clone(source_, interrupted_));
  EXPECT_TRUE(delete_clone(source_, interrupted_));
  expect_copy_of_now(create());

  set_option("shutdown", "true");
  EXPECT_TRUE(delete_clone(source_, interrupted_));
  EXPECT_TRUE(eventually(std::chrono::seconds(30),
                         [this] { return !SqlClient::can_connect(recipient_.socket()); }));
  EXPECT_TRUE(delete_clone(source_, interrupted_));
}

TEST_F(MysqlClone, ASupervisorStartsTheRecipientAgain) {
  source_.snapshot.clone.provider_options.erase("restart.command");
  const Supervisor supervisor([this] { return !SqlClient::can_connect(recipient_.socket()); },
                              [this] { recipient_.restart(); });
  expect_copy_of_now(create());
}

TEST_F(MysqlClone, ARecipientThatStaysDown) {
  set_option("restart.command", "true");
  set_option("restart.timeout", "3");
  expect_refused(ErrorKind::kTransient, "isn't up after 3 s");
  // Whoever starts it, the next call finds the copy in it.
  recipient_.restart();
  expect_copy_of_now(create());
}

TEST_F(MysqlClone, AnInterruptedOneIsWaitedFor) {
  // A few seconds for the data of an empty server.
  recipient_.execute(
      {"SET GLOBAL clone_autotune_concurrency = OFF", "SET GLOBAL clone_max_data_bandwidth = 15"});
  std::string began;
  {
    std::thread other([&] {
      eventually(std::chrono::seconds(60), [&] {
        began = recipient_.root().value(
            "SELECT IFNULL(MAX(BEGIN_TIME), '') FROM performance_schema.clone_status WHERE STATE = "
            "'In Progress'");
        return !began.empty();
      });
      interrupted_ = true;
    });
    const auto endpoint = create_clone(source_, interrupted_);
    other.join();
    ASSERT_FALSE(endpoint);
    EXPECT_EQ(endpoint.error().message(), "the clone provider mysql-clone was interrupted");
  }
  ASSERT_FALSE(began.empty());
  interrupted_ = false;
  const Supervisor supervisor = by_command();
  expect_copy_of_now(create());
}

TEST_F(MysqlClone, WhatMustNotBeLost) {
  set_option("recipient.port", std::to_string(donor_.port()));
  expect_refused(ErrorKind::kDefinite, "is the source itself");
  set_option("recipient.port", std::to_string(recipient_.port()));
  recipient_.execute({"CREATE DATABASE precious", "CREATE TABLE precious.t (id INT)"});
  expect_refused(ErrorKind::kDefinite,
                 "is not empty and was no recipient before: it holds 1 databases (precious)");
  // Who can't see what it holds can't know.
  recipient_.execute({"REVOKE SHOW DATABASES ON *.* FROM copier@'%'"});
  expect_refused(ErrorKind::kDefinite, "needs the privilege SHOW DATABASES");
  EXPECT_EQ(recipient_value("SELECT COUNT(*) FROM performance_schema.persisted_variables"), "0");
  EXPECT_EQ(recipient_value("SELECT COUNT(*) FROM precious.t"), "0");

  set_option("overwrite", "true");
  const Supervisor supervisor = by_command();
  expect_copy_of_now(create());
}

TEST_F(MysqlClone, WhatIsMissing) {
  set_option("recipient.hots", "x");
  expect_refused(ErrorKind::kDefinite,
                 "there is no option recipient.hots: is recipient.host meant?");
  source_.snapshot.clone.provider_options.erase("recipient.hots");

  set_option("donor.password", "wrong");
  expect_refused(ErrorKind::kDefinite, "Access denied for user 'copier'");
  set_option("donor.password", kPassword);

  set_option("recipient.user", "nobody");
  set_option("recipient.password", "nothing");
  recipient_.execute({"DROP USER copier@'%'"});
  recipient_.execute({"DROP USER cdc@'%'"});
  expect_refused(ErrorKind::kDefinite, "Access denied for user");

  recipient_.set_arguments({"--performance-schema=ON"});
  recipient_.restart();
  recipient_.execute(
      {"CREATE USER nobody@'%' IDENTIFIED BY 'nothing'", "GRANT ALL ON *.* TO nobody@'%'"});
  expect_refused(ErrorKind::kDefinite, "has no plugin clone: INSTALL PLUGIN clone");
  recipient_.set_arguments({"--plugin-load-add=mysql_clone.so"});
  recipient_.restart();
  expect_refused(ErrorKind::kDefinite, "runs with performance_schema=OFF");
  recipient_.set_arguments(testing::clone_arguments());
  recipient_.restart();

  // The donor refuses: nothing is left of the attempt, and the reason is the server's own.
  donor_.execute({"REVOKE BACKUP_ADMIN ON *.* FROM copier@'%'"});
  expect_refused(ErrorKind::kDefinite, "BACKUP_ADMIN");
  EXPECT_EQ(recipient_value("SELECT COUNT(*) FROM performance_schema.persisted_variables WHERE "
                            "VARIABLE_NAME = 'clone_valid_donor_list'"),
            "0");

  donor_.stop();
  expect_refused(ErrorKind::kTransient, "the source 127.0.0.1");
}

TEST_F(MysqlClone, SecretsAreNotTold) {
  const Supervisor supervisor = by_command();
  // What everybody on this machine can see of the clients.
  std::atomic<bool> ends{false};
  bool saw_client = false, saw_password = false;
  std::thread watcher([&] {
    eventually(std::chrono::minutes(5), [&] {
      for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string line = testing::read_file(entry.path() / "cmdline");
        if (line.find("--user=copier") != std::string::npos) saw_client = true;
        if (line.find("p\"w'x") != std::string::npos) saw_password = true;
      }
      return ends.load();
    });
  });
  ::testing::internal::CaptureStderr();
  start_logging("debug", config::LogFormat::kText);
  create();
  const std::string log = ::testing::internal::GetCapturedStderr();
  ends = true;
  watcher.join();
  EXPECT_TRUE(saw_client);
  EXPECT_FALSE(saw_password);
  EXPECT_THAT(log, HasSubstr("the copy can be read source=shop"));
  EXPECT_THAT(log, Not(HasSubstr("p\"w'x")));
  EXPECT_THAT(log, Not(HasSubstr(testing::kCdcPassword)));
}

// MiniMysql's servers are started with --no-defaults and so don't read what was persisted; this one does, on the data of
// one of those.
class ServerWithPersistedSettings {
 public:
  explicit ServerWithPersistedSettings(MiniMysql& server) : server_(server) { server_.stop(); }

  void start() {
    const fs::path folder = server_.folder();
    testing::write_file(folder / "my.cnf", "");
    ChildOptions child;
    const fs::path root = testing::cache_folder() / "mysql" / "root";
    if (fs::exists(root / "loader")) {
      std::string triplet;
      std::ifstream(root / "triplet") >> triplet;
      const std::string libraries = (root / "usr/lib" / triplet).string();
      child.command = {(root / "loader").string(),
                       "--library-path",
                       libraries + ":" + libraries + "/mysql/private",
                       (root / "usr/sbin/mysqld").string(),
                       "--defaults-file=" + (folder / "my.cnf").string(),
                       "--basedir=" + (root / "usr").string(),
                       "--lc-messages-dir=" + (root / "usr/share/mysql").string(),
                       "--plugin-dir=" + (root / "usr/lib/mysql/plugin").string()};
    } else {
      child.command = {"mysqld", "--defaults-file=" + (folder / "my.cnf").string()};
    }
    const std::string user = testing::run_command({"id", "-un"}).output;
    const std::vector<std::string> arguments = {"--user=" + user.substr(0, user.find('\n')),
                                                "--datadir=" + server_.data_folder().string(),
                                                "--port=" + std::to_string(server_.port()),
                                                "--bind-address=127.0.0.1",
                                                "--socket=" + server_.socket(),
                                                "--pid-file=" + (folder / "mysql.pid").string(),
                                                "--log-error=" + (folder / "mysql.log").string(),
                                                "--mysqlx=OFF",
                                                "--secure-file-priv=NULL",
                                                "--server-id=" + std::to_string(server_.port()),
                                                "--log-bin=binlog",
                                                "--gtid-mode=ON",
                                                "--enforce-gtid-consistency=ON",
                                                "--plugin-load-add=mysql_clone.so"};
    child.command.insert(child.command.end(), arguments.begin(), arguments.end());
    child.output = folder / "mysql.out";
    process_.reset();
    process_ = std::make_unique<ChildProcess>(std::move(child));
    const bool up = eventually(std::chrono::seconds(60),
                               [this] { return SqlClient::can_connect(server_.socket()); });
    ASSERT_TRUE(up) << testing::read_file(folder / "mysql.log")
                    << testing::read_file(folder / "mysql.out");
  }
  void restart() {
    process_->stop();
    start();
  }

 private:
  MiniMysql& server_;
  std::unique_ptr<ChildProcess> process_;
};

TEST_F(MysqlClone, IsFrozenFromItsFirstMoment) {
  // An account that is the recipient's alone: in the copy nobody may set anything.
  recipient_.execute(
      {"CREATE USER admin@'%' IDENTIFIED BY 'admin'", "GRANT ALL ON *.* TO admin@'%'"});
  set_option("recipient.user", "admin");
  set_option("recipient.password", "admin");
  donor_.execute(
      {"REVOKE SYSTEM_VARIABLES_ADMIN, PERSIST_RO_VARIABLES_ADMIN, REPLICATION_SLAVE_ADMIN ON *.* "
       "FROM copier@'%'",
       "CREATE EVENT shop.writer ON SCHEDULE EVERY 1 SECOND DO INSERT INTO shop.orders "
       "SELECT MAX(id) + 1 FROM shop.orders",
       "ALTER EVENT shop.writer DISABLE"});
  // Enabled as a statement that the donor's own scheduler must not act upon.
  donor_.execute({"SET GLOBAL event_scheduler = OFF", "ALTER EVENT shop.writer ENABLE"});

  ServerWithPersistedSettings persisted(recipient_);
  persisted.start();
  const Supervisor supervisor([this] { return fs::exists(restart_file()); },
                              [&] {
                                fs::remove(restart_file());
                                persisted.restart();
                              });
  ::testing::internal::CaptureStderr();
  start_logging("info", config::LogFormat::kText);
  const CloneEndpoint endpoint = create();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), Not(HasSubstr("warn")));
  expect_copy_of_now(endpoint);
  EXPECT_EQ(recipient_value("SELECT CONCAT(@@super_read_only, @@event_scheduler, "
                            "@@skip_replica_start)"),
            "1OFF1");
}

}  // namespace
}  // namespace millrace::daemon
