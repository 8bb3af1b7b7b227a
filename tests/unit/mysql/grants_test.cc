#include "millrace/mysql/grants.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace millrace::mysql {
namespace {

Grants read(std::initializer_list<const char*> lines) {
  Grants grants;
  for (const char* line : lines) {
    const Status status = grants.add_line(line);
    EXPECT_TRUE(status) << line;
  }
  return grants;
}

TEST(Grants, ListsOfGlobalPrivileges) {
  const Grants grants =
      read({"GRANT SELECT, RELOAD, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `cdc`@`%` WITH "
            "GRANT OPTION",
            "GRANT BACKUP_ADMIN,XA_RECOVER_ADMIN ON *.* TO `cdc`@`%`"});
  EXPECT_TRUE(grants.has_global("SELECT"));
  EXPECT_TRUE(grants.has_global("REPLICATION SLAVE"));
  EXPECT_TRUE(grants.has_global("REPLICATION CLIENT"));
  EXPECT_TRUE(grants.has_global("BACKUP_ADMIN"));
  EXPECT_TRUE(grants.has_on_table("SELECT", "shop", "orders"));
  EXPECT_FALSE(grants.has_global("REPLICATION"));
  EXPECT_FALSE(grants.has_global("INSERT"));
}

TEST(Grants, AllPrivilegesHoldEach) {
  // 5.7 quotes accounts with single quotes.
  const Grants grants = read({"GRANT ALL PRIVILEGES ON *.* TO 'root'@'localhost' WITH GRANT OPTION",
                              "GRANT PROXY ON ''@'' TO 'root'@'localhost' WITH GRANT OPTION"});
  EXPECT_TRUE(grants.has_global("REPLICATION SLAVE"));
  EXPECT_TRUE(grants.has_on_database("SELECT", "any"));
}

TEST(Grants, UsageHoldsNothing) {
  const Grants grants = read({"GRANT USAGE ON *.* TO `cdc`@`%`"});
  EXPECT_FALSE(grants.has_global("SELECT"));
  EXPECT_FALSE(grants.has_on_table("SELECT", "shop", "t"));
}

TEST(Grants, ADatabaseIsAPattern) {
  const Grants grants =
      read({"GRANT SELECT ON `shop\\_%`.* TO `cdc`@`%`", "GRANT SELECT ON `a_c`.* TO `cdc`@`%`",
            "GRANT ALL PRIVILEGES ON `back``tick`.* TO `cdc`@`%`"});
  EXPECT_TRUE(grants.has_on_database("SELECT", "shop_1"));
  EXPECT_TRUE(grants.has_on_database("SELECT", "shop_"));
  EXPECT_FALSE(grants.has_on_database("SELECT", "shopX1"));
  EXPECT_TRUE(grants.has_on_database("SELECT", "abc"));
  EXPECT_FALSE(grants.has_on_database("SELECT", "abbc"));
  EXPECT_TRUE(grants.has_on_database("SELECT", "back`tick"));
  EXPECT_FALSE(grants.has_global("SELECT"));
}

TEST(Grants, ManyWildcardsTakeNoTime) {
  std::string pattern;
  for (int i = 0; i < 30; ++i) pattern += "%a";
  const Grants grants = read({("GRANT SELECT ON `" + pattern + "`.* TO `cdc`@`%`").c_str()});
  EXPECT_FALSE(grants.has_on_database("SELECT", std::string(5000, 'a') + "b"));
  EXPECT_TRUE(grants.has_on_database("SELECT", std::string(5000, 'a')));
}

TEST(Grants, OneTableOnly) {
  const Grants grants = read({"GRANT SELECT, INSERT ON `shop`.`orders` TO `cdc`@`%`"});
  EXPECT_TRUE(grants.has_on_table("SELECT", "shop", "orders"));
  EXPECT_FALSE(grants.has_on_table("SELECT", "shop", "customers"));
  EXPECT_FALSE(grants.has_on_database("SELECT", "shop"));
}

TEST(Grants, SomeColumnsAreNotTheTable) {
  const Grants grants =
      read({"GRANT SELECT (`a`, `b)`), INSERT (`a`), UPDATE ON `shop`.`orders` TO `cdc`@`%`"});
  EXPECT_FALSE(grants.has_on_table("SELECT", "shop", "orders"));
  EXPECT_TRUE(grants.has_on_table("UPDATE", "shop", "orders"));
}

TEST(Grants, APartialRevokeIsAnException) {
  const Grants grants =
      read({"GRANT SELECT ON *.* TO `cdc`@`%`", "REVOKE SELECT ON `secret`.* FROM `cdc`@`%`"});
  EXPECT_TRUE(grants.has_on_database("SELECT", "shop"));
  EXPECT_FALSE(grants.has_on_database("SELECT", "secret"));
}

TEST(Grants, RolesProxiesAndRoutinesAddNothing) {
  const Grants grants = read({"GRANT `reader`@`%`,`writer`@`%` TO `cdc`@`%`",
                              "GRANT `admin`@`%` TO `cdc`@`%` WITH ADMIN OPTION",
                              "GRANT PROXY ON ``@`` TO `cdc`@`%` WITH GRANT OPTION",
                              "GRANT EXECUTE, SELECT ON PROCEDURE `shop`.`p` TO `cdc`@`%`",
                              "GRANT EXECUTE ON FUNCTION `shop`.`f` TO `cdc`@`%`"});
  EXPECT_FALSE(grants.has_global("SELECT"));
  EXPECT_FALSE(grants.has_on_table("SELECT", "shop", "p"));
}

struct BadLine {
  const char* name;
  const char* line;
};
class UnreadableGrant : public testing::TestWithParam<BadLine> {};

TEST_P(UnreadableGrant, IsAnErrorThatQuotesIt) {
  Grants grants;
  const Status status = grants.add_line(GetParam().line);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind(), ErrorKind::kDefinite);
  EXPECT_NE(status.error().message().find(GetParam().line), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(, UnreadableGrant,
                         testing::Values(BadLine{"empty", ""}, BadLine{"other_verb", "SHOW GRANTS"},
                                         BadLine{"no_privilege", "GRANT ON *.*"},
                                         BadLine{"no_object", "GRANT SELECT ON"},
                                         BadLine{"no_account", "GRANT SELECT ON *.*"},
                                         BadLine{"open_quote", "GRANT SELECT ON `shop.* TO x"},
                                         BadLine{"open_parenthesis", "GRANT SELECT (`a`"},
                                         BadLine{"no_table", "GRANT SELECT ON `shop` TO `cdc`@`%`"},
                                         BadLine{"wrong_preposition",
                                                 "REVOKE SELECT ON `shop`.* TO `cdc`@`%`"}),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace millrace::mysql
