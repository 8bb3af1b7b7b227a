#pragma once

// What a source's start means for its snapshot: whether one begins, goes on or is over with, and of which tables. Pure
// decisions on what the configuration says, what the source remembers and what the server has; source_runner.cc acts.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "daemon/source_filters.h"
#include "millrace/base/result.h"
#include "millrace/config/config.h"
#include "millrace/mysql/server_facts.h"
#include "millrace/schema/catalog.h"
#include "millrace/state/source_state.h"

namespace millrace::daemon {

struct SnapshotDecision {
  bool begins = false;         // a new snapshot of all tables
  bool renews_offset = false;  // the source begins anew; what it remembers counts for nothing
  bool renews_catalog =
      false;                // snapshot.mode=recovery: structures are read again, for the old offset
  bool reads_copy = false;  // of a new snapshot: from a frozen copy
  bool ends = false;        // there is nothing to do: the snapshot was all that was asked for
  bool stops_after = false;  // the source ends with its snapshot
};

// A definite error where the server can't be read as the mode wants it.
Result<SnapshotDecision> decide_snapshot(const config::SnapshotConfig& config,
                                         const state::SourceState& state,
                                         const mysql::ServerFacts& facts);

// Why a server can't be read while it changes; empty when it can.
std::string why_not_live(const mysql::ServerFacts& facts);

// All captured tables of the catalog that a snapshot is to read, in the order in which it does. `estimates`: rows, where
// known.
std::vector<state::SnapshotTable> plan_tables(
    const config::SnapshotConfig& config, const schema::Catalog& catalog,
    const std::function<bool(const schema::TableName&)>& wanted,
    const std::map<schema::TableName, std::uint64_t>& estimates);

// Gives the tables of the source's own snapshot their SELECT, as the configuration has it now. A definite error when it
// names a table that isn't there.
Status apply_overrides(const config::SnapshotConfig& config, const schema::Catalog& catalog,
                       const std::function<bool(const schema::TableName&)>& wanted,
                       std::vector<state::SnapshotTable>& tables);

// What decides which tables are captured, to be remembered (state::captured_record); and as it was remembered.
std::string captured_text(const config::SourceConfig& source);
Result<transform::TableFilter> parse_captured(const std::string& text);

}  // namespace millrace::daemon
