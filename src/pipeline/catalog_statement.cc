#include "millrace/pipeline/catalog_statement.h"

#include <utility>

#include "millrace/charset/charset.h"
#include "millrace/charset/collation.h"

namespace millrace::pipeline {
namespace {

schema::StatementContext context_of(const binlog::Query& query, const CatalogServer& server) {
  constexpr std::uint32_t kExplicitByDefaultSince = 80002;
  schema::StatementContext context;
  context.server_version = server.version;
  context.server_collation = query.server_collation;
  context.utf8mb4_collation = query.utf8mb4_collation;
  context.explicit_timestamp_defaults = query.explicit_timestamp_defaults.value_or(
      server.version == 0 || server.version >= kExplicitByDefaultSince);
  context.lower_case_names = server.lower_case_names;
  return context;
}

}  // namespace

std::string text_of(const binlog::Query& query) {
  const charset::Charset* set = charset::find_charset_by_collation(query.client_collation);
  if (set == nullptr || set->is_binary() || set->is_utf8()) return std::string(query.sql);
  std::string text;
  set->append_utf8_replacing(query.sql, text);
  return text;
}

Result<AppliedStatement> apply_statement(schema::Catalog& catalog, const binlog::Query& query,
                                         const CatalogServer& server) {
  AppliedStatement applied;
  applied.sql = text_of(query);
  MILLRACE_ASSIGN_OR_RETURN(applied.change,
                            ddl::parse_schema_change(applied.sql, query.database, query.sql_mode));
  if (applied.change) applied.changes = catalog.apply(*applied.change, context_of(query, server));
  return applied;
}

}  // namespace millrace::pipeline
