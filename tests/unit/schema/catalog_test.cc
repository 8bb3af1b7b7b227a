// The catalog under statements: what each leaves behind, told in one line a table.

#include "millrace/schema/catalog.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace millrace::schema {
namespace {

// "a int!, b varchar(3); PRIMARY(a) u(b) | a": ! is NOT NULL, ? invisible; indexes; key columns.
std::string describe(const TableSchema& table) {
  std::string text;
  for (const Column& column : table.columns) {
    text += (text.empty() ? "" : ", ") + column.name + " " + column.column_type;
    if (!column.is_nullable) text += "!";
    if (!column.is_visible) text += "?";
  }
  text += ";";
  for (const Index& index : table.indexes) {
    text += " " + index.name + "(";
    for (std::size_t i = 0; i < index.columns.size(); ++i) {
      if (i > 0) text += ",";
      text += index.columns[i] == Index::kExpression ? "..." : table.columns[index.columns[i]].name;
    }
    text += ")";
  }
  text += " |";
  for (const std::size_t column : table.key_columns) text += " " + table.columns[column].name;
  return text;
}

class CatalogTest : public ::testing::Test {
 protected:
  CatalogTest() {
    context_.server_version = 80036;
    context_.server_collation = 255;
    catalog_.put_database("d", 255);
  }

  std::vector<CatalogChange> run(const std::string& sql) {
    auto change = ddl::parse_schema_change(sql, "d", 0);
    if (!change || !*change) {
      ADD_FAILURE() << sql << ": " << (change ? "no change" : change.error().message());
      return {};
    }
    return catalog_.apply(**change, context_);
  }
  std::string table(const std::string& name) const {
    const TableSchemaPtr found = catalog_.find({"d", name});
    return found == nullptr ? "unknown: " + catalog_.why_unknown({"d", name}) : describe(*found);
  }

