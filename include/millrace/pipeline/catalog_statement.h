#pragma once

// What a statement of the stream does to the catalog. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/binlog/events.h"
#include "millrace/ddl/schema_change.h"
#include "millrace/schema/catalog.h"

namespace millrace::pipeline {

// What a server decides, and no statement tells.
struct CatalogServer {
  std::uint32_t version = 0;      // 80036
  bool lower_case_names = false;  // lower_case_table_names is not 0
};

struct AppliedStatement {
  std::string sql;                          // in UTF-8
  std::optional<ddl::SchemaChange> change;  // nothing where no table's shape is changed
  std::vector<schema::CatalogChange> changes;
};

// A statement is written in its client's charset.
std::string text_of(const binlog::Query& query);

// Does in `catalog` what the statement did on its server. A definite error, and nothing done, when it isn't understood.
Result<AppliedStatement> apply_statement(schema::Catalog& catalog, const binlog::Query& query,
                                         const CatalogServer& server);

}  // namespace millrace::pipeline
