#pragma once

// Reads the columns and keys of some tables of one database: two statements for all of them, and
// one more for each table whose key needs the order of its indexes.

#include <map>
#include <string>
#include <vector>

#include "discovery/collations.h"
#include "discovery/keys.h"
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
    std::vector<KeyPart> key_parts;
  };
  using PendingTables = std::map<std::string, PendingTable, std::less<>>;

  TableReader(mysql::Connection& connection, Collations collations)
      : connection_(&connection), collations_(std::move(collations)) {}
  std::string condition_for(const std::string& database,
                            const std::vector<std::string>& tables) const;
  Status read_columns(const std::string& condition, const std::string& database,
                      PendingTables& pending);
  Status read_key_parts(const std::string& condition, PendingTables& pending);
  Result<std::vector<std::size_t>> choose_key(const schema::TableSchema& table,
                                              const std::vector<KeyPart>& parts);

  mysql::Connection* connection_;
  Collations collations_;
};

}  // namespace millrace::discovery
