#pragma once

// A frozen copy of a source's server, opened for a snapshot: found or made, held against the server that it is a copy
// of, and the place at which the stream goes on behind it. Blocks; making a copy may take hours.

#include <atomic>
#include <optional>
#include <string>

#include "millrace/base/result.h"
#include "millrace/config/config.h"
#include "millrace/mysql/connection.h"
#include "millrace/mysql/server_facts.h"
#include "millrace/state/source_state.h"

namespace millrace::daemon {

struct CloneServer {
  mysql::ConnectionOptions options;
  mysql::Connection connection;
  mysql::ServerFacts facts;
  state::Offset offset;  // behind what it holds
  std::string name;      // of one that a provider made; empty: none did
};

// `server`: the one that the stream comes from. Definite errors: it is no copy of that server, it is that server, its
// place isn't known, or what follows the place is purged.
Result<CloneServer> open_clone(const config::SourceConfig& source, mysql::Connection& server,
                               const mysql::ServerFacts& server_facts,
                               const std::atomic<bool>& interrupted);

// A snapshot goes on: what must be said of the copy now (another one, or one that was written to); empty: nothing.
std::string describe_change(const CloneServer& clone, const state::Snapshot& snapshot,
                            const state::Offset& offset);

}  // namespace millrace::daemon
