#include "pipeline/schema_events.h"

#include <gtest/gtest.h>

namespace millrace::pipeline {
namespace {

// "CREATE shop.orders of shop [orders]: <ddl>" of each event.
std::string outline(const change::SchemaChangeEvent& event) {
  constexpr const char* kTypes[] = {"CREATE ", "ALTER ", "DROP "};
  std::string text;
  if (event.change) {
    text = kTypes[static_cast<int>(event.change->type)] + event.change->name.to_text() +
           (event.change->table == nullptr ? "" : "*") + " ";
  }
  text += "of " + event.database;
  if (event.tables) {
    text += " [";
    for (const auto& table : *event.tables) text += (text.back() == '[' ? "" : ",") + table.table;
    text += "]";
  }
  return text + ": " + event.ddl;
}

class SchemaEvents : public ::testing::Test {
 protected:
  // What the statement's events are; it changes the catalog.
  std::string run(const std::string& sql) {
    const ddl::Statement head = ddl::classify_statement(sql, "shop", 0);
    const auto change = ddl::parse_schema_change(sql, "shop", 0);
    if (!change || !*change) return "not understood";
    schema::StatementContext context;
    context.server_version = 90704;
    context.server_collation = 255;
    std::string text;
    for (const auto& event : schema_events(**change, catalog_.apply(**change, context),
                                           {sql, head.first_words, "shop"})) {
      text += outline(event) + "\n";
    }
    return text;
  }

  schema::Catalog catalog_;
};

TEST_F(SchemaEvents, AreCutAsDebeziumCutsThem) {
  const struct {
    const char* sql;
    const char* events;
  } kRows[] = {
      {"CREATE DATABASE shop CHARACTER SET latin1",
       "of shop: CREATE DATABASE shop CHARACTER SET latin1\n"},
      {"CREATE TABLE a (id INT PRIMARY KEY)",
       "CREATE shop.a* of shop [a]: CREATE TABLE a (id INT PRIMARY KEY)\n"},
      {"CREATE TABLE IF NOT EXISTS a (id INT)",
       "of shop []: CREATE TABLE IF NOT EXISTS a (id INT)\n"},
      {"CREATE TABLE other.b LIKE a",
       "CREATE other.b* of other [b]: CREATE TABLE other.b LIKE a\n"},
      {"ALTER TABLE a ADD v INT", "ALTER shop.a* of shop [a]: ALTER TABLE a ADD v INT\n"},
      {"CREATE INDEX i ON a (v)", "of shop []: CREATE INDEX i ON a (v)\n"},
      {"DROP INDEX i ON a", "of shop []: DROP INDEX i ON a\n"},
      {"create unique index u on a (id)", "ALTER shop.a* of shop [a]: unique index u on a (id)\n"},
      {"/* a */ -- b\n ALTER TABLE a /* c */ COMMENT '/* d */ -- e' # f\n/* g */ ",
       "ALTER shop.a* of shop [a]: ALTER TABLE a /* c */ COMMENT '/* d */ -- e'\n"},
      {"ALTER TABLE a ADD w INT, RENAME TO c",
       "ALTER shop.c* of shop [c]: ALTER TABLE a ADD w INT, RENAME TO c\n"},
      {"RENAME TABLE c TO a", "ALTER shop.a* of shop [a]: RENAME TABLE c TO a\n"},
      {"rename  table a  TO `a,x` ,\n other.b TO b",
       "ALTER shop.a,x* of shop [a,x,b]: RENAME TABLE a  TO `a,x`\n"
       "ALTER shop.b* of shop [a,x,b]: RENAME TABLE other.b TO b\n"},
      {"RENAME TABLE b TO other.b", "ALTER other.b* of other [b]: RENAME TABLE b TO other.b\n"},
      {"DROP TABLE IF EXISTS `a,x`, other.b, gone",
       "DROP shop.a,x of shop [a,x,gone]: DROP TABLE IF EXISTS `shop`.`a,x`\n"
       "DROP other.b of other [b]: DROP TABLE IF EXISTS `other`.`b`\n"
       "DROP shop.gone of shop [a,x,gone]: DROP TABLE IF EXISTS `shop`.`gone`\n"},
      {"ALTER DATABASE other CHARACTER SET latin1",
       "of other []: ALTER DATABASE other CHARACTER SET latin1\n"},
      {"DROP DATABASE other", "of other: DROP DATABASE other\n"},
      {"CREATE TABLE q SELECT 1", "CREATE shop.q of shop [q]: CREATE TABLE q SELECT 1\n"},
  };
  for (const auto& row : kRows) EXPECT_EQ(run(row.sql), row.events) << row.sql;
}

}  // namespace
}  // namespace millrace::pipeline