  Catalog catalog_;
  StatementContext context_;
};

struct Step {
  const char* name;
  std::vector<std::string> statements;
  std::string expected;  // of table t
};
void PrintTo(const Step& step, std::ostream* out) { *out << step.name; }
class Statements : public CatalogTest, public ::testing::WithParamInterface<Step> {};

TEST_P(Statements, LeaveTheTableAs) {
  for (const std::string& sql : GetParam().statements) run(sql);
  EXPECT_EQ(table("t"), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    , Statements,
    ::testing::Values(
        Step{"create",
             {"CREATE TABLE t (id INT UNSIGNED PRIMARY KEY, b TINYINT(1), c VARCHAR(3))"},
             "id int unsigned!, b tinyint(1), c varchar(3); PRIMARY(id) | id"},
        Step{"create_again_if_not_exists",
             {"CREATE TABLE t (a INT)", "CREATE TABLE IF NOT EXISTS t (b INT)"},
             "a int; |"},
        Step{"columns_swap_names_in_one_statement",
             {"CREATE TABLE t (a INT, b VARCHAR(5))",
              "ALTER TABLE t RENAME COLUMN a TO b, RENAME COLUMN b TO a"},
             "b int, a varchar(5); |"},
        Step{"change_and_place_behind_the_new_name",
             {"CREATE TABLE t (a INT, b INT, c INT)",
              "ALTER TABLE t CHANGE a x BIGINT, ADD y INT AFTER x, MODIFY b INT FIRST"},
             "b int, x bigint, y int, c int; |"},
        Step{"placed_behind_a_column_that_moves_later",
             {"CREATE TABLE t (a INT, b INT, c INT)",
              "ALTER TABLE t ADD y INT AFTER b, CHANGE b z BIGINT FIRST, ADD x INT AFTER z"},
             "unknown: there is no column b"},
        Step{"placed_behind_a_column_that_moves_later_by_its_new_name",
             {"CREATE TABLE t (a INT, b INT, c INT)",
              "ALTER TABLE t ADD y INT AFTER z, CHANGE b z BIGINT FIRST, ADD x INT AFTER z"},
             "z bigint, x int, a int, y int, c int; |"},
        Step{"dropped_and_moved",
             {"CREATE TABLE t (a INT, b INT)", "ALTER TABLE t DROP b, MODIFY b INT FIRST"},
             "unknown: the column b is dropped and changed in one statement"},
        Step{"a_generated_key_that_becomes_visible_stays_first",
             {"CREATE TABLE t (my_row_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY "
              "KEY, b INT)",
              "ALTER TABLE t ALTER my_row_id SET VISIBLE, ADD c INT FIRST"},
             "my_row_id bigint unsigned!, c int, b int; PRIMARY(my_row_id) | my_row_id"},
        Step{"what_is_first_stands_before_what_is_behind_the_generated_key",
             {"CREATE TABLE t (my_row_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY "
              "KEY, b INT)",
              "ALTER TABLE t ADD c INT FIRST, ADD d INT AFTER my_row_id"},
             "my_row_id bigint unsigned!?, c int, d int, b int; PRIMARY(my_row_id) | my_row_id"},
        Step{"a_column_takes_over_name_and_place_of_a_generated_key",
             {"CREATE TABLE t (my_row_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY "
              "KEY, b INT, c INT)",
              "ALTER TABLE t ADD PRIMARY KEY (b), DROP my_row_id, RENAME COLUMN c TO my_row_id"},
             "my_row_id int, b int!; PRIMARY(b) | b"},
        Step{"a_new_primary_key_while_the_old_one_goes",
             {"CREATE TABLE t (a INT PRIMARY KEY, b INT)",
              "ALTER TABLE t ADD PRIMARY KEY (b), DROP PRIMARY KEY"},
             "a int!, b int!; PRIMARY(b) | b"},
        Step{"change_of_a_primary_key_column_stays_not_null",
             {"CREATE TABLE t (id INT PRIMARY KEY)", "ALTER TABLE t CHANGE id nid BIGINT"},
             "nid bigint!; PRIMARY(nid) | nid"},
        Step{"a_unique_key_stands_in",
             {"CREATE TABLE t (a INT NOT NULL, b INT, UNIQUE (b), UNIQUE (a))"},
             "a int!, b int; a(a) b(b) | a"},
        Step{"a_key_that_could_be_null_before_the_primary_key_stays_behind",
             {"CREATE TABLE t (a INT UNIQUE, b INT NOT NULL, PRIMARY KEY (a), UNIQUE uk (b, a))",
              "ALTER TABLE t DROP PRIMARY KEY"},
             "a int!, b int!; uk(b,a) a(a) | b a"},
        Step{"a_key_that_could_be_null_until_a_primary_key_came_stays_behind",
             {"CREATE TABLE t (a INT UNIQUE, b INT NOT NULL)",
              "ALTER TABLE t ADD PRIMARY KEY (a), ADD UNIQUE uk (b, a)",
              "ALTER TABLE t DROP PRIMARY KEY"},
             "a int!, b int!; uk(b,a) a(a) | b a"},
        Step{"a_dropped_unique_key_identifies_nothing",
             {"CREATE TABLE t (a INT NOT NULL, UNIQUE ua (a))", "ALTER TABLE t DROP INDEX ua"},
             "a int!; |"},
        Step{
            "a_new_column_inherits_the_indexes_of_its_name",
            {"CREATE TABLE t (a BLOB NOT NULL, b INT NOT NULL, PRIMARY KEY (a(30), b), UNIQUE (b))",
             "ALTER TABLE t ADD a LONGBLOB, DROP a"},
            "b int!, a longblob!; PRIMARY(a,b) b(b) | a b"},
        Step{"a_new_column_inherits_the_length_of_a_whole_one",
             {"CREATE TABLE t (a VARCHAR(9) NOT NULL, b INT NOT NULL, UNIQUE u (a), UNIQUE v (b))",
              "ALTER TABLE t DROP a, ADD a VARCHAR(20) NOT NULL"},
             "b int!, a varchar(20)!; v(b) u(a) | b"},
        Step{"a_new_text_column_inherits_the_bytes_of_a_number",
             {"CREATE TABLE t (a DECIMAL(65,30) NOT NULL, b INT NOT NULL, UNIQUE u (a), UNIQUE v "
              "(b))",
              "ALTER TABLE t DROP a, ADD a VARBINARY(31) NOT NULL"},
             "b int!, a varbinary(31)!; v(b) u(a) | b"},
        Step{"a_new_text_column_of_as_many_bytes_is_whole",
             {"CREATE TABLE t (a DECIMAL(65,30) NOT NULL, b INT NOT NULL, UNIQUE u (a), UNIQUE v "
              "(b))",
              "ALTER TABLE t DROP a, ADD a VARBINARY(30) NOT NULL"},
             "b int!, a varbinary(30)!; u(a) v(b) | a"},
        Step{"an_index_loses_a_dropped_column",
             {"CREATE TABLE t (a INT, b INT, KEY k (a, b), KEY l (a))",
              "ALTER TABLE t DROP COLUMN a"},
             "b int; k(b) |"},
        Step{"unnamed_indexes_get_names_that_are_free",
             {"CREATE TABLE t (a INT, b INT, KEY (a), UNIQUE (a, b), UNIQUE ((a + 1)))"},
             "a int, b int; a_2(a,b) functional_index(...) a(a) |"},
        Step{"a_prefix_identifies_nothing",
             {"CREATE TABLE t (a VARCHAR(9) NOT NULL, b INT NOT NULL, UNIQUE (a(3)), UNIQUE (b))"},
             "a varchar(9)!, b int!; b(b) a(a) | b"},
        Step{"a_prefix_of_the_whole_column_is_none",
             {"CREATE TABLE t (a VARCHAR(9) NOT NULL, UNIQUE (a(9)))"},
             "a varchar(9)!; a(a) | a"},
        Step{"text_grows_when_its_characters_do",
             {"CREATE TABLE t (a TEXT, b TINYTEXT, c CHAR(9)) CHARSET latin1",
              "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4"},
             "a mediumtext, b text, c char(9); |"},
        Step{"text_with_a_length",
             {"CREATE TABLE t (a TEXT(63), b TEXT(64), c BLOB(70000), d TEXT(300) CHARSET latin1)"},
             "a tinytext, b text, c mediumblob, d text; |"},
        Step{
            "binary_charset_makes_bytes",
            {"CREATE TABLE t (a CHAR(3) CHARSET binary, b TEXT CHARSET binary, c VARCHAR(4) BYTE)"},
            "a binary(3), b blob, c varbinary(4); |"},
        Step{"truncated_precision",
             {"CREATE TABLE t (a FLOAT(24), b FLOAT(25), c FLOAT(7,3), d DECIMAL, e INT ZEROFILL)"},
             "a float, b double, c float(7,3), d decimal(10,0), e int(10) unsigned zerofill; |"},
        Step{"like",
             {"CREATE TABLE m (a INT PRIMARY KEY)", "CREATE TABLE t LIKE m"},
             "a int!; PRIMARY(a) | a"},
        Step{"three_renames_swap_two_tables",
             {"CREATE TABLE t (a INT)", "CREATE TABLE u (b INT)",
              "RENAME TABLE t TO w, u TO t, w TO u"},
             "b int; |"},
        Step{"online_schema_change",
             {"CREATE TABLE t (a INT)", "CREATE TABLE _t_gho LIKE t",
              "ALTER TABLE _t_gho ADD COLUMN b INT", "RENAME TABLE t TO _t_del, _t_gho TO t",
              "DROP TABLE IF EXISTS _t_del"},
             "a int, b int; |"},
        Step{"alter_renames",
             {"CREATE TABLE u (a INT)", "ALTER TABLE u ADD b INT, RENAME TO t"},
             "a int, b int; |"},
        Step{"a_key_of_labels_that_become_text_is_cut",
             {"CREATE TABLE t (e ENUM('ab') CHARACTER SET latin1 NOT NULL UNIQUE)",
              "ALTER TABLE t MODIFY e TEXT NOT NULL"},
             "e text!; e(e) |"},
        Step{"a_key_of_labels_of_one_byte_that_become_text_is_whole",
             {"CREATE TABLE t (e ENUM('a') CHARACTER SET latin1 NOT NULL UNIQUE)",
              "ALTER TABLE t MODIFY e CHAR(4) NOT NULL"},
             "e char(4)!; e(e) | e"},
        Step{"the_last_of_two_renames_counts",
             {"CREATE TABLE u (a INT)", "ALTER TABLE u RENAME TO v, ADD b INT, RENAME TO t"},
             "a int, b int; |"},
        Step{"invisible",
             {"CREATE TABLE t (a INT, b INT INVISIBLE)", "ALTER TABLE t ALTER a SET INVISIBLE"},
             "a int?, b int?; |"},
        Step{"made_like_an_unknown_one",
             {"CREATE TABLE t LIKE elsewhere.m"},
             "unknown: it was made like elsewhere.m, which isn't known"},
        Step{"an_alteration_that_does_not_fit",
             {"CREATE TABLE t (a INT)", "ALTER TABLE t DROP COLUMN z"},
             "unknown: there is no column z"},
        Step{"dropped", {"CREATE TABLE t (a INT)", "DROP TABLE t"}, "unknown: it was never seen"}),
    [](const auto& row) { return row.param.name; });

TEST_F(CatalogTest, EqualStructuresAreOneObject) {
  run("CREATE TABLE a (id INT PRIMARY KEY)");
  run("CREATE TABLE b (id INT PRIMARY KEY)");
  EXPECT_EQ(catalog_.find({"d", "a"}), catalog_.find({"d", "b"}));
  EXPECT_EQ(catalog_.structure_count(), 1U);
}

TEST_F(CatalogTest, AStructureGoesWithItsLastTable) {
  run("CREATE TABLE a (id INT)");
  run("CREATE TABLE b LIKE a");
  run("ALTER TABLE a ADD c INT");
  EXPECT_EQ(catalog_.structure_count(), 2U);
  EXPECT_EQ(catalog_.unused_count(), 0U);
  run("DROP TABLE b");
  EXPECT_EQ(catalog_.structure_count(), 1U);
  EXPECT_EQ(catalog_.unused_count(), 1U);
  EXPECT_EQ(catalog_.drop_unused().size(), 1U);
  EXPECT_EQ(catalog_.unused_count(), 0U);
  run("CREATE TABLE b (id INT)");
  EXPECT_EQ(table("a"), "id int, c int; |");
  EXPECT_EQ(table("b"), "id int; |");
}

TEST_F(CatalogTest, AStoreBringsTablesBeforeTheirStructures) {
  TableSchema structure;
  structure.columns.emplace_back().name = "id";
  const std::uint64_t number = structure_number(serialize_structure(structure));
  catalog_.put_numbered({"d", "a"}, number);
  EXPECT_EQ(catalog_.find({"d", "a"}), nullptr);
  const Status incomplete = catalog_.check_complete();
  ASSERT_FALSE(incomplete);
  EXPECT_NE(incomplete.error().message().find("d.a"), std::string::npos);
  EXPECT_TRUE(catalog_.put_structure(number, structure));
  EXPECT_TRUE(catalog_.put_structure(number, structure));
  ASSERT_NE(catalog_.find({"d", "a"}), nullptr);
  EXPECT_TRUE(catalog_.check_complete());
  catalog_.put({"d", "b"}, structure);
  EXPECT_EQ(catalog_.find({"d", "a"}), catalog_.find({"d", "b"}));
  catalog_.erase_structure(number);
  EXPECT_FALSE(catalog_.check_complete());
}

// Somebody who looks for it finds two structures with one hash. In the store one would stand for the other.
TEST_F(CatalogTest, AnotherStructureWithTheSameHashIsNoStructure) {
  TableSchema one, other;
  one.columns.emplace_back().name = "one";
  other.columns.emplace_back().name = "other";
  const std::uint64_t number = structure_number(serialize_structure(one));
  EXPECT_TRUE(catalog_.put_structure(number, other));
  EXPECT_FALSE(catalog_.put_structure(number, one));
  catalog_.put({"d", "t"}, one);
  EXPECT_EQ(table("t"), "unknown: its structure and another table's have the same hash");
}

TEST_F(CatalogTest, ARenamedTableStaysUnknownForTheSameReason) {
  run("CREATE TABLE t AS SELECT 1");
  const std::string before = table("t");
  run("RENAME TABLE t TO u");
  EXPECT_EQ(table("u"), before);
  EXPECT_EQ(table("t"), "unknown: it was never seen");
}

TEST_F(CatalogTest, ColumnsInheritTheirCharset) {
  run("CREATE DATABASE l CHARACTER SET latin1");
  run("CREATE TABLE l.t (a VARCHAR(10), b VARCHAR(10) CHARACTER SET utf8mb4, c CHAR(2) BINARY)");
  const auto table = catalog_.find({"l", "t"});
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->columns[0].collation, 8U);
  EXPECT_EQ(table->columns[0].length, 10U);
  EXPECT_EQ(table->columns[1].collation, 255U);
  EXPECT_EQ(table->columns[1].length, 40U);
  EXPECT_EQ(table->columns[2].collation, 47U);
}

TEST_F(CatalogTest, OldServersMeanOtherThings) {
  context_.server_version = 50744;
  context_.explicit_timestamp_defaults = false;
  run("CREATE TABLE t (a INT, b VARCHAR(2) CHARSET utf8mb4, c TIMESTAMP, d TIMESTAMP NULL, e "
      "YEAR)");
  EXPECT_EQ(table("t"), "a int(11), b varchar(2), c timestamp!, d timestamp, e year(4); |");
  EXPECT_EQ(catalog_.find({"d", "t"})->columns[1].collation, 45U);
}

TEST_F(CatalogTest, ChangesTellWhatHappened) {
  run("CREATE TABLE a (id INT)");
  run("CREATE TABLE b (id INT)");
  const auto changes = run("DROP DATABASE d");
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].kind, CatalogChange::Kind::kTableGone);
  EXPECT_EQ(changes[0].name.to_text(), "d.a");
  EXPECT_EQ(changes[2].kind, CatalogChange::Kind::kDatabaseGone);
  EXPECT_EQ(catalog_.table_count(), 0U);
}

TEST_F(CatalogTest, LowerCaseNames) {
  context_.lower_case_names = true;
  run("CREATE TABLE D.T (a INT)");
  EXPECT_EQ(table("t"), "a int; |");
}

TEST(ColumnNames, AreTheSameWithoutRegardToCase) {
  EXPECT_TRUE(is_same_column_name("Name", "nAME"));
  EXPECT_TRUE(is_same_column_name("ДАТА", "дата"));
  EXPECT_TRUE(is_same_column_name("", ""));
  EXPECT_FALSE(is_same_column_name("a", "ab"));
  EXPECT_FALSE(is_same_column_name("a", "b"));
}

}  // namespace
}  // namespace millrace::schema
