#pragma once

// The order in which a table is read: by its primary key, else by its first unique key of whole NOT NULL columns. A key
// that a read has come to is kept as SQL literals, in the column's own charset, so that the server compares it by the
// column's own rules, and so that another version of the program can go on from it.
//
// Pure.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/row/value.h"
#include "millrace/schema/table_schema.h"

namespace millrace::snapshot {

struct TableKey {
  std::vector<std::size_t> columns;  // of the table, in key order
  std::string index;                 // its name; empty where it isn't known

  bool empty() const { return columns.empty(); }
};

// Empty where no key gives an order: there is none, or it takes only the beginnings of long columns.
TableKey key_of(const schema::TableSchema& table);
// The same; or by a column in front of it (a signal's surrogate-key, where that isn't empty). A definite error when the
// table has no such column.
Result<TableKey> reading_order(const schema::TableSchema& table, std::string_view surrogate_key);

// The key's values of a row, one literal a column. A definite error where a value is NULL or can't be ordered.
Result<std::vector<std::string>> key_literals(const schema::TableSchema& table, const TableKey& key,
                                              const row::Row& row);
// The same of a row image with all columns.
Result<std::vector<std::string>> key_literals_of_image(const schema::TableSchema& table,
                                                       const TableKey& key, std::string_view image);
// In the place of a key, of tables without: how many rows were handed on.
std::vector<std::string> count_as_key(std::uint64_t rows);
std::uint64_t key_as_count(const std::vector<std::string>& key);
// A literal for people: 17, abc, 0x6162.
std::string literal_for_people(std::string_view literal);

// What is asked of a table: all rows behind `after`, in the order of the key, at most `limit`.
struct ChunkQuery {
  std::string select_list;
  const schema::TableSchema* table = nullptr;
  const TableKey* key = nullptr;
  const std::vector<std::string>* after = nullptr;  // empty: from the beginning
  std::string_view condition;                       // empty: none
  std::string_view select;                          // in the table's place; empty: the table
  std::optional<std::uint64_t> limit;
  bool is_backward = false;  // the last rows first
};
std::string to_sql(const ChunkQuery& query);

// SELECT JSON_TYPE(JSON_EXTRACT(`column`, 'path')), ... of the row with this key.
std::string json_types_sql(const schema::TableSchema& table, const TableKey& key,
                           const std::vector<std::string>& literals, std::size_t column,
                           const std::vector<std::string>& paths);

}  // namespace millrace::snapshot
