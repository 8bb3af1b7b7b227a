#pragma once

// What a statement does to the shape of tables, in the statement's own terms: what it doesn't say (a charset, a name, a
// nullability) is left open here, and filled in by schema::Catalog, which knows the table, its database and the server.
// Order is the statement's: the specifications of an ALTER TABLE and the pairs of a RENAME TABLE as they are written.
//
// Pure values. Text is UTF-8; names are unquoted, in the letter case of the statement; the database is the session's
// where a statement names none.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/ddl/statement.h"

namespace millrace::ddl {

// As written, in lower case; both empty: not said. `binary`: the BINARY attribute (or keyword after CHARACTER SET),
// which takes the charset's _bin collation.
struct CharsetClause {
  std::string
      charset;  // "utf8" as written; "default" stands for DEFAULT (ALTER ... CONVERT TO CHARACTER SET DEFAULT)
  std::string collation;
  bool binary = false;
  bool empty() const { return charset.empty() && collation.empty() && !binary; }
  friend bool operator==(const CharsetClause&, const CharsetClause&) = default;
};

struct ColumnTypeClause {
  // information_schema's DATA_TYPE: synonyms are resolved ("integer" is int, "bool" is tinyint with length 1, "long
  // varchar" is mediumtext, "nvarchar" is varchar with charset utf8, "serial" is bigint unsigned, "geometrycollection"
  // is geomcollection, "fixed" and "numeric" are decimal, "real" is double, or float under REAL_AS_FLOAT).
  std::string name;
  std::optional<std::uint32_t>
      length;  // the first number in parentheses: M, n, precision, fractional digits
  std::optional<std::uint32_t> decimals;  // the second
  bool is_unsigned = false;
  bool zerofill = false;
  std::vector<std::string> labels;  // enum, set; unescaped
  CharsetClause charset;
  friend bool operator==(const ColumnTypeClause&, const ColumnTypeClause&) = default;
};

struct DefaultClause {
  enum class Kind : std::uint8_t { kNone, kNull, kLiteral, kExpression };
  Kind kind = Kind::kNone;
  // kLiteral: the value, unescaped ("5", "-1.50", "abc", "1" for TRUE and b'1' as its bytes). kExpression: empty;
  // CURRENT_TIMESTAMP and its synonyms count as one.
  std::string value;
  friend bool operator==(const DefaultClause&, const DefaultClause&) = default;
};

struct ColumnDefinition {
  std::string name;
  ColumnTypeClause type;
  std::optional<bool> nullable;  // NULL or NOT NULL where said
  DefaultClause default_value;
  bool is_generated = false;  // AS (...), VIRTUAL or STORED
  bool is_stored = false;
  bool is_auto_increment = false;
  std::optional<bool> visible;  // VISIBLE or INVISIBLE where said
  bool is_primary_key = false;  // inline PRIMARY KEY or KEY
  bool is_unique_key = false;   // inline UNIQUE (SERIAL says it too)
  std::string comment;
  friend bool operator==(const ColumnDefinition&, const ColumnDefinition&) = default;
};

struct KeyPart {
  std::string column;  // empty: an expression
  std::optional<std::uint32_t> prefix_length;
  friend bool operator==(const KeyPart&, const KeyPart&) = default;
};

// Every index, the plain ones too: their names decide how the server calls an unnamed one. A FOREIGN KEY is kForeign, with
// its own columns: the server makes an index for it where none fits. CHECK constraints are left out.
struct KeyDefinition {
  enum class Kind : std::uint8_t {
    kPrimary,
    kUnique,
    kPlain,    // KEY, INDEX, FULLTEXT, SPATIAL
    kForeign,  // FOREIGN KEY
  };
  Kind kind = Kind::kPlain;
  std::string
      name;  // the index's, else the constraint's; empty: the server names it after its first column
  std::vector<KeyPart> parts;
  friend bool operator==(const KeyDefinition&, const KeyDefinition&) = default;
};

struct Placement {
  enum class Where : std::uint8_t { kUnsaid, kFirst, kAfter };
  Where where = Where::kUnsaid;
  std::string after;
  friend bool operator==(const Placement&, const Placement&) = default;
};

// --- The specifications of ALTER TABLE. ---
struct AddColumn {
  ColumnDefinition column;
  Placement placement;
};
struct AddKey {
  KeyDefinition key;
};
struct DropColumn {
  std::string column;
};
// Also DROP PRIMARY KEY (name PRIMARY) and DROP CONSTRAINT, which may name a key; a key that isn't known is passed over.
struct DropKey {
  std::string name;
};
// MODIFY (old_name is column.name) and CHANGE.
struct ChangeColumn {
  std::string old_name;
  ColumnDefinition column;
  Placement placement;
};
struct RenameColumn {
  std::string from, to;
};
struct RenameKey {
  std::string from, to;
};
struct SetColumnDefault {  // ALTER COLUMN c SET DEFAULT ..., DROP DEFAULT (kNone)
  std::string column;
  DefaultClause default_value;
};
struct SetColumnVisibility {
  std::string column;
  bool visible = true;
};
struct ConvertCharset {  // CONVERT TO CHARACTER SET
  CharsetClause charset;
};
struct DefaultCharset {  // [DEFAULT] CHARACTER SET, COLLATE: of columns added from now on
  CharsetClause charset;
};
struct RenameTo {
  TableReference to;
};
using AlterSpecification =
    std::variant<AddColumn, AddKey, DropColumn, DropKey, ChangeColumn, RenameColumn, RenameKey,
                 SetColumnDefault, SetColumnVisibility, ConvertCharset, DefaultCharset, RenameTo>;

// --- Statements. ---
struct CreateTable {
  TableReference table;
  bool if_not_exists = false;
  bool or_replace = false;  // MariaDB
  std::optional<TableReference> like;
  std::vector<ColumnDefinition> columns;
  std::vector<KeyDefinition> keys;  // those of their own; inline ones stand in the columns
  CharsetClause charset;
  std::string comment;
  // CREATE TABLE ... SELECT as written: columns of the query follow that the statement doesn't describe. A server in
  // row format logs the full columns instead (with START TRANSACTION since 8.0.21).
  bool has_select = false;
};
// Also CREATE INDEX and DROP INDEX.
struct AlterTable {
  TableReference table;
  std::vector<AlterSpecification> specifications;
};
struct RenameTables {
  std::vector<std::pair<TableReference, TableReference>> pairs;
};
struct DropTables {
  std::vector<TableReference> tables;
};
struct CreateDatabase {
  std::string name;
  bool if_not_exists = false;
  CharsetClause charset;
};
struct AlterDatabase {
  std::string name;
  CharsetClause charset;
};
struct DropDatabase {
  std::string name;
};

using SchemaChange = std::variant<CreateTable, AlterTable, RenameTables, DropTables, CreateDatabase,
                                  AlterDatabase, DropDatabase>;

// The change that a statement makes; nothing for one that changes no table's shape (harmless, DML, TRUNCATE, anything
// on TEMPORARY tables). A statement that could change a shape and can't be understood is a definite error that shows
// the statement and the place ("... near 'url varchar' at character 23").
// `sql` is UTF-8: the caller has converted it from the client's charset.
Result<std::optional<SchemaChange>> parse_schema_change(std::string_view sql,
                                                        std::string_view database,
                                                        std::uint64_t sql_mode);

}  // namespace millrace::ddl
