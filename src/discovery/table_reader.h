#pragma once

// Reads the columns and indexes of some tables of one database: three statements for all of them,
// and one more for each table with several unique indexes, whose order matters.

#include <map>
#include <string>
#include <vector>

#include "discovery/collations.h"
#include "discovery/index_parts.h"
#include "millrace/base/result.h"
#include "millrace/mysql/connection.h"
#include "millrace/schema/information_schema.h"
#include "millrace/schema/table_schema.h"

namespace millrace::discovery {

class TableReader {
 public:
  // The connection outlives the reader. Sets up the session and reads what all tables share.
  static Result<TableReader> open(mysql::Connection& connection);

  // How many tables to read at a time: where the server looks names up, few enough to bound memory;
  // where it opens every table of the database for each statement (5.7), all at once.
  std::size_t tables_at_a_time() const;

  // Those of the named tables that are there.
  Result<std::vector<schema::TableSchemaPtr>> read(const std::string& database,
                                                   const std::vector<std::string>& tables);

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

  TableReader(mysql::Connection& connection, Collations collations)
      : connection_(&connection), collations_(std::move(collations)) {}
  std::string condition_for(const std::string& database,
                            const std::vector<std::string>& tables) const;
  Status read_columns(const std::string& condition, const std::string& database,
                      PendingTables& pending);
  Status read_index_parts(const std::string& condition, PendingTables& pending);
  Status read_default_collations(const std::string& condition, PendingTables& pending);
  Status settle(schema::TableSchema& table, const std::vector<IndexPart>& parts);

  mysql::Connection* connection_;
  Collations collations_;
};

}  // namespace millrace::discovery
