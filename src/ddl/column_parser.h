#pragma once

// A column as CREATE TABLE and ALTER TABLE write it: name, data type and attributes.

#include "ddl/schema_reader.h"

namespace millrace::ddl {

// A data type with its length, sign, labels and charset.
bool parse_column_type(SchemaReader& reader, ColumnDefinition& column);

// [=] charset, BINARY, ASCII, UNICODE, BYTE and their combinations, as far as they stand here.
bool parse_charset_clause(SchemaReader& reader, CharsetClause& charset);

// What follows the name: the type, then attributes in any order.
bool parse_column_body(SchemaReader& reader, ColumnDefinition& column);

// REFERENCES t (columns) MATCH ... ON DELETE ...
bool skip_references(SchemaReader& reader);

// (expression) [[NOT] ENFORCED], behind CHECK
bool skip_check(SchemaReader& reader);

// FIRST or AFTER column, where it is said.
bool parse_placement(SchemaReader& reader, Placement& placement);

}  // namespace millrace::ddl
