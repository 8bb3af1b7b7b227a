// What a person gets wrong, and what a server does to a source: each case ends in one clear sentence, in the documented
// state or exit code, and what was not lost before is not lost after.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <signal.h>

#include "support/daemon_process.h"
#include "support/kafka_reader.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"

namespace millrace::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr std::chrono::seconds kDeadline{60};

struct SourceSettings {
  std::string name = "shop";
  std::string hostname = "127.0.0.1";
  int port = 0;
  std::string user = kCdcUser;
  std::string password = kCdcPassword;
  std::string more;  // further lines, indented by four
};

std::string source_yaml(const SourceSettings& source) {
  return "  " + source.name + ":\n    database.hostname: " + source.hostname +
         "\n    database.port: " + std::to_string(source.port) +
         "\n    database.user: " + source.user + "\n    database.password: " + source.password +
         "\n    topic.prefix: " + source.name +
         "\n    database.include.list: shop\n    snapshot.mode: no_data\n" + source.more;
}

std::string file_sink_yaml(const SourceSettings& source) {
  return "daemon:\n  state.dir: state\nsink: {type: file, path: out.jsonl}\nsources:\n" +
         source_yaml(source);
}

class BadInput : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    mysql_ =
        std::make_unique<MiniMysql>(MiniMysqlOptions{.arguments = {"--binlog-row-metadata=FULL"}});
    mysql_->execute(
        {"CREATE DATABASE shop", "CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(20))"});
  }
  static void TearDownTestSuite() { mysql_.reset(); }

  SourceSettings settings() const {
    SourceSettings source;
    source.port = mysql_->port();
    return source;
  }

  // The daemon must end with this code, and its log must say this.
  void expect_exit(const std::string& yaml, int code,
                   const ::testing::Matcher<const std::string&>& sentence) {
    DaemonProcess daemon(folder_.path(), yaml);
    daemon.start();
    EXPECT_EQ(daemon.process().wait(kDeadline), code) << daemon.log();
    EXPECT_THAT(daemon.log(), sentence);
  }

  std::string output() const { return read_file(folder_.path() / "out.jsonl"); }
  bool eventually_published(const std::string& text) {
    return eventually(kDeadline, [&] { return output().find(text) != std::string::npos; });
  }

  static std::unique_ptr<MiniMysql> mysql_;
  TempFolder folder_{"bad-input"};
};

std::unique_ptr<MiniMysql> BadInput::mysql_;

// --- configuration ---

TEST_F(BadInput, MisspeltKeyNamesLineAndNearest) {
  SourceSettings source = settings();
  source.more = "    table.include.lst: shop.items\n";
  expect_exit(file_sink_yaml(source), 64,
              AllOf(HasSubstr("millrace.yaml:"), HasSubstr("table.include.lst"),
                    HasSubstr("table.include.list")));
}

TEST_F(BadInput, UnknownKeyOfTheDaemonIsAnError) {
  expect_exit("daemon:\n  log.levle: info\nsources:\n" + source_yaml(settings()), 64,
              HasSubstr("log.level"));
}

TEST_F(BadInput, MissingSecretFileNamesKeyAndFile) {
  SourceSettings source = settings();
  source.password = "${file:absent-secret}";
  expect_exit(file_sink_yaml(source), 64,
              AllOf(HasSubstr("database.password"), HasSubstr("absent-secret")));
}

TEST_F(BadInput, SnapshotModesAreRefusedWithTheReason) {
  const std::string yaml = file_sink_yaml(settings());
  for (const auto& [mode, reason] :
       {std::pair("never", "use no_data"), std::pair("custom", "Java classes can't run here")}) {
    std::string changed = yaml;
    changed.replace(changed.find("no_data"), 7, mode);
    expect_exit(changed, 64, AllOf(HasSubstr("snapshot.mode"), HasSubstr(reason)));
  }
}

