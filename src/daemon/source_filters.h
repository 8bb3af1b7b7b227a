#pragma once

// What a source's lists of regular expressions become: the tables, columns and servers that count, and the tables of a
// snapshot. Compiled for each life of a pipeline; check_filters() says beforehand whether they can be.

#include "millrace/base/result.h"
#include "millrace/config/config.h"
#include "millrace/transform/column_rules.h"
#include "millrace/transform/server_filter.h"
#include "millrace/transform/table_filter.h"

namespace millrace::daemon {

struct SourceFilters {
  transform::TableFilter tables;
  transform::ColumnRules columns;
  transform::ServerFilter servers;
  transform::TableFilter snapshot_tables;  // which of the captured ones a snapshot reads
};

// A list that doesn't compile is a definite error that begins with its property.
Result<SourceFilters> compile_filters(const config::SourceConfig& source);

// Whether they compile.
Status check_filters(const config::SourceConfig& source);

}  // namespace millrace::daemon
