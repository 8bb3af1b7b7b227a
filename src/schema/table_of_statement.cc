#include "millrace/schema/catalog.h"
#include "schema/column_from_ddl.h"
#include "schema/indexes.h"

namespace millrace::schema {

Result<TableSchema> table_of_statement(const ddl::CreateTable& statement, std::uint32_t collation,
                                       const StatementContext& context) {
  TableSchema table;
  MILLRACE_ASSIGN_OR_RETURN(table.default_collation,
                            resolve_collation(statement.charset, collation, context));
  for (const ddl::ColumnDefinition& definition : statement.columns) {
    MILLRACE_ASSIGN_OR_RETURN(Column column,
                              column_from_definition(definition, table.default_collation, context));
    table.columns.push_back(std::move(column));
  }
  for (const ddl::ColumnDefinition& definition : statement.columns) {
    MILLRACE_RETURN_IF_ERROR(add_inline_indexes(table, definition));
  }
  for (const ddl::KeyDefinition& key : statement.keys) {
    MILLRACE_RETURN_IF_ERROR(add_index(table, key));
  }
  settle_indexes(table);
  return table;
}

}  // namespace millrace::schema
