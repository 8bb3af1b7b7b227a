// TABLE_MAP to columns: type metadata, every field of the optional metadata, and what can't be.

#include <gtest/gtest.h>

#include "millrace/schema/column_types.h"
#include "millrace/schema/table_resolver.h"
#include "support/binlog/table_builder.h"
#include "unit/row/server_captures.h"

namespace millrace::schema {
namespace {

using millrace::test::from_hex;
using millrace::test::lenenc;

// A map of columns of these types, with their metadata and any optional fields.
struct MapBytes {
  std::string types;
  std::string metadata;
  std::string optional;
  std::string nulls = {};

  Result<TableMapColumns> decode() const {
    binlog::TableMap map;
    map.database = "shop";
    map.table = "orders";
    map.column_count = types.size();
    map.types = types;
    map.metadata = metadata;
    map.null_bitmap = nulls;
    map.optional_metadata = optional;
    return decode_table_map_columns(map);
  }
};

MapBytes bytes(std::string_view types, std::string_view metadata, std::string_view optional = "") {
  return {from_hex(types), from_hex(metadata), from_hex(optional)};
}

std::vector<Column> decode(const MapBytes& map) {
  auto columns = map.decode();
  EXPECT_TRUE(columns) << columns.error().message();
  return columns ? std::move(columns->schema.columns) : std::vector<Column>();
}

struct TypeCase {
  const char* name;
  const char* type;
  const char* metadata;
  ColumnType expected;
  std::uint32_t length;
  std::uint8_t scale;
};

TEST(TableMapTypes, MetadataByType) {
  const TypeCase kCases[] = {
      {"tiny", "01", "", ColumnType::kTiny, 0, 0},
      {"short", "02", "", ColumnType::kShort, 0, 0},
      {"long", "03", "", ColumnType::kLong, 0, 0},
      {"longlong", "08", "", ColumnType::kLongLong, 0, 0},
      {"int24", "09", "", ColumnType::kInt24, 0, 0},
      {"date", "0a", "", ColumnType::kDate, 0, 0},
      {"year", "0d", "", ColumnType::kYear, 0, 0},
      {"float", "04", "04", ColumnType::kFloat, 4, 0},
      {"double", "05", "08", ColumnType::kDouble, 8, 0},
      {"old_timestamp", "07", "", ColumnType::kTimestampOld, 0, 0},
      {"old_time", "0b", "", ColumnType::kTimeOld, 0, 0},
      {"old_datetime", "0c", "", ColumnType::kDatetimeOld, 0, 0},
      {"varchar_256", "0f", "0001", ColumnType::kVarchar, 256, 0},
      {"var_string", "fd", "0500", ColumnType::kVarchar, 5, 0},
      {"bit_10", "10", "0201", ColumnType::kBit, 10, 0},
      {"bit_64", "10", "0008", ColumnType::kBit, 64, 0},
      {"timestamp_6", "11", "06", ColumnType::kTimestamp2, 6, 0},
      {"datetime_0", "12", "00", ColumnType::kDatetime2, 0, 0},
      {"time_3", "13", "03", ColumnType::kTime2, 3, 0},
      {"blob", "fc", "02", ColumnType::kBlob, 2, 0},
      {"json", "f5", "04", ColumnType::kJson, 4, 0},
      {"geometry", "ff", "04", ColumnType::kGeometry, 4, 0},
      {"vector", "f2", "04", ColumnType::kVector, 4, 0},
      {"decimal_30_10", "f6", "1e0a", ColumnType::kNewDecimal, 30, 10},
      {"decimal_65_30", "f6", "411e", ColumnType::kNewDecimal, 65, 30},
      {"char_255_utf8mb4", "fe", "cefc", ColumnType::kString, 1020, 0},
      {"char_64_utf8mb4", "fe", "ee00", ColumnType::kString, 256, 0},
      {"char_10_utf8mb4", "fe", "fe28", ColumnType::kString, 40, 0},
      {"binary_4", "fe", "fe04", ColumnType::kString, 4, 0},
      {"enum", "fe", "f701", ColumnType::kEnum, 1, 0},
      {"enum_of_two_bytes", "fe", "f702", ColumnType::kEnum, 2, 0},
      {"set_of_nine", "fe", "f802", ColumnType::kSet, 2, 0},
      {"set_of_64", "fe", "f808", ColumnType::kSet, 8, 0},
  };
  for (const TypeCase& c : kCases) {
    SCOPED_TRACE(c.name);
    const auto columns = decode(bytes(c.type, c.metadata));
    ASSERT_EQ(columns.size(), 1U);
    EXPECT_EQ(columns[0].type, c.expected);
    EXPECT_EQ(columns[0].length, c.length);
    EXPECT_EQ(columns[0].scale, c.scale);
    EXPECT_EQ(columns[0].name, "@1");
    EXPECT_FALSE(columns[0].is_nullable);
  }
}

struct MalformedType {
  const char* name;
  const char* type;
  const char* metadata;
  const char* message;
};

TEST(TableMapTypes, UnknownOrImpossibleTypesAreErrors) {
  const MalformedType kCases[] = {
      {"vendor_type", "ca", "", "has column 2 of type 202 (length 0), which is not known"},
      {"typed_array", "14", "03", "has column 2 of type 20 (length 0), which is not known"},
      {"new_date", "0e", "", "has column 2 of type 14 (length 0), which is not known"},
      {"null", "06", "", "has column 2 of type 6 (length 0), which is not known"},
      {"old_decimal", "00", "", "has column 2 of type 0 (length 0), which is not known"},
      {"enum_itself", "f7", "f701", "has column 2 of type 247 (length 0), which is not known"},
      {"float_of_8", "04", "08", "has column 2 of type 4 (length 8), which is not known"},
      {"time_of_7_digits", "13", "07", "has column 2 of type 19 (length 7), which is not known"},
      {"bit_of_65", "10", "0108", "has column 2 of type 16 (length 65), which is not known"},
      {"bit_of_0", "10", "0000", "has column 2 of type 16 (length 0), which is not known"},
      {"bit_of_8_bits", "10", "0800", "has column 2 of type 16 (length 8), which is not known"},
      {"blob_of_5", "fc", "05", "has column 2 of type 252 (length 5), which is not known"},
      {"decimal_66", "f6", "4200", "has column 2 of type 246 (length 66), which is not known"},
      {"decimal_scale", "f6", "0203", "has column 2 of type 246 (length 2), which is not known"},
      {"set_of_5_bytes", "fe", "f805", "has column 2 of string type 248, which is not known"},
      {"enum_of_3_bytes", "fe", "f703", "has column 2 of string type 247, which is not known"},
      {"string_of_type_1", "fe", "0105", "has column 2 of string type 1, which is not known"},
      {"no_metadata", "0f", "", "ends inside its columns' metadata"},
      {"half_metadata", "0f", "01", "ends inside its columns' metadata"},
      {"half_string", "fe", "fe", "ends inside its columns' metadata"},
      {"no_digits", "12", "", "ends inside its columns' metadata"},
      {"no_length", "fc", "", "has column 2 of type 252, which is not known"},
  };
  for (const MalformedType& c : kCases) {
    SCOPED_TRACE(c.name);
    const auto columns = bytes("03" + std::string(c.type), c.metadata).decode();
    ASSERT_FALSE(columns);
    EXPECT_FALSE(columns.error().is_transient());
    EXPECT_EQ(columns.error().message(), std::string("TABLE_MAP of shop.orders ") + c.message);
  }
}

TEST(TableMapTypes, NullBitmap) {
  MapBytes map = bytes("01010101 01010101 01", "");
  map.nulls = from_hex("0501");
  const auto columns = decode(map);
  ASSERT_EQ(columns.size(), 9U);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(columns[i].is_nullable, i == 0 || i == 2 || i == 8) << i;
  }
}

TEST(TableMapTypes, MoreColumnsThanATableHasIsAnError) {
  MapBytes map;
  map.types.assign(4097, '\x01');
  const auto columns = map.decode();
  ASSERT_FALSE(columns);
  EXPECT_EQ(columns.error().message(), "TABLE_MAP of shop.orders says it has 4097 columns");
  map.types.assign(4096, '\x01');
  EXPECT_TRUE(map.decode());
}

TEST(TableMapTypes, FewerTypesThanColumnsIsAnError) {
  binlog::TableMap map;
  map.column_count = 2;
  map.types = "\x01";
  EXPECT_FALSE(decode_table_map_columns(map));
}

// int unsigned, enum, set, char(3), blob, point, vector(2), year, int, json; MySQL 9.7, MINIMAL.
TEST(TableMapOptional, MinimalMetadataOfAServer) {
  const MapBytes map = bytes("03 fe fe fe fc ff f2 0d 03 f5", "f701 f801 fe03 02 04 04 04",
                             "01 01 c0 | 02 03 3f 00 2e | 07 01 01 | 0d 01 02");
  const auto decoded = map.decode();
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_TRUE(decoded->has_signedness);
  EXPECT_FALSE(decoded->full_metadata);
  EXPECT_FALSE(decoded->schema.has_names);
  const auto& columns = decoded->schema.columns;
  EXPECT_TRUE(columns[0].is_unsigned);
  EXPECT_TRUE(columns[7].is_unsigned) << "YEAR";
  EXPECT_FALSE(columns[8].is_unsigned);
  EXPECT_EQ(columns[3].collation, 46U);
  EXPECT_EQ(columns[4].collation, kBinaryCollation);
  EXPECT_EQ(columns[6].collation, kBinaryCollation) << "VECTOR counts as a character column";
  EXPECT_EQ(columns[9].collation, 0U) << "JSON doesn't";
  EXPECT_EQ(columns[5].geometry_type, 1);
  EXPECT_EQ(columns[6].vector_dimensions, 2U);
  EXPECT_EQ(columns[9].name, "@10");
}

TEST(TableMapOptional, WithoutAnyAsBefore8) {
  const auto decoded = bytes("03 0d 0f", "0500").decode();
  ASSERT_TRUE(decoded);
  EXPECT_FALSE(decoded->has_signedness);
  EXPECT_FALSE(decoded->schema.columns[0].is_unsigned);
  EXPECT_TRUE(decoded->schema.columns[1].is_unsigned) << "YEAR always is";
  EXPECT_EQ(decoded->schema.columns[2].collation, 0U);
  EXPECT_EQ(decoded->schema.columns[2].charset, nullptr);
}

// One bit a numeric column, most significant first: the ninth is in the second byte.
TEST(TableMapOptional, Signedness) {
  const auto columns = decode(bytes("01 02 0f 09 03 08 04 05 f6 0d 01", "0500 04 08 0501",  //
                                    "01 02 8140"));
  const bool kUnsigned[] = {true,  false, false, false, false, false,
                            false, false, true,  false, true};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    EXPECT_EQ(columns[i].is_unsigned, kUnsigned[i]) << i;
  }
}

