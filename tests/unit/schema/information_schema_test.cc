// information_schema.COLUMNS as columns: types, lengths, labels, what `extra` says.

#include "millrace/schema/information_schema.h"

#include <gtest/gtest.h>

#include "millrace/schema/column_types.h"

namespace millrace::schema {
namespace {

InformationSchemaColumn described(std::string data_type, std::string column_type) {
  InformationSchemaColumn made;
  made.column_name = "v";
  made.data_type = std::move(data_type);
  made.column_type = std::move(column_type);
  return made;
}

struct TypeCase {
  const char* data_type;
  const char* column_type;
  ColumnType type;
  std::uint32_t length;
  bool is_unsigned;
};

TEST(InformationSchema, Types) {
  const TypeCase kCases[] = {
      {"tinyint", "tinyint(1)", ColumnType::kTiny, 0, false},
      {"tinyint", "tinyint(3) unsigned zerofill", ColumnType::kTiny, 0, true},
      {"smallint", "smallint(5) unsigned", ColumnType::kShort, 0, true},
      {"mediumint", "mediumint", ColumnType::kInt24, 0, false},
      {"int", "int unsigned", ColumnType::kLong, 0, true},
      {"bigint", "bigint", ColumnType::kLongLong, 0, false},
      {"float", "float(7,3)", ColumnType::kFloat, 4, false},
      {"double", "double unsigned", ColumnType::kDouble, 8, true},
      {"year", "year(4)", ColumnType::kYear, 0, true},
      {"date", "date", ColumnType::kDate, 0, false},
      {"json", "json", ColumnType::kJson, 4, false},
      {"tinyblob", "tinyblob", ColumnType::kBlob, 1, false},
      {"text", "text", ColumnType::kBlob, 2, false},
      {"mediumtext", "mediumtext", ColumnType::kBlob, 3, false},
      {"longtext", "longtext", ColumnType::kBlob, 4, false},
      {"vector", "vector(1536)", ColumnType::kVector, 4, false},
      {"geometry", "geometry", ColumnType::kGeometry, 4, false},
      {"VARCHAR", "VARCHAR(3)", ColumnType::kVarchar, 0, false},
      // The word in a label is no attribute.
      {"enum", "enum('unsigned')", ColumnType::kEnum, 1, false},
  };
  for (const TypeCase& c : kCases) {
    SCOPED_TRACE(c.column_type);
    const auto column = column_from_information_schema(described(c.data_type, c.column_type));
    ASSERT_TRUE(column) << column.error().message();
    EXPECT_EQ(column->type, c.type);
    EXPECT_EQ(column->length, c.length);
    EXPECT_EQ(column->is_unsigned, c.is_unsigned);
    EXPECT_EQ(column->column_type, c.column_type);
  }
}

TEST(InformationSchema, LengthsFromTheRow) {
  auto from = described("varchar", "varchar(300)");
  from.character_octet_length = 1200;
  EXPECT_EQ(column_from_information_schema(from)->length, 1200U);
  from = described("decimal", "decimal(30,10)");
  from.numeric_precision = 30;
  from.numeric_scale = 10;
  EXPECT_EQ(column_from_information_schema(from)->length, 30U);
  EXPECT_EQ(column_from_information_schema(from)->scale, 10U);
  from = described("bit", "bit(10)");
  from.numeric_precision = 10;
  EXPECT_EQ(column_from_information_schema(from)->length, 10U);
  from = described("timestamp", "timestamp(3)");
  from.datetime_precision = 3;
  EXPECT_EQ(column_from_information_schema(from)->length, 3U);
  EXPECT_EQ(column_from_information_schema(described("vector", "vector(3)"))->vector_dimensions,
            3U);
}

// ENUM takes two bytes from 256 labels on; SET 1, 2, 3, 4 or 8.
TEST(InformationSchema, LengthsOfEnumAndSet) {
  const auto labels = [](const char* type, std::size_t count) {
    std::string text = std::string(type) + "(";
    for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? ",'" : "'") + std::to_string(i) + "'";
    return described(type, text + ")");
  };
  const auto length = [&](const char* type, std::size_t count) {
    const auto column = column_from_information_schema(labels(type, count));
    EXPECT_EQ(column->labels.size(), count);
    return column->length;
  };
  EXPECT_EQ(length("enum", 255), 1U);
  EXPECT_EQ(length("enum", 256), 2U);
  EXPECT_EQ(length("set", 1), 1U);
  EXPECT_EQ(length("set", 8), 1U);
  EXPECT_EQ(length("set", 9), 2U);
  EXPECT_EQ(length("set", 17), 3U);
  EXPECT_EQ(length("set", 25), 4U);
  EXPECT_EQ(length("set", 33), 8U);
  EXPECT_EQ(length("set", 64), 8U);
}

TEST(InformationSchema, GeometryTypes) {
  const std::pair<const char*, int> kTypes[] = {
      {"geometry", 0},     {"point", 1},          {"linestring", 2},
      {"polygon", 3},      {"multipoint", 4},     {"multilinestring", 5},
      {"multipolygon", 6}, {"geomcollection", 7}, {"geometrycollection", 7},
  };
  for (const auto& [name, type] : kTypes) {
    EXPECT_EQ(column_from_information_schema(described(name, name))->geometry_type, type) << name;
  }
}

TEST(InformationSchema, Collations) {
  auto from = described("varchar", "varchar(3)");
  from.collation = 8;
  auto column = column_from_information_schema(from);
  EXPECT_EQ(column->collation, 8U);
  EXPECT_NE(column->charset, nullptr);
  EXPECT_FALSE(is_binary_column(*column));
  // No collation is binary, for types that could have one.
  column = column_from_information_schema(described("varbinary", "varbinary(3)"));
  EXPECT_EQ(column->collation, kBinaryCollation);
  EXPECT_TRUE(is_binary_column(*column));
  EXPECT_EQ(column_from_information_schema(described("int", "int"))->collation, 0U);
  EXPECT_EQ(column_from_information_schema(described("json", "json"))->charset, nullptr);
}

struct ExtraCase {
  const char* extra;
  bool is_visible;
  bool is_generated;
  bool is_auto_increment;
  bool has_default;
};

TEST(InformationSchema, Extra) {
  const ExtraCase kCases[] = {
      {"", true, false, false, true},
      {"auto_increment", true, false, true, true},
      {"VIRTUAL GENERATED", true, true, false, true},
      {"STORED GENERATED", true, true, false, true},
      {"VIRTUAL GENERATED INVISIBLE", false, true, false, true},
      {"auto_increment INVISIBLE", false, false, true, true},
      // A default that is an expression is none that could be printed.
      {"DEFAULT_GENERATED", true, false, false, false},
      {"DEFAULT_GENERATED on update CURRENT_TIMESTAMP", true, false, false, false},
      {"on update CURRENT_TIMESTAMP", true, false, false, true},
  };
  for (const ExtraCase& c : kCases) {
    SCOPED_TRACE(c.extra);
    auto from = described("int", "int");
    from.extra = c.extra;
    from.column_default = "5";
    from.column_comment = "note";
    const auto column = column_from_information_schema(from);
    ASSERT_TRUE(column);
    EXPECT_EQ(column->is_visible, c.is_visible);
    EXPECT_EQ(column->is_generated, c.is_generated);
    EXPECT_EQ(column->is_auto_increment, c.is_auto_increment);
    EXPECT_EQ(column->default_value.has_value(), c.has_default);
    EXPECT_EQ(column->comment, "note");
  }
}

TEST(InformationSchema, AnUnknownTypeIsAnErrorThatNamesIt) {
  const auto column = column_from_information_schema(described("uuid", "uuid(16)"));
  ASSERT_FALSE(column);
  EXPECT_EQ(column.error().message(), "column v has the type uuid(16), which is not known");
}

TEST(ParseLabels, AsTheServerPrintsThem) {
  using Labels = std::vector<std::string>;
  EXPECT_EQ(parse_labels("enum('a','b')"), (Labels{"a", "b"}));
  EXPECT_EQ(parse_labels("enum('')"), (Labels{""}));
  EXPECT_EQ(parse_labels("enum('it''s','''')"), (Labels{"it's", "'"}));
  EXPECT_EQ(parse_labels("set('a,b','(c)')"), (Labels{"a,b", "(c)"}));
  EXPECT_EQ(parse_labels(R"(enum('x\\z','n\nl','c\rr','\0z'))"),
            (Labels{"x\\z", "n\nl", "c\rr", std::string("\0z", 2)}));
  EXPECT_EQ(parse_labels("enum('\xe4\xb8\xad')"), (Labels{"\xe4\xb8\xad"}));
  EXPECT_EQ(parse_labels("int"), Labels{});
  EXPECT_EQ(parse_labels("enum("), Labels{});
  EXPECT_EQ(parse_labels("enum('cut"), (Labels{"cut"}));
}

}  // namespace
}  // namespace millrace::schema
