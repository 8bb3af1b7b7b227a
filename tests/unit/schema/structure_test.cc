// The stored form of a structure: every field comes back, equal structures give equal bytes, and
// the hash is the same for ever: it is the structure's name in state that is already written.

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "millrace/schema/table_schema.h"

namespace millrace::schema {
namespace {

TableSchema orders() {
  TableSchema schema;
  schema.name = {"shop", "orders"};
  Column id;
  id.name = "id";
  id.type = ColumnType::kLongLong;
  id.is_unsigned = true;
  id.is_auto_increment = true;
  id.column_type = "bigint unsigned";
  Column state;
  state.name = "st\xc3\xa4te";
  state.type = ColumnType::kEnum;
  state.length = 1;
  state.is_nullable = true;
  state.collation = 255;
  state.labels = {"", "a,b", "it's", "\\", std::string("nul\0", 4), "\xe4\xb8\xad"};
  state.default_value = "";
  state.comment = "line\nbreak \"quoted\"";
  Column total;
  total.name = "total";
  total.type = ColumnType::kNewDecimal;
  total.length = 30;
  total.scale = 10;
  total.is_visible = false;
  total.is_generated = true;
  Column place;
  place.name = "place";
  place.type = ColumnType::kGeometry;
  place.length = 4;
  place.geometry_type = 1;
  Column features;
  features.name = "features";
  features.type = ColumnType::kVector;
  features.length = 4;
  features.collation = 63;
  features.vector_dimensions = 1536;
  schema.columns = {id, state, total, place, features};
  schema.key_columns = {2, 0};
  return schema;
}

TEST(Structure, EveryFieldComesBack) {
  const TableSchema schema = orders();
  const std::string text = serialize_structure(schema);
  const auto parsed = parse_structure({"other", "name"}, text);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->name.to_text(), "other.name");
  EXPECT_EQ(parsed->key_columns, schema.key_columns);
  EXPECT_TRUE(parsed->has_names);
  ASSERT_EQ(parsed->columns.size(), schema.columns.size());
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const Column& a = parsed->columns[i];
    const Column& b = schema.columns[i];
    SCOPED_TRACE(b.name);
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.type, b.type);
    EXPECT_EQ(a.is_unsigned, b.is_unsigned);
    EXPECT_EQ(a.is_nullable, b.is_nullable);
    EXPECT_EQ(a.is_visible, b.is_visible);
    EXPECT_EQ(a.length, b.length);
    EXPECT_EQ(a.scale, b.scale);
    EXPECT_EQ(a.collation, b.collation);
    EXPECT_EQ(a.charset != nullptr, b.collation != 0) << "found by its collation";
    EXPECT_EQ(a.labels, b.labels);
    EXPECT_EQ(a.geometry_type, b.geometry_type);
    EXPECT_EQ(a.vector_dimensions, b.vector_dimensions);
    EXPECT_EQ(a.column_type, b.column_type);
    EXPECT_EQ(a.default_value, b.default_value);
    EXPECT_EQ(a.comment, b.comment);
    EXPECT_EQ(a.is_generated, b.is_generated);
    EXPECT_EQ(a.is_auto_increment, b.is_auto_increment);
  }
  EXPECT_EQ(serialize_structure(*parsed), text);
}

TEST(Structure, TheNameIsNotPartOfIt) {
  TableSchema a = orders();
  TableSchema b = orders();
  b.name = {"tenant_2", "orders"};
  EXPECT_EQ(serialize_structure(a), serialize_structure(b));
}

