// Cells of a SELECT to row images: what is asked for, what may come, the bytes of each type, and documents that are put
// in again once their types are known.

#include "millrace/snapshot/row_image.h"

#include <gtest/gtest.h>

#include "millrace/charset/charset.h"
#include "millrace/row/json_text.h"
#include "millrace/row/row_decoder.h"
#include "unit/row/bytes.h"

namespace millrace::snapshot {
namespace {

using mysql::Cell;
using mysql::ResultColumn;
using row::test::to_hex;
using schema::Column;
using schema::ColumnType;
using namespace std::string_view_literals;

Column column(std::string name, ColumnType type, std::uint32_t length = 0,
              bool is_unsigned = false) {
  Column made = row::test::column(std::move(name), type, length);
  made.is_unsigned = is_unsigned;
  return made;
}

Column text_column(std::string name, ColumnType type, std::uint32_t length,
                   std::uint32_t collation = 255) {
  return row::test::text_column(std::move(name), type, length, collation);
}

schema::TableSchemaPtr table_of(std::vector<Column> columns) {
  schema::TableSchema table;
  table.name = {"shop", "orders"};
  table.columns = std::move(columns);
  return std::make_shared<const schema::TableSchema>(std::move(table));
}

RowImageWriter writer_of(const schema::TableSchemaPtr& table) {
  Result<RowImageWriter> writer = RowImageWriter::make(table);
  if (!writer) throw std::runtime_error(writer.error().message());
  return std::move(*writer);
}

Cell null() { return {}; }
Cell integer(std::int64_t value) {
  Cell cell;
  cell.kind = Cell::Kind::kSigned;
  cell.i64 = value;
  return cell;
}
Cell count(std::uint64_t value) {
  Cell cell;
  cell.kind = Cell::Kind::kUnsigned;
  cell.u64 = value;
  return cell;
}
Cell real(Cell::Kind kind, double value) {
  Cell cell;
  cell.kind = kind;
  cell.f64 = value;
  return cell;
}
Cell bytes(std::string_view value) {
  Cell cell;
  cell.kind = Cell::Kind::kBytes;
  cell.bytes = value;
  return cell;
}
Cell time(const mysql::TemporalFields& fields) {
  Cell cell;
  cell.kind = Cell::Kind::kTemporal;
  cell.time = fields;
  return cell;
}

// The image's value of a column alone, in hex; "error" where the column can't hold it.
std::string image_of(const Column& column, const Cell& cell) {
  const RowImageWriter writer = writer_of(table_of({column}));
  RowImages rows;
  if (!writer.append({&cell, 1}, rows, nullptr)) {
    EXPECT_EQ(rows.count(), 0U);
    EXPECT_EQ(rows.bytes, "");
    return "error";
  }
  EXPECT_EQ(rows.row(0).substr(0, 1), "\0"sv);
  return to_hex(rows.row(0).substr(1));
}

TEST(RowImage, asks_for_columns_in_order_and_for_labels_by_number) {
  const auto table =
      table_of({column("id", ColumnType::kLong), column("state", ColumnType::kEnum, 1),
                column("a`b", ColumnType::kSet, 2), column("j", ColumnType::kJson, 4)});
  EXPECT_EQ(writer_of(table).select_list(),
            "`id`, CAST(`state` AS UNSIGNED), CAST(`a``b` AS UNSIGNED), `j`");
}

TEST(RowImage, refuses_tables_that_have_no_images) {
  const auto error = [](const schema::TableSchemaPtr& table) {
    const auto made = RowImageWriter::make(table);
    return made ? std::string() : made.error().message();
  };
  EXPECT_EQ(
      error(table_of({column("a", ColumnType::kLong), column("old", ColumnType::kDecimalOld)})),
      "shop.orders, column old: its type 0 is none that a row image holds");
  EXPECT_EQ(error(table_of({column("j", ColumnType::kJson, 2)})),
            "shop.orders, column j: a JSON column with a length of 2 bytes");
  EXPECT_EQ(error(table_of({})), "shop.orders: the names of its columns are not known");
  schema::TableSchema nameless = *table_of({column("@1", ColumnType::kLong)});
  nameless.has_names = false;
  EXPECT_EQ(error(std::make_shared<const schema::TableSchema>(nameless)),
            "shop.orders: the names of its columns are not known");
}

TEST(RowImage, each_type_has_its_bytes) {
  const auto kFloat = Cell::Kind::kFloat, kDouble = Cell::Kind::kDouble;
  const std::string long_text(300, 'x');
  const struct {
    const char* name;
    Column column;
    Cell cell;
    std::string expected;
  } kCases[] = {
      {"tinyint", column("c", ColumnType::kTiny), integer(-128), "80"},
      {"tinyint too large", column("c", ColumnType::kTiny), integer(128), "error"},
      {"tinyint unsigned", column("c", ColumnType::kTiny, 0, true), count(255), "ff"},
      {"tinyint unsigned too large", column("c", ColumnType::kTiny, 0, true), count(256), "error"},
      {"tinyint of another sign", column("c", ColumnType::kTiny, 0, true), integer(1), "error"},
      {"smallint", column("c", ColumnType::kShort), integer(-2), "feff"},
      {"mediumint", column("c", ColumnType::kInt24), integer(-8388608), "000080"},
      {"mediumint too small", column("c", ColumnType::kInt24), integer(-8388609), "error"},
      {"int unsigned", column("c", ColumnType::kLong, 0, true), count(4294967295), "ffffffff"},
      {"bigint", column("c", ColumnType::kLongLong), integer(INT64_MIN), "0000000000000080"},
      {"bigint unsigned", column("c", ColumnType::kLongLong, 0, true), count(UINT64_MAX),
       "ffffffffffffffff"},
      {"float", column("c", ColumnType::kFloat, 4), real(kFloat, 1.5), "0000c03f"},
      {"double", column("c", ColumnType::kDouble, 8), real(kDouble, 1.5), "000000000000f83f"},
      {"decimal", row::test::decimal_column("c", 11, 2), bytes("12.50"), "8000000c32"},
      {"decimal too large", row::test::decimal_column("c", 11, 2), bytes("1234567890.00"), "error"},
      {"bit", column("c", ColumnType::kBit, 10), bytes("\x02\x01"), "0201"},
      {"bit of another width", column("c", ColumnType::kBit, 10), bytes("\x01"), "error"},
      {"enum", column("c", ColumnType::kEnum, 1), count(3), "03"},
      {"enum of two bytes", column("c", ColumnType::kEnum, 2), count(300), "2c01"},
      {"enum above its width", column("c", ColumnType::kEnum, 1), count(256), "error"},
      {"set", column("c", ColumnType::kSet, 8), count(UINT64_MAX), "ffffffffffffffff"},
      {"year", column("c", ColumnType::kYear), integer(2155), "ff"},
      {"year zero", column("c", ColumnType::kYear), integer(0), "00"},
      {"year before", column("c", ColumnType::kYear), integer(1900), "error"},
      {"date", column("c", ColumnType::kDate), time({2024, 2, 29}), "5dd00f"},
      {"datetime", column("c", ColumnType::kDatetime2, 0), time({2024, 0, 10, 1, 2, 3}),
       "99b2141083"},
      {"datetime of another hour", column("c", ColumnType::kDatetime2, 0), time({2024, 1, 10, 280}),
       "error"},
      {"datetime of old", column("c", ColumnType::kDatetimeOld), time({2024, 2, 29, 1, 2, 3}),
       "1b0ba98b68120000"},
      {"timestamp", column("c", ColumnType::kTimestamp2, 6), time({2024, 1, 1, 0, 0, 0, 123456}),
       "6592008001e240"},
      {"timestamp zero", column("c", ColumnType::kTimestamp2, 2), time({}), "0000000000"},
      {"timestamp of old", column("c", ColumnType::kTimestampOld), time({2024, 1, 1}), "80009265"},
      {"time", column("c", ColumnType::kTime2, 3), time({0, 0, 0, 0, 0, 1, 100000, true}),
       "7ffffefc18"},
      {"time of many hours", column("c", ColumnType::kTime2, 0),
       time({0, 0, 0, 838, 59, 59, 0, true}), "4b9105"},
      {"time of old", column("c", ColumnType::kTimeOld), time({0, 0, 0, 1, 2, 3, 0, true}),
       "25d8ff"},
      {"varchar", text_column("c", ColumnType::kVarchar, 255), bytes("ab"), "026162"},
      {"varchar of two bytes", text_column("c", ColumnType::kVarchar, 256), bytes("ab "),
       "0300616220"},
      {"varchar too long", text_column("c", ColumnType::kVarchar, 255), bytes(long_text), "error"},
      {"char", text_column("c", ColumnType::kString, 12), bytes(""), "00"},
      {"binary", text_column("c", ColumnType::kString, 4, 63), bytes("a\0b\0"sv), "03610062"},
      {"binary of zeros", text_column("c", ColumnType::kString, 4, 63), bytes("\0\0\0\0"sv), "00"},
      {"varbinary", text_column("c", ColumnType::kVarchar, 4, 63), bytes("a\0"sv), "026100"},
      {"tinyblob", text_column("c", ColumnType::kBlob, 1, 63), bytes("\0"sv), "0100"},
      {"tinyblob too long", text_column("c", ColumnType::kBlob, 1, 63), bytes(long_text), "error"},
      {"mediumtext", text_column("c", ColumnType::kBlob, 3), bytes("x"), "01000078"},
      {"longtext", text_column("c", ColumnType::kBlob, 4), bytes("x"), "0100000078"},
      {"json", column("c", ColumnType::kJson, 4), bytes("\"x\""), "030000000c0178"},
      {"json that is none", column("c", ColumnType::kJson, 4), bytes("x"), "error"},
      {"geometry", column("c", ColumnType::kGeometry, 4), bytes("gg"), "020000006767"},
      {"vector", column("c", ColumnType::kVector, 4), bytes("vvvv"), "0400000076767676"},
      {"text in a number's place", column("c", ColumnType::kLong), bytes("1"), "error"},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.name);
    EXPECT_EQ(image_of(test.column, test.cell), test.expected);
  }
}

TEST(RowImage, nulls_are_bits_in_front) {
  std::vector<Column> columns;
  std::vector<Cell> cells;
  for (int i = 0; i < 10; ++i) {
    columns.push_back(column("c" + std::to_string(i), ColumnType::kTiny));
    cells.push_back(i == 0 || i == 7 || i == 9 ? null() : integer(i));
  }
  const RowImageWriter writer = writer_of(table_of(columns));
  RowImages rows;
  ASSERT_TRUE(writer.append(cells, rows, nullptr));
  ASSERT_TRUE(writer.append(std::vector<Cell>(10), rows, nullptr));
  ASSERT_EQ(rows.count(), 2U);
  EXPECT_EQ(to_hex(rows.row(0)),
            "8102"
            "01020304050608");
  EXPECT_EQ(to_hex(rows.row(1)), "ff03");
}

TEST(RowImage, a_value_that_can_not_be_names_its_column_and_leaves_no_row) {
  const RowImageWriter writer =
      writer_of(table_of({column("j", ColumnType::kJson, 4), column("small", ColumnType::kTiny)}));
  RowImages rows;
  std::vector<JsonDoubt> doubts;
  ASSERT_TRUE(writer.append(std::vector<Cell>{bytes("0.0001"), integer(1)}, rows, &doubts));
  const std::string before = rows.bytes;
  const Status status =
      writer.append(std::vector<Cell>{bytes("0.0001"), integer(1000)}, rows, &doubts);
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient());
  EXPECT_EQ(status.error().message(),
            "shop.orders, column small: a value that the column can't hold");
  EXPECT_EQ(rows.bytes, before);
  EXPECT_EQ(rows.count(), 1U);
  EXPECT_EQ(doubts.size(), 1U);
}

