#pragma once

// Reads the columns and indexes of some tables of one database over one connection: two statements for all of them, and
// one more for each table with several unique indexes, whose order matters. It reads in steps, so that somebody with
// several readers keeps several of the server's sessions at work.
//
//   idle ──begin()──▶ columns asked for ──advance()──▶ indexes asked for ──advance()──▶ idle, with the tables

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "discovery/collations.h"
#include "discovery/column_memo.h"
#include "discovery/index_parts.h"
#include "millrace/base/result.h"
#include "millrace/mysql/connection.h"
#include "millrace/schema/table_schema.h"

namespace millrace::discovery {

// A table that is there; what else the list of tables says of it.
struct ListedTable {
  std::string name;
  std::uint32_t collation = 0;
};

// Some tables of a database.
struct Portion {
  std::string database;
  std::span<const ListedTable> tables;
};

// Whether the server looks tables up by name, since 8.0. Before, it opens every table of the database for each statement
// that names several.
bool looks_tables_up(const mysql::Connection& connection);

class TableReader {
 public:
  // Both outlive the reader. Sets up the session.
  static Result<TableReader> open(mysql::Connection& connection, const Collations& collations);

  bool idle() const { return step_ == Step::kIdle; }
  // The portion's tables outlive the reading.
  Status begin(Portion portion);
  // Waits for what was asked for. Gives tables when it is idle again: those of the portion that are there.
  Result<std::vector<schema::TableSchemaPtr>> advance();

 private:
  struct OrderedColumn {
    std::size_t ordinal;
    schema::Column column;
  };
  struct PendingTable {
    std::vector<OrderedColumn> columns;
    std::vector<IndexPart> index_parts;
    std::uint32_t default_collation = 0;
  };
  using PendingTables = std::map<std::string, PendingTable, std::less<>>;
  enum class Step : std::uint8_t { kIdle, kColumns, kIndexes };

  TableReader(mysql::Connection& connection, const Collations& collations)
      : connection_(&connection), memo_(collations) {}
  std::string condition() const;
  Status receive_columns();
  Status receive_index_parts();
  Result<std::vector<schema::TableSchemaPtr>> take_tables();
  Status settle(schema::TableSchema& table, const std::vector<IndexPart>& parts);

  mysql::Connection* connection_;
  ColumnMemo memo_;
  Step step_ = Step::kIdle;
  Portion portion_;
  PendingTables pending_;
};

}  // namespace millrace::discovery
