#pragma once

// A table as Debezium's schema history tells it, as a TableSchema. The history keeps what Debezium's DDL parser made of
// SHOW CREATE TABLE (snapshots) or of the statement that the binlog carried: types by the name that was written
// ("INTEGER", "INT UNSIGNED", "CHARACTER VARYING"), lengths in characters, no key but the one that Debezium uses.
// Needed once in a source's life: when it goes on from a connector's offset, under binlog_row_metadata=MINIMAL.
//
// What the history doesn't say stays unknown (a column's exact collation) or as a default; each TABLE_MAP is held
// against the result, so a structure that is not the table's is an error there, never a wrong value.
//
// Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/schema/table_schema.h"

namespace millrace::schema {

// As the history's JSON has them, in the columns' order.
struct HistoryColumn {
  std::string name;
  std::string type_name;                // "BIGINT UNSIGNED"
  std::string charset_name;             // empty where it has none, or the table's counts
  std::optional<std::uint32_t> length;  // characters, digits, or fractional digits
  std::optional<std::uint32_t> scale;
  bool is_optional = true;
  bool is_auto_incremented = false;
  bool is_generated = false;  // true of auto-increment columns too
  std::optional<std::string> default_value;
  std::string comment;
  std::vector<std::string> enum_values;  // quoted: "'a'"
};

struct HistoryTable {
  TableName name;
  std::string default_charset_name;
  std::vector<std::string> key_column_names;
  std::vector<HistoryColumn> columns;
};

// A type, character set or key column that isn't known is a definite error that names it.
Result<TableSchema> table_from_history(const HistoryTable& table);

}  // namespace millrace::schema