// What a server sends of each column, and what it sends when the column is another one.
TEST(RowImage, results_of_another_shape_are_noticed) {
  Column price = row::test::decimal_column("price", 10, 2);
  const auto table = table_of(
      {column("id", ColumnType::kLongLong, 0, true), text_column("name", ColumnType::kVarchar, 400),
       price, column("at", ColumnType::kDatetime2, 3), column("state", ColumnType::kEnum, 1),
       column("flags", ColumnType::kBit, 4), text_column("note", ColumnType::kBlob, 2)});
  const RowImageWriter writer = writer_of(table);
  const std::vector<ResultColumn> kRight = {
      {"id", 8, true, false, 63, 20, 0},         {"name", 253, false, true, 255, 400, 0},
      {"price", 246, false, true, 63, 12, 2},    {"at", 12, false, true, 63, 23, 3},
      {"x", 8, true, true, 63, 21, 0},           {"flags", 16, true, true, 63, 4, 0},
      {"note", 252, false, true, 255, 262140, 0}};
  const Status right = writer.check(kRight);
  EXPECT_TRUE(right) << right.error().message();

  const auto changed = [&](std::size_t index, auto change) {
    std::vector<ResultColumn> columns = kRight;
    change(columns[index]);
    const Status status = writer.check(columns);
    if (status) return std::string();
    EXPECT_FALSE(status.error().is_transient());
    return status.error().message().substr(0, status.error().message().find(':'));
  };
  EXPECT_EQ(changed(0, [](ResultColumn& c) { c.is_unsigned = false; }), "shop.orders, column id");
  EXPECT_EQ(changed(0, [](ResultColumn& c) { c.type = 3; }), "shop.orders, column id");
  EXPECT_EQ(changed(1, [](ResultColumn& c) { c.length = 800; }), "shop.orders, column name");
  EXPECT_EQ(changed(1, [](ResultColumn& c) { c.collation = 8; }), "shop.orders, column name");
  EXPECT_EQ(changed(2, [](ResultColumn& c) { c.length = 13; }), "shop.orders, column price");
  EXPECT_EQ(changed(2, [](ResultColumn& c) { c.decimals = 3; }), "shop.orders, column price");
  EXPECT_EQ(changed(3, [](ResultColumn& c) { c.decimals = 0; }), "shop.orders, column at");
  EXPECT_EQ(changed(4, [](ResultColumn& c) { c.type = 254; }), "shop.orders, column state");
  EXPECT_EQ(changed(5, [](ResultColumn& c) { c.length = 8; }), "shop.orders, column flags");
  EXPECT_EQ(changed(6, [](ResultColumn& c) { c.collation = 33; }), "shop.orders, column note");
  EXPECT_EQ(changed(6, [](ResultColumn& c) { c.length = 1020; }), "shop.orders, column note");
  EXPECT_EQ(changed(6, [](ResultColumn& c) { c.length = 16777215; }), "shop.orders, column note");
  EXPECT_EQ(changed(6, [](ResultColumn& c) { c.length = 65535; }), "") << "in bytes";
  EXPECT_EQ(changed(0, [](ResultColumn& c) { c.length = 11; }), "") << "a width for display";

  std::vector<ResultColumn> fewer = kRight;
  fewer.pop_back();
  EXPECT_FALSE(writer.check(fewer));
}

