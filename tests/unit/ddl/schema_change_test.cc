#include "millrace/ddl/schema_change.h"

#include <gtest/gtest.h>

#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "ddl/lexer.h"
#include "millrace/ddl/statement.h"
#include "support/ddl_corpus/change_text.h"
#include "support/ddl_corpus/corpus.h"

namespace millrace::testing {

void PrintTo(const DdlCase& row, std::ostream* out) { *out << row.place << ": " << row.sql; }

}  // namespace millrace::testing

namespace millrace::ddl {
namespace {

using testing::DdlCase;

// What the statement changes, or the error's message.
std::string parse(std::string_view sql, std::uint64_t sql_mode) {
  const auto change = parse_schema_change(sql, "s", sql_mode);
  return change ? testing::to_text(*change) : "error: " + change.error().message();
}

// Other text for white space that separates tokens: comments that hold all that could lead a reader
// astray.
std::string with_comments(std::string_view sql, std::uint64_t sql_mode) {
  std::string text;
  Lexer lexer(sql, sql_mode);
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    text += token.kind == TokenKind::kSpace ? " /* ' ) , ; \" */\n-- it's (\n# \"\n\t"
                                            : std::string(token.text);
  }
  return text;
}

class CorpusTest : public ::testing::TestWithParam<DdlCase> {};

TEST_P(CorpusTest, SaysWhatChanges) {
  const DdlCase& row = GetParam();
  EXPECT_EQ(parse(row.sql, row.sql_mode), row.expected) << row.sql;
}

TEST_P(CorpusTest, SaysTheSameWithCommentsBetween) {
  const DdlCase& row = GetParam();
  const std::string sql = with_comments(row.sql, row.sql_mode);
  EXPECT_EQ(parse(sql, row.sql_mode), row.expected) << sql;
}

TEST_P(CorpusTest, SaysTheSameInAVersionComment) {
  const DdlCase& row = GetParam();
  const std::string sql = "/*!50000 " + row.sql + "\n*/ ;";
  EXPECT_EQ(parse(sql, row.sql_mode), row.expected) << sql;
}

// The session's database counts only where the statement names none.
TEST_P(CorpusTest, AgreesWithTheClassifier) {
  const DdlCase& row = GetParam();
  const Statement statement = classify_statement(row.sql, "s", row.sql_mode);
  EXPECT_NE(static_cast<int>(statement.kind), static_cast<int>(StatementKind::kUnknown)) << row.sql;
  const auto change = parse_schema_change(row.sql, "s", row.sql_mode);
  ASSERT_TRUE(change);
  if (!*change) return;
  std::set<TableReference> touched;
  if (const auto* create = std::get_if<CreateTable>(&**change)) touched.insert(create->table);
  if (const auto* alter = std::get_if<AlterTable>(&**change)) touched.insert(alter->table);
  if (const auto* drop = std::get_if<DropTables>(&**change)) {
    touched.insert(drop->tables.begin(), drop->tables.end());
  }
  if (const auto* rename = std::get_if<RenameTables>(&**change)) {
    for (const auto& [from, to] : rename->pairs) touched.insert({from, to});
  }
  const std::set<TableReference> named(statement.tables.begin(), statement.tables.end());
  for (const TableReference& table : touched) {
    EXPECT_TRUE(named.contains(table)) << row.sql << ": " << table.database << "." << table.table;
  }
}

std::string test_name(const ::testing::TestParamInfo<DdlCase>& row) {
  std::string name = row.param.place;
  for (char& c : name) {
    if (c == '.' || c == ':') c = '_';
  }
  return name;
}
INSTANTIATE_TEST_SUITE_P(Statements, CorpusTest, ::testing::ValuesIn(testing::read_ddl_corpus()),
                         test_name);

TEST(Corpus, IsLarge) {
  std::set<std::string> statements;
  for (const DdlCase& row : testing::read_ddl_corpus()) statements.insert(row.sql);
  EXPECT_GE(statements.size(), 600U);
}

TEST(SchemaChangeDatabase, NoneInTheSession) {
  const auto change = parse_schema_change("DROP TABLE t, d.u", "", 0);
  ASSERT_TRUE(change);
  EXPECT_EQ(testing::to_text(*change), "drop ``.t, d.u");
}

struct ErrorCase {
  const char* name;
  const char* sql;
  const char* message;
};
void PrintTo(const ErrorCase& row, std::ostream* out) { *out << row.sql; }

class ErrorTest : public ::testing::TestWithParam<ErrorCase> {};

TEST_P(ErrorTest, ShowsThePlace) {
  const auto change = parse_schema_change(GetParam().sql, "s", 0);
  ASSERT_FALSE(change) << testing::to_text(*change);
  EXPECT_EQ(change.error().kind(), ErrorKind::kDefinite);
  EXPECT_EQ(change.error().message(), GetParam().message);
}

const ErrorCase kErrorCases[] = {
    {"unknown_verb", "FROBNICATE TABLE t",
     "can't parse FROBNICATE: expected a known statement near 'FROBNICATE TABLE t' at character 1"},
    {"no_word", "'x'", "expected a known statement near ''x'' at character 1"},
    {"unknown_object", "CREATE WIDGET w",
     "can't parse CREATE WIDGET: expected TABLE, INDEX, DATABASE or another known object near "
     "'WIDGET w' at character 8"},
    {"verb_alone", "CREATE",
     "can't parse CREATE: expected TABLE, INDEX, DATABASE or another known object at the end"},
    {"no_table", "CREATE TABLE", "can't parse CREATE TABLE: expected a table's name at the end"},
    {"no_table_but_columns", "CREATE TABLE (a INT)",
     "can't parse CREATE TABLE: expected a table's name near '(a INT)' at character 14"},
    {"no_columns", "CREATE TABLE t",
     "can't parse CREATE TABLE: expected columns or a query at the end"},
    {"no_columns_but_options", "CREATE TABLE t ENGINE=InnoDB",
     "can't parse CREATE TABLE: expected columns or a query at the end"},
    {"empty_columns", "CREATE TABLE t ()",
     "can't parse CREATE TABLE: expected a name near ')' at character 17"},
    {"no_type", "CREATE TABLE t (a)",
     "can't parse CREATE TABLE: expected a data type near ')' at character 18"},
    {"unknown_type", "ALTER TABLE t ADD c url varchar(255)",
     "can't parse ALTER TABLE: expected a data type near 'url varchar(255)' at character 21"},
    {"place_in_characters", "ALTER TABLE tést ADD ü😀 url",
     "can't parse ALTER TABLE: expected a data type near 'url' at character 25"},
    {"excerpt_ends_at_a_character", "ALTER TABLE t ADD c 0123456789012345678901234567890123456789😀",
     "can't parse ALTER TABLE: expected a data type near "
     "'0123456789012345678901234567890123456789' at character 21"},
    {"excerpt_never_cuts_a_character",
     "ALTER TABLE t ADD c x12345678901234567890123456789012345678😀",
     "can't parse ALTER TABLE: expected a data type near "
     "'x12345678901234567890123456789012345678' at character 21"},
    {"unknown_attribute", "CREATE TABLE t (a INT WHATEVER, b INT)",
     "can't parse CREATE TABLE: expected ')' near 'WHATEVER, b INT)' at character 23"},
    {"national_what", "CREATE TABLE t (a NATIONAL TEXT)",
     "can't parse CREATE TABLE: expected CHAR or VARCHAR near 'TEXT)' at character 28"},
    {"open_columns", "CREATE TABLE t (a INT, b INT",
     "can't parse CREATE TABLE: expected ')' at the end"},
    {"open_expression", "CREATE TABLE t (a INT DEFAULT (1 + 2",
     "can't parse CREATE TABLE: expected ')' at the end"},
    {"open_text", "CREATE TABLE t (a INT COMMENT 'x)",
     "can't parse CREATE TABLE: expected ')' at the end"},
    {"open_comment", "ALTER TABLE t ADD c INT /* x",
     "can't parse ALTER TABLE: expected the end of a quote or comment at the end"},
    {"open_name", "DROP TABLE `t",
     "can't parse DROP TABLE: expected the end of a quote or comment at the end"},
    {"comma_at_the_end", "CREATE TABLE t (a INT,)",
     "can't parse CREATE TABLE: expected a name near ')' at character 23"},
    {"length_is_no_number", "CREATE TABLE t (a VARCHAR(x))",
     "can't parse CREATE TABLE: expected a number near 'x))' at character 27"},
    {"length_too_large", "CREATE TABLE t (a BLOB(4294967296))",
     "can't parse CREATE TABLE: expected a smaller number near '4294967296))' at character 24"},
    {"length_far_too_large", "CREATE TABLE t (a BLOB(99999999999999999999999999))",
     "can't parse CREATE TABLE: expected a smaller number near '99999999999999999999999999))' at "
     "character 24"},
    {"three_dimensions", "CREATE TABLE t (a DECIMAL(1,2,3))",
     "can't parse CREATE TABLE: expected ')' near ',3))' at character 30"},
    {"labels_missing", "CREATE TABLE t (a ENUM)",
     "can't parse CREATE TABLE: expected '(' near ')' at character 23"},
    {"label_is_no_text", "CREATE TABLE t (a ENUM('a', b))",
     "can't parse CREATE TABLE: expected a text near 'b))' at character 29"},
    {"no_default", "CREATE TABLE t (a INT DEFAULT)",
     "can't parse CREATE TABLE: expected a value near ')' at character 30"},
    {"default_is_a_name", "CREATE TABLE t (a INT DEFAULT b)",
     "can't parse CREATE TABLE: expected a value near 'b)' at character 31"},
    {"half_a_byte", "CREATE TABLE t (a BLOB DEFAULT x'123')",
     "can't parse CREATE TABLE: expected an even number of digits near ''123')' at character 33"},
    {"no_digits", "CREATE TABLE t (a BIT DEFAULT b'102')",
     "can't parse CREATE TABLE: expected digits near ''102')' at character 32"},
    {"generated_never", "CREATE TABLE t (a INT GENERATED NEVER)",
     "can't parse CREATE TABLE: expected ALWAYS near 'NEVER)' at character 33"},
    {"on_update_what", "CREATE TABLE t (a TIMESTAMP ON UPDATE 5)",
     "can't parse CREATE TABLE: expected CURRENT_TIMESTAMP near '5)' at character 39"},
    {"on_delete_what", "CREATE TABLE t (a INT REFERENCES u (a) ON DELETE EXPLODE)",
     "can't parse CREATE TABLE: expected RESTRICT, CASCADE, SET NULL or NO ACTION near 'EXPLODE)' "
     "at character 50"},
    {"match_what", "CREATE TABLE t (a INT REFERENCES u (a) MATCH MADE)",
     "can't parse CREATE TABLE: expected FULL or SIMPLE near 'MADE)' at character 46"},
    {"key_without_parts", "CREATE TABLE t (a INT, KEY k)",
     "can't parse CREATE TABLE: expected '(' near ')' at character 29"},
    {"primary_what", "CREATE TABLE t (a INT, PRIMARY (a))",
     "can't parse CREATE TABLE: expected KEY near '(a))' at character 32"},
    {"constraint_of_what", "CREATE TABLE t (a INT, CONSTRAINT c (a))",
     "can't parse CREATE TABLE: expected a key near '(a))' at character 37"},
    {"key_option", "CREATE TABLE t (a INT, KEY (a) WHATEVER)",
     "can't parse CREATE TABLE: expected ')' near 'WHATEVER)' at character 32"},
    {"table_option", "CREATE TABLE t (a INT) WHATEVER",
     "can't parse CREATE TABLE: expected the statement's end near 'WHATEVER' at character 24"},
    {"option_without_value",
     "CREATE TABLE t (a INT) ENGINE=", "can't parse CREATE TABLE: expected a value at the end"},
    {"charset_without_name", "CREATE TABLE t (a INT) CHARSET = 5",
     "can't parse CREATE TABLE: expected a charset or collation near '5' at character 34"},
    {"as_nothing", "CREATE TABLE t (a INT) AS",
     "can't parse CREATE TABLE: expected a query at the end"},
    {"two_statements", "CREATE TABLE t (a INT); DROP TABLE u",
     "can't parse CREATE TABLE: expected the statement's end near 'DROP TABLE u' at character 25"},
    {"like_and_more", "CREATE TABLE t LIKE u ENGINE=InnoDB",
     "can't parse CREATE TABLE: expected the statement's end near 'ENGINE=InnoDB' at character 23"},
    {"specification", "ALTER TABLE t ADD c INT, FROB d",
     "can't parse ALTER TABLE: expected a specification of ALTER TABLE near 'FROB d' at character "
     "26"},
    {"after_a_specification", "ALTER TABLE t DROP c d",
     "can't parse ALTER TABLE: expected the statement's end near 'd' at character 22"},
    {"comma_and_end", "ALTER TABLE t DROP c,",
     "can't parse ALTER TABLE: expected a specification of ALTER TABLE at the end"},
    {"placement_of_what", "ALTER TABLE t ADD c INT AFTER",
     "can't parse ALTER TABLE: expected a name at the end"},
    {"rename_to_nothing", "ALTER TABLE t RENAME",
     "can't parse ALTER TABLE: expected a table's name at the end"},
    {"rename_column_without_to", "ALTER TABLE t RENAME COLUMN a b",
     "can't parse ALTER TABLE: expected TO near 'b' at character 31"},
    {"rename_constraint", "ALTER TABLE t RENAME CONSTRAINT a TO b",
     "can't parse ALTER TABLE: expected COLUMN, INDEX or a table's name near 'CONSTRAINT a TO b' "
     "at character 22"},
    {"alter_column_what", "ALTER TABLE t ALTER c TYPE INT",
     "can't parse ALTER TABLE: expected SET near 'TYPE INT' at character 23"},
    {"alter_index_what", "ALTER TABLE t ALTER INDEX i SMALL",
     "can't parse ALTER TABLE: expected VISIBLE, INVISIBLE or ENFORCED near 'SMALL' at character "
     "29"},
    {"convert_to_what", "ALTER TABLE t CONVERT TO latin1",
     "can't parse ALTER TABLE: expected CHARACTER SET near 'latin1' at character 26"},
    // It makes a table that no statement describes.
    {"convert_partition", "ALTER TABLE t CONVERT PARTITION p TO TABLE u",
     "can't parse ALTER TABLE: expected TO near 'PARTITION p TO TABLE u' at character 23"},
    {"index_without_table", "CREATE INDEX i (a)",
     "can't parse CREATE INDEX: expected ON near '(a)' at character 16"},
    {"drop_index_without_table", "DROP INDEX i", "can't parse DROP INDEX: expected ON at the end"},
    {"drop_index_and_more", "DROP INDEX i ON t NOW",
     "can't parse DROP INDEX: expected the statement's end near 'NOW' at character 19"},
    {"rename_without_to", "RENAME TABLE a b",
     "can't parse RENAME TABLE: expected TO near 'b' at character 16"},
    {"rename_comma", "RENAME TABLE a TO b,",
     "can't parse RENAME TABLE: expected a table's name at the end"},
    {"rename_database", "RENAME DATABASE a TO b",
     "can't parse RENAME: expected a known statement near 'RENAME DATABASE a TO b' at character 1"},
    {"drop_comma", "DROP TABLE a,", "can't parse DROP TABLE: expected a table's name at the end"},
    {"drop_and_more", "DROP TABLE a b",
     "can't parse DROP TABLE: expected the statement's end near 'b' at character 14"},
    {"database_without_name", "CREATE DATABASE",
     "can't parse CREATE DATABASE: expected a database's name at the end"},
    {"database_option", "CREATE DATABASE d WHATEVER",
     "can't parse CREATE DATABASE: expected an option of a database near 'WHATEVER' at character "
     "19"},
    // It renames the database.
    {"database_upgrade", "ALTER DATABASE `#mysql50#a-b` UPGRADE DATA DIRECTORY NAME",
     "can't parse ALTER DATABASE: expected an option of a database near 'UPGRADE DATA DIRECTORY "
     "NAME' at character 31"},
    {"set_statement", "SET STATEMENT a=1", "expected a known statement at the end"},
};
INSTANTIATE_TEST_SUITE_P(Errors, ErrorTest, ::testing::ValuesIn(kErrorCases),
                         [](const auto& row) { return std::string(row.param.name); });

// A hostile text can't make the parser keep more items than any server takes.
TEST(SchemaChangeLimits, ItemsOfAList) {
  std::string sql = "CREATE TABLE t (a INT";
  for (int i = 0; i < 70000; ++i) sql += ",a INT";
  const auto change = parse_schema_change(sql + ")", "s", 0);
  ASSERT_FALSE(change);
  EXPECT_NE(change.error().message().find("expected fewer items"), std::string::npos);
}

// Nesting is counted, not recursed into.
TEST(SchemaChangeLimits, DepthOfAnExpression) {
  constexpr std::size_t kDepth = 1U << 20;
  const std::string sql = "CREATE TABLE t (a INT DEFAULT " + std::string(kDepth, '(') + "1" +
                          std::string(kDepth, ')') + ")";
  EXPECT_EQ(parse(sql, 0), "create s.t (a int default=())");
}

}  // namespace
}  // namespace millrace::ddl
