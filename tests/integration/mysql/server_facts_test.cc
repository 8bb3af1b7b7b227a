#include "millrace/mysql/server_facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "integration/mysql/server_fixture.h"

namespace millrace::mysql {
namespace {

class ServerFactsTest : public ServerTest {
 protected:
  static ServerFacts facts_for(const std::string& user, const std::string& password) {
    ConnectionOptions options = by_socket(server());
    options.user = user;
    options.password = Secret(password);
    auto connection = Connection::connect(options);
    if (!connection) throw std::runtime_error(connection.error().message());
    auto facts = fetch_server_facts(*connection);
    if (!facts) throw std::runtime_error(facts.error().message());
    return std::move(*facts);
  }
  static std::vector<std::string> unmet(const ServerFacts& facts, Severity severity,
                                        SourceNeeds needs = {}) {
    std::vector<std::string> names;
    for (const Requirement& requirement : check_requirements(facts, needs)) {
      if (!requirement.ok && requirement.severity == severity) names.push_back(requirement.name);
    }
    return names;
  }
};

TEST_F(ServerFactsTest, AreWhatTheServerSays) {
  server().execute({"CREATE DATABASE facts"});
  testing::SqlClient root = server().root();
  const ServerFacts facts = facts_for(testing::kCdcUser, testing::kCdcPassword);
  EXPECT_EQ(facts.version, root.value("SELECT VERSION()"));
  EXPECT_GE(facts.version_number, 80000U);
  EXPECT_FALSE(facts.is_mariadb);
  EXPECT_FALSE(facts.is_aurora());
  EXPECT_FALSE(facts.is_rds);
  EXPECT_EQ(facts.server_uuid, root.value("SELECT @@server_uuid"));
  EXPECT_EQ(facts.server_id, static_cast<std::uint32_t>(server().port()));
  EXPECT_TRUE(facts.log_bin);
  EXPECT_EQ(facts.gtid_mode, "ON");
  EXPECT_EQ(facts.enforce_gtid_consistency, "ON");
  EXPECT_EQ(facts.binlog_format, "ROW");
  EXPECT_EQ(facts.binlog_row_image, "FULL");
  EXPECT_EQ(facts.binlog_row_metadata, "MINIMAL");
  EXPECT_EQ(facts.binlog_row_value_options, "");
  EXPECT_FALSE(facts.binlog_transaction_compression);
  EXPECT_EQ(facts.binlog_retention, std::chrono::hours(30 * 24));
  EXPECT_EQ(std::to_string(facts.max_allowed_packet),
            root.value("SELECT @@GLOBAL.max_allowed_packet"));
  EXPECT_EQ(std::to_string(facts.lower_case_table_names),
            root.value("SELECT @@lower_case_table_names"));
  EXPECT_EQ(facts.time_zone, "SYSTEM");
  EXPECT_FALSE(facts.system_time_zone.empty());
  EXPECT_EQ(facts.gtid_executed,
            gtid::GtidSet::parse(root.value("SELECT @@GLOBAL.gtid_executed")).value());
  EXPECT_FALSE(facts.gtid_executed.empty());
  EXPECT_TRUE(facts.gtid_purged.empty());
  ASSERT_TRUE(facts.position);
  EXPECT_EQ(facts.position->file, "binlog.000001");
  EXPECT_GT(facts.position->offset, 200U);
  EXPECT_TRUE(facts.grants.has_global("REPLICATION SLAVE"));

  EXPECT_EQ(unmet(facts, Severity::kRequired), std::vector<std::string>{});
  EXPECT_EQ(unmet(facts, Severity::kRecommended), std::vector<std::string>{"binlog_row_metadata"});
}

TEST_F(ServerFactsTest, APoorAccountStillLearnsWhatItLacks) {
  server().execute(
      {"CREATE USER poor@'%' IDENTIFIED BY 'p'", "GRANT SELECT ON `shop\\_%`.* TO poor@'%'"});
  const ServerFacts facts = facts_for("poor", "p");
  EXPECT_FALSE(facts.position);
  EXPECT_EQ(
      unmet(facts, Severity::kRequired),
      (std::vector<std::string>{"privilege REPLICATION SLAVE", "privilege REPLICATION CLIENT"}));
  SourceNeeds needs;
  needs.databases = {"shop_1", "blog"};
  const auto list = check_requirements(facts, needs);
  const auto blog = std::find_if(list.begin(), list.end(), [](const Requirement& r) {
    return r.needed == "granted on `blog`.*";
  });
  const auto shop = std::find_if(list.begin(), list.end(), [](const Requirement& r) {
    return r.needed == "granted on `shop_1`.*";
  });
  ASSERT_NE(blog, list.end());
  ASSERT_NE(shop, list.end());
  EXPECT_FALSE(blog->ok);
  EXPECT_TRUE(shop->ok);
}

TEST_F(ServerFactsTest, ActiveRolesCount) {
  server().execute({"CREATE ROLE replica_reader",
                    "GRANT REPLICATION SLAVE, REPLICATION CLIENT, SELECT ON *.* TO replica_reader",
                    "CREATE USER actor@'%' IDENTIFIED BY 'a'",
                    "GRANT replica_reader TO actor@'%'"});
  const ServerFacts asleep = facts_for("actor", "a");
  EXPECT_FALSE(asleep.grants.has_global("REPLICATION SLAVE"));
  server().execute({"SET DEFAULT ROLE replica_reader TO actor@'%'"});
  const ServerFacts active = facts_for("actor", "a");
  EXPECT_TRUE(active.grants.has_global("REPLICATION SLAVE"));
  EXPECT_EQ(unmet(active, Severity::kRequired), std::vector<std::string>{});
}

TEST_F(ServerFactsTest, EveryLineOfAnAdministratorsGrantsIsRead) {
  const ServerFacts facts = facts_for("root", "");
  EXPECT_TRUE(facts.grants.has_global("REPLICATION SLAVE"));
  EXPECT_TRUE(facts.grants.has_global("SYSTEM_VARIABLES_ADMIN"));
}

// Fixes are SQL that works: following them all leaves nothing unmet.
TEST_F(ServerFactsTest, TheFixesWork) {
  server().execute(
      {"CREATE USER fixed@'%' IDENTIFIED BY 'f'", "SET GLOBAL binlog_row_image = 'MINIMAL'",
       "SET GLOBAL binlog_format = 'STATEMENT'", "SET GLOBAL binlog_expire_logs_seconds = 3600"});
  SourceNeeds needs;
  needs.user = "fixed";
  const ServerFacts before = facts_for("fixed", "f");
  int fixes = 0;
  for (const Requirement& requirement : check_requirements(before, needs)) {
    if (requirement.ok) continue;
    const std::size_t end = requirement.fix.find(';');
    ASSERT_NE(end, std::string::npos) << requirement.name << ": " << requirement.fix;
    server().execute({requirement.fix.substr(0, end)});
    ++fixes;
  }
  EXPECT_EQ(fixes, 7);
  const ServerFacts after = facts_for("fixed", "f");
  server().execute({"RESET PERSIST", "SET GLOBAL binlog_row_image = DEFAULT",
                    "SET GLOBAL binlog_format = DEFAULT",
                    "SET GLOBAL binlog_row_metadata = DEFAULT",
                    "SET GLOBAL binlog_expire_logs_seconds = DEFAULT"});
  EXPECT_EQ(unmet(after, Severity::kRequired, needs), std::vector<std::string>{});
  EXPECT_EQ(unmet(after, Severity::kRecommended, needs), std::vector<std::string>{});
}

}  // namespace
}  // namespace millrace::mysql
