#pragma once

// A column definition of a statement as a Column: by way of what information_schema would say of it, so that a column
// that was followed and one that was read from the server are the same. Pure.

#include <cstdint>

#include "millrace/base/result.h"
#include "millrace/schema/catalog.h"

namespace millrace::schema {

// `table_collation`: of columns that name no charset. An error when the type or the charset isn't known.
Result<Column> column_from_definition(const ddl::ColumnDefinition& definition,
                                      std::uint32_t table_collation,
                                      const StatementContext& context);

// The collation that a clause means; `inherited` where it says nothing. An error for unknown names.
Result<std::uint32_t> resolve_collation(const ddl::CharsetClause& clause, std::uint32_t inherited,
                                        const StatementContext& context);

// The column after CONVERT TO CHARACTER SET: text keeps room for as many characters as it had, so TEXT may become
// MEDIUMTEXT; what holds no text stays.
Column converted_column(const Column& column, std::uint32_t collation,
                        const StatementContext& context);

}  // namespace millrace::schema