// A collation for all, and the numbers (among character columns) of those that differ.
TEST(TableMapOptional, DefaultCharset) {
  const auto columns = decode(bytes("03 0f fc fe 0f", "0500 02 fe05 0500",  //
                                    "02 09 fcff00 01 3f 02 fc1c00"));
  EXPECT_EQ(columns[0].collation, 0U);
  EXPECT_EQ(columns[1].collation, 255U);
  EXPECT_EQ(columns[2].collation, 63U);
  EXPECT_EQ(columns[3].collation, 28U);
  EXPECT_EQ(columns[4].collation, 255U);
  EXPECT_NE(columns[1].charset, nullptr);
}

TEST(TableMapOptional, ColumnCharsetAndItsLabels) {
  // varchar, enum, set: TLV 3 counts the first only, 11 the others.
  const auto columns = decode(bytes("0f fe fe", "0500 f701 f801",  //
                                    "03 01 08 | 0b 02 08 1c |"
                                    "05 06 02 02 d6d0 01 61 | 06 05 01 03 e98061"));
  EXPECT_EQ(columns[0].collation, 8U);
  EXPECT_EQ(columns[1].collation, 8U);
  EXPECT_EQ(columns[2].collation, 28U);
  // latin1 and gbk on the wire, UTF-8 from here on.
  EXPECT_EQ(columns[1].labels, (std::vector<std::string>{"\xc3\xa9\xe2\x82\xac"
                                                         "a"}));
  EXPECT_EQ(columns[2].labels, (std::vector<std::string>{"\xe4\xb8\xad", "a"}));
}

