#include "millrace/ddl/statement.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace millrace::ddl {
namespace {

using K = StatementKind;

struct StatementCase {
  const char* sql;
  K kind;
  const char* tables;  // "db.t db2.u"; a database alone: "db."
  std::uint64_t sql_mode = 0;
};

void PrintTo(const StatementCase& row, std::ostream* out) { *out << row.sql; }

std::string tables_of(const Statement& statement) {
  std::string text;
  for (const TableReference& reference : statement.tables) {
    if (!text.empty()) text += ' ';
    text += reference.database + "." + reference.table;
  }
  return text;
}

class StatementTest : public testing::TestWithParam<StatementCase> {};

// The session's database is "s".
TEST_P(StatementTest, classifies) {
  const StatementCase& row = GetParam();
  const Statement statement = classify_statement(row.sql, "s", row.sql_mode);
  EXPECT_EQ(static_cast<int>(statement.kind), static_cast<int>(row.kind)) << row.sql;
  EXPECT_EQ(tables_of(statement), row.tables) << row.sql;
}

// The same with everything that may stand between tokens; must change nothing.
TEST_P(StatementTest, classifies_with_comments_around) {
  const StatementCase& row = GetParam();
  const std::string sql = std::string("/* app:1 */ -- note\n# it's\n ") + row.sql + " -- '";
  const Statement statement = classify_statement(sql, "s", row.sql_mode);
  EXPECT_EQ(static_cast<int>(statement.kind), static_cast<int>(row.kind)) << sql;
  EXPECT_EQ(tables_of(statement), row.tables) << sql;
}

const StatementCase kTableCases[] = {
    {"CREATE TABLE t (id INT)", K::kCreateTable, "s.t"},
    {"create table d.t(id int)", K::kCreateTable, "d.t"},
    {"CREATE TABLE `d`.`t` (id INT)", K::kCreateTable, "d.t"},
    {"CREATE TABLE `a``b` . `c.d` (id INT)", K::kCreateTable, "a`b.c.d"},
    {"CREATE TABLE .t (id INT)", K::kCreateTable, "s.t"},
    {"CREATE TABLE d.1 (id INT)", K::kCreateTable, "d.1"},
    {"CREATE TABLE d.2x (id INT)", K::kCreateTable, "d.2x"},
    {"CREATE TABLE t\xc3\xa9 (id INT)", K::kCreateTable, "s.t\xc3\xa9"},
    {"CREATE TABLE IF NOT EXISTS d.t LIKE u", K::kCreateTable, "d.t"},
    {"CREATE TABLE t SELECT * FROM u", K::kCreateTable, "s.t"},
    {"CREATE TABLE t (id INT) START TRANSACTION", K::kCreateTable, "s.t"},
    {"CREATE TEMPORARY TABLE t (id INT)", K::kCreateTable, "s.t"},
    {"CREATE OR REPLACE TABLE t (id INT)", K::kCreateTable, "s.t"},
    {"CREATE /*!32302 TEMPORARY */ TABLE t (id INT)", K::kCreateTable, "s.t"},
    {"/*!50001 CREATE TABLE t (id INT) */", K::kCreateTable, "s.t"},
    {"CREATE TABLE \"d\".\"t\" (id INT)", K::kCreateTable, "d.t", kSqlModeAnsiQuotes},
    {"CREATE EXTERNAL TABLE t (id INT)", K::kCreateTable, "s.t"},
    {"CREATE TABLE t (a CHAR(1) DEFAULT '\\')", K::kCreateTable, "s.t", kSqlModeNoBackslashEscapes},
    {"ALTER TABLE t ADD COLUMN c INT", K::kAlterTable, "s.t"},
    {"ALTER TABLE d.t ADD c INT DEFAULT 1, DROP e", K::kAlterTable, "d.t"},
    {"ALTER TABLE t RENAME u", K::kAlterTable, "s.t s.u"},
    {"ALTER TABLE t RENAME TO d.u", K::kAlterTable, "s.t d.u"},
    {"ALTER TABLE t RENAME AS `u`", K::kAlterTable, "s.t s.u"},
    {"ALTER TABLE t RENAME = u", K::kAlterTable, "s.t s.u"},
    {"ALTER TABLE t ADD c INT, RENAME TO u, ADD KEY (c)", K::kAlterTable, "s.t s.u"},
    {"ALTER TABLE t RENAME TO u, RENAME TO v", K::kAlterTable, "s.t s.u s.v"},
    {"ALTER TABLE t RENAME COLUMN a TO b", K::kAlterTable, "s.t"},
    {"ALTER TABLE t RENAME INDEX a TO b, RENAME KEY c TO d", K::kAlterTable, "s.t"},
    {"ALTER TABLE t RENAME `column`", K::kAlterTable, "s.t s.column"},
    {"ALTER TABLE t ADD c INT COMMENT ', RENAME TO x'", K::kAlterTable, "s.t"},
    {"ALTER TABLE t ADD c ENUM('a', 'b)', 'c'), RENAME u", K::kAlterTable, "s.t s.u"},
    {"ALTER TABLE t ADD c INT DEFAULT (f(1, 2)), RENAME u", K::kAlterTable, "s.t s.u"},
    {"ALTER TABLE t ADD c INT /* , RENAME TO x */, ADD d INT", K::kAlterTable, "s.t"},
    {"ALTER TABLE t EXCHANGE PARTITION p WITH TABLE d.u WITHOUT VALIDATION", K::kAlterTable,
     "s.t d.u"},
    {"ALTER TABLE t DROP PARTITION p, exchange", K::kAlterTable, "s.t"},
    {"ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4", K::kAlterTable, "s.t"},
    {"ALTER TABLE t CONVERT PARTITION p TO TABLE u", K::kAlterTable, "s.t s.u"},
    {"ALTER TABLE t CONVERT TABLE u TO PARTITION p VALUES LESS THAN (5)", K::kAlterTable,
     "s.t s.u"},
    {"ALTER IGNORE TABLE t ADD UNIQUE (a)", K::kAlterTable, "s.t"},
    {"ALTER ONLINE TABLE t ADD c INT", K::kAlterTable, "s.t"},
    {"ALTER TABLE IF EXISTS t WAIT 10 RENAME u", K::kAlterTable, "s.t s.u"},
    {"ALTER TABLE t NOWAIT ADD c INT", K::kAlterTable, "s.t"},
    {"/*!40000 ALTER TABLE `t` DISABLE KEYS */", K::kAlterTable, "s.t"},
    {"SET STATEMENT max_statement_time=60 FOR ALTER TABLE t ADD c INT", K::kAlterTable, "s.t"},
    {"ALTER TABLE t", K::kAlterTable, "s.t"},
    {"CREATE INDEX i ON t (a)", K::kAlterTable, "s.t"},
    {"CREATE UNIQUE INDEX i USING BTREE ON d.t (a)", K::kAlterTable, "d.t"},
    {"CREATE FULLTEXT INDEX i ON t (a)", K::kAlterTable, "s.t"},
    {"CREATE SPATIAL INDEX `on` ON t (a)", K::kAlterTable, "s.t"},
    {"CREATE INDEX IF NOT EXISTS i ON t (a)", K::kAlterTable, "s.t"},
    {"DROP INDEX i ON t", K::kAlterTable, "s.t"},
    {"DROP INDEX `PRIMARY` ON d.t ALGORITHM=INPLACE", K::kAlterTable, "d.t"},
    {"RENAME TABLE a TO b", K::kRenameTable, "s.a s.b"},
    {"RENAME TABLE a TO d.b, `c` TO a", K::kRenameTable, "s.a d.b s.c s.a"},
    {"RENAME TABLES a TO b", K::kRenameTable, "s.a s.b"},
    {"RENAME TABLE IF EXISTS a WAIT 5 TO b", K::kRenameTable, "s.a s.b"},
    {"DROP TABLE t", K::kDropTable, "s.t"},
    {"DROP TABLES t", K::kDropTable, "s.t"},
    {"DROP TABLE IF EXISTS `t`,d.u , v CASCADE", K::kDropTable, "s.t d.u s.v"},
    {"DROP TABLE `t` /* generated by server */", K::kDropTable, "s.t"},
    {"DROP /*!40005 TEMPORARY */ TABLE IF EXISTS `t`", K::kDropTable, "s.t"},
    {"TRUNCATE t", K::kTruncate, "s.t"},
    {"TRUNCATE TABLE d.t", K::kTruncate, "d.t"},
    {"TRUNCATE TABLE `t`;", K::kTruncate, "s.t"},
    {"CREATE DATABASE d", K::kDatabase, "d."},
    {"CREATE SCHEMA IF NOT EXISTS `d-1` DEFAULT CHARACTER SET latin1", K::kDatabase, "d-1."},
    {"CREATE OR REPLACE DATABASE d", K::kDatabase, "d."},
    {"ALTER DATABASE d CHARACTER SET utf8mb4", K::kDatabase, "d."},
    {"ALTER SCHEMA COLLATE utf8mb4_bin", K::kDatabase, "s."},
    {"ALTER DATABASE DEFAULT CHARACTER SET = latin1", K::kDatabase, "s."},
    {"ALTER DATABASE ENCRYPTION = 'Y'", K::kDatabase, "s."},
    {"ALTER DATABASE encryption READ ONLY = 1", K::kDatabase, "encryption."},
    {"DROP DATABASE d", K::kDatabase, "d."},
    {"DROP SCHEMA IF EXISTS d", K::kDatabase, "d."},
};
INSTANTIATE_TEST_SUITE_P(Tables, StatementTest, testing::ValuesIn(kTableCases));

const StatementCase kDmlCases[] = {
    {"INSERT INTO t VALUES (1)", K::kDml, "s.t"},
    {"INSERT t SET a = 1", K::kDml, "s.t"},
    {"INSERT LOW_PRIORITY IGNORE INTO d.t SELECT * FROM u", K::kDml, "d.t"},
    {"INSERT /*+ MAX_EXECUTION_TIME(1) */ INTO t PARTITION (p) VALUES (1)", K::kDml, "s.t"},
    {"insert delayed t values ('a')", K::kDml, "s.t"},
    {"REPLACE INTO `d`.`t` VALUES (1)", K::kDml, "d.t"},
    {"UPDATE t SET a = 1", K::kDml, "s.t"},
    {"UPDATE LOW_PRIORITY IGNORE d.t AS x SET x.a = 1", K::kDml, "d.t"},
    {"UPDATE t, d.u SET t.a = u.a", K::kDml, "s.t d.u"},
    {"UPDATE t JOIN u USING (id) LEFT JOIN v ON t.id = v.id SET t.a = 1", K::kDml, "s.t s.u s.v"},
    {"UPDATE t STRAIGHT_JOIN u SET a = 1", K::kDml, "s.t s.u"},
    {"UPDATE (t JOIN (u, v) ON 1) SET a = 1", K::kDml, "s.t s.u s.v"},
    {"UPDATE t JOIN (SELECT id FROM w) x ON t.id = x.id SET a = 1", K::kDml, "s.t"},
    {"UPDATE t USE INDEX (a, b), u SET a = 1", K::kDml, "s.t s.u"},
    {"UPDATE t, LATERAL (SELECT 1) x SET a = 1", K::kDml, "s.t"},
    {"UPDATE t, JSON_TABLE('[]', '$[*]' COLUMNS (a INT PATH '$')) x SET a = 1", K::kDml, "s.t"},
    {"UPDATE { OJ t LEFT OUTER JOIN u ON 1 } SET a = 1", K::kDml, "s.t s.u"},
    {"DELETE FROM t WHERE id = 1", K::kDml, "s.t"},
    {"DELETE FROM d.t", K::kDml, "d.t"},
    {"DELETE QUICK FROM t AS x LIMIT 1", K::kDml, "s.t"},
    {"DELETE x FROM t AS x JOIN d.u ON x.id = u.id WHERE 1", K::kDml, "s.t d.u"},
    {"DELETE t.*, u.* FROM t, u WHERE t.id = u.id", K::kDml, "s.t s.u"},
    {"DELETE FROM a, b USING t AS a JOIN u AS b USING (id) WHERE 1", K::kDml, "s.t s.u"},
    {"DELETE FROM d.t.* USING d.t", K::kDml, "d.t"},
    {"WITH c AS (SELECT ')' FROM w) UPDATE t, c SET t.a = 1", K::kDml, "s.t"},
    {"WITH RECURSIVE c (n) AS (SELECT 1), e AS (SELECT 2) DELETE FROM t", K::kDml, "s.t"},
    {"WITH c AS (SELECT 1) SELECT f() FROM c", K::kDml, ""},
    {"LOAD DATA LOCAL INFILE 'x' REPLACE INTO TABLE d.t FIELDS TERMINATED BY ','", K::kDml, "d.t"},
    {"LOAD XML INFILE 'into table x' INTO TABLE t", K::kDml, "s.t"},
    {"CALL p(1)", K::kDml, ""},
    {"DO f()", K::kDml, ""},
    {"SELECT `s`.`f`()", K::kDml, ""},
    {"(SELECT f())", K::kDml, ""},
};
INSTANTIATE_TEST_SUITE_P(Dml, StatementTest, testing::ValuesIn(kDmlCases));

const StatementCase kHarmlessCases[] = {
    {"", K::kHarmless, ""},
    {";", K::kHarmless, ""},
    {"# Dummy event replacing event type 162 that slave cannot handle.", K::kHarmless, ""},
    {"GRANT SELECT ON *.* TO `a`@`%`", K::kHarmless, ""},
    {"REVOKE ALL ON d.* FROM a", K::kHarmless, ""},
    {"CREATE USER 'a'@'%' IDENTIFIED WITH 'mysql_native_password'", K::kHarmless, ""},
    {"ALTER USER a IDENTIFIED BY 'x'", K::kHarmless, ""},
    {"DROP USER IF EXISTS a", K::kHarmless, ""},
    {"RENAME USER a TO b", K::kHarmless, ""},
    {"CREATE ROLE r", K::kHarmless, ""},
    {"DROP ROLE r", K::kHarmless, ""},
    {"CREATE VIEW v AS SELECT * FROM t", K::kHarmless, ""},
    {"CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v` AS "
     "SELECT 1",
     K::kHarmless, ""},
    {"CREATE OR REPLACE VIEW v AS SELECT 1", K::kHarmless, ""},
    {"CREATE OR REPLACE JSON RELATIONAL DUALITY VIEW v AS SELECT 1", K::kHarmless, ""},
    {"ALTER SQL SECURITY INVOKER VIEW v AS SELECT 1", K::kHarmless, ""},
    {"DROP VIEW v", K::kHarmless, ""},
    {"CREATE DEFINER=`a`@`%` PROCEDURE p() BEGIN DROP TABLE t; END", K::kHarmless, ""},
    {"CREATE DEFINER=CURRENT_USER() PROCEDURE p() SELECT 'it''s", K::kHarmless, ""},
    {"CREATE DEFINER = CURRENT_USER FUNCTION f() RETURNS INT RETURN 1", K::kHarmless, ""},
    {"CREATE AGGREGATE FUNCTION f RETURNS STRING SONAME 'x.so'", K::kHarmless, ""},
    {"CREATE DEFINER=a@b TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1", K::kHarmless, ""},
    {"CREATE DEFINER='a'@'b' EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t", K::kHarmless, ""},
    {"ALTER DEFINER=a@b EVENT e DISABLE", K::kHarmless, ""},
    {"DROP PROCEDURE IF EXISTS p", K::kHarmless, ""},
    {"DROP TRIGGER g", K::kHarmless, ""},
    {"CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'x')", K::kHarmless, ""},
    {"CREATE UNDO TABLESPACE u ADD DATAFILE 'u.ibu'", K::kHarmless, ""},
    {"DROP TABLESPACE u", K::kHarmless, ""},
    {"CREATE LOGFILE GROUP g ADD UNDOFILE 'u'", K::kHarmless, ""},
    {"CREATE RESOURCE GROUP r TYPE = USER", K::kHarmless, ""},
    {"CREATE SPATIAL REFERENCE SYSTEM 4120 NAME 'x'", K::kHarmless, ""},
    {"CREATE OR REPLACE SPATIAL REFERENCE SYSTEM 4120 NAME 'x'", K::kHarmless, ""},
    {"ALTER INSTANCE ROTATE INNODB MASTER KEY", K::kHarmless, ""},
    {"CREATE SEQUENCE q", K::kHarmless, ""},
    {"SET PASSWORD FOR a = 'x'", K::kHarmless, ""},
    {"SET @a = 1", K::kHarmless, ""},
    {"FLUSH TABLES", K::kHarmless, ""},
    {"ANALYZE TABLE t", K::kHarmless, ""},
    {"OPTIMIZE NO_WRITE_TO_BINLOG TABLE t", K::kHarmless, ""},
    {"REPAIR TABLE t", K::kHarmless, ""},
    {"CHECK TABLE t", K::kHarmless, ""},
    {"INSTALL PLUGIN p SONAME 'x.so'", K::kHarmless, ""},
    {"UNINSTALL COMPONENT 'file://x'", K::kHarmless, ""},
    {"SAVEPOINT `a`", K::kHarmless, ""},
    {"RELEASE SAVEPOINT a", K::kHarmless, ""},
    {"ROLLBACK TO a", K::kHarmless, ""},
    {"XA END X'61',X'',1", K::kHarmless, ""},
    {"BEGIN", K::kHarmless, ""},
    {"COMMIT", K::kHarmless, ""},
    {"USE d", K::kHarmless, ""},
    {"LOAD INDEX INTO CACHE t", K::kHarmless, ""},
};
INSTANTIATE_TEST_SUITE_P(Harmless, StatementTest, testing::ValuesIn(kHarmlessCases));

// Not understood, so nothing is claimed.
const StatementCase kUnknownCases[] = {
    {"FROBNICATE TABLE t", K::kUnknown, ""},
    {"'x'", K::kUnknown, ""},
    {"CREATE", K::kUnknown, ""},
    {"CREATE TABLE", K::kUnknown, ""},
    {"CREATE TABLE (id INT)", K::kUnknown, ""},
    {"CREATE TABLE \"t\" (id INT)", K::kUnknown, ""},
    {"CREATE WIDGET w", K::kUnknown, ""},
    {"ALTER INDEX i", K::kUnknown, ""},
    {"ALTER TABLE t RENAME", K::kUnknown, ""},
    {"ALTER TABLE t EXCHANGE PARTITION p TABLE u", K::kUnknown, ""},
    {"ALTER TABLE t ADD c INT COMMENT 'open", K::kUnknown, ""},
    {"RENAME TABLE a b", K::kUnknown, ""},
    {"RENAME TABLE a TO", K::kUnknown, ""},
    {"RENAME DATABASE a TO b", K::kUnknown, ""},
    {"DROP TABLE a,", K::kUnknown, ""},
    {"DROP INDEX i", K::kUnknown, ""},
    {"IMPORT TABLE FROM 'x.sdi'", K::kUnknown, ""},
    {"UPDATE", K::kUnknown, ""},
    {"UPDATE t,", K::kUnknown, ""},
    {"UPDATE t) SET a = 1", K::kUnknown, ""},
    {"DELETE t WHERE 1", K::kUnknown, ""},
    {"WITH c SELECT 1", K::kUnknown, ""},
    {"LOAD DATA INFILE 'x'", K::kUnknown, ""},
    {"SET STATEMENT a=1", K::kUnknown, ""},
};

class UnknownStatementTest : public testing::TestWithParam<StatementCase> {};
TEST_P(UnknownStatementTest, is_unknown) {
  const Statement statement = classify_statement(GetParam().sql, "s", GetParam().sql_mode);
  EXPECT_EQ(static_cast<int>(statement.kind), static_cast<int>(K::kUnknown));
  EXPECT_EQ(tables_of(statement), "");
}
INSTANTIATE_TEST_SUITE_P(Unknown, UnknownStatementTest, testing::ValuesIn(kUnknownCases));

TEST(StatementFlags, temporary) {
  EXPECT_TRUE(classify_statement("CREATE TEMPORARY TABLE t (id INT)", "s", 0).temporary);
  EXPECT_TRUE(classify_statement("DROP TEMPORARY TABLE IF EXISTS t", "s", 0).temporary);
  EXPECT_FALSE(classify_statement("DROP TABLE t", "s", 0).temporary);
}

TEST(StatementFlags, if_exists) {
  EXPECT_TRUE(classify_statement("CREATE TABLE IF NOT EXISTS t (id INT)", "s", 0).if_exists);
  EXPECT_TRUE(classify_statement("DROP TABLE IF EXISTS t", "s", 0).if_exists);
  EXPECT_FALSE(classify_statement("CREATE TABLE t (id INT)", "s", 0).if_exists);
}

TEST(StatementFirstWords, name_the_form) {
  EXPECT_EQ(classify_statement("alter ignore table t add c int", "s", 0).first_words,
            "ALTER TABLE");
  EXPECT_EQ(classify_statement("rename tables a to b", "s", 0).first_words, "RENAME TABLE");
  EXPECT_EQ(classify_statement("frobnicate t", "s", 0).first_words, "FROBNICATE");
  EXPECT_EQ(classify_statement("create widget w", "s", 0).first_words, "CREATE WIDGET");
  EXPECT_EQ(classify_statement(std::string(1000, 'x'), "s", 0).first_words.size(), 64U);
}

TEST(StatementDatabase, none_in_the_session) {
  const Statement statement = classify_statement("DROP TABLE t, d.u", "", 0);
  EXPECT_EQ(tables_of(statement), ".t d.u");
}

// A statement of megabytes is read to the end of its head.
TEST(StatementSize, values_are_not_walked) {
  std::string sql = "INSERT INTO t VALUES ('";
  sql.append(1U << 20, 'x');  // never closed: reading it would make the statement unknown
  EXPECT_EQ(static_cast<int>(classify_statement(sql, "s", 0).kind), static_cast<int>(K::kDml));
}

}  // namespace
}  // namespace millrace::ddl
