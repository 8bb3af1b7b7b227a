#include "millrace/schema/source_type.h"

#include <gtest/gtest.h>

#include "millrace/charset/charset.h"
#include "millrace/schema/column_types.h"

namespace millrace::schema {
namespace {

using Length = std::optional<std::uint32_t>;

TEST(SourceType, from_the_text_of_the_catalog) {
  const struct {
    const char* column_type;
    const char* name;
    Length length, scale;
  } rows[] = {
      {"int", "INT", {}, {}},
      {"int unsigned", "INT UNSIGNED", {}, {}},
      {"int(10) unsigned zerofill", "INT UNSIGNED ZEROFILL", 10, {}},
      {"tinyint(1)", "TINYINT", 1, {}},
      {"varchar(20)", "VARCHAR", 20, {}},
      {"decimal(10,2) unsigned", "DECIMAL UNSIGNED", 10, 2},
      {"float(7,3)", "FLOAT", 7, 3},
      {"datetime(6)", "DATETIME", 6, {}},
      {"text", "TEXT", {}, {}},
      {"varchar(99999999999)", "VARCHAR", {}, {}},
  };
  for (const auto& row : rows) {
    Column column;
    column.type = ColumnType::kLong;
    column.column_type = row.column_type;
    EXPECT_EQ(source_type_name(column), row.name) << row.column_type;
    EXPECT_EQ(source_type_length(column), row.length) << row.column_type;
    EXPECT_EQ(source_type_scale(column), row.scale) << row.column_type;
  }
}

TEST(SourceType, of_labels) {
  Column column;
  column.type = ColumnType::kEnum;
  column.column_type = "enum('a(1,2)','b')";
  column.labels = {"a(1,2)", "b"};
  EXPECT_EQ(source_type_name(column), "ENUM");
  EXPECT_EQ(source_type_length(column), Length(1));
  EXPECT_EQ(source_type_scale(column), Length());
  column.type = ColumnType::kSet;
  column.column_type = "set('a(1,2)','b')";
  EXPECT_EQ(source_type_name(column), "SET");
  EXPECT_EQ(source_type_length(column), Length(3));
}

Column of(ColumnType type, std::uint32_t length = 0, bool is_unsigned = false) {
  Column column;
  column.type = type;
  column.length = length;
  column.is_unsigned = is_unsigned;
  return column;
}
Column with_charset(ColumnType type, std::uint32_t length, const char* charset,
                    std::uint32_t collation) {
  Column column = of(type, length);
  column.charset = charset::find_charset(charset);
  column.collation = collation;
  return column;
}

TEST(SourceType, from_a_table_map) {
  using T = ColumnType;
  Column decimal = of(T::kNewDecimal, 12);
  decimal.scale = 3;
  Column vector = of(T::kVector, 4);
  vector.vector_dimensions = 5;
  Column polygon = of(T::kGeometry, 4);
  polygon.geometry_type = 3;
  const struct {
    Column column;
    const char* name;
    Length length, scale;
  } rows[] = {
      {of(T::kTiny), "TINYINT", {}, {}},
      {of(T::kLongLong, 0, true), "BIGINT UNSIGNED", {}, {}},
      {of(T::kYear, 0, true), "YEAR", {}, {}},
      {decimal, "DECIMAL", 12, 3},
      {of(T::kBit, 9), "BIT", 9, {}},
      {of(T::kTime2), "TIME", {}, {}},
      {of(T::kTimestamp2, 3), "TIMESTAMP", 3, {}},
      {vector, "VECTOR", 5, {}},
      {polygon, "POLYGON", {}, {}},
      {of(T::kJson, 4), "JSON", {}, {}},
      {with_charset(T::kVarchar, 80, "utf8mb4", 255), "VARCHAR", 20, {}},
      {with_charset(T::kString, 20, "latin1", 8), "CHAR", 20, {}},
      {with_charset(T::kString, 20, "binary", kBinaryCollation), "BINARY", 20, {}},
      {with_charset(T::kVarchar, 20, "binary", kBinaryCollation), "VARBINARY", 20, {}},
      {with_charset(T::kBlob, 2, "utf8mb4", 255), "TEXT", {}, {}},
      {with_charset(T::kBlob, 4, "binary", kBinaryCollation), "LONGBLOB", {}, {}},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(source_type_name(row.column), row.name);
    EXPECT_EQ(source_type_length(row.column), row.length) << row.name;
    EXPECT_EQ(source_type_scale(row.column), row.scale) << row.name;
  }
}

}  // namespace
}  // namespace millrace::schema
