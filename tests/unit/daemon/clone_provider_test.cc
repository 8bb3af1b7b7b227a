// Clone providers as the daemon sees them: shell scripts that answer, fail, hang and chatter.

#include "daemon/clone_provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "millrace/daemon/logging.h"
#include "support/process.h"

namespace millrace::daemon {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::eventually;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TempFolder;
using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

constexpr const char* kUuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

class CloneProvider : public ::testing::Test {
 protected:
  CloneProvider() {
    source_.name = "shop";
    source_.hostname = "db.example";
    source_.port = 3307;
    source_.user = "cdc";
    source_.password = Secret("s3cret!");
  }

  // Makes this script the provider.
  void provide(const std::string& script) {
    const fs::path file = folder_.path() / "provider";
    testing::write_file(file, "#!/bin/sh\n" + script + "\n");
    fs::permissions(file, fs::perms::owner_all);
    source_.snapshot.clone.provider = file.string();
  }

  std::string error_of(const std::string& script, ErrorKind kind) {
    provide(script);
    const auto created = create_clone(source_, interrupted_);
    if (created) return "created";
    EXPECT_EQ(created.error().kind(), kind) << created.error().message();
    const std::string& message = created.error().message();
    const std::string begin = "the clone provider " + source_.snapshot.clone.provider + " ";
    EXPECT_THAT(message, StartsWith(begin));
    return message.substr(begin.size());
  }

  // Of those that have a number of their own; the C library keeps two more for itself.
  void expect_no_signal(const std::string& field) const {
    const std::string status = testing::read_file(path("status"));
    const std::size_t at = status.find(field);
    ASSERT_NE(at, std::string::npos) << status;
    EXPECT_EQ(std::stoull(status.substr(at + field.size()), nullptr, 16) & 0x7fffffffU, 0U)
        << field;
  }

  std::string path(const char* name) const { return (folder_.path() / name).string(); }

  const TempFolder folder_{"provider"};
  config::SourceConfig source_;
  std::atomic<bool> interrupted_{false};
};

TEST_F(CloneProvider, TellsWhereTheCopyIs) {
  provide(R"(printf '%s\n' '{"host":"copy.example","port":3310,"user":"reader","password":"p\"w",)"
          R"("gtid_executed":"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5,\n)"
          R"(4e11fa47-71ca-11e1-9e33-c80aa9429562:1","file":"mysql-bin.000003","pos":4278,)"
          R"("server_uuid":"3E11FA47-71CA-11E1-9E33-C80AA9429562"}')");
  const auto endpoint = create_clone(source_, interrupted_);
  ASSERT_TRUE(endpoint) << endpoint.error().message();
  EXPECT_EQ(endpoint->host, "copy.example");
  EXPECT_EQ(endpoint->port, 3310);
  EXPECT_EQ(endpoint->user, "reader");
  ASSERT_TRUE(endpoint->password);
  EXPECT_EQ(endpoint->password->reveal(), "p\"w");
  ASSERT_TRUE(endpoint->gtid_executed);
  EXPECT_EQ(endpoint->gtid_executed->count(), 6U);
  EXPECT_EQ(endpoint->position, (BinlogPosition{"mysql-bin.000003", 4278}));
  ASSERT_TRUE(endpoint->server_uuid);
  EXPECT_EQ(endpoint->server_uuid->to_text(), kUuid);
}

TEST_F(CloneProvider, WhatItDoesntKnowIsLeftOut) {
  provide(R"(echo '{"host":"127.0.0.1","port":1,"user":null,"gtid_executed":null}')");
  const auto endpoint = create_clone(source_, interrupted_);
  ASSERT_TRUE(endpoint) << endpoint.error().message();
  EXPECT_FALSE(endpoint->user);
  EXPECT_FALSE(endpoint->password);
  EXPECT_FALSE(endpoint->gtid_executed);
  EXPECT_FALSE(endpoint->position);
  EXPECT_FALSE(endpoint->server_uuid);
}

