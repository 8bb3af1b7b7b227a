// A TABLE_MAP against the catalog: what each of them knows, and every way in which they can differ.

#include <gtest/gtest.h>

#include <functional>

#include "millrace/schema/table_resolver.h"
#include "support/binlog/table_builder.h"
#include "unit/row/server_captures.h"
#include "unit/schema/server_table.h"

namespace millrace::schema {
namespace {

TableMapColumns decode(const char* map_hex) {
  const std::string body = millrace::test::from_hex(map_hex);
  const auto map = binlog::decode_table_map(body, {});
  EXPECT_TRUE(map) << map.error().message();
  auto columns = decode_table_map_columns(*map);
  EXPECT_TRUE(columns) << columns.error().message();
  return std::move(*columns);
}

// Two sources, one description.
TEST(Merge, MinimalMetadataAndCatalogEqualFullMetadata) {
  const TableMapColumns full = decode(row::test::kTypesMapFull);
  const TableMapColumns minimal = decode(row::test::kTypesMapMinimal);
  EXPECT_TRUE(full.full_metadata);
  EXPECT_FALSE(minimal.full_metadata);
  const TableSchema catalog = test::server_catalog();
  const auto merged = merge_with_catalog(minimal, catalog);
  ASSERT_TRUE(merged) << merged.error().message();
  TableSchema enriched = full.schema;
  enrich_from_catalog(enriched, catalog);
  ASSERT_EQ(merged->columns.size(), enriched.columns.size());
  for (std::size_t i = 0; i < enriched.columns.size(); ++i) {
    TableSchema a, b;
    a.columns = {merged->columns[i]};
    b.columns = {enriched.columns[i]};
    EXPECT_EQ(serialize_structure(a), serialize_structure(b));
    EXPECT_EQ(merged->columns[i].charset, enriched.columns[i].charset) << enriched.columns[i].name;
  }
  EXPECT_EQ(merged->key_columns, (std::vector<std::size_t>{6, 29}));
  EXPECT_EQ(serialize_structure(*merged), serialize_structure(enriched));
  EXPECT_TRUE(merged->has_names);
}

class MergeTest : public ::testing::Test {
 protected:
  MergeTest() {
    map_.schema.name = {"shop", "orders"};
    map_.has_signedness = true;
    add("id", ColumnType::kLong, 0);
    add("price", ColumnType::kNewDecimal, 10);
    add("made", ColumnType::kDatetime2, 0);
    map_.schema.columns[1].scale = 2;
    catalog_ = map_.schema;
    for (std::size_t i = 0; i < 3; ++i) {
      map_.schema.columns[i].name = "@" + std::to_string(i + 1);
    }
    map_.schema.has_names = false;
  }

  void add(const char* name, ColumnType type, std::uint32_t length) {
    Column column;
    column.name = name;
    column.type = type;
    column.length = length;
    map_.schema.columns.push_back(column);
  }

  std::string error() {
    const auto merged = merge_with_catalog(map_, catalog_);
    return merged ? "" : merged.error().message();
  }