// Each with the line of the property, what is wrong and what to do, before any server is asked.
TEST_F(BadInput, WhatAModuleCannotUseIsAnErrorOfTheConfiguration) {
  const struct {
    const char* name;
    const char* more;
    std::vector<const char*> sentences;
  } rows[] = {
      {"a regular expression that doesn't compile",
       "    table.include.list: shop\\.(items\n",
       {"millrace.yaml:", "table.include.list: regular expression", "at character",
        "closing parenthesis"}},
      {"one of columns",
       "    column.exclude.list: 'shop[.items'\n",
       {"column.exclude.list: regular expression", "at character"}},
      {"one of servers", "    gtid.source.includes: (a\n", {"gtid.source.includes: regular"}},
      {"a value that isn't one",
       "    decimal.handling.mode: exact\n",
       {"millrace.yaml:", "decimal.handling.mode: 'exact' is none of precise, string, double"}},
      {"a converter that isn't there",
       "    converters: isbn\n    isbn.type: io.example.IsbnConverter\n",
       {"isbn.type: 'io.example.IsbnConverter' can't be used", "TinyIntOneToBooleanConverter"}},
      {"Kafka Connect's converter that isn't there",
       "    value.converter: io.confluent.connect.avro.AvroConverter\n",
       {"value.converter: 'io.confluent.connect.avro.AvroConverter' can't be used",
        "JsonConverter"}},
      {"a transform that isn't there",
       "    transforms: own\n    transforms.own.type: com.example.Own\n",
       {"transforms"}},
      {"the old name of a property",
       "    table.whitelist: shop.items\n",
       {"table.whitelist: is called table.include.list"}},
      {"a topic group without topics",
       "    topic.creation.groups: big\n",
       {"topic.creation.groups: needs topic.creation.big.include"}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    SourceSettings source = settings();
    source.more = row.more;
    for (const char* sentence : row.sentences)
      expect_exit(file_sink_yaml(source), 64, HasSubstr(sentence));
  }
}

TEST_F(BadInput, WhatLibrdkafkaDoesNotKnowIsAnErrorOfTheConfiguration) {
  const std::string kafka = "kafka:\n  bootstrap.servers: 127.0.0.1:" + std::to_string(free_port());
  expect_exit(kafka + "\n  compresion.type: lz4\nsources:\n" + source_yaml(settings()), 64,
              AllOf(HasSubstr("kafka property compresion.type"), HasSubstr("No such")));
  SourceSettings source = settings();
  source.more = "    producer.override.linger.ms: soon\n";
  expect_exit(kafka + "\nsources:\n" + source_yaml(source), 64, HasSubstr("linger.ms"));
  source.more = "    producer.override.acks: 1\n";
  expect_exit(kafka + "\nsources:\n" + source_yaml(source), 64,
              AllOf(HasSubstr("acks=1 can't be used"), HasSubstr("lost")));
  source.more = "    topic.creation.groups: big\n    topic.creation.big.include: (shop\n";
  expect_exit(kafka + "\nsources:\n" + source_yaml(source), 64,
              HasSubstr("topic.creation.big.include: regular expression"));
}

// The same errors in a reload change nothing.
TEST_F(BadInput, AReloadWithErrorsChangesNothing) {
  DaemonProcess daemon(folder_.path(), file_sink_yaml(settings()));
  daemon.start();
  ASSERT_TRUE(daemon.wait_for_state("shop", "RUNNING", kDeadline)) << daemon.log();
  SourceSettings source = settings();
  source.more = "    table.include.list: (shop\n";
  daemon.set_configuration(file_sink_yaml(source));
  kill(daemon.process().pid(), SIGHUP);
  ASSERT_TRUE(eventually(kDeadline, [&] {
    return daemon.log().find("configuration not changed") != std::string::npos;
  }));
  EXPECT_THAT(daemon.log(), HasSubstr("table.include.list: regular expression"));
  EXPECT_EQ(daemon.source_state("shop"), "RUNNING");
  EXPECT_EQ(daemon.stop(), 0);
}

TEST_F(BadInput, MissingConfigurationFileIsAUsageError) {
  const CommandResult result = run_command({daemon_program(), "run", "-c", "absent.yaml"});
  EXPECT_EQ(result.exit_code, 64);
  EXPECT_THAT(result.output, HasSubstr("absent.yaml"));
}

TEST_F(BadInput, UnknownCommandIsAUsageError) {
  EXPECT_EQ(run_command({daemon_program(), "fly"}).exit_code, 64);
}

// --- the account and the connection ---

TEST_F(BadInput, WrongPasswordFailsTheSource) {
  SourceSettings source = settings();
  source.password = "wrong";
  expect_exit(file_sink_yaml(source), 78, HasSubstr("Access denied"));
}

TEST_F(BadInput, MissingPrivilegeIsNamedWithTheGrant) {
  mysql_->execute({"CREATE USER IF NOT EXISTS poor@'%' IDENTIFIED BY 'poor'",
                   "GRANT SELECT ON *.* TO poor@'%'"});
  SourceSettings source = settings();
  source.user = "poor";
  source.password = "poor";
  expect_exit(
      file_sink_yaml(source), 78,
      AllOf(HasSubstr("REPLICATION SLAVE"), HasSubstr("GRANT REPLICATION SLAVE ON *.* TO")));
}

TEST_F(BadInput, UnknownHostIsTriedAgainAndCheckSaysUnreachable) {
  SourceSettings source = settings();
  source.hostname = "no-such-host.invalid";
  DaemonProcess daemon(folder_.path(), file_sink_yaml(source));
  daemon.start();
  ASSERT_TRUE(daemon.wait_for_state("shop", "RESTARTING", kDeadline)) << daemon.log();
  EXPECT_THAT(daemon.source_trace("shop"), HasSubstr("no-such-host.invalid"));
  EXPECT_EQ(daemon.stop(), 0);
  const CommandResult check =
      run_command({daemon_program(), "check", "-c", (folder_.path() / "millrace.yaml").string()});
  EXPECT_EQ(check.exit_code, 75) << check.output;
  EXPECT_THAT(check.output, HasSubstr("no-such-host.invalid"));
}

TEST_F(BadInput, FiniteRetriesThatAreUsedUpEndTheProcess) {
  SourceSettings source = settings();
  source.hostname = "no-such-host.invalid";
  source.more = "    errors.max.retries: 1\n";
  expect_exit(file_sink_yaml(source), 75, HasSubstr("no-such-host.invalid"));
}

TEST_F(BadInput, WrongCertificateAuthorityFailsTheSource) {
  const std::string ca = (folder_.path() / "ca.pem").string();
  ASSERT_EQ(run_command({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                         "-subj", "/CN=stranger", "-keyout", (folder_.path() / "key.pem").string(),
                         "-out", ca})
                .exit_code,
            0);
  SourceSettings source = settings();
  source.more = "    database.ssl.mode: verify_ca\n    database.ssl.ca: " + ca + "\n";
  expect_exit(file_sink_yaml(source), 78, AnyOf(HasSubstr("certificate"), HasSubstr("TLS")));
}

// --- the server's settings ---

void expect_unfit(TempFolder& folder, const std::vector<std::string>& arguments,
                  const std::string& setting) {
  MiniMysql mysql(MiniMysqlOptions{.arguments = arguments});
  SourceSettings source;
  source.port = mysql.port();
  DaemonProcess daemon(folder.path(), file_sink_yaml(source));
  daemon.start();
  EXPECT_EQ(daemon.process().wait(kDeadline), 78) << daemon.log();
  EXPECT_THAT(daemon.log(), HasSubstr(setting));
  const CommandResult check =
      run_command({daemon_program(), "check", "-c", (folder.path() / "millrace.yaml").string()});
  EXPECT_EQ(check.exit_code, 78) << check.output;
  EXPECT_THAT(check.output, HasSubstr(setting));
}

TEST_F(BadInput, BinlogOff) { expect_unfit(folder_, {"--skip-log-bin"}, "log_bin"); }
TEST_F(BadInput, StatementFormat) {
  expect_unfit(folder_, {"--binlog-format=STATEMENT"}, "binlog_format");
}

// --- the server's history ---

class BadHistory : public BadInput {
 protected:
  void SetUp() override {
    server_.execute(
        {"CREATE DATABASE shop", "CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(20))"});
    SourceSettings source;
    source.port = server_.port();
    daemon_ = std::make_unique<DaemonProcess>(folder_.path(), file_sink_yaml(source));
    daemon_->start();
    ASSERT_TRUE(daemon_->wait_for_state("shop", "RUNNING", kDeadline)) << daemon_->log();
    server_.execute({"INSERT INTO shop.items VALUES (1, 'first')"});
    ASSERT_TRUE(eventually_published("first"));
    ASSERT_EQ(daemon_->stop(), 0);
  }

  void expect_failure(const std::string& sentence) {
    const std::string before = output();
    daemon_->start();
    EXPECT_EQ(daemon_->process().wait(kDeadline), 78) << daemon_->log();
    EXPECT_THAT(daemon_->log(), HasSubstr(sentence));
    EXPECT_EQ(output(), before);  // nothing was published after it, nothing was cut
  }

  MiniMysql server_{MiniMysqlOptions{.arguments = {"--binlog-row-metadata=FULL"}}};
  std::unique_ptr<DaemonProcess> daemon_;
};

TEST_F(BadHistory, PurgedBinlogs) {
  server_.execute({"INSERT INTO shop.items VALUES (2, 'unread')", "FLUSH BINARY LOGS",
                   "INSERT INTO shop.items VALUES (3, 'kept')"});
  const std::string newest = server_.root().rows("SHOW BINARY LOGS").back()[0].value();
  server_.execute({"PURGE BINARY LOGS TO '" + newest + "'"});
  expect_failure("purged");
}

TEST_F(BadHistory, ServerBehindTheOffset) {
  server_.execute({"RESET BINARY LOGS AND GTIDS"});
  expect_failure("behind the offset");
}

TEST_F(BadHistory, GtidsSwitchedOffUnderAnOffsetWithGtids) {
  server_.stop();
  server_.set_arguments(
      {"--binlog-row-metadata=FULL", "--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"});
  server_.start();
  expect_failure("gtid_mode");
}

TEST_F(BadHistory, StatementFormatWriteStopsThere) {
  daemon_->start();
  ASSERT_TRUE(daemon_->wait_for_state("shop", "RUNNING", kDeadline)) << daemon_->log();
  SqlClient session = server_.root();
  session.execute("SET SESSION binlog_format='STATEMENT'");
  server_.execute({"INSERT INTO shop.items VALUES (5, 'before')"});
  session.execute("INSERT INTO shop.items VALUES (6, 'invisible')");
  EXPECT_EQ(daemon_->process().wait(kDeadline), 78) << daemon_->log();
  EXPECT_THAT(daemon_->log(),
              AllOf(HasSubstr("statement format"), HasSubstr("INSERT INTO shop.items VALUES (6")));
  EXPECT_THAT(output(), HasSubstr("before"));
}

// --- twins ---

TEST_F(BadInput, ATwinWithTheSameIdentityEndsTheOlderOneWithTheCause) {
  SourceSettings source = settings();
  TempFolder second_folder("twin");
  DaemonProcess first(folder_.path(), file_sink_yaml(source));
  first.start();
  ASSERT_TRUE(first.wait_for_state("shop", "RUNNING", kDeadline)) << first.log();
  DaemonProcess second(second_folder.path(), file_sink_yaml(source));
  second.start();
  ASSERT_TRUE(second.wait_for_state("shop", "RUNNING", kDeadline)) << second.log();
  EXPECT_EQ(first.process().wait(kDeadline), 78) << first.log();
  EXPECT_THAT(first.log(), HasSubstr("identity"));
  EXPECT_EQ(second.stop(), 0);
}

// --- Kafka ---

TEST_F(BadInput, UnreachableKafkaIsTriedAgain) {
  DaemonProcess daemon(folder_.path(),
                       "kafka:\n  bootstrap.servers: 127.0.0.1:" + std::to_string(free_port()) +
                           "\nsources:\n" + source_yaml(settings()));
  daemon.start();
  ASSERT_TRUE(daemon.wait_for_state("shop", "RESTARTING", kDeadline)) << daemon.log();
  EXPECT_THAT(daemon.source_trace("shop"), HasSubstr("127.0.0.1"));
  EXPECT_EQ(daemon.get("/health").has_value(), true);
  EXPECT_EQ(daemon.stop(), 0);
}

// Adds access rules as an operator would.
void create_acls(
    const std::string& bootstrap,
    const std::vector<
        std::tuple<rd_kafka_ResourceType_t, std::string, rd_kafka_ResourcePatternType_t,
                   rd_kafka_AclOperation_t, rd_kafka_AclPermissionType_t>>& rules) {
  char error[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), error, sizeof(error));
  rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
  std::vector<rd_kafka_AclBinding_t*> bindings;
  for (const auto& [type, name, pattern, operation, permission] : rules) {
    bindings.push_back(rd_kafka_AclBinding_new(type, name.c_str(), pattern, "User:ANONYMOUS", "*",
                                               operation, permission, error, sizeof(error)));
    ASSERT_NE(bindings.back(), nullptr) << error;
  }
  rd_kafka_queue_t* queue = rd_kafka_queue_new(handle);
  rd_kafka_CreateAcls(handle, bindings.data(), bindings.size(), nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 30000);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(rd_kafka_event_error(event), RD_KAFKA_RESP_ERR_NO_ERROR)
      << rd_kafka_event_error_string(event);
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  for (rd_kafka_AclBinding_t* binding : bindings) rd_kafka_AclBinding_destroy(binding);
  rd_kafka_destroy(handle);
}

