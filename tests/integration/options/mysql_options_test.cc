// Properties about the server's side, once each from end to end: whose transactions count, which limits hold, and what
// happens when the catalog and the binlog disagree.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/daemon_process.h"
#include "support/mini_mysql.h"

namespace millrace::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::seconds kDeadline{60};
const std::string kAccount = std::string("    database.user: ") + kCdcUser +
                             "\n    database.password: " + kCdcPassword + "\n";

class MysqlOptions : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    mysql_ = std::make_unique<MiniMysql>(
        MiniMysqlOptions{.arguments = {"--binlog-row-metadata=MINIMAL"}});
    mysql_->execute({"CREATE DATABASE shop"});
  }
  static void TearDownTestSuite() { mysql_.reset(); }

  void SetUp() override {
    mysql_->execute({"DROP TABLE IF EXISTS shop.items, shop.other",
                     "CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(20))"});
  }

  void start(const std::string& more) {
    daemon_ = std::make_unique<DaemonProcess>(
        folder_.path(),
        "daemon:\n  state.dir: state\nsink: {type: file, path: out.jsonl}\nsources:\n  shop:\n"
        "    database.hostname: 127.0.0.1\n    database.port: " +
            std::to_string(mysql_->port()) + "\n" +
            (more.find("database.user") == std::string::npos ? kAccount : "") +
            "    topic.prefix: shop\n    database.include.list: shop\n"
            "    snapshot.mode: no_data\n" +
            more);
    daemon_->start();
  }
  void start_running(const std::string& more = "") {
    start(more);
    ASSERT_TRUE(daemon_->wait_for_state("shop", "RUNNING", kDeadline)) << daemon_->log();
  }

  std::string output() const { return read_file(folder_.path() / "out.jsonl"); }
  bool eventually_published(const std::string& text) {
    return eventually(kDeadline, [&] { return output().find(text) != std::string::npos; });
  }
  void expect_failure(const ::testing::Matcher<const std::string&>& log) {
    EXPECT_EQ(daemon_->process().wait(kDeadline), 78) << daemon_->log();
    EXPECT_THAT(daemon_->log(), log);
  }

  // Changes the table in a way that the binlog doesn't show.
  static void change_unseen(const std::string& statement) {
    SqlClient session = mysql_->root();
    session.execute("SET SESSION sql_log_bin = 0");
    session.execute(statement);
  }

  static std::unique_ptr<MiniMysql> mysql_;
  TempFolder folder_{"mysql-options"};
  std::unique_ptr<DaemonProcess> daemon_;
};

std::unique_ptr<MiniMysql> MysqlOptions::mysql_;

TEST_F(MysqlOptions, AChangeThatTheBinlogDoesNotShowIsReadFromTheServer) {
  start_running();
  mysql_->execute({"INSERT INTO shop.items VALUES (1, 'before')"});
  ASSERT_TRUE(eventually_published("before")) << daemon_->log();
  change_unseen("ALTER TABLE shop.items ADD COLUMN price DECIMAL(10,2), ADD COLUMN note TEXT");
  mysql_->execute({"INSERT INTO shop.items VALUES (2, 'after', 1.50, 'cured')"});
  ASSERT_TRUE(eventually_published("\"note\":\"cured\"")) << daemon_->log();
  EXPECT_THAT(daemon_->log(), AllOf(HasSubstr("read from the server"), HasSubstr("shop.items"),
                                    HasSubstr("the binlog has 4 columns, the stored structure 2")));
  // It is remembered: a restart needs no cure.
  ASSERT_EQ(daemon_->stop(), 0);
  mysql_->execute({"INSERT INTO shop.items VALUES (3, 'later', 2.50, 'kept')"});
  const std::size_t told = daemon_->log().find("read from the server");
  daemon_->start();
  ASSERT_TRUE(eventually_published("\"note\":\"kept\"")) << daemon_->log();
  EXPECT_EQ(daemon_->log().find("read from the server", told + 1), std::string::npos);
}

TEST_F(MysqlOptions, AChangeThatCannotBeProvenStopsTheSourceAndSaysWhatDiffers) {
  start_running();
  mysql_->execute({"INSERT INTO shop.items VALUES (1, 'before')"});
  ASSERT_TRUE(eventually_published("before")) << daemon_->log();
  ASSERT_EQ(daemon_->stop(), 0);
  change_unseen("ALTER TABLE shop.items MODIFY name VARCHAR(40)");
  mysql_->execute({"INSERT INTO shop.items VALUES (2, 'unproven')",
                   "ALTER TABLE shop.items ADD COLUMN later INT"});
  daemon_->start();
  expect_failure(AllOf(HasSubstr("column 2 (name) is VARCHAR of 160 bytes null in the binlog, "
                                 "VARCHAR of 80 bytes null in the stored structure"),
                       HasSubstr("a later statement in the binlog has changed the table"),
                       HasSubstr("binlog_row_metadata=FULL")));
  EXPECT_THAT(output(), Not(HasSubstr("unproven")));
}

