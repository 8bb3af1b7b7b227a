// In which order a table is read, how a place in it is kept, and what is asked of the server.

#include "millrace/snapshot/table_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "millrace/charset/charset.h"
#include "millrace/charset/collation.h"
#include "unit/row/bytes.h"

namespace millrace::snapshot {
namespace {

using row::Value;
using row::ValueKind;
using row::test::column;
using row::test::decimal_column;
using row::test::from_hex;
using schema::Column;
using schema::ColumnType;
using schema::Index;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Column text_column(std::string name, std::uint32_t collation) {
  Column made = row::test::text_column(std::move(name), ColumnType::kVarchar, 100, collation);
  made.charset = charset::find_charset_by_collation(collation);
  return made;
}

// shop.orders (id, region, note) by (region, id).
schema::TableSchema orders() {
  schema::TableSchema table;
  table.name = {"shop", "orders"};
  table.columns = {column("id", ColumnType::kLong), column("region", ColumnType::kLong),
                   text_column("note", 255)};
  table.key_columns = {1, 0};
  Index primary;
  primary.kind = Index::Kind::kPrimary;
  primary.name = "PRIMARY";
  primary.columns = {1, 0};
  table.indexes = {primary};
  return table;
}

// --- Which key. ---

TEST(TableKey, IsThePrimaryKeyInItsOwnOrder) {
  const TableKey key = key_of(orders());
  EXPECT_THAT(key.columns, ElementsAre(1U, 0U));
  EXPECT_EQ(key.index, "PRIMARY");
}

TEST(TableKey, IsTheUniqueKeyOfATableWithoutAPrimaryKey) {
  schema::TableSchema table = orders();
  table.key_columns = {0};
  Index plain, unique;
  plain.name = "by_id";
  plain.columns = {0};
  unique.kind = Index::Kind::kUnique;
  unique.name = "id_once";
  unique.columns = {0};
  unique.prefixes = {0};
  table.indexes = {plain, unique};
  const TableKey key = key_of(table);
  EXPECT_THAT(key.columns, ElementsAre(0U));
  EXPECT_EQ(key.index, "id_once") << "an index of the same columns may hold rows twice";
}

TEST(TableKey, MayHaveAnIndexThatIsNotKnown) {
  schema::TableSchema table = orders();
  table.indexes.clear();
  const TableKey key = key_of(table);
  EXPECT_THAT(key.columns, ElementsAre(1U, 0U));
  EXPECT_EQ(key.index, "");
}

TEST(TableKey, OfBeginningsOfColumnsGivesNoOrder) {
  schema::TableSchema table = orders();
  table.indexes[0].prefixes = {0, 4};
  EXPECT_TRUE(key_of(table).empty());
  table.indexes[0].prefixes = {0, 0};
  EXPECT_FALSE(key_of(table).empty());
}

TEST(TableKey, IsNoneOfATableWithout) {
  schema::TableSchema table = orders();
  table.key_columns.clear();
  EXPECT_TRUE(key_of(table).empty());
  EXPECT_TRUE(reading_order(table, "")->empty());
}

TEST(TableKey, ASurrogateKeyStandsInFrontOfTheKey) {
  const auto by_note = reading_order(orders(), "Note");
  ASSERT_TRUE(by_note);
  EXPECT_THAT(by_note->columns, ElementsAre(2U, 1U, 0U));
  EXPECT_EQ(by_note->index, "") << "the key's index doesn't give this order";
  EXPECT_THAT(reading_order(orders(), "id")->columns, ElementsAre(0U, 1U));
  schema::TableSchema without = orders();
  without.key_columns.clear();
  EXPECT_THAT(reading_order(without, "id")->columns, ElementsAre(0U));
  const auto absent = reading_order(orders(), "absent");
  ASSERT_FALSE(absent);
  EXPECT_FALSE(absent.error().is_transient());
  EXPECT_THAT(absent.error().message(), HasSubstr("shop.orders has no column \"absent\""));
}

// --- Literals. ---

Value of(ValueKind kind) {
  Value value{};
  value.kind = kind;
  return value;
}
Value integer(std::int64_t number) {
  Value value = of(ValueKind::kInt);
  value.i64 = number;
  return value;
}
Value unsigned_of(ValueKind kind, std::uint64_t number) {
  Value value = of(kind);
  value.u64 = number;
  return value;
}
Value floating(ValueKind kind, double number) {
  Value value = of(kind);
  value.f64 = number;
  return value;
}
Value bytes(ValueKind kind, std::string_view text) {
  Value value = of(kind);
  value.bytes = text;
  return value;
}
Value calendar(ValueKind kind, const row::CalendarTime& time) {
  Value value = of(kind);
  value.date = time;
  return value;
}
Value micros(ValueKind kind, std::int64_t count) {
  Value value = of(kind);
  value.i64 = count;
  return value;
}

std::string literal(const Column& of_column, const Value& value) {
  schema::TableSchema table;
  table.name = {"shop", "t"};
  table.columns = {of_column};
  TableKey key;
  key.columns = {0};
  const auto literals = key_literals(table, key, row::Row{{value}, {}});
  return literals ? literals->at(0) : "error: " + literals.error().message();
}

TEST(KeyLiterals, OfEveryType) {
  const std::string price = from_hex("81 0d fb 38 d2 04 d2");     // 1234567890.1234
  const std::string negative = from_hex("7e f2 04 c7 2d fb 2d");  // -1234567890.1234
  const struct {
    const char* name;
    Column column;
    Value value;
    const char* literal;
  } rows[] = {
      {"INT", column("k", ColumnType::kLong), integer(-7), "-7"},
      {"BIGINT", column("k", ColumnType::kLongLong), integer(INT64_MIN), "-9223372036854775808"},
      {"BIGINT UNSIGNED", column("k", ColumnType::kLongLong),
       unsigned_of(ValueKind::kUint, UINT64_MAX), "18446744073709551615"},
      {"FLOAT", column("k", ColumnType::kFloat, 4), floating(ValueKind::kFloat, 0.5),
       "5.00000000000000000e-01"},
      {"DOUBLE", column("k", ColumnType::kDouble, 8), floating(ValueKind::kDouble, -0.1),
       "-1.00000000000000006e-01"},
      {"DECIMAL", decimal_column("k", 14, 4), bytes(ValueKind::kDecimal, price), "1234567890.1234"},
      {"negative DECIMAL", decimal_column("k", 14, 4), bytes(ValueKind::kDecimal, negative),
       "-1234567890.1234"},
      {"BIT", column("k", ColumnType::kBit, 12), unsigned_of(ValueKind::kBit, 4095), "4095"},
      {"ENUM", column("k", ColumnType::kEnum, 1), unsigned_of(ValueKind::kEnum, 2), "2"},
      {"SET", column("k", ColumnType::kSet, 1), unsigned_of(ValueKind::kSet, 5), "5"},
      {"YEAR", column("k", ColumnType::kYear), unsigned_of(ValueKind::kYear, 2024), "2024"},
      {"utf8mb4", text_column("k", 255), bytes(ValueKind::kText, "a'\\\xc3\xa9"),
       "_utf8mb4 X'61275CC3A9'"},
      {"latin1", text_column("k", 8), bytes(ValueKind::kText, "\xe9"), "_latin1 X'E9'"},
      {"empty text", text_column("k", 255), bytes(ValueKind::kText, ""), "_utf8mb4 X''"},
      {"VARBINARY", column("k", ColumnType::kVarchar, 8),
       bytes(ValueKind::kBinary, std::string_view("a\0", 2)), "X'6100'"},
      {"BINARY", column("k", ColumnType::kString, 4), bytes(ValueKind::kBinary, "ab"),
       "X'61620000'"},
      {"DATE", column("k", ColumnType::kDate),
       calendar(ValueKind::kDate, {2024, 2, 29, 0, 0, 0, 0}), "'2024-02-29'"},
      {"zero DATE", column("k", ColumnType::kDate), calendar(ValueKind::kDate, {}), "'0000-00-00'"},
      {"DATETIME", column("k", ColumnType::kDatetime2, 6),
       calendar(ValueKind::kDatetime, {2024, 2, 29, 1, 2, 3, 45}), "'2024-02-29 01:02:03.000045'"},
      {"DATETIME in part", column("k", ColumnType::kDatetime2),
       calendar(ValueKind::kDatetime, {2024, 0, 0, 0, 0, 0, 0}), "'2024-00-00 00:00:00.000000'"},
      {"TIME", column("k", ColumnType::kTime2, 6), micros(ValueKind::kTime, 3'723'000'045),
       "'001:02:03.000045'"},
      {"negative TIME", column("k", ColumnType::kTime2, 6),
       micros(ValueKind::kTime, -(838LL * 3600 + 59 * 60 + 59) * 1'000'000), "'-838:59:59.000000'"},
      {"a TIME just below zero", column("k", ColumnType::kTime2, 6), micros(ValueKind::kTime, -1),
       "'-000:00:00.000001'"},
      {"TIMESTAMP", column("k", ColumnType::kTimestamp2, 6),
       micros(ValueKind::kTimestamp, 1'700'000'000'000'045), "'2023-11-14 22:13:20.000045'"},
      {"zero TIMESTAMP", column("k", ColumnType::kTimestamp2), of(ValueKind::kZeroTimestamp),
       "'0000-00-00 00:00:00.000000'"},
      {"NULL", column("k", ColumnType::kLong), of(ValueKind::kNull),
       "error: column k has a value that gives a table no order"},
      {"JSON", column("k", ColumnType::kJson, 4), bytes(ValueKind::kJson, ""),
       "error: column k has a value that gives a table no order"},
      {"text of a charset that isn't known", column("k", ColumnType::kVarchar, 8),
       bytes(ValueKind::kText, "a"), "error: column k has a value that gives a table no order"},
  };
  for (const auto& row : rows) EXPECT_EQ(literal(row.column, row.value), row.literal) << row.name;
}

TEST(KeyLiterals, OfARowImageAreInTheKeysOrder) {
  const schema::TableSchema table = orders();
  // No NULLs; id 7, region -1, note "x".
  const std::string image = from_hex("00 07000000 ffffffff 0178");
  const auto literals = key_literals_of_image(table, key_of(table), image);
  ASSERT_TRUE(literals) << literals.error().message();
  EXPECT_THAT(*literals, ElementsAre("-1", "7"));
  EXPECT_FALSE(key_literals_of_image(table, key_of(table), from_hex("00 0700"))) << "a torn image";
}

TEST(KeyLiterals, ForPeople) {
  const struct {
    const char* literal;
    const char* text;
  } rows[] = {
      {"17", "17"},          {"'2024-02-29'", "2024-02-29"}, {"_utf8mb4 X'616263'", "abc"},
      {"X'6100'", "0x6100"}, {"_latin1 X'E9'", "0xE9"},      {"_utf8mb4 X''", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(literal_for_people(row.literal), row.text) << row.literal;
  EXPECT_LE(literal_for_people("_utf8mb4 X'" + std::string(2000, '6') + "'").size(), 100U);
}

TEST(CountAsKey, IsNoKeysLiteral) {
  EXPECT_THAT(count_as_key(1234), ElementsAre("#1234"));
  EXPECT_EQ(key_as_count(count_as_key(UINT64_MAX)), UINT64_MAX);
  EXPECT_EQ(key_as_count({}), 0U);
  EXPECT_EQ(key_as_count({"17"}), 0U) << "a key that the table had once";
  EXPECT_EQ(key_as_count({"#1", "#2"}), 0U);
}

// --- What is asked. ---

class ChunkSql : public ::testing::Test {
 protected:
  std::string sql() {
    query_.select_list = "`id`, `note`";
    query_.table = &table_;
    query_.key = &key_;
    query_.after = &after_;
    return to_sql(query_);
  }

  schema::TableSchema table_ = orders();
  TableKey key_ = key_of(table_);
  std::vector<std::string> after_;
  ChunkQuery query_;
};

TEST_F(ChunkSql, FromTheBeginning) {
  query_.limit = 1025;
  EXPECT_EQ(sql(),
            "SELECT `id`, `note` FROM `shop`.`orders` FORCE INDEX (`PRIMARY`) "
            "ORDER BY `region`, `id` LIMIT 1025");
}

TEST_F(ChunkSql, BehindAKeyOfOneColumn) {
  key_.columns = {0};
  after_ = {"17"};
  EXPECT_EQ(sql(),
            "SELECT `id`, `note` FROM `shop`.`orders` FORCE INDEX (`PRIMARY`) "
            "WHERE (`id` > 17) ORDER BY `id`");
}

TEST_F(ChunkSql, BehindAKeyOfSeveralColumns) {
  key_ = *reading_order(table_, "note");
  after_ = {"_utf8mb4 X'61'", "-1", "7"};
  query_.limit = 2;
  EXPECT_EQ(sql(),
            "SELECT `id`, `note` FROM `shop`.`orders` WHERE (`note` >= _utf8mb4 X'61' AND "
            "(`note` > _utf8mb4 X'61' OR (`note` = _utf8mb4 X'61' AND "
            "(`region` > -1 OR (`region` = -1 AND (`id` > 7)))))) "
            "ORDER BY `note`, `region`, `id` LIMIT 2");
}

TEST_F(ChunkSql, WithAConditionThatCannotReachOutOfIt) {
  key_.columns = {0};
  query_.condition = "a = 1 OR b = 2";
  EXPECT_EQ(sql(),
            "SELECT `id`, `note` FROM `shop`.`orders` FORCE INDEX (`PRIMARY`) "
            "WHERE (a = 1 OR b = 2) ORDER BY `id`");
  after_ = {"17"};
  EXPECT_EQ(sql(),
            "SELECT `id`, `note` FROM `shop`.`orders` FORCE INDEX (`PRIMARY`) "
            "WHERE (`id` > 17) AND (a = 1 OR b = 2) ORDER BY `id`");
}

TEST_F(ChunkSql, OfAStatementInTheTablesPlace) {
  key_.columns = {0};
  after_ = {"17"};
  query_.select = "SELECT * FROM shop.orders WHERE region = 3";
  EXPECT_EQ(
      sql(),
      "SELECT `id`, `note` FROM (SELECT * FROM shop.orders WHERE region = 3) AS millrace_rows "
      "WHERE (`id` > 17) ORDER BY `id`");
}

TEST_F(ChunkSql, OfATableWithoutAKeyIsOneSelect) {
  key_ = {};
  query_.condition = "a = 1";
  query_.limit = 10;
  EXPECT_EQ(sql(), "SELECT `id`, `note` FROM `shop`.`orders` WHERE (a = 1)");
}

TEST_F(ChunkSql, NamesAreQuoted) {
  table_.name = {"sh`op", "or`ders"};
  table_.columns[0].name = "i`d";
  key_ = {{0}, "PRIM`ARY"};
  after_ = {"1"};
  EXPECT_EQ(sql(),
            "SELECT `id`, `note` FROM `sh``op`.`or``ders` FORCE INDEX (`PRIM``ARY`) "
            "WHERE (`i``d` > 1) ORDER BY `i``d`");
}

TEST_F(ChunkSql, TypesOfJsonValues) {
  EXPECT_EQ(json_types_sql(table_, key_, {"-1", "7"}, 2, {"$.a", "$.\"b'c\"[0]"}),
            "SELECT JSON_TYPE(JSON_EXTRACT(`note`, '$.a')), "
            "JSON_TYPE(JSON_EXTRACT(`note`, '$.\\\"b\\'c\\\"[0]')) FROM `shop`.`orders` "
            "WHERE `region` = -1 AND `id` = 7");
}

}  // namespace
}  // namespace millrace::snapshot
