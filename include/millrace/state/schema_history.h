#pragma once

// Debezium's schema history, folded to the structures as of an offset. The history is a log: a record a DDL statement,
// with the connector's position at that time and every table that the statement changed as a whole. It is read once,
// when a source goes on from a connector's offset and the binlog doesn't name columns (binlog_row_metadata=MINIMAL).
//
// Which records count. A record's GTID set is the one before its own statement. So a statement is among the offset's
// transactions when the offset's set holds more than the record's; when the sets are equal it is not, and will come
// again in the stream. Records of a snapshot count when their set is within the offset's. Without GTIDs a record's
// position is the end of its statement, and counts up to the offset's.
//
// Pure; the reading of topics and files is the caller's.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/schema/table_schema.h"
#include "millrace/state/source_state.h"

namespace millrace::state {

class SchemaHistory {
 public:
  using Captures = std::function<bool(const schema::TableName&)>;

  // `server` is the connector's topic.prefix, which its records name.
  SchemaHistory(std::string server, Offset offset, Captures captures);

  // The next record, a JSON object. What can't be understood is a definite error that quotes it.
  Status apply(std::string_view json);
  // The captured tables as of the offset. A history without a record of this server up to the offset is a definite
  // error.
  Result<std::map<schema::TableName, schema::TableSchemaPtr>> finish() &&;

  std::uint64_t records() const { return records_; }  // all, whosoever

 private:
  class Record;
  Status apply_changes(const Record& record);

  std::string server_;
  Offset offset_;
  Captures captures_;
  std::map<schema::TableName, schema::TableSchemaPtr> tables_;
  std::uint64_t records_ = 0, own_records_ = 0, applied_ = 0;
  std::set<std::string> other_servers_;
};

}  // namespace millrace::state