TEST_F(CloneProvider, IsToldBySurroundings) {
  setenv("MILLRACE_CLONE_STRAY", "from outside", 1);
  source_.name = "Shop_1";
  source_.snapshot.clone.provider_options = {
      {"instance.class", "db.r6g.large"}, {"dry-run", "a b\nc"}, {"recipient.password", "other"}};
  provide("echo \"$0 $# $1\" > " + path("arguments") + "; env > " + path("environment") +
          "; ls -l /proc/self/fd > " + path("descriptors"));
  ASSERT_TRUE(delete_clone(source_, interrupted_));
  unsetenv("MILLRACE_CLONE_STRAY");

  EXPECT_EQ(testing::read_file(path("arguments")), source_.snapshot.clone.provider + " 1 delete\n");
  const std::string environment = testing::read_file(path("environment"));
  for (const char* line :
       {"MILLRACE_CLONE_NAME=millrace-shop-1-", "MILLRACE_SOURCE_NAME=Shop_1\n",
        "MILLRACE_SOURCE_HOST=db.example\n", "MILLRACE_SOURCE_PORT=3307\n",
        "MILLRACE_SOURCE_SOCKET=\n", "MILLRACE_SOURCE_USER=cdc\n",
        "MILLRACE_SOURCE_PASSWORD=s3cret!\n", "MILLRACE_PROVIDER_TIMEOUT=14400\n",
        "MILLRACE_CLONE_INSTANCE_CLASS=db.r6g.large\n", "MILLRACE_CLONE_DRY_RUN=a b\nc\n",
        "MILLRACE_CLONE_RECIPIENT_PASSWORD=other\n", "PATH="}) {
    EXPECT_THAT(environment, HasSubstr(line));
  }
  EXPECT_THAT(environment, Not(HasSubstr("STRAY")));
  // No file of ours is open.
  EXPECT_THAT(testing::read_file(path("descriptors")), HasSubstr(" 0 -> /dev/null"));
  EXPECT_THAT(testing::read_file(path("descriptors")), Not(HasSubstr(" 4 -> ")));
}

TEST_F(CloneProvider, SignalsOfTheDaemonAreNotItsOwn) {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  provide("cat /proc/self/status > " + path("status"));
  ASSERT_TRUE(delete_clone(source_, interrupted_));
  std::signal(SIGPIPE, ignored);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  expect_no_signal("SigBlk:");
  expect_no_signal("SigIgn:");
}

TEST_F(CloneProvider, OptionsThatCantBeHandedOver) {
  source_.snapshot.clone.provider_options = {{"a.b", "1"}, {"a-b", "2"}};
  provide("exit 0");
  Status status = delete_clone(source_, interrupted_);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message(),
            "snapshot.clone.provider.a.b and another property of the same letters are both "
            "MILLRACE_CLONE_A_B");
  source_.snapshot.clone.provider_options = {{"a b", "1"}};
  status = delete_clone(source_, interrupted_);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message(),
              StartsWith("snapshot.clone.provider.a b can't be handed to a provider: "));
}

TEST_F(CloneProvider, TheLastObjectCounts) {
  provide(
      "echo preparing; echo '{\"host\":\"old\",\"port\":1}'; echo '  {\"host\":\"new\",\"port\":2} "
      " ';"
      "echo '{this is no object'; echo '[1]'; echo; printf done");
  const auto endpoint = create_clone(source_, interrupted_);
  ASSERT_TRUE(endpoint) << endpoint.error().message();
  EXPECT_EQ(endpoint->host, "new");
  EXPECT_EQ(endpoint->port, 2);
}

TEST_F(CloneProvider, OutputsThatAreNoAnswer) {
  const struct {
    const char* output;
    const char* expected;
  } rows[] = {
      {"", "printed no JSON object: its standard output is empty"},
      {" \\n\\n", "printed no JSON object: its standard output is empty"},
      {"hello\\n{\\n\"host\":\"a\"\\n}\\n",
       "printed no JSON object: none of the lines on its standard output is one (it must stand on "
       "one line)"},
      {"{}", "printed a wrong JSON object: it has no \"host\""},
      {"{\"host\":\"\",\"port\":1}", "printed a wrong JSON object: \"host\" is empty"},
      {"{\"host\":7,\"port\":1}", "printed a wrong JSON object: \"host\" is not a string"},
      {"{\"host\":\"a\"}", "printed a wrong JSON object: it has no \"port\""},
      {"{\"host\":\"a\",\"port\":\"1\"}",
       "printed a wrong JSON object: \"port\" is not a number from 1 to 65535"},
      {"{\"host\":\"a\",\"port\":65536}",
       "printed a wrong JSON object: \"port\" is not a number from 1 to 65535"},
      {"{\"host\":\"a\",\"port\":1,\"user\":\"\"}",
       "printed a wrong JSON object: \"user\" is empty"},
      {"{\"host\":\"a\",\"port\":1,\"password\":[]}",
       "printed a wrong JSON object: \"password\" is not a string"},
      {"{\"host\":\"a\",\"port\":1,\"file\":\"b.1\"}",
       "printed a wrong JSON object: it has no \"pos\""},
      {"{\"host\":\"a\",\"port\":1,\"pos\":4}", "printed a wrong JSON object: it has no \"file\""},
      {"{\"host\":\"a\",\"port\":1,\"file\":\"b.1\",\"pos\":3}",
       "printed a wrong JSON object: \"pos\" is not a number from 4 to 9223372036854775807"},
      {"{\"host\":\"a\",\"port\":1,\"gtid_executed\":\"x\"}",
       "printed a wrong JSON object: \"gtid_executed\": "},
      {"{\"host\":\"a\",\"port\":1,\"server_uuid\":\"x\"}",
       "printed a wrong JSON object: \"server_uuid\": "},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(error_of(std::string("printf '") + row.output + "'", ErrorKind::kDefinite),
                StartsWith(row.expected))
        << row.output;
  }
}

