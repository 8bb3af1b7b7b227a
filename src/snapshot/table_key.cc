#include "millrace/snapshot/table_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "millrace/charset/charset.h"
#include "millrace/mysql/connection.h"
#include "millrace/row/decimal.h"
#include "millrace/row/row_decoder.h"
#include "millrace/row/row_plan.h"
#include "millrace/schema/catalog.h"
#include "millrace/snapshot/row_image.h"

namespace millrace::snapshot {
namespace {

using mysql::quote_identifier;
using row::ValueKind;
using schema::Column;
using schema::ColumnType;

constexpr std::size_t kLiteralBytesForPeople = 100;
constexpr char kCountMark = '#';

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text = "X'";
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text + "'";
}

std::string datetime_literal(const row::CalendarTime& time) {
  return fmt::format("'{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}'", time.year, time.month, time.day,
                     time.hour, time.minute, time.second, time.microsecond);
}

std::string time_literal(std::int64_t micros) {
  const auto size = static_cast<std::uint64_t>(micros < 0 ? -micros : micros);
  const std::uint64_t seconds = size / 1'000'000;
  return fmt::format("'{}{:03}:{:02}:{:02}.{:06}'", micros < 0 ? "-" : "", seconds / 3600,
                     seconds / 60 % 60, seconds % 60, size % 1'000'000);
}

// The session's time zone is +00:00.
std::string timestamp_literal(std::int64_t micros) {
  const std::time_t when = micros / 1'000'000;
  std::tm fields{};
  gmtime_r(&when, &fields);
  return fmt::format("'{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}'", fields.tm_year + 1900,
                     fields.tm_mon + 1, fields.tm_mday, fields.tm_hour, fields.tm_min,
                     fields.tm_sec, micros % 1'000'000);
}

std::string text_literal(const Column& column, const row::Value& value) {
  return "_" + std::string(column.charset->name()) + " " + hex(value.bytes);
}

// BINARY(n) keeps its zero bytes when it is compared.
std::string binary_literal(const Column& column, const row::Value& value) {
  std::string bytes(value.bytes);
  if (column.type == ColumnType::kString && bytes.size() < column.length) {
    bytes.resize(column.length, '\0');
  }
  return hex(bytes);
}

Result<std::string> literal(const Column& column, const row::Value& value) {
  switch (value.kind) {
    case ValueKind::kInt:
      return std::to_string(value.i64);
    case ValueKind::kUint:
    case ValueKind::kBit:
    case ValueKind::kEnum:
    case ValueKind::kSet:
    case ValueKind::kYear:
      return std::to_string(value.u64);
    case ValueKind::kFloat:
    case ValueKind::kDouble:
      return fmt::format("{:.17e}", value.f64);
    case ValueKind::kDecimal: {
      std::string text;
      MILLRACE_RETURN_IF_ERROR(row::append_decimal_text(
          value.bytes, static_cast<int>(column.length), column.scale, text));
      return text;
    }
    case ValueKind::kText:
      if (column.charset == nullptr) break;
      return text_literal(column, value);
    case ValueKind::kBinary:
      return binary_literal(column, value);
    case ValueKind::kDate:
      return fmt::format("'{:04}-{:02}-{:02}'", value.date.year, value.date.month, value.date.day);
    case ValueKind::kDatetime:
      return datetime_literal(value.date);
    case ValueKind::kTime:
      return time_literal(value.i64);
    case ValueKind::kTimestamp:
      return timestamp_literal(value.i64);
    case ValueKind::kZeroTimestamp:
      return datetime_literal({});
    case ValueKind::kAbsent:
    case ValueKind::kNull:
    case ValueKind::kJson:
    case ValueKind::kGeometry:
    case ValueKind::kVector:
      break;
  }
  return definite_error("column " + column.name + " has a value that gives a table no order");
}

// Rows behind `after`: a > 1 OR (a = 1 AND b > 2), and the first column's bound alone in front, which an index can use.
std::string behind(const schema::TableSchema& table, const TableKey& key,
                   const std::vector<std::string>& after) {
  const auto name = [&](std::size_t i) {
    return quote_identifier(table.columns[key.columns[i]].name);
  };
  const std::size_t last = key.columns.size() - 1;
  std::string condition = name(last) + " > " + after[last];
  for (std::size_t i = last; i-- > 0;) {
    condition = name(i) + " > " + after[i] + " OR (" + name(i) + " = " + after[i] + " AND (" +
                condition + "))";
  }
  if (last == 0) return condition;
  return name(0) + " >= " + after[0] + " AND (" + condition + ")";
}

std::string quoted(const schema::TableName& name) {
  return quote_identifier(name.database) + "." + quote_identifier(name.table);
}

}  // namespace

TableKey key_of(const schema::TableSchema& table) {
  TableKey key;
  key.columns = table.key_columns;
  if (key.columns.empty()) return key;
  for (const schema::Index& index : table.indexes) {
    if (index.kind == schema::Index::Kind::kPlain || index.columns != key.columns) continue;
    const bool is_whole = std::ranges::all_of(index.prefixes, [](auto p) { return p == 0; });
    if (!is_whole) return {};
    key.index = index.name;
    break;
  }
  return key;
}

