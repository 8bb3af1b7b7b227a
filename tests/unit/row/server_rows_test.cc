// Whole events of MySQL 9.7.4: from TABLE_MAP and WRITE_ROWS to values, and a chain of partial
// updates, where the server's own next before image says what each of them must give.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "bytes.h"
#include "millrace/row/json_text.h"
#include "millrace/row/row_decoder.h"
#include "millrace/schema/table_resolver.h"
#include "server_captures.h"
#include "value_text.h"

namespace millrace::row {
namespace {

using schema::ColumnType;
using test::column;
using test::from_hex;

struct NamedValue {
  const char* column;
  const char* value;
};

// INSERT INTO ty VALUES (-128, 255, ...), as each column was given.
const NamedValue kRow[] = {
    {"ti", "int -128"},
    {"tu", "uint 255"},
    {"si", "int -32768"},
    {"su", "uint 65535"},
    {"mi", "int -8388608"},
    {"mu", "uint 16777215"},
    {"i", "int -2147483648"},
    {"iu", "uint 4294967295"},
    {"bi", "int -9223372036854775808"},
    {"bu", "uint 18446744073709551615"},
    {"f", "float 1.1000000238418579"},
    {"d", "double -2.2000000000000002"},
    {"dec_", "decimal 7ffffffffef204c72dfa1cf587fe"},
    {"dec65", "decimal 7a0a1f00c4653600c4653600c4653600c4653600c4653600c4653600fc18"},
    {"b1", "bit 1"},
    {"b10", "bit 513"},
    {"b64", "bit 18446744073709551615"},
    {"y", "year 2155"},
    {"dt", "date 2024-02-31 00:00:00.000000"},
    {"t0", "time -3020399000000"},
    {"t3", "time -1100000"},
    {"t6", "time -3020398999999"},
    {"dt0", "datetime 9999-12-31 23:59:59.000000"},
    {"dt6", "datetime 2024-02-29 01:02:03.123456"},
    {"ts0", "timestamp 2147483647000000"},
    {"ts6", "timestamp 1704067200123456"},
    {"c", "text 6162"},       // char(5) 'ab  '
    {"cl", "text e980"},      // latin1 'é€'
    {"cb", "text 78"},        // char(64): two bytes of length
    {"vc", "text 76c3a9"},    // 'vé'
    {"vb", "binary 00ff"},    // varbinary(300)
    {"bin3", "binary 0001"},  // x'000100'
    {"tt", "text 74696e79"},  // 'tiny'
    {"tx", "text d6d0cec4"},  // gbk '中文'
    {"mb", "binary cafebabe"},
    {"lb", "binary "},
    {"el", "enum 2"},
    {"eg", "enum 2"},
    {"e16", "enum 2"},
    {"se", "set 5"},
    {"js",
     "json 00 0100 2300 0b00 0100 02 0c00 61 0300 1700 05 0100 0b 0d00 0c 1500 "
     "0000000000000440 0178"},
    {"g",
     "geometry 00000000 01 02000000 02000000 0000000000000000 0000000000000000 000000000000f03f "
     "000000000000f03f"},
    {"p", "geometry e6100000 01 01000000 0000000000000040 000000000000f03f"},
    {"v", "vector 0000c03f000000c0"},
    {"inv", "int 7"},
    {"gen", "int -2147483647"},
};

const NamedValue kZeroRow[] = {
    {"i", "int 0"},
    {"y", "year 0"},
    {"dt", "date 0000-00-00 00:00:00.000000"},
    {"t6", "time 0"},
    {"dt0", "datetime 0000-00-00 00:00:00.000000"},
    {"ts0", "zero timestamp"},
    {"vc", "text "},
    {"el", "enum 0"},
    {"se", "set 0"},
    {"gen", "int 1"},
};

// "json 00 01" is "json 0001": the spaces behind the kind are for the reader.
std::string without_spaces(const std::string& text, std::size_t from) {
  std::string joined = text.substr(0, from);
  for (const char c : text.substr(from)) {
    if (c != ' ') joined.push_back(c);
  }
  return joined;
}

class ServerRowsTest : public ::testing::Test {
 protected:
  schema::TableSchema schema_of(const char* map_hex) {
    const std::string body = from_hex(map_hex);
    const auto map = binlog::decode_table_map(body, {});
    EXPECT_TRUE(map) << map.error().message();
    auto columns = schema::decode_table_map_columns(*map);
    EXPECT_TRUE(columns) << columns.error().message();
    return std::move(columns->schema);
  }

