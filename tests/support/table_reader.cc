#include "support/table_reader.h"

#include <cstdlib>
#include <stdexcept>

#include "support/json_text.h"

namespace millrace::testing {
namespace {

std::string quote_text(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
  return quoted + "'";
}

std::vector<std::string> primary_key(SqlClient& client, const std::string& where) {
  std::vector<std::string> names;
  for (const SqlRow& row :
       client.rows("SELECT column_name FROM information_schema.statistics WHERE " + where +
                   " AND index_name = 'PRIMARY' ORDER BY seq_in_index")) {
    names.push_back(row[0].value_or(""));
  }
  return names;
}

}  // namespace

TableShape read_shape(SqlClient& client, const std::string& database, const std::string& table) {
  client.execute("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'");
  const std::string where =
      "table_schema = " + quote_text(database) + " AND table_name = " + quote_text(table);
  const std::vector<std::string> key = primary_key(client, where);
  TableShape shape{database, table, {}, {}};
  for (const SqlRow& row :
       client.rows("SELECT column_name, data_type, column_type, character_set_name, "
                   "datetime_precision, is_nullable FROM information_schema.columns WHERE " +
                   where + " ORDER BY ordinal_position")) {
    Column column;
    column.name = row[0].value_or("");
    column.data_type = row[1].value_or("");
    column.column_type = row[2].value_or("");
    column.charset = row[3].value_or("");
    column.fraction_digits = std::atoi(row[4].value_or("0").c_str());
    column.nullable = row[5] == "YES";
    shape.columns.push_back(std::move(column));
  }
  if (shape.columns.empty()) throw std::runtime_error("no table " + database + "." + table);
  for (const std::string& name : key) {
    for (std::size_t i = 0; i < shape.columns.size(); ++i) {
      if (shape.columns[i].name == name) shape.key.push_back(i);
    }
  }
  return shape;
}

std::string select_statement(const TableShape& shape, const std::string& tail) {
  std::string columns;
  for (const Column& column : shape.columns) {
    columns += (columns.empty() ? "" : ", ") + select_expression(column);
  }
  return "SELECT " + columns + " FROM " + shape.qualified() + " " + tail;
}

std::string row_json(const TableShape& shape, const SqlRow& row) {
  std::string text;
  for (std::size_t i = 0; i < shape.columns.size(); ++i) {
    text += (i == 0 ? "" : ",") + json_quote(shape.columns[i].name) + ":" +
            expected_value(shape.columns[i], row[i]);
  }
  return "{" + text + "}";
}

std::string key_json(const TableShape& shape, const SqlRow& row) {
  std::string text;
  for (const std::size_t i : shape.key) {
    text += (text.empty() ? "" : ",") + json_quote(shape.columns[i].name) + ":" +
            expected_value(shape.columns[i], row[i]);
  }
  return "{" + text + "}";
}

Rows read_rows(SqlClient& client, const TableShape& shape) {
  if (shape.key.empty()) throw std::runtime_error(shape.qualified() + " has no primary key");
  client.execute("SET SESSION time_zone = '+00:00'");
  Rows rows;
  for (const SqlRow& row : client.rows(select_statement(shape)))
    rows[key_json(shape, row)] = row_json(shape, row);
  return rows;
}

Faults compare_with_table(const std::vector<Event>& events, SqlClient& client,
                          const std::string& database, const std::string& table) {
  const TableShape shape = read_shape(client, database, table);
  return compare_rows(fold(events), read_rows(client, shape), database + "." + table);
}

}  // namespace millrace::testing
