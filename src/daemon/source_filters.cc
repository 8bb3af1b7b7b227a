#include "daemon/source_filters.h"

#include <utility>

#include "daemon/encoder_options.h"

namespace millrace::daemon {

Result<SourceFilters> compile_filters(const config::SourceConfig& source) {
  MILLRACE_ASSIGN_OR_RETURN(
      transform::TableFilter tables,
      transform::TableFilter::compile(
          {source.database_include, source.database_exclude, source.table_include,
           source.table_exclude, source.ignore_builtin_tables,
           source.signals.source_enabled ? source.signals.table : std::string()}));
  MILLRACE_ASSIGN_OR_RETURN(transform::ColumnRules columns,
                            transform::ColumnRules::compile(column_rules(source)));
  MILLRACE_ASSIGN_OR_RETURN(
      transform::ServerFilter servers,
      transform::ServerFilter::compile(source.gtid_includes, source.gtid_excludes));
  transform::TableFilterOptions snapshot;
  snapshot.table_include = source.snapshot.include;
  snapshot.table_include_property = "snapshot.include.collection.list";
  snapshot.ignore_builtin = false;  // as the captured ones say
  MILLRACE_ASSIGN_OR_RETURN(transform::TableFilter snapshot_tables,
                            transform::TableFilter::compile(snapshot));
  return SourceFilters{std::move(tables), std::move(columns), std::move(servers),
                       std::move(snapshot_tables)};
}

Status check_filters(const config::SourceConfig& source) {
  const auto filters = compile_filters(source);
  return filters ? Status() : filters.error();
}

}  // namespace millrace::daemon