// Rows of (id, document, document), as their documents read.
std::vector<std::string> documents(const schema::TableSchemaPtr& table, const RowImages& rows) {
  const row::RowPlan plan(*table);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < rows.count(); ++i) {
    binlog::RowsEvent event;
    event.column_count = table->columns.size();
    event.columns_before = "\xff";
    event.rows = rows.row(i);
    row::RowDecoder decoder(plan, event);
    row::Row before, after;
    const auto more = decoder.next(before, after);
    if (!more) return {more.error().message()};
    std::string text = std::to_string(after.values[0].i64);
    for (const std::size_t column : {1, 2}) {
      text += " ";
      const row::Value& value = after.values[column];
      if (value.is_null()) {
        text += "NULL";
      } else if (!row::append_json_text(value.bytes, row::JsonTextForm::kDebezium, text)) {
        text += "error";
      }
    }
    texts.push_back(text);
  }
  return texts;
}

class SettleDoubts : public ::testing::Test {
 protected:
  SettleDoubts()
      : table_(table_of({column("id", ColumnType::kLong), column("j", ColumnType::kJson, 4),
                         column("k", ColumnType::kJson, 4)})),
        writer_(writer_of(table_)) {}

  void append(std::int64_t id, const Cell& j, const Cell& k) {
    const Status status = writer_.append(std::vector<Cell>{integer(id), j, k}, rows_, &doubts_);
    ASSERT_TRUE(status) << status.error().message();
  }
  std::vector<std::string> settle(const std::vector<JsonTypes>& types) {
    const Status status = settle_doubts(doubts_, types, rows_);
    return status ? documents(table_, rows_) : std::vector<std::string>{status.error().message()};
  }

