// Tables as Debezium's schema history tells them: every way to write a type, lengths in characters, keys.

#include "millrace/schema/history_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "millrace/charset/charset.h"

namespace millrace::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint32_t kUtf8mb4 = 255;
constexpr std::uint32_t kUtf8mb3 = 33;
constexpr std::uint32_t kBinary = 63;

HistoryColumn column_of(std::string type_name) {
  HistoryColumn column;
  column.name = "v";
  column.type_name = std::move(type_name);
  return column;
}

HistoryTable table_of(std::vector<HistoryColumn> columns) {
  HistoryTable table;
  table.name = {"shop", "t"};
  table.default_charset_name = "utf8mb4";
  table.columns = std::move(columns);
  return table;
}

struct TypeCase {
  const char* written;
  std::optional<std::uint32_t> length;
  std::optional<std::uint32_t> scale;
  ColumnType type;
  std::uint32_t expected_length;
  std::uint32_t collation;
  const char* column_type;
};

TEST(HistoryTable, Types) {
  using enum ColumnType;
  const std::optional<std::uint32_t> none;
  const TypeCase kCases[] = {
      {"TINYINT", 1, none, kTiny, 0, 0, "tinyint(1)"},
      {"TINYINT", 4, none, kTiny, 0, 0, "tinyint"},
      {"BOOLEAN", none, none, kTiny, 0, 0, "tinyint(1)"},
      {"BOOL", none, none, kTiny, 0, 0, "tinyint(1)"},
      {"INT1 UNSIGNED", none, none, kTiny, 0, 0, "tinyint unsigned"},
      {"SMALLINT UNSIGNED", 5, none, kShort, 0, 0, "smallint unsigned"},
      {"MIDDLEINT", none, none, kInt24, 0, 0, "mediumint"},
      {"INTEGER SIGNED", none, none, kLong, 0, 0, "int"},
      {"int unsigned zerofill", 10, none, kLong, 0, 0, "int(10) unsigned zerofill"},
      {"INT ZEROFILL", 5, none, kLong, 0, 0, "int(5) unsigned zerofill"},
      {"BIGINT UNSIGNED", 20, none, kLongLong, 0, 0, "bigint unsigned"},
      {"SERIAL", none, none, kLongLong, 0, 0, "bigint unsigned"},
      {"FLOAT", 7, 3, kFloat, 4, 0, "float(7,3)"},
      {"FLOAT", 24, none, kFloat, 4, 0, "float"},
      {"FLOAT", 25, none, kDouble, 8, 0, "double"},
      {"DOUBLE PRECISION", none, none, kDouble, 8, 0, "double"},
      {"REAL", none, none, kDouble, 8, 0, "double"},
      {"DECIMAL", none, none, kNewDecimal, 10, 0, "decimal"},
      {"NUMERIC UNSIGNED", 12, 4, kNewDecimal, 12, 0, "decimal(12,4) unsigned"},
      {"FIXED", 12, none, kNewDecimal, 12, 0, "decimal(12)"},
      {"BIT", none, none, kBit, 1, 0, "bit"},
      {"BIT", 10, none, kBit, 10, 0, "bit(10)"},
      {"YEAR", 4, none, kYear, 0, 0, "year"},
      {"DATE", none, none, kDate, 0, 0, "date"},
      {"TIME", 6, none, kTime2, 6, 0, "time(6)"},
      {"DATETIME", none, none, kDatetime2, 0, 0, "datetime"},
      {"TIMESTAMP", 3, none, kTimestamp2, 3, 0, "timestamp(3)"},
      {"CHAR", none, none, kString, 4, kUtf8mb4, "char"},
      {"CHARACTER", 3, none, kString, 12, kUtf8mb4, "char(3)"},
      {"NCHAR", 3, none, kString, 9, kUtf8mb3, "char(3)"},
      {"VARCHAR", 20, none, kVarchar, 80, kUtf8mb4, "varchar(20)"},
      {"CHARACTER VARYING", 20, none, kVarchar, 80, kUtf8mb4, "varchar(20)"},
      {"NATIONAL VARCHAR", 20, none, kVarchar, 60, kUtf8mb3, "varchar(20)"},
      {"VARCHAR BINARY", 20, none, kVarchar, 80, kUtf8mb4, "varchar(20)"},
      {"BINARY", 16, none, kString, 16, kBinary, "binary(16)"},
      {"VARBINARY", 16, none, kVarchar, 16, kBinary, "varbinary(16)"},
      {"TINYTEXT", none, none, kBlob, 1, kUtf8mb4, "tinytext"},
      {"TEXT", none, none, kBlob, 2, kUtf8mb4, "text"},
      {"TEXT", 63, none, kBlob, 1, kUtf8mb4, "tinytext"},
      {"TEXT", 20000, none, kBlob, 3, kUtf8mb4, "mediumtext"},
      {"BLOB", 20000, none, kBlob, 2, kBinary, "blob"},
      {"LONG", none, none, kBlob, 3, kUtf8mb4, "mediumtext"},
      {"LONGBLOB", none, none, kBlob, 4, kBinary, "longblob"},
      {"JSON", none, none, kJson, 4, 0, "json"},
      {"VECTOR", 3, none, kVector, 4, kBinary, "vector(3)"},
      {"GEOMETRYCOLLECTION", none, none, kGeometry, 4, 0, "geomcollection"},
      {"POINT", none, none, kGeometry, 4, 0, "point"},
  };
  for (const TypeCase& c : kCases) {
    SCOPED_TRACE(std::string(c.written) + " " + c.column_type);
    HistoryColumn column = column_of(c.written);
    column.length = c.length;
    column.scale = c.scale;
    const auto table = table_from_history(table_of({column}));
    ASSERT_TRUE(table) << table.error().message();
    const Column& made = table->columns[0];
    EXPECT_EQ(made.type, c.type);
    EXPECT_EQ(made.length, c.expected_length);
    EXPECT_EQ(made.collation, c.collation);
    EXPECT_EQ(made.column_type, c.column_type);
    EXPECT_EQ(made.is_unsigned,
              made.type == kYear || made.column_type.find("unsigned") != std::string::npos);
    EXPECT_TRUE(made.is_nullable);
    EXPECT_EQ(made.scale, made.type == kNewDecimal ? c.scale.value_or(0) : 0U);
  }
}