TEST(TableMapOptional, EnumAndSetDefaultCharset) {
  const auto columns = decode(bytes("fe 0f fe fe", "f701 0500 f801 f701", "0a 05 08 01 1c 02 3f"));
  EXPECT_EQ(columns[0].collation, 8U);
  EXPECT_EQ(columns[1].collation, 0U) << "no ENUM or SET";
  EXPECT_EQ(columns[2].collation, 28U);
  EXPECT_EQ(columns[3].collation, 63U);
}

TEST(TableMapOptional, NamesKeysVisibility) {
  const auto decoded = bytes("03 0f 03", "0500",  //
                             "04 09 02 6964 03 c3a961 01 7a | 08 02 02 00 | 0c 01 a0")
                           .decode();
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_TRUE(decoded->full_metadata);
  EXPECT_TRUE(decoded->schema.has_names);
  const auto& columns = decoded->schema.columns;
  EXPECT_EQ(columns[0].name, "id");
  EXPECT_EQ(columns[1].name,
            "\xc3\xa9"
            "a");
  EXPECT_EQ(columns[2].name, "z");
  EXPECT_EQ(decoded->schema.key_columns, (std::vector<std::size_t>{2, 0}));
  EXPECT_TRUE(columns[0].is_visible);
  EXPECT_FALSE(columns[1].is_visible);
  EXPECT_TRUE(columns[2].is_visible);
}

// The value of a column of which the key has a prefix only is the whole value.
TEST(TableMapOptional, PrimaryKeyWithPrefix) {
  const auto decoded = bytes("03 0f", "0500", "09 04 01 04 00 00").decode();
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->schema.key_columns, (std::vector<std::size_t>{1, 0}));
}

