#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "millrace/mysql/server_facts.h"

namespace millrace::mysql {
namespace {

// A server on which everything is as a source wants it.
ServerFacts good_server() {
  ServerFacts facts;
  facts.version = "8.0.36";
  facts.version_number = 80036;
  facts.server_id = 1;
  facts.log_bin = true;
  facts.gtid_mode = "ON";
  facts.enforce_gtid_consistency = "ON";
  facts.binlog_format = "ROW";
  facts.binlog_row_image = "FULL";
  facts.binlog_row_metadata = "FULL";
  facts.binlog_retention = std::chrono::hours(24 * 30);
  const Status status = facts.grants.add_line(
      "GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `cdc`@`%`");
  EXPECT_TRUE(status);
  return facts;
}

std::vector<Requirement> unmet(const ServerFacts& facts, const SourceNeeds& needs) {
  std::vector<Requirement> list = check_requirements(facts, needs);
  std::erase_if(list, [](const Requirement& r) { return r.ok; });
  return list;
}

TEST(Requirements, AGoodServerMeetsThemAll) {
  SourceNeeds needs;
  EXPECT_TRUE(unmet(good_server(), needs).empty());
  needs.databases = {"shop", "blog"};
  EXPECT_TRUE(unmet(good_server(), needs).empty());
  EXPECT_GE(check_requirements(good_server(), needs).size(), 12U);
}

struct Case {
  std::string name;
  std::function<void(ServerFacts&, SourceNeeds&)> change;
  std::string requirement;
  Severity severity;
  std::string fix;  // part of it
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class UnmetRequirement : public testing::TestWithParam<Case> {};

TEST_P(UnmetRequirement, IsNamedAloneWithItsFix) {
  const Case& c = GetParam();
  ServerFacts facts = good_server();
  SourceNeeds needs;
  c.change(facts, needs);
  const std::vector<Requirement> list = unmet(facts, needs);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].name, c.requirement);
  EXPECT_EQ(list[0].severity, c.severity);
  EXPECT_NE(list[0].needed, list[0].found);
  EXPECT_NE(list[0].fix.find(c.fix), std::string::npos) << list[0].fix;
}

constexpr auto kRequired = Severity::kRequired;
constexpr auto kRecommended = Severity::kRecommended;

void set_grants(ServerFacts& facts, const char* line) {
  facts.grants = Grants();
  const Status status = facts.grants.add_line(line);
  EXPECT_TRUE(status);
}

const Case kCases[] = {
    {"mariadb", [](ServerFacts& f, SourceNeeds&) { f.is_mariadb = true; }, "server", kRequired,
     "not supported yet"},
    {"old_version",
     [](ServerFacts& f, SourceNeeds&) { f.version_number = 50651, f.version = "5.6.51"; },
     "version", kRequired, "5.7"},
    {"binlog_off", [](ServerFacts& f, SourceNeeds&) { f.log_bin = false; }, "log_bin", kRequired,
     "--log-bin"},
    {"binlog_off_on_rds", [](ServerFacts& f, SourceNeeds&) { f.log_bin = false, f.is_rds = true; },
     "log_bin", kRequired, "parameter group"},
    {"server_id_zero", [](ServerFacts& f, SourceNeeds&) { f.server_id = 0; }, "server_id",
     kRequired, "SET PERSIST server_id"},
    {"statement_format", [](ServerFacts& f, SourceNeeds&) { f.binlog_format = "STATEMENT"; },
     "binlog_format", kRequired, "SET PERSIST binlog_format = 'ROW';"},
    {"mixed_format_5_7",
     [](ServerFacts& f, SourceNeeds&) {
       f.binlog_format = "MIXED", f.version_number = 50744, f.version = "5.7.44";
     },
     "binlog_format", kRequired, "SET GLOBAL binlog_format = 'ROW'; and the same in my.cnf"},
    {"mixed_format_on_rds",
     [](ServerFacts& f, SourceNeeds&) { f.binlog_format = "MIXED", f.is_rds = true; },
     "binlog_format", kRequired, "parameter group"},
    {"gtid_off", [](ServerFacts& f, SourceNeeds&) { f.gtid_mode = "OFF"; }, "gtid_mode", kRequired,
     "OFF_PERMISSIVE"},
    {"gtid_off_by_position",
     [](ServerFacts& f, SourceNeeds& n) { f.gtid_mode = "OFF", n.gtid = false; }, "gtid_mode",
     kRecommended, "failover"},
    {"no_replication_slave",
     [](ServerFacts& f, SourceNeeds&) {
       set_grants(f, "GRANT SELECT, REPLICATION CLIENT ON *.* TO `cdc`@`%`");
     },
     "privilege REPLICATION SLAVE", kRequired, "GRANT REPLICATION SLAVE ON *.* TO 'millrace'@'%';"},
    {"no_replication_client",
     [](ServerFacts& f, SourceNeeds& n) {
       set_grants(f, "GRANT SELECT, REPLICATION SLAVE ON *.* TO `cdc`@`%`");
       n.user = "cdc";
     },
     "privilege REPLICATION CLIENT", kRequired, "GRANT REPLICATION CLIENT ON *.* TO 'cdc'@'%';"},
    {"no_select",
     [](ServerFacts& f, SourceNeeds&) {
       set_grants(f, "GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `cdc`@`%`");
     },
     "privilege SELECT", kRecommended, "GRANT SELECT ON *.*"},
    {"no_select_on_a_database",
     [](ServerFacts& f, SourceNeeds& n) {
       set_grants(f, "GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `cdc`@`%`");
       const Status status = f.grants.add_line("GRANT SELECT ON `shop`.* TO `cdc`@`%`");
       EXPECT_TRUE(status);
       n.databases = {"shop", "blog"};
     },
     "privilege SELECT", kRequired, "GRANT SELECT ON `blog`.*"},
    {"minimal_metadata", [](ServerFacts& f, SourceNeeds&) { f.binlog_row_metadata = "MINIMAL"; },
     "binlog_row_metadata", kRecommended, "SET PERSIST binlog_row_metadata = 'FULL';"},
    {"minimal_image", [](ServerFacts& f, SourceNeeds&) { f.binlog_row_image = "MINIMAL"; },
     "binlog_row_image", kRecommended, "SET PERSIST binlog_row_image"},
    {"short_retention",
     [](ServerFacts& f, SourceNeeds&) { f.binlog_retention = std::chrono::hours(24); },
     "binlog retention", kRecommended, "binlog_expire_logs_seconds"},
};
INSTANTIATE_TEST_SUITE_P(, UnmetRequirement, testing::ValuesIn(kCases),
                         [](const auto& row) { return row.param.name; });

TEST(Requirements, NothingElseIsAskedOfMariaDb) {
  ServerFacts facts;
  facts.is_mariadb = true;
  facts.version = "10.11.6-MariaDB";
  const std::vector<Requirement> list = check_requirements(facts, {});
  ASSERT_EQ(list.size(), 1U);
  EXPECT_FALSE(list[0].ok);
}

TEST(Requirements, BinlogsKeptForEverAreKeptLongEnough) {
  ServerFacts facts = good_server();
  facts.binlog_retention = std::chrono::seconds(0);
  EXPECT_TRUE(unmet(facts, {}).empty());
}

TEST(Requirements, RowMetadataIsNotAskedOfVersionsWithoutIt) {
  ServerFacts facts = good_server();
  facts.version_number = 50744;
  facts.version = "5.7.44";
  facts.binlog_row_metadata.clear();
  EXPECT_TRUE(unmet(facts, {}).empty());
}

}  // namespace
}  // namespace millrace::mysql