  schema::TableSchemaPtr table_;
  RowImageWriter writer_;
  RowImages rows_;
  std::vector<JsonDoubt> doubts_;
};

TEST_F(SettleDoubts, documents_get_longer_and_shorter_in_their_places) {
  append(1, bytes("[1]"), bytes(R"("10:00:00.000000")"));
  append(2, bytes("0.0001"), bytes(R"({"a": 12345678.9, "b": "base64:type15:AAAA"})"));
  append(3, bytes("[]"), null());
  append(4, null(), bytes("0.0002"));
  append(5, bytes("5"), bytes("6"));
  ASSERT_EQ(doubts_.size(), 4U);
  EXPECT_EQ(doubts_[0].row, 0U);
  EXPECT_EQ(doubts_[0].column, 2U);
  EXPECT_EQ(doubts_[2].row, 1U);
  EXPECT_EQ(doubts_[2].paths, (std::vector<std::string>{R"($."a")", R"($."b")"}));
  EXPECT_EQ(doubts_[2].text, R"({"a": 12345678.9, "b": "base64:type15:AAAA"})");
  EXPECT_EQ(doubts_[3].row, 3U);
  EXPECT_EQ(settle({{"TIME"}, {"DECIMAL"}, {"DECIMAL", "STRING"}, {"DECIMAL"}}),
            (std::vector<std::string>{"1 [1] \"10:00:00\"",
                                      R"(2 0.0001 {"a":12345678.9,"b":"base64:type15:AAAA"})",
                                      "3 [] NULL", "4 NULL 0.0002", "5 5 6"}));
}

TEST_F(SettleDoubts, what_the_server_does_not_say_stays_as_it_was_taken) {
  append(1, bytes(R"("10:00:00.000000")"), bytes(R"("base64:type15:AAAA")"));
  const auto before = documents(table_, rows_);
  const std::string bytes_before = rows_.bytes;
  EXPECT_EQ(settle({{""}, {}}), before);
  EXPECT_EQ(rows_.bytes, bytes_before);
}

TEST_F(SettleDoubts, rows_without_doubts_stay) {
  append(1, bytes("[1]"), null());
  EXPECT_EQ(settle({}), (std::vector<std::string>{"1 [1] NULL"}));
}

TEST(RowImage, what_a_session_says_before) {
  const auto statements = reading_session_statements();
  ASSERT_FALSE(statements.empty());
  EXPECT_NE(statements[0].find("character_set_results = NULL"), std::string_view::npos);
  EXPECT_NE(statements[0].find("time_zone = '+00:00'"), std::string_view::npos);
}

}  // namespace
}  // namespace millrace::snapshot