Result<TableKey> reading_order(const schema::TableSchema& table, std::string_view surrogate_key) {
  TableKey key = key_of(table);
  if (surrogate_key.empty()) return key;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (!schema::is_same_column_name(table.columns[i].name, surrogate_key)) continue;
    // Rows may share a value of it: the key tells them apart.
    std::erase(key.columns, i);
    key.columns.insert(key.columns.begin(), i);
    key.index.clear();
    return key;
  }
  return definite_error("the table " + table.name.to_text() + " has no column \"" +
                        std::string(surrogate_key) + "\" to be its surrogate key");
}

Result<std::vector<std::string>> key_literals(const schema::TableSchema& table, const TableKey& key,
                                              const row::Row& row) {
  std::vector<std::string> literals;
  for (const std::size_t column : key.columns) {
    MILLRACE_ASSIGN_OR_RETURN(std::string text, literal(table.columns[column], row.values[column]));
    literals.push_back(std::move(text));
  }
  return literals;
}

Result<std::vector<std::string>> key_literals_of_image(const schema::TableSchema& table,
                                                       const TableKey& key,
                                                       std::string_view image) {
  const row::RowPlan plan(table);
  const std::string present = all_columns(table);
  const binlog::RowsEvent event = event_of(table, present, image);
  row::RowDecoder decoder(plan, event);
  row::Row before, row;
  MILLRACE_ASSIGN_OR_RETURN(const bool more, decoder.next(before, row));
  MILLRACE_ASSERT(more, "a row image without a row");
  return key_literals(table, key, row);
}

std::vector<std::string> count_as_key(std::uint64_t rows) {
  return {kCountMark + std::to_string(rows)};
}

std::uint64_t key_as_count(const std::vector<std::string>& key) {
  std::uint64_t count = 0;
  if (key.size() == 1 && key[0].starts_with(kCountMark)) {
    std::from_chars(key[0].data() + 1, key[0].data() + key[0].size(), count);
  }
  return count;
}

std::string literal_for_people(std::string_view literal) {
  const std::size_t begin = literal.find("X'");
  if (begin == literal.npos || !literal.ends_with('\'')) {
    if (literal.starts_with('\'')) literal = literal.substr(1, literal.size() - 2);
    return std::string(literal.substr(0, kLiteralBytesForPeople));
  }
  const std::string_view digits = literal.substr(begin + 2, literal.size() - begin - 3);
  std::string text;
  for (std::size_t i = 0; i + 1 < digits.size() && text.size() < kLiteralBytesForPeople; i += 2) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'A' + 10; };
    const int byte = digit(digits[i]) * 16 + digit(digits[i + 1]);
    if (byte < 0x20 || byte > 0x7e) {
      return "0x" + std::string(digits.substr(0, kLiteralBytesForPeople));
    }
    text += static_cast<char>(byte);
  }
  return text;
}

std::string to_sql(const ChunkQuery& query) {
  std::string sql = "SELECT " + query.select_list + " FROM ";
  if (query.select.empty()) {
    sql += quoted(query.table->name);
    if (!query.key->index.empty()) {
      sql += " FORCE INDEX (" + quote_identifier(query.key->index) + ")";
    }
  } else {
    sql += "(" + std::string(query.select) + ") AS millrace_rows";
  }
  std::string condition;
  if (!query.after->empty()) condition = "(" + behind(*query.table, *query.key, *query.after) + ")";
  if (!query.condition.empty()) {
    condition += (condition.empty() ? "(" : " AND (") + std::string(query.condition) + ")";
  }
  if (!condition.empty()) sql += " WHERE " + condition;
  if (query.key->empty()) return sql;
  sql += " ORDER BY ";
  for (std::size_t i = 0; i < query.key->columns.size(); ++i) {
    if (i != 0) sql += ", ";
    sql += quote_identifier(query.table->columns[query.key->columns[i]].name);
    if (query.is_backward) sql += " DESC";
  }
  if (query.limit) sql += " LIMIT " + std::to_string(*query.limit);
  return sql;
}

std::string json_types_sql(const schema::TableSchema& table, const TableKey& key,
                           const std::vector<std::string>& literals, std::size_t column,
                           const std::vector<std::string>& paths) {
  const std::string document = quote_identifier(table.columns[column].name);
  std::string sql = "SELECT ";
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (i != 0) sql += ", ";
    sql += "JSON_TYPE(JSON_EXTRACT(" + document + ", " + mysql::quote_string(paths[i]) + "))";
  }
  sql += " FROM " + quoted(table.name) + " WHERE ";
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    if (i != 0) sql += " AND ";
    sql += quote_identifier(table.columns[key.columns[i]].name) + " = " + literals[i];
  }
  return sql;
}

}  // namespace millrace::snapshot
