#pragma once

// The statements in a stretch of a binlog that may have changed tables, and which tables those are. It is how structures
// that were read from a server without a lock are made certain: what no statement touched between two places was the same
// at both, and what is known for one place is brought to a later one by the statements between.
//
// Reads a stream of its own, rows and all, from the calling thread; bounded in memory but for the names.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/binlog/events.h"
#include "millrace/ddl/statement.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/pipeline/catalog_statement.h"
#include "millrace/pipeline/event_stream.h"
#include "millrace/schema/catalog.h"
#include "millrace/schema/table_schema.h"

namespace millrace::pipeline {

struct TouchedTables {
  std::set<schema::TableName> tables;
  // Every table of these may have changed: CREATE or DROP DATABASE, or a statement that isn't understood.
  std::set<std::string> databases;
  bool empty() const { return tables.empty() && databases.empty(); }
  bool contains(const schema::TableName& name) const {
    return tables.contains(name) || databases.contains(name.database);
  }
  bool overlaps(const TouchedTables& other) const;
  // One by one: of a whole database those that the catalog has.
  std::vector<schema::TableName> names_in(const schema::Catalog& catalog) const;
  void merge(TouchedTables other);
};

// A place in a binlog: by GTIDs where there are any, else by position. The position as well of a place to scan up to: it
// was asked for first, so that no transaction may be missing in both.
struct BinlogPlace {
  std::optional<gtid::GtidSet> executed;
  BinlogPosition position;
};

// A statement that may have changed the shape of tables.
struct ScannedStatement {
  const binlog::Query& query;
  const ddl::Statement& statement;
  const std::optional<gtid::Gtid>& gtid;
  // Up to the place that the scan goes to. Else it was in the binlog by then and not yet in the GTID set, so that tables
  // may show it already; or it came later.
  bool is_within;
};
using StatementCallback = std::function<void(const ScannedStatement&)>;

TouchedTables tables_of(const ScannedStatement& scanned, const CatalogServer& server);

// Statements after `from` and up to `to`, in order, and maybe some that follow. A transient error where the stream ends
// before, as when a server shuts down.
Status scan_statements(EventStreamFactory& streams, const BinlogPlace& from, const BinlogPlace& to,
                       const StatementCallback& take);

// The tables of all of them.
Result<TouchedTables> scan_touched_tables(EventStreamFactory& streams, const BinlogPlace& from,
                                          const BinlogPlace& to, const CatalogServer& server);

}  // namespace millrace::pipeline
