#pragma once

// A source that goes on where a connector (Debezium) stopped: what its offset means here, and the catalog as of that
// offset. Tables that no statement has touched since are what the server says; those touched are what the connector's
// schema history says. Runs between the sink's open(), which found the offset, and the pipeline. Until
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
#include "millrace/pipeline/event_stream.h"
#include "millrace/schema/catalog.h"
#include "millrace/state/schema_history.h"
#include "millrace/state/source_state.h"
#include "millrace/transform/table_filter.h"

namespace millrace::daemon {

struct Takeover {
  const config::SourceConfig& source;
  const std::map<std::string, std::string>& kafka;  // the section's properties
  const transform::TableFilter& filter;
  mysql::Connection& connection;
  const mysql::ServerFacts& facts;
  pipeline::EventStreamFactory& streams;
  const std::atomic<bool>& interrupted;

  // Completes the offset, replaces the catalog, and returns what becomes of the old one's tables in the state store. A
  // definite error when the server can't go on from the offset, or when the structures as of then can't be known.
  Result<std::vector<state::StateRecord>> run(state::SourceState& state) const;

 private:
  Result<schema::Catalog> catalog_at(const state::Offset& offset) const;
  // Tells what `catalog` doesn't know from the connector's schema history.
  Status learn_from_history(const state::Offset& offset, schema::Catalog& catalog) const;
  Status read_history(state::SchemaHistory& history) const;
  Status require_known(const schema::Catalog& catalog) const;
};

// What the source captures.
transform::TableFilterOptions filter_options(const config::SourceConfig& source);

}  // namespace millrace::daemon