TEST(Structure, EveryDifferenceIsAnotherHash) {
  const std::function<void(TableSchema&)> kChanges[] = {
      [](TableSchema&) {},
      [](TableSchema& s) { s.columns[0].name = "ID"; },
      [](TableSchema& s) { s.columns[0].type = ColumnType::kLong; },
      [](TableSchema& s) { s.columns[0].is_unsigned = false; },
      [](TableSchema& s) { s.columns[0].is_nullable = true; },
      [](TableSchema& s) { s.columns[0].is_visible = false; },
      [](TableSchema& s) { s.columns[2].length = 31; },
      [](TableSchema& s) { s.columns[2].scale = 11; },
      [](TableSchema& s) { s.columns[1].collation = 8; },
      [](TableSchema& s) { s.columns[1].labels.pop_back(); },
      [](TableSchema& s) { std::swap(s.columns[1].labels[0], s.columns[1].labels[1]); },
      [](TableSchema& s) { s.columns[3].geometry_type = 2; },
      [](TableSchema& s) { s.columns[4].vector_dimensions = 2; },
      [](TableSchema& s) { s.columns[0].column_type = "bigint(20) unsigned"; },
      [](TableSchema& s) { s.columns[1].default_value.reset(); },
      [](TableSchema& s) { s.columns[1].default_value = "0"; },
      [](TableSchema& s) { s.columns[1].comment.clear(); },
      [](TableSchema& s) { s.columns[2].is_generated = false; },
      [](TableSchema& s) { s.columns[0].is_auto_increment = false; },
      [](TableSchema& s) { std::swap(s.columns[0], s.columns[1]); },
      [](TableSchema& s) { s.columns.pop_back(); },
      [](TableSchema& s) {
        s.key_columns = {0, 2};
      },
      [](TableSchema& s) { s.key_columns.clear(); },
  };
  std::set<std::string> hashes;
  for (const auto& change : kChanges) {
    TableSchema changed = orders();
    change(changed);
    hashes.insert(structure_hash(serialize_structure(changed)));
  }
  EXPECT_EQ(hashes.size(), std::size(kChanges));
}

TEST(Structure, TheHashIsStable) {
  EXPECT_EQ(structure_hash(""), "cbf29ce484222325");
  EXPECT_EQ(structure_hash("a"), "af63dc4c8601ec8c");
  TableSchema schema;
  Column id;
  id.name = "id";
  id.type = ColumnType::kLong;
  schema.columns = {id};
  schema.key_columns = {0};
  const std::string text = serialize_structure(schema);
  EXPECT_EQ(text, R"({"columns":[{"name":"id","type":3}],"key":[0]})");
  EXPECT_EQ(structure_hash(text),
            structure_hash(R"({"columns":[{"name":"id","type":3}],"key":[0]})"));
}

TEST(Structure, MalformedIsAnErrorThatNamesTheTable) {
  const char* const kMalformed[] = {
      "",
      "{",
      "[]",
      "null",
      R"({"columns":[]})",
      R"({"key":[]})",
      R"({"columns":{},"key":[]})",
      R"({"columns":[1],"key":[]})",
      R"({"columns":[{"name":1}],"key":[]})",
      R"({"columns":[{"name":"a","type":"int"}],"key":[]})",
      R"({"columns":[{"name":"a","type":-1}],"key":[]})",
      R"({"columns":[{"name":"a","type":259}],"key":[]})",
      R"({"columns":[{"name":"a","type":246,"scale":256}],"key":[]})",
      R"({"columns":[{"name":"a","type":3,"unsigned":1}],"key":[]})",
      R"({"columns":[{"name":"a","type":247,"labels":"x"}],"key":[]})",
      R"({"columns":[{"name":"a","type":247,"labels":[1]}],"key":[]})",
      R"({"columns":[{"name":"a","type":3}],"key":[1]})",
      R"({"columns":[{"name":"a","type":3}],"key":[-1]})",
      R"({"columns":[{"name":"a","type":3}],"key":["a"]})",
      R"({"columns":[],"key":[]} x)",
  };
  for (const char* text : kMalformed) {
    const auto parsed = parse_structure({"shop", "orders"}, text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().message(), "the stored structure of shop.orders is malformed");
  }
}

}  // namespace
}  // namespace millrace::schema