TEST(HistoryTable, LabelsAreUnquoted) {
  HistoryColumn column = column_of("ENUM");
  column.enum_values = {"'a'", "'b,c'", "'it''s'", "'q\\\\z'"};
  HistoryColumn set = column_of("SET");
  set.enum_values.assign(9, "'x'");
  const auto table = table_from_history(table_of({column, set}));
  ASSERT_TRUE(table) << table.error().message();
  EXPECT_THAT(table->columns[0].labels, ElementsAre("a", "b,c", "it's", "q\\z"));
  EXPECT_EQ(table->columns[0].length, 1U);
  EXPECT_EQ(table->columns[0].column_type, "enum('a','b,c','it''s','q\\\\z')");
  EXPECT_EQ(table->columns[1].length, 2U);
}

TEST(HistoryTable, CharsetsOfColumnTableAndNone) {
  HistoryColumn latin1 = column_of("VARCHAR");
  latin1.length = 10;
  latin1.charset_name = "latin1";
  HistoryColumn binary = column_of("VARCHAR");
  binary.length = 10;
  binary.charset_name = "binary";
  HistoryColumn blob = column_of("TEXT");
  blob.charset_name = "binary";
  const auto table = table_from_history(table_of({latin1, binary, blob}));
  ASSERT_TRUE(table) << table.error().message();
  EXPECT_EQ(table->columns[0].length, 10U);
  EXPECT_EQ(table->columns[0].charset->name(), "latin1");
  EXPECT_EQ(table->columns[1].collation, kBinary);
  EXPECT_EQ(table->columns[1].column_type, "varbinary(10)");
  EXPECT_EQ(table->columns[2].collation, kBinary);

  HistoryTable without = table_of({column_of("TEXT")});
  without.default_charset_name.clear();
  const auto refused = table_from_history(without);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("no character set"));
}

TEST(HistoryTable, KeysAndFlags) {
  HistoryColumn id = column_of("BIGINT");
  id.name = "id";
  id.is_optional = false;
  id.is_auto_incremented = true;
  id.is_generated = true;  // as Debezium says of auto-increment columns
  HistoryColumn sum = column_of("INT");
  sum.name = "sum";
  sum.is_generated = true;
  HistoryColumn changed = column_of("TIMESTAMP");
  changed.name = "changed";
  changed.default_value = "1970-01-01 00:00:00";
  HistoryColumn note = column_of("INT");
  note.name = "note";
  note.default_value = "5";
  note.comment = "c";
  HistoryTable from = table_of({id, sum, changed, note});
  from.key_column_names = {"sum", "id"};
  const auto table = table_from_history(from);
  ASSERT_TRUE(table) << table.error().message();
  EXPECT_THAT(table->key_columns, ElementsAre(1U, 0U));
  EXPECT_TRUE(table->columns[0].is_auto_increment);
  EXPECT_FALSE(table->columns[0].is_generated);
  EXPECT_FALSE(table->columns[0].is_nullable);
  EXPECT_TRUE(table->columns[1].is_generated);
  EXPECT_FALSE(table->columns[2].default_value) << "stands for CURRENT_TIMESTAMP";
  EXPECT_EQ(table->columns[3].default_value, "5");
  EXPECT_EQ(table->columns[3].comment, "c");
  // What is stored is read back.
  const auto again = parse_structure(table->name, serialize_structure(*table));
  ASSERT_TRUE(again);
  EXPECT_EQ(serialize_structure(*again), serialize_structure(*table));
}

TEST(HistoryTable, SaysWhatItDoesNotKnow) {
  const auto type = table_from_history(table_of({column_of("HYPERCUBE")}));
  ASSERT_FALSE(type);
  EXPECT_FALSE(type.error().is_transient());
  EXPECT_THAT(type.error().message(), HasSubstr("shop.t"));
  EXPECT_THAT(type.error().message(), HasSubstr("hypercube"));

  HistoryColumn klingon = column_of("TEXT");
  klingon.charset_name = "klingon";
  const auto charset = table_from_history(table_of({klingon}));
  ASSERT_FALSE(charset);
  EXPECT_THAT(charset.error().message(), HasSubstr("klingon"));

  HistoryTable keyed = table_of({column_of("INT")});
  keyed.key_column_names = {"gone"};
  const auto key = table_from_history(keyed);
  ASSERT_FALSE(key);
  EXPECT_THAT(key.error().message(), HasSubstr("gone"));

  EXPECT_FALSE(table_from_history(table_of(std::vector<HistoryColumn>(4097, column_of("INT")))));
}

}  // namespace
}  // namespace millrace::schema
