#pragma once

// Where a source starts: the offset that it remembers, held against what the server has; or, at a first start, the
// server's position now. Pure decisions on facts; source_runner.cc gathers the facts and acts.

#include <optional>
#include <string>

#include "millrace/base/result.h"
#include "millrace/mysql/server_facts.h"
#include "millrace/state/source_state.h"

namespace millrace::daemon {

// The offset of a first start with snapshot.mode no_data: everything the server has executed counts as published.
Result<state::Offset> first_offset(const mysql::ServerFacts& facts);

// The offset of a connector as that would start from it: of servers that it names nothing of, what is purged counts as
// published. (A connector's set may be filtered by gtid.source.includes, and a server brings transactions of its own
// from before it was a replica.)
state::Offset with_purged_of_unknown_servers(state::Offset offset, const mysql::ServerFacts& facts);

// Where a start would begin, as a sentence for people: from nothing, from an own offset, or from a connector's.
std::string describe_start(const std::optional<state::Offset>& offset,
                           const mysql::ServerFacts& facts);

// Whether the server can go on from `offset`. Definite errors, each with what to do: what follows the offset is purged;
// the server lacks transactions that were published (an older backup, a replica that was behind at failover, another
// server); GTIDs were switched off, or the offset has none.
Status check_offset(const state::Offset& offset, const mysql::ServerFacts& facts);

}  // namespace millrace::daemon
