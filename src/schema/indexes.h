#pragma once

// The indexes of a table under construction: naming, order, and what they say of its columns. Pure.

#include <string>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/schema/catalog.h"

namespace millrace::schema {

// Adds an index as the statement defines it: names it as the server would, and makes the columns of a primary key NOT
// NULL. A FOREIGN KEY adds one only where no index begins with its columns. An error when it names no column.
Status add_index(TableSchema& table, const ddl::KeyDefinition& definition);
// The PRIMARY KEY and UNIQUE that stand in a column's own definition.
Status add_inline_indexes(TableSchema& table, const ddl::ColumnDefinition& definition);

// Whether a part of the index can be NULL as the table stands.
bool is_nullable(const TableSchema& table, const Index& index);

// The column's place; an error that names the table when there is none.
Result<std::size_t> find_column(const TableSchema& table, std::string_view name);

}  // namespace millrace::schema