TEST_F(CloneProvider, AnUnknownMemberIsAWarning) {
  CaptureStderr();
  start_logging("info", config::LogFormat::kText);
  const auto endpoint =
      parse_clone_endpoint("mine", R"({"host":"a","port":1,"gtids":"never shown"})");
  EXPECT_TRUE(endpoint);
  const std::string log = GetCapturedStderr();
  EXPECT_THAT(log, AllOf(HasSubstr("the clone provider mine printed a member that nobody knows"),
                         HasSubstr("name=gtids"), Not(HasSubstr("never shown"))));
}

TEST_F(CloneProvider, ExitCodes) {
  EXPECT_EQ(error_of("echo too many requests >&2; exit 75", ErrorKind::kTransient),
            "asks to try again later: too many requests");
  EXPECT_EQ(error_of("echo ' one\ttwo '>&2; printf three >&2; exit 1", ErrorKind::kDefinite),
            "failed with exit code 1:  one two; three");
  EXPECT_EQ(error_of("exit 3", ErrorKind::kDefinite),
            "failed with exit code 3, without a word on its standard error");
  EXPECT_EQ(
      error_of("for i in 1 2 3 4 5 6 7; do echo line $i >&2; done; exit 2", ErrorKind::kDefinite),
      "failed with exit code 2: line 3; line 4; line 5; line 6; line 7");
  EXPECT_EQ(error_of("echo oh >&2; kill -KILL $$", ErrorKind::kTransient),
            "was ended by signal 9 (Killed): oh");
  // Of a failed one nothing is taken.
  EXPECT_EQ(error_of(R"(echo '{"host":"a","port":1}'; exit 1)", ErrorKind::kDefinite),
            "failed with exit code 1, without a word on its standard error");
}

TEST_F(CloneProvider, MessagesAreLoggedWithoutSecrets) {
  source_.snapshot.clone.provider_options = {{"recipient.password", "s3cret"},
                                             {"auth.token", "tok-1"}};
  provide(
      "echo 'logging in with s3cret! and s3cret and tok-1' >&2; echo 'warning: slow' >&2; exit 1");
  CaptureStderr();
  start_logging("info", config::LogFormat::kText);
  const auto created = create_clone(source_, interrupted_);
  const std::string log = GetCapturedStderr();
  ASSERT_FALSE(created);
  EXPECT_THAT(log, HasSubstr("clone provider: logging in with *** and *** and *** source=shop"));
  EXPECT_THAT(log,
              ::testing::ContainsRegex("warn(ing)? +snapshot: clone provider: slow source=shop"));
  EXPECT_THAT(log, Not(HasSubstr("s3cret")));
  EXPECT_THAT(created.error().message(), Not(HasSubstr("s3cret")));
}

TEST_F(CloneProvider, TakesTooLong) {
  source_.snapshot.clone.provider_timeout = std::chrono::milliseconds(300);
  EXPECT_EQ(error_of("echo waiting for the copy >&2; exec sleep 600", ErrorKind::kTransient),
            "took longer than 0 s and was ended: waiting for the copy");
}

TEST_F(CloneProvider, IsInterrupted) {
  std::thread operator_thread([this] {
    eventually(std::chrono::seconds(20), [this] { return fs::exists(path("running")); });
    interrupted_ = true;
  });
  const std::string error =
      error_of("touch " + path("running") + "; sleep 600", ErrorKind::kTransient);
  operator_thread.join();
  EXPECT_EQ(error, "was interrupted");
}

