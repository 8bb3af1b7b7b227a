#pragma once

// Connections that read tables for a snapshot: of the server itself, or of its copy.

#include <optional>
#include <string>

#include "daemon/clone_server.h"
#include "millrace/config/config.h"
#include "millrace/mysql/server_facts.h"
#include "millrace/snapshot/table_reader.h"

namespace millrace::daemon {

snapshot::MakeTableReader live_table_readers(const config::SourceConfig& source,
                                             const mysql::ServerFacts& facts);
snapshot::MakeTableReader clone_table_readers(const config::SourceConfig& source,
                                              const CloneServer& clone);

}  // namespace millrace::daemon