TEST_F(MysqlOptions, RowsOfATableThatCannotBeKnownAreLeftOutAndCounted) {
  start_running("    inconsistent.schema.handling.mode: warn\n");
  mysql_->execute({"INSERT INTO shop.items VALUES (1, 'before')"});
  ASSERT_TRUE(eventually_published("before")) << daemon_->log();
  ASSERT_EQ(daemon_->stop(), 0);
  change_unseen("ALTER TABLE shop.items MODIFY name VARCHAR(40)");
  mysql_->execute({"INSERT INTO shop.items VALUES (2, 'unproven')",
                   "ALTER TABLE shop.items ADD COLUMN later INT",
                   "CREATE TABLE shop.other (id INT PRIMARY KEY)",
                   "INSERT INTO shop.other VALUES (77)"});
  daemon_->start();
  ASSERT_TRUE(eventually_published("\"id\":77")) << daemon_->log();
  EXPECT_THAT(output(), Not(HasSubstr("unproven")));
  EXPECT_TRUE(eventually(kDeadline, [&] {
    return daemon_->metric(
               "millrace_left_out_total{reason=\"inconsistent_schema\",source=\"shop\","
               "table=\"shop.items\"}") == 1;
  })) << daemon_->log();
  EXPECT_THAT(daemon_->log(), AllOf(HasSubstr("rows were left out"), HasSubstr("VARCHAR of 160"),
                                    HasSubstr("binlog.")));
}

TEST_F(MysqlOptions, OnlyTransactionsOfServersThatCountArePublished) {
  const std::string other = "aaaaaaaa-e55b-11f1-885b-02fc00000001";
  start_running("    gtid.source.excludes: aaaaaaaa-.*\n");
  SqlClient session = mysql_->root();
  session.execute("SET GTID_NEXT = '" + other + ":1'");
  session.execute("INSERT INTO shop.items VALUES (1, 'foreign')");
  session.execute("SET GTID_NEXT = '" + other + ":2'");
  session.execute("ALTER TABLE shop.items ADD COLUMN note TEXT");
  session.execute("SET GTID_NEXT = 'AUTOMATIC'");
  session.execute("INSERT INTO shop.items VALUES (2, 'own', 'followed')");
  ASSERT_TRUE(eventually_published("\"note\":\"followed\"")) << daemon_->log();
  EXPECT_THAT(output(), Not(HasSubstr("foreign")));
}

TEST_F(MysqlOptions, TooManyTablesFailOrWarn) {
  mysql_->execute({"CREATE TABLE shop.other (id INT PRIMARY KEY)"});
  start("    guardrail.collections.max: 1\n    guardrail.collections.limit.action: fail\n");
  expect_failure(AllOf(HasSubstr("2 tables are captured, above guardrail.collections.max=1"),
                       HasSubstr("table.include.list")));
  start_running("    guardrail.collections.max: 1\n");
  EXPECT_THAT(daemon_->log(), HasSubstr("above guardrail.collections.max=1"));
}

// The server wants a certificate of its own authority, which Java's tools have put into stores.
TEST_F(MysqlOptions, KeyAndTrustStoresOfJava) {
  mysql_->execute({"CREATE USER IF NOT EXISTS strict@'%' IDENTIFIED BY 'x' REQUIRE X509",
                   "GRANT SELECT, RELOAD, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO "
                   "strict@'%'"});
  const std::filesystem::path data = mysql_->data_folder();
  const std::string client = (folder_.path() / "client.p12").string();
  const std::string keys = (folder_.path() / "keys.p12").string();
  const std::string trust = (folder_.path() / "trust.p12").string();
  const std::vector<std::vector<std::string>> commands = {
      {"openssl", "pkcs12", "-export", "-in", data / "client-cert.pem", "-inkey",
       data / "client-key.pem", "-out", client, "-passout", "pass:secret"},
      {"keytool", "-importkeystore", "-srckeystore", client, "-srcstorepass", "secret",
       "-destkeystore", keys, "-deststoretype", "pkcs12", "-deststorepass", "secret", "-noprompt"},
      {"keytool", "-importcert", "-file", data / "ca.pem", "-keystore", trust, "-storetype",
       "pkcs12", "-storepass", "secret", "-alias", "ca", "-noprompt"}};
  for (const auto& command : commands) {
    const CommandResult result = run_command(command);
    ASSERT_EQ(result.exit_code, 0) << result.output;
  }
  const std::string account = "    database.user: strict\n    database.password: x\n";
  const std::string trusted =
      "    database.ssl.mode: verify_ca\n    database.ssl.truststore: " + trust +
      "\n    database.ssl.truststore.password: secret\n";
  start_running(account + trusted + "    database.ssl.keystore: " + keys +
                "\n    database.ssl.keystore.password: secret\n");
  mysql_->execute({"INSERT INTO shop.items VALUES (1, 'over TLS')"});
  EXPECT_TRUE(eventually_published("over TLS")) << daemon_->log();
  ASSERT_EQ(daemon_->stop(), 0);

  start(account + trusted);
  expect_failure(HasSubstr("strict"));  // no certificate
  start(account + trusted + "    database.ssl.keystore: " + keys +
        "\n    database.ssl.keystore.password: other\n");
  expect_failure(HasSubstr("keys.p12 has another password"));
}

TEST_F(MysqlOptions, InitialStatementsRunFirst) {
  start("    database.initial.statements: SET @a = 1; SET SESSION no_such_variable = 1\n");
  expect_failure(AllOf(HasSubstr("database.initial.statements: SET SESSION no_such_variable = 1"),
                       HasSubstr("no_such_variable")));
  // What Millrace itself says to the session comes after them.
  start_running("    database.initial.statements: SET SESSION sql_mode = 'ANSI_QUOTES'\n");
  mysql_->execute({"INSERT INTO shop.items VALUES (1, 'after statements')"});
  EXPECT_TRUE(eventually_published("after statements")) << daemon_->log();
}

}  // namespace
}  // namespace millrace::testing