TEST_F(CloneProvider, IsFound) {
  const auto error = [](const std::string& provider) {
    const auto found = find_clone_provider(provider);
    return found ? "found " + *found : found.error().message();
  };
  EXPECT_EQ(error(""), "no clone provider is given");
  EXPECT_EQ(error("/no/such/provider"), "the clone provider /no/such/provider isn't there");
  EXPECT_THAT(error("/etc"), HasSubstr("isn't there"));
  testing::write_file(path("plain"), "#!/bin/sh\n");
  if (geteuid() != 0 || access(path("plain").c_str(), X_OK) != 0) {
    EXPECT_EQ(error(path("plain")),
              "the clone provider " + path("plain") + " can't be executed: Permission denied");
  }

  // The shipped ones, from the build folder.
  for (const char* name : {"aurora", "mysql-clone"}) {
    EXPECT_THAT(error(name), MatchesRegex("found .*/config/clone-providers/" + std::string(name)));
  }
  provide("exit 0");
  setenv("MILLRACE_PROVIDERS", folder_.path().c_str(), 1);
  EXPECT_EQ(error("provider"), "found " + path("provider"));
  EXPECT_EQ(error("aurora"), "there is no clone provider of the name aurora (looked for " +
                                 path("aurora") +
                                 "); one of your own is given by its path, with a slash");
  unsetenv("MILLRACE_PROVIDERS");
}

// Run by the next one, as a program that is installed.
TEST(InstalledCloneProvider, IsPrinted) {
  const auto found = find_clone_provider("aurora");
  std::puts(found ? found->c_str() : found.error().message().c_str());
}

TEST_F(CloneProvider, IsFoundBesideAnInstalledProgram) {
  const fs::path program = folder_.path() / "bin" / "millrace";
  fs::create_directories(program.parent_path());
  fs::copy_file("/proc/self/exe", program);
  const std::string provider = path("share/millrace/clone-providers/aurora");
  const auto printed = [&] {
    return testing::run_command({program.string(), "--gtest_filter=*.IsPrinted"}).output;
  };
  EXPECT_THAT(printed(), HasSubstr("there is no clone provider of the name aurora (looked for " +
                                   provider + "); one of"));
  fs::create_directories(fs::path(provider).parent_path());
  testing::write_file(provider, "#!/bin/sh\n");
  fs::permissions(provider, fs::perms::owner_all);
  EXPECT_THAT(printed(), HasSubstr("\n" + provider + "\n"));
}

TEST_F(CloneProvider, ThatCantBeStarted) {
  provide("");
  testing::write_file(path("provider"), "#!/no/such/interpreter\n");
  const auto created = create_clone(source_, interrupted_);
  ASSERT_FALSE(created);
  EXPECT_THAT(created.error().message(),
              HasSubstr("/provider can't be started: No such file or directory"));
  EXPECT_FALSE(created.error().is_transient());
}

TEST(CloneName, IsStableAndPlain) {
  const struct {
    const char* source;
    const char* expected;  // a regular expression
  } rows[] = {
      {"shop", "millrace-shop"},
      {"shop-eu-1", "millrace-shop-eu-1"},
      {"Shop", "millrace-shop-[0-9a-f]{8}"},
      {"shop_", "millrace-shop-[0-9a-f]{8}"},
      {"shop--1", "millrace-shop-1-[0-9a-f]{8}"},
      {"-", "millrace-[0-9a-f]{8}"},
      {"caf\xc3\xa9", "millrace-caf-[0-9a-f]{8}"},
      {"abcdefghijklmnopqrstuvwxyzabcdefghijklm",
       "millrace-abcdefghijklmnopqrstuvwxyzabcdefghijklm"},
      {"abcdefghijklmnopqrstuvwxyzabcdefghijklmn",
       "millrace-abcdefghijklmnopqrstuvwxyzabcd-[0-9a-f]{8}"},
  };
  for (const auto& row : rows) {
    config::SourceConfig source;
    source.name = row.source;
    EXPECT_THAT(clone_name(source), MatchesRegex(row.expected)) << row.source;
    EXPECT_LE(clone_name(source).size(), 48U);
  }
  config::SourceConfig source;
  source.name = "Shop";
  EXPECT_EQ(clone_name(source),
            "millrace-shop-e3fe97e9");  // for ever: a newer version must find it
  source.snapshot.clone.provider_options = {{"name", "reporting-copy"}};
  EXPECT_EQ(clone_name(source), "reporting-copy");
}

}  // namespace
}  // namespace millrace::daemon
