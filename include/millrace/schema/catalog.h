#pragma once

// The tables of a server as of a place in its binlog: what information_schema would say there. It is loaded once
// (discovery, or the state store) and follows every statement that changes a table's shape, so that rows can be named
// under binlog_row_metadata=MINIMAL, which tells types but no names. Each TABLE_MAP is checked against it
// (table_resolver.h).
//
// Equal structures are one object, whoever's table it is: a thousand tenants with the same tables cost a thousand names.
// A structure in here has no name of its own.
//
// A table whose shape can't be followed (made LIKE one that isn't known, altered in a way that doesn't fit) stays in the
// catalog as unknown, with a sentence that says why; what becomes of it is the caller's business, and only if rows of it
// are wanted.
//
// Pure and single-threaded: belongs to a source's reader. Structures are immutable and may be shared.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/ddl/schema_change.h"
#include "millrace/schema/table_schema.h"

namespace millrace::schema {

// What a statement leaves to the session and the server.
struct StatementContext {
  std::uint32_t server_version = 0;     // 80036: display widths, and what utf8mb4 alone means
  std::uint32_t server_collation = 0;   // of a database that is made without one
  std::uint32_t utf8mb4_collation = 0;  // of CHARACTER SET utf8mb4; 0: the version's
  bool explicit_timestamp_defaults = true;
  bool lower_case_names = false;  // lower_case_table_names is not 0
};

// One thing that a statement changed, for the state store.
struct CatalogChange {
  enum class Kind : std::uint8_t {
    kTable,         // made or changed: `structure`, null when its shape is unknown
    kTableGone,     // dropped, or renamed away
    kDatabase,      // made or altered: `collation`
    kDatabaseGone,  // its tables are reported one by one before
  };
  Kind kind = Kind::kTable;
  TableName name;  // of a database: `table` is empty
  TableSchemaPtr structure;
  std::uint32_t collation = 0;
};

class Catalog {
 public:
  // Puts a table in, or in another's place. `structure` may carry a name; it is not kept.
  void put(const TableName& name, const TableSchema& structure);
  // A structure that is shared already (its name is empty).
  void put_shared(const TableName& name, TableSchemaPtr structure);
  void put_unknown(const TableName& name, std::string why);
  void put_database(const std::string& name, std::uint32_t default_collation);
  void erase(const TableName& name);

  // Null when there is no such table, or its shape is unknown (why_unknown() says why then).
  TableSchemaPtr find(const TableName& name) const;
  std::string why_unknown(const TableName& name) const;
  bool contains(const TableName& name) const;
  std::size_t table_count() const { return table_count_; }
  // Distinct structures that were ever put in; those without a table leave when their place is needed.
  std::size_t structure_count() const { return structures_.size(); }
  void for_each(
      const std::function<void(const TableName&, const TableSchemaPtr& structure)>& visit) const;
  void for_each_database(
      const std::function<void(const std::string&, std::uint32_t collation)>& visit) const;

  // Does what the statement did. Changes are in the order in which they happened.
  std::vector<CatalogChange> apply(const ddl::SchemaChange& change,
                                   const StatementContext& context);

 private:
  struct Table {
    TableSchemaPtr structure;  // null: unknown
    std::string why_unknown;
  };
  struct Database {
    std::uint32_t collation = 0;
    std::map<std::string, Table, std::less<>> tables;
  };
  class Changer;  // one statement

  TableSchemaPtr share(TableSchema structure);
  Table* find_table(const TableName& name);
  const Table* find_table(const TableName& name) const;
  void put_table(const TableName& name, Table table);

  std::map<std::string, Database, std::less<>> databases_;
  // By the hash of their serialised form.
  std::unordered_multimap<std::uint64_t, std::weak_ptr<const TableSchema>> structures_;
  std::size_t table_count_ = 0;
};

// The table that CREATE TABLE makes (without LIKE and SELECT); columns without a charset of their own take `collation`
// when the statement gives the table none. An error when a type isn't known or a key names no column.
Result<TableSchema> table_of_statement(const ddl::CreateTable& statement, std::uint32_t collation,
                                       const StatementContext& context);
// The table after ALTER TABLE. An error when the specifications don't fit the table.
Result<TableSchema> altered_table(const TableSchema& table, const ddl::AlterTable& statement,
                                  std::uint32_t database_collation,
                                  const StatementContext& context);
// Puts indexes into the server's order (primary, unique without NULL, other unique, plain) and finds the columns that
// identify a row: of the primary key, else of the first unique key of whole NOT NULL columns.
void settle_indexes(TableSchema& table);

// Whether two column names are the same to the server: without regard to case.
bool is_same_column_name(std::string_view a, std::string_view b);

}  // namespace millrace::schema
