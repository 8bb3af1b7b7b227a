#pragma once

// What a statement does to the shape of tables, in the statement's own terms: what it doesn't say
// (a charset, a name, a nullability) is left open here, and filled in by schema::Catalog, which
// knows the table, its database and the server. Order is the statement's: the specifications of an
// ALTER TABLE and the pairs of a RENAME TABLE as they are written.
//
// Pure values. Text is UTF-8; names are unquoted, in the letter case of the statement; the database
// is the session's where a statement names none.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/ddl/statement.h"

namespace millrace::ddl {

// As written, in lower case; both empty: not said. `binary`: the BINARY attribute (or keyword after
// CHARACTER SET), which takes the charset's _bin collation.
struct CharsetClause {
  // "utf8" as written; "default" stands for DEFAULT (ALTER ... CONVERT TO CHARACTER SET DEFAULT).
  std::string charset;
  std::string collation;
  bool binary = false;
  bool empty() const { return charset.empty() && collation.empty() && !binary; }
  friend bool operator==(const CharsetClause&, const CharsetClause&) = default;
};

struct ColumnTypeClause {
  // information_schema's DATA_TYPE: synonyms are resolved ("integer" is int, "bool" is tinyint with
  // length 1, "long varchar" is mediumtext, "nvarchar" is varchar with charset utf8, "serial" is
  // bigint unsigned, "geometrycollection" is geomcollection, "fixed" and "numeric" are decimal,
  // "real" is double, or float under REAL_AS_FLOAT). FLOAT(p) is float or double without a length.
  // A text type that says charset binary (CHAR(5) BYTE too) is the binary type; one that inherits
  // it isn't known here. BLOB(n) and TEXT(n) keep the length that chooses among their four sizes.
  std::string name;
  // The first number in parentheses: M, n, precision, fractional digits.
  std::optional<std::uint32_t> length;
  std::optional<std::uint32_t> decimals;  // the second
  bool is_unsigned = false;               // UNSIGNED, or ZEROFILL, which means it
  bool zerofill = false;
  // enum, set; unescaped, with the trailing spaces that the server takes off.
  std::vector<std::string> labels;
  CharsetClause charset;
  friend bool operator==(const ColumnTypeClause&, const ColumnTypeClause&) = default;
};

struct DefaultClause {
  enum class Kind : std::uint8_t { kNone, kNull, kLiteral, kExpression };
  Kind kind = Kind::kNone;
  // kLiteral: the value, unescaped ("5", "-1.50", "abc", "1" for TRUE and b'1' as its bytes).
  // kExpression: empty; CURRENT_TIMESTAMP and its synonyms count as one.
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
  // Inline REFERENCES: since MySQL 9.0 a foreign key of this column; nothing before.
  bool has_references = false;
  std::string comment;
  friend bool operator==(const ColumnDefinition&, const ColumnDefinition&) = default;
};

struct KeyPart {
  std::string column;  // empty: an expression
  std::optional<std::uint32_t> prefix_length;
  friend bool operator==(const KeyPart&, const KeyPart&) = default;
};

// Every index, the plain ones too: their names decide how the server calls an unnamed one. A
// FOREIGN KEY is kForeign, with its own columns: the server makes an index for it where none fits.
// CHECK constraints are left out.
struct KeyDefinition {
  enum class Kind : std::uint8_t {
    kPrimary,
    kUnique,
    kPlain,    // KEY, INDEX, FULLTEXT, SPATIAL
    kForeign,  // FOREIGN KEY
  };
  Kind kind = Kind::kPlain;
  // The index's name, else the constraint's; of a foreign key the constraint's, else the index's
  // (so the server calls the index that it makes). Empty: the server names it after its first
  // column. Always empty for a primary key.
  std::string name;
  std::vector<KeyPart> parts;
  friend bool operator==(const KeyDefinition&, const KeyDefinition&) = default;
};

struct Placement {
  enum class Where : std::uint8_t { kUnsaid, kFirst, kAfter };
  Where where = Where::kUnsaid;
  std::string after;
  friend bool operator==(const Placement&, const Placement&) = default;
};

// --- The specifications of ALTER TABLE. IF EXISTS and IF NOT EXISTS in them are MariaDB's. ---
struct AddColumn {
  ColumnDefinition column;
  Placement placement;
  bool if_not_exists = false;
};
struct AddKey {
  KeyDefinition key;
  bool if_not_exists = false;
};
struct DropColumn {
  std::string column;
  bool if_exists = false;
};
// Also DROP PRIMARY KEY (name PRIMARY) and DROP CONSTRAINT, which may name a key; a key that isn't
// known is passed over.
struct DropKey {
  std::string name;
  bool if_exists = false;
};
// MODIFY (old_name is column.name) and CHANGE.
struct ChangeColumn {
  std::string old_name;
  ColumnDefinition column;
  Placement placement;
  bool if_exists = false;
};
struct RenameColumn {
  std::string from, to;
  bool if_exists = false;
};
struct RenameKey {
  std::string from, to;
  bool if_exists = false;
};
struct SetColumnDefault {  // ALTER COLUMN c SET DEFAULT ..., DROP DEFAULT (kNone)
  std::string column;
  DefaultClause default_value;
  bool if_exists = false;
};
struct SetColumnVisibility {
  std::string column;
  bool visible = true;
};
struct ConvertCharset {  // CONVERT TO CHARACTER SET
  CharsetClause charset;
};
// [DEFAULT] CHARACTER SET, COLLATE: of columns added from now on, those of the same statement
// included, wherever they stand in it. At most one a statement: its options count together.
struct DefaultCharset {
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
  // CREATE TABLE ... SELECT as written: columns of the query follow that the statement doesn't
  // describe. A server in row format logs the full columns instead (with START TRANSACTION since
  // 8.0.21).
  bool has_select = false;
};
// Also CREATE INDEX and DROP INDEX. What changes no shape (partitions, EXCHANGE PARTITION too,
// storage) leaves no trace.
struct AlterTable {
  TableReference table;
  std::vector<AlterSpecification> specifications;
  std::optional<std::string> comment;  // the table's new one
  bool if_exists = false;              // MariaDB
};
struct RenameTables {
  std::vector<std::pair<TableReference, TableReference>> pairs;
  bool if_exists = false;  // MariaDB
};
struct DropTables {
  std::vector<TableReference> tables;
  bool if_exists = false;
};
struct CreateDatabase {
  std::string name;
  bool if_not_exists = false;
  CharsetClause charset;
  bool or_replace = false;  // MariaDB: its tables are gone
};
struct AlterDatabase {
  std::string name;
  CharsetClause charset;
};
struct DropDatabase {
  std::string name;
  bool if_exists = false;
};

using SchemaChange = std::variant<CreateTable, AlterTable, RenameTables, DropTables, CreateDatabase,
                                  AlterDatabase, DropDatabase>;

// The change that a statement makes; nothing for one that changes no table's shape (harmless, DML,
// TRUNCATE, anything on TEMPORARY tables). A statement that could change a shape and can't be
// understood is a definite error that shows the place ("can't parse ALTER TABLE: expected a data
// type near 'url varchar' at character 23"); the caller, who knows the position too, shows the
// statement. `sql` is UTF-8: the caller has converted it from the client's charset.
Result<std::optional<SchemaChange>> parse_schema_change(std::string_view sql,
                                                        std::string_view database,
                                                        std::uint64_t sql_mode);

}  // namespace millrace::ddl
