#pragma once

// Which tables the statements in a stretch of a binlog may have changed. It is how structures that were read from a server
// without a lock are made certain: what no statement touched between two places was the same at both.
//
// Reads a stream of its own, rows and all, from the calling thread; bounded in memory but for the names.

#include <optional>
#include <set>
#include <string>

#include "millrace/base/result.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/pipeline/event_stream.h"
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
};

// A place in a binlog: by GTIDs where there are any, else by position. The position as well of a place to scan up to: it
// was asked for first, so that no transaction may be missing in both.
struct BinlogPlace {
  std::optional<gtid::GtidSet> executed;
  BinlogPosition position;
};

// Statements after `from` and up to `to`. A transient error where the stream ends before, as when a server shuts down.
Result<TouchedTables> scan_statements(EventStreamFactory& streams, const BinlogPlace& from,
                                      const BinlogPlace& to);

}  // namespace millrace::pipeline