  // The only row of a WRITE_ROWS.
  Row decode_row(const schema::TableSchema& schema, const char* rows_hex) {
    bytes_ = from_hex(rows_hex);
    const auto rows = binlog::decode_rows(bytes_, binlog::EventType::kWriteRows, {});
    EXPECT_TRUE(rows) << rows.error().message();
    const RowPlan plan(schema);
    RowDecoder decoder(plan, *rows);
    Row before, after;
    Result<bool> row = decoder.next(before, after);
    EXPECT_TRUE(row) << row.error().message();
    row = decoder.next(before, after);
    EXPECT_TRUE(row && !*row) << "more than a row";
    return after;
  }

  std::string bytes_;
};

TEST_F(ServerRowsTest, EveryTypeWithFullMetadata) {
  const schema::TableSchema schema = schema_of(test::kTypesMapFull);
  const Row row = decode_row(schema, test::kTypesRow);
  ASSERT_EQ(row.values.size(), std::size(kRow));
  for (std::size_t i = 0; i < std::size(kRow); ++i) {
    SCOPED_TRACE(kRow[i].column);
    EXPECT_EQ(schema.columns[i].name, kRow[i].column);
    const std::string expected = kRow[i].value;
    const bool is_long = expected.starts_with("json ") || expected.starts_with("geometry ");
    EXPECT_EQ(test::value_text(row.values[i]),
              is_long ? without_spaces(expected, expected.find(' ') + 1) : expected);
  }
}

// How a value is read is in every TABLE_MAP; names and labels are not.
TEST_F(ServerRowsTest, MinimalMetadataGivesTheSameValues) {
  const schema::TableSchema full = schema_of(test::kTypesMapFull);
  const schema::TableSchema minimal = schema_of(test::kTypesMapMinimal);
  EXPECT_FALSE(minimal.has_names);
  for (const char* rows : {test::kTypesRow, test::kTypesZeroRow}) {
    const Row expected = decode_row(full, rows);
    std::vector<std::string> texts;
    for (const Value& value : expected.values) texts.push_back(test::value_text(value));
    const Row row = decode_row(minimal, rows);
    ASSERT_EQ(row.values.size(), texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(test::value_text(row.values[i]), texts[i]) << full.columns[i].name;
    }
  }
}

TEST_F(ServerRowsTest, ZeroDatesAndNulls) {
  const schema::TableSchema schema = schema_of(test::kTypesMapFull);
  const Row row = decode_row(schema, test::kTypesZeroRow);
  std::size_t next = 0;
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    const bool is_listed =
        next < std::size(kZeroRow) && schema.columns[i].name == kZeroRow[next].column;
    EXPECT_EQ(test::value_text(row.values[i]), is_listed ? kZeroRow[next].value : "null")
        << schema.columns[i].name;
    next += is_listed;
  }
  EXPECT_EQ(next, std::size(kZeroRow));
}

std::string mysql_text(const Value& value) {
  std::string text;
  const Status status = append_json_text(value.bytes, JsonTextForm::kMysql, text);
  return status ? text : "error: " + status.error().message();
}

TEST(ServerPartialUpdatesTest, EachGivesWhatTheServerStored) {
  schema::TableSchema schema;
  schema.columns = {column("id", ColumnType::kLong), column("d", ColumnType::kJson, 4),
                    column("k", ColumnType::kJson, 4)};
  const RowPlan plan(schema);
  std::optional<std::string> last_d, last_k;
  std::string statement = "INSERT";
  for (const test::PartialUpdate& update : test::kPartialUpdates) {
    SCOPED_TRACE(statement);
    const std::string body = from_hex(update.rows);
    const auto rows = binlog::decode_rows(body, binlog::EventType::kPartialUpdateRows, {});
    ASSERT_TRUE(rows) << rows.error().message();
    RowDecoder decoder(plan, *rows);
    Row before, after;
    const Result<bool> row = decoder.next(before, after);
    ASSERT_TRUE(row) << update.statement << ": " << row.error().message();
    EXPECT_EQ(last_d.value_or(mysql_text(before.values[1])), mysql_text(before.values[1]));
    EXPECT_EQ(last_k.value_or(mysql_text(before.values[2])), mysql_text(before.values[2]));
    last_d = mysql_text(after.values[1]);
    last_k = mysql_text(after.values[2]);
    statement = update.statement;
    ASSERT_FALSE(*decoder.next(before, after));
  }
  EXPECT_EQ(last_d, test::kPartialResultD);
  EXPECT_EQ(last_k, test::kPartialResultK);
}

}  // namespace
}  // namespace millrace::row