TEST(TableMapOptional, GeometryAndVectorCountTheirOwnColumns) {
  const auto columns =
      decode(bytes("ff 03 ff f2 f2", "04 04 04 04", "07 02 03 07 | 0d 04 02 fc0006"));
  EXPECT_EQ(columns[0].geometry_type, 3);
  EXPECT_EQ(columns[2].geometry_type, 7);
  EXPECT_EQ(columns[3].vector_dimensions, 2U);
  EXPECT_EQ(columns[4].vector_dimensions, 1536U);
}

TEST(TableMapOptional, LaterServersFieldsAreSkipped) {
  const auto columns = decode(bytes("03", "", "63 03 ffffff | 01 01 80 | fa 00"));
  EXPECT_TRUE(columns[0].is_unsigned);
}

TEST(TableMapOptional, GeneratedInvisiblePrimaryKey) {
  binlog::TableMap map;
  EXPECT_FALSE(decode_table_map_columns(map)->has_generated_invisible_primary_key);
  map.flags = 1 | binlog::TableMap::kGeneratedInvisiblePrimaryKey;
  EXPECT_TRUE(decode_table_map_columns(map)->has_generated_invisible_primary_key);
}

struct MalformedField {
  const char* name;
  const char* optional;
  const char* message;
};

TEST(TableMapOptional, MalformedIsAnError) {
  const MalformedField kCases[] = {
      {"no_length", "01", "ends inside its optional metadata"},
      {"value_ends", "04 05 0161", "ends inside its optional metadata"},
      {"length_of_no_kind", "04 ff", "ends inside its optional metadata"},
      {"names_end", "04 03 02 6964", "has malformed optional metadata of type 4"},
      {"name_ends", "04 02 05 61", "has malformed optional metadata of type 4"},
      {"labels_end", "06 03 02 01 61", "has malformed optional metadata of type 6"},
      {"labels_without_end", "06 0a feffffffffffffffff 00",
       "has malformed optional metadata of type 6"},
      {"key_of_no_column", "08 01 03", "has malformed optional metadata of type 8"},
      {"key_prefix_ends", "09 01 00", "has malformed optional metadata of type 9"},
      {"charset_of_no_column", "02 03 08 01 08", "has malformed optional metadata of type 2"},
      {"charset_pair_ends", "02 02 08 00", "has malformed optional metadata of type 2"},
      {"charsets_end", "03 00", "has malformed optional metadata of type 3"},
      {"label_charsets_end", "0b 00", "has malformed optional metadata of type 11"},
      {"unknown_collation", "03 03 fcffff",
       "has column @2 with collation 65535, which is not known"},
  };
  for (const MalformedField& c : kCases) {
    SCOPED_TRACE(c.name);
    const auto columns = bytes("03 0f fe", "0500 f701", c.optional).decode();
    ASSERT_FALSE(columns);
    EXPECT_EQ(columns.error().message(), std::string("TABLE_MAP of shop.orders ") + c.message);
  }
}

TEST(TableMapOptional, FullMetadataOfAServer) {
  const std::string body = from_hex(row::test::kTypesMapFull);
  const auto map = binlog::decode_table_map(body, {});
  ASSERT_TRUE(map);
  const auto decoded = decode_table_map_columns(*map);
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(decoded->schema.name.to_text(), "t.ty");
  const auto find = [&](std::string_view name) -> const Column& {
    for (const Column& column : decoded->schema.columns) {
      if (column.name == name) return column;
    }
    ADD_FAILURE() << "no column " << name;
    return decoded->schema.columns[0];
  };
  using Labels = std::vector<std::string>;
  EXPECT_EQ(find("el").labels, (Labels{"é", "ü"})) << "latin1";
  EXPECT_EQ(find("eg").labels, (Labels{"中", "文"})) << "gbk";
  EXPECT_EQ(find("e16").labels, (Labels{"x", "yé"})) << "utf16";
  EXPECT_EQ(find("se").labels, (Labels{"a", "b", "ä"}));
  EXPECT_FALSE(find("inv").is_visible);
  EXPECT_TRUE(find("gen").is_visible);
  EXPECT_EQ(find("p").geometry_type, 1);
  EXPECT_EQ(find("tx").collation, 28U);
  EXPECT_EQ(decoded->schema.key_columns, (std::vector<std::size_t>{6, 29})) << "i, and vc(4)";
}

TEST(TableMapOptional, DamagedMetadataEnds) {
  const std::string body = from_hex(row::test::kTypesMapFull);
  int errors = 0;
  for (std::size_t i = 0; i < body.size(); ++i) {
    for (const int bit : {0, 4, 7}) {
      std::string changed = body;
      changed[i] = static_cast<char>(body[i] ^ (1 << bit));
      const auto map = binlog::decode_table_map(changed, {});
      errors += !map || !decode_table_map_columns(*map);
    }
  }
  EXPECT_GT(errors, 100);
}

}  // namespace
}  // namespace millrace::schema
