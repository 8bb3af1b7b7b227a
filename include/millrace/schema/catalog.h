#pragma once

// The tables of a server as of a place in its binlog: what information_schema would say there. It is loaded once
// (discovery, or the state store) and follows every statement that changes a table's shape, so that rows can be named
// under binlog_row_metadata=MINIMAL, which tells types but no names. Each TABLE_MAP is checked against it
// (table_resolver.h).
//
// Equal structures are one object, whoever's table it is: a thousand tenants with the same tables cost a thousand names, at
// some forty bytes each (name_table.h). Structures go by the hash of their stored form (structure_number()); one that has
// another's hash can't be told apart in the store, so its table is unknown. A structure in here has no name of its own.
//
// A table whose shape can't be followed (made LIKE one that isn't known, altered in a way that doesn't fit) stays in the
// catalog as unknown, with a sentence that says why; what becomes of it is the caller's business, and only if rows of it
// are wanted.
//
// Pure and single-threaded: belongs to a source's reader. Structures are immutable and may be shared.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/ddl/schema_change.h"
#include "millrace/schema/name_table.h"
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

// A table, or a database alone, that a statement names, as the server has it: in lower case where it asks for that. Names
// are utf8mb3; of letters beyond ASCII the case stays.
TableName name_of(const ddl::TableReference& reference, bool lower_case_names);

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
  void put_unknown(const TableName& name, std::string why);
  void put_database(const std::string& name, std::uint32_t default_collation);
  void erase(const TableName& name);
  // After its tables.
  void erase_database(const std::string& name);

  // How a store brings its records back, in any order: tables by the number of their structure, structures by theirs.
  // Until a structure has come, its tables are unknown; check_complete() says whether all have. False when another
  // structure has the number already.
  void put_numbered(const TableName& name, std::uint64_t structure_number);
  bool put_structure(std::uint64_t structure_number, TableSchema structure);
  void erase_structure(std::uint64_t structure_number);
  // A table whose structure didn't come is a definite error.
  Status check_complete() const;

  // Null when there is no such table, or its shape is unknown (why_unknown() says why then).
  TableSchemaPtr find(const TableName& name) const;
  std::string why_unknown(const TableName& name) const;
  bool contains(const TableName& name) const;
  std::size_t table_count() const { return table_count_; }
  // Structures that some table has, and those that none has any more.
  std::size_t structure_count() const { return by_number_.size() - unused_; }
  std::size_t unused_count() const { return unused_; }
  // Lets go of the unused ones: the numbers of those that a store may have.
  std::vector<std::uint64_t> drop_unused();
  // Tables come database by database in the order of their names.
  void for_each(
      const std::function<void(const TableName&, const TableSchemaPtr& structure)>& visit) const;
  void for_each_database(
      const std::function<void(const std::string&, std::uint32_t collation)>& visit) const;
  void for_each_structure(
      const std::function<void(std::uint64_t number, const TableSchema&)>& visit) const;

  // Does what the statement did. Changes are in the order in which they happened.
  std::vector<CatalogChange> apply(const ddl::SchemaChange& change,
                                   const StatementContext& context);

 private:
  // What a NameTable holds of a table: an index into structures_, or that its structure is unknown.
  static constexpr std::uint32_t kUnknown = NameTable::kNone - 1;

  struct Structure {
    std::uint64_t number = 0;
    std::uint32_t tables = 0;
    TableSchemaPtr schema;  // null: not come yet
  };
  struct Database {
    std::uint32_t collation = 0;
    NameTable tables;
  };
  class Changer;  // one statement

  // Places in structures_. kUnknown for one whose number belongs to another.
  std::uint32_t place_of(TableSchema structure);
  std::uint32_t place_of(std::uint64_t number);
  // kNone: there is no such table.
  std::uint32_t find_place(const TableName& name) const;
  void point(const TableName& name, std::uint32_t place);
  void release(std::uint32_t place);

  std::map<std::string, Database, std::less<>> databases_;
  std::vector<Structure> structures_;
  std::vector<std::uint32_t> free_places_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_number_;
  std::map<TableName, std::string> why_unknown_;
  std::size_t table_count_ = 0;
  std::size_t unused_ = 0;
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
