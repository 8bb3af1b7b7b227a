#pragma once

// A table as its server tells it: shape from information_schema, rows by SELECT, both as the JSON that events must
// carry.

#include <string>
#include <vector>

#include "support/expected_value.h"
#include "support/sql_client.h"
#include "support/validators.h"

namespace millrace::testing {

struct TableShape {
  std::string database;
  std::string name;
  std::vector<Column> columns;
  std::vector<std::size_t>
      key;  // indexes of the primary key's columns, in the key's order; empty without one

  std::string qualified() const {
    return quote_identifier(database) + "." + quote_identifier(name);
  }
};

TableShape read_shape(SqlClient& client, const std::string& database, const std::string& table);

// SELECT of all columns in the form that expected_value() reads; `tail` follows FROM ("WHERE id = 1").
std::string select_statement(const TableShape& shape, const std::string& tail = "");

std::string row_json(const TableShape& shape, const SqlRow& row);
std::string key_json(const TableShape& shape, const SqlRow& row);

// Every row, by its key. A table without a primary key throws.
Rows read_rows(SqlClient& client, const TableShape& shape);

// Folds the topic `<prefix>.<database>.<table>` and compares it with the table.
Faults compare_with_table(const std::vector<Event>& events, SqlClient& client,
                          const std::string& database, const std::string& table);

}  // namespace millrace::testing