  TableMapColumns map_;
  TableSchema catalog_;
};

struct Difference {
  const char* name;
  std::function<void(Column&)> change;  // of the map's price
  const char* message;                  // "" where it is none
};

TEST_F(MergeTest, EachDifferenceIsAnErrorThatShowsBothSides) {
  const Difference kDifferences[] = {
      {"none", [](Column&) {}, ""},
      {"type", [](Column& c) { c.type = ColumnType::kDouble; },
       "is DOUBLE not null in the binlog, DECIMAL(10,2) not null in the stored structure"},
      {"precision", [](Column& c) { c.length = 11; },
       "is DECIMAL(11,2) not null in the binlog, DECIMAL(10,2) not null in the stored structure"},
      {"scale", [](Column& c) { c.scale = 3; },
       "is DECIMAL(10,3) not null in the binlog, DECIMAL(10,2) not null in the stored structure"},
      {"signedness", [](Column& c) { c.is_unsigned = true; },
       "is DECIMAL(10,2) UNSIGNED not null in the binlog, DECIMAL(10,2) not null in the stored "
       "structure"},
      {"nullability", [](Column& c) { c.is_nullable = true; },
       "is DECIMAL(10,2) null in the binlog, DECIMAL(10,2) not null in the stored structure"},
      {"length", [](Column& c) { c.type = ColumnType::kVarchar, c.length = 80, c.scale = 0; },
       "is VARCHAR of 80 bytes not null in the binlog, DECIMAL(10,2) not null in the stored "
       "structure"},
  };
  const Column price = map_.schema.columns[1];
  for (const Difference& c : kDifferences) {
    SCOPED_TRACE(c.name);
    map_.schema.columns[1] = price;
    c.change(map_.schema.columns[1]);
    const std::string prefix =
        "the structure of shop.orders is not the stored one: column 2 (price) ";
    EXPECT_EQ(error(), *c.message == '\0' ? "" : prefix + c.message);
  }
}

TEST_F(MergeTest, AnotherNumberOfColumnsIsAnError) {
  catalog_.columns.pop_back();
  EXPECT_EQ(error(),
            "the structure of shop.orders is not the stored one: the binlog has 3 columns, the "
            "stored structure 2");
}

TEST_F(MergeTest, EveryColumnThatDiffersIsNamedUpToALimit) {
  map_.schema.columns[0].type = ColumnType::kLongLong;
  map_.schema.columns[2].length = 6;
  EXPECT_EQ(describe_differences(map_, catalog_, "the server"),
            "column 1 (id) is BIGINT not null in the binlog, INT not null in the server; "
            "column 3 (made) is DATETIME(6) not null in the binlog, DATETIME(0) not null in the "
            "server");
  for (int i = 0; i < 20; ++i) add("more", ColumnType::kLong, 0);
  catalog_ = map_.schema;
  for (Column& column : catalog_.columns) column.is_nullable = true;
  EXPECT_TRUE(describe_differences(map_, catalog_, "x").ends_with("; 15 more columns"));
}

// Before MySQL 8.0.1 a map doesn't say what is unsigned: the catalog does.
TEST_F(MergeTest, WithoutSignednessTheCatalogDecides) {
  catalog_.columns[0].is_unsigned = true;
  EXPECT_NE(error(), "");
  map_.has_signedness = false;
  const auto merged = merge_with_catalog(map_, catalog_);
  ASSERT_TRUE(merged) << merged.error().message();
  EXPECT_TRUE(merged->columns[0].is_unsigned);
}

TEST_F(MergeTest, TheMapsNameAndCharsetAreNewer) {
  catalog_.name = {"shop", "orders_before_its_renaming"};
  for (TableSchema* schema : {&map_.schema, &catalog_}) {
    schema->columns[1].type = ColumnType::kVarchar;
    schema->columns[1].scale = 0;
  }
  map_.schema.columns[1].collation = 255;
  catalog_.columns[1].collation = 8;
  const auto merged = merge_with_catalog(map_, catalog_);
  ASSERT_TRUE(merged) << merged.error().message();
  EXPECT_EQ(merged->name.to_text(), "shop.orders");
  EXPECT_EQ(merged->columns[1].name, "price");
  EXPECT_EQ(merged->columns[1].collation, 255U);
  map_.schema.columns[1].collation = 0;  // before 8.0.1
  EXPECT_EQ(merge_with_catalog(map_, catalog_)->columns[1].collation, 8U);
}

// information_schema can't tell the formats before and after 5.6 apart; the map can.
TEST_F(MergeTest, OldTemporalFormatsAreReadAsTheMapSays) {
  map_.schema.columns[2].type = ColumnType::kDatetimeOld;
  const auto merged = merge_with_catalog(map_, catalog_);
  ASSERT_TRUE(merged) << merged.error().message();
  EXPECT_EQ(merged->columns[2].type, ColumnType::kDatetimeOld);
  catalog_.columns[2].length = 3;  // datetime(3) is never in the old format
  EXPECT_NE(error(), "");
}

TEST_F(MergeTest, EnrichingTakesWhatOnlyTheCatalogKnows) {
  catalog_.columns[1].column_type = "decimal(10,2)";
  catalog_.columns[1].default_value = "0.00";
  catalog_.columns[1].comment = "with tax";
  catalog_.columns[0].is_auto_increment = true;
  catalog_.columns[2].is_generated = true;
  TableSchema full = map_.schema;
  for (std::size_t i = 0; i < 3; ++i) full.columns[i].name = catalog_.columns[i].name;
  const TableSchema untouched = full;
  enrich_from_catalog(full, catalog_);
  EXPECT_EQ(full.columns[1].column_type, "decimal(10,2)");
  EXPECT_EQ(full.columns[1].default_value, "0.00");
  EXPECT_EQ(full.columns[1].comment, "with tax");
  EXPECT_TRUE(full.columns[0].is_auto_increment);
  EXPECT_TRUE(full.columns[2].is_generated);

  const std::function<void(TableSchema&)> kChanges[] = {
      [](TableSchema& s) { s.columns[2].name = "other"; },
      [](TableSchema& s) { s.columns[2].is_nullable = true; },
      [](TableSchema& s) { s.columns.pop_back(); },
  };
  for (const auto& change : kChanges) {
    TableSchema stale = catalog_;
    change(stale);
    TableSchema same = untouched;
    enrich_from_catalog(same, stale);
    EXPECT_EQ(serialize_structure(same), serialize_structure(untouched));
  }
}

}  // namespace
}  // namespace millrace::schema
