#pragma once

// Where the structure of a table is asked for when a TABLE_MAP and the catalog disagree: the server itself, in the
// daemon. A mismatch means that the table was changed in a way that the binlog doesn't show (with sql_log_bin=0, on a
// replica that became the primary) or that was misunderstood.
//
// Called from the reader's thread, in the middle of the stream; may block for as long as it takes to read the binlog
// from `place` to its end, since only that proves that nothing has changed the table in between.

#include "millrace/base/result.h"
#include "millrace/pipeline/statement_scan.h"
#include "millrace/schema/table_schema.h"

namespace millrace::pipeline {

class StructureSource {
 public:
  virtual ~StructureSource() = default;
  // The structure that the table had at `place`; not merely the one that it has now. A definite error says why that
  // can't be known.
  virtual Result<schema::TableSchemaPtr> structure_at(const schema::TableName& table,
                                                      const BinlogPlace& place) = 0;
};

}  // namespace millrace::pipeline
