#pragma once

// The clauses that CREATE TABLE, ALTER TABLE and CREATE INDEX have in common: keys, table options,
// partitions.

#include "ddl/schema_reader.h"

namespace millrace::ddl {

// At a word that starts a key or constraint where a column could stand as well. Apart from VECTOR
// INDEX all of them are reserved, so none is a column's name.
bool at_key(SchemaReader& reader);

// [CONSTRAINT name] PRIMARY KEY, UNIQUE, KEY, FULLTEXT, SPATIAL, FOREIGN KEY; nothing for a CHECK,
// which is passed over.
struct KeyClause {
  std::optional<KeyDefinition> key;
  bool if_not_exists = false;
};
bool parse_key(SchemaReader& reader, KeyClause& clause);

// (a, b(10) DESC, (expression))
bool parse_key_parts(SchemaReader& reader, std::vector<KeyPart>& parts);
// USING BTREE, COMMENT 'x', VISIBLE, KEY_BLOCK_SIZE = 8 ...
bool skip_key_options(SchemaReader& reader);

struct TableOptions {
  CharsetClause charset;
  std::optional<std::string> comment;
};
// One table option: ENGINE = InnoDB, DEFAULT CHARSET latin1, COMMENT 'x' ...
Step read_table_option(SchemaReader& reader, TableOptions& options);

// [DEFAULT] CHARACTER SET [=] x, [DEFAULT] COLLATE [=] x
Step read_default_charset(SchemaReader& reader, CharsetClause& charset);

// A column or a key in the parentheses of CREATE TABLE or of ALTER TABLE ... ADD.
struct TableElement {
  std::optional<ColumnDefinition> column;
  KeyClause key;
};
bool parse_table_element(SchemaReader& reader, TableElement& element);

}  // namespace millrace::ddl