TEST_F(BadInput, NoPermissionToCreateATopicNamesTheTopic) {
  MiniKafka kafka(
      MiniKafkaOptions{.properties = {{"authorizer.class.name",
                                       "org.apache.kafka.metadata.authorizer.StandardAuthorizer"},
                                      {"allow.everyone.if.no.acl.found", "true"},
                                      {"auto.create.topics.enable", "false"}}});
  SourceSettings source = settings();
  source.name = "denied";
  DaemonProcess daemon(folder_.path(), "kafka:\n  bootstrap.servers: " + kafka.bootstrap() +
                                           "\nsources:\n" + source_yaml(source));
  daemon.start();  // makes its own topics while it may
  ASSERT_TRUE(daemon.wait_for_state("denied", "RUNNING", kDeadline)) << daemon.log();
  create_acls(kafka.bootstrap(),
              {{RD_KAFKA_RESOURCE_BROKER, "kafka-cluster", RD_KAFKA_RESOURCE_PATTERN_LITERAL,
                RD_KAFKA_ACL_OPERATION_ALL, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW},
               {RD_KAFKA_RESOURCE_BROKER, "kafka-cluster", RD_KAFKA_RESOURCE_PATTERN_LITERAL,
                RD_KAFKA_ACL_OPERATION_CREATE, RD_KAFKA_ACL_PERMISSION_TYPE_DENY},
               {RD_KAFKA_RESOURCE_TOPIC, "denied.", RD_KAFKA_RESOURCE_PATTERN_PREFIXED,
                RD_KAFKA_ACL_OPERATION_CREATE, RD_KAFKA_ACL_PERMISSION_TYPE_DENY}});
  mysql_->execute({"REPLACE INTO shop.items VALUES (40, 'unpublished')"});
  EXPECT_EQ(daemon.process().wait(kDeadline), 78) << daemon.log();
  EXPECT_THAT(daemon.log(), HasSubstr("denied.shop.items"));
}

}  // namespace
}  // namespace millrace::testing
