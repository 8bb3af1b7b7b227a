#pragma once

// Clone providers: executables that make a frozen copy of a source's server for its snapshot, and delete it. What they
// are told and what they must answer is docs/clone-providers.md; "aurora" and "mysql-clone" are shipped in
// config/clone-providers. Which platform a server runs on is a provider's business, so that this program links no
// cloud's library.
//
// create_clone() and delete_clone() block on the source's thread for as long as the provider takes, hours perhaps;
// `interrupted` ends them within a few seconds. They may be called again at any time, also after the process died in
// the middle: a copy is found by its name. What a provider says goes to the log "snapshot" as it comes, without secrets.
//
// Errors: transient when calling again may help (the provider says so, was interrupted, took too long), definite else;
// both with the provider's own last words.

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/base/secret.h"
#include "millrace/base/strong_id.h"
#include "millrace/config/config.h"
#include "millrace/gtid/gtid_set.h"

namespace millrace::daemon {

// A copy that can be read.
struct CloneEndpoint {
  std::string host;
  std::uint16_t port = 0;
  // None: as the configuration says (snapshot.clone.*, else the source's own).
  std::optional<std::string> user;
  std::optional<Secret> password;
  // Where the source's stream goes on, as far as the provider knows. Without either, it is what the copy itself says
  // before anybody writes to it.
  std::optional<gtid::GtidSet> gtid_executed;
  std::optional<BinlogPosition> position;  // in the source's binlog files, not in the copy's
  std::optional<gtid::Uuid> server_uuid;   // the copy's
};

// Makes the copy, or goes on with what is there of it; returns when it can be read.
Result<CloneEndpoint> create_clone(const config::SourceConfig& source,
                                   const std::atomic<bool>& interrupted);

// Deletes it, and waits until it is gone. No copy: nothing to do.
Status delete_clone(const config::SourceConfig& source, const std::atomic<bool>& interrupted);

// Where the executable of source.snapshot.clone.provider is; a definite error when it isn't there. A name without a
// slash is a shipped one: in the folder $MILLRACE_PROVIDERS, else in share/millrace/clone-providers beside the
// program's bin, else in the source tree that the program was built in.
Result<std::string> find_clone_provider(const std::string& provider);

// The copy's name: of the source's, the same for ever; at most 48 letters, digits and hyphens. The option `name`
// replaces it.
std::string clone_name(const config::SourceConfig& source);

// Reads what a provider printed: its last line that is a JSON object. Definite errors that begin with the
// provider's name and hold nothing of the output's values.
Result<CloneEndpoint> parse_clone_endpoint(std::string_view provider, std::string_view output);

}  // namespace millrace::daemon
