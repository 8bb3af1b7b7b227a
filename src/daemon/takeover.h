#pragma once

// A source that goes on where a connector (Debezium) stopped: what its offset means here, and the structures of the
// captured tables as of that offset. Runs between the sink's open(), which found the offset, and the pipeline. Until
// this program's first own commit the offset stays the connector's, so that an interrupted takeover is simply done
// again.
//
// Blocks on MySQL and Kafka, on the source's thread.

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/config/config.h"
#include "millrace/mysql/server_facts.h"
#include "millrace/state/source_state.h"
#include "millrace/transform/table_filter.h"

namespace millrace::daemon {

struct Takeover {
  const config::SourceConfig& source;
  const std::map<std::string, std::string>& kafka;  // the section's properties
  const transform::TableFilter& filter;
  mysql::Connection& connection;
  const mysql::ServerFacts& facts;
  const std::atomic<bool>& interrupted;

  // Completes the offset, replaces the structures, and returns what becomes of the old ones in the state store. A
  // definite error when the server can't go on from the offset, or when the structures as of then can't be known.
  Result<std::vector<state::StateRecord>> run(state::SourceState& state) const;

 private:
  Result<std::map<schema::TableName, schema::TableSchemaPtr>> structures(
      const state::Offset& offset) const;
  Result<std::map<schema::TableName, schema::TableSchemaPtr>> from_history(
      const state::Offset& offset) const;
  Result<std::map<schema::TableName, schema::TableSchemaPtr>> from_server(
      const state::Offset& offset) const;
};

// What the source captures.
transform::TableFilterOptions filter_options(const config::SourceConfig& source);

// Whether the connector's schema history is where the structures come from.
bool has_schema_history(const config::SourceConfig& source);

}  // namespace millrace::daemon
