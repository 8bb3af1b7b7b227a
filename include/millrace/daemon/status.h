#pragma once

// What the daemon says about a source: its state in Kafka Connect's words, why, and how far it is. StatusProvider is
// the REST server's view of the sources, so that the server knows nothing of how they run.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/pipeline/snapshot.h"

namespace millrace::daemon {

enum class SourceState : std::uint8_t {
  kUnassigned,  // not started yet
  kRunning,
  kRestarting,  // waits to try again after a transient error
  kFailed,      // stopped for good: someone must act
  kStopped,     // because it was asked to
};

inline constexpr SourceState kAllSourceStates[] = {SourceState::kUnassigned, SourceState::kRunning,
                                                   SourceState::kRestarting, SourceState::kFailed,
                                                   SourceState::kStopped};

// Kafka Connect's word: RUNNING and so on. Lives for ever.
std::string_view state_name(SourceState state);

struct SourceStatus {
  std::string name;
  SourceState state = SourceState::kUnassigned;
  std::string trace;     // why it is restarting or failed, else empty
  std::string position;  // "file:offset" of the last commit, empty before the first
  std::string gtids;     // of the last commit
  pipeline::SnapshotReport snapshot;
};

// Called from the HTTP server's threads.
class StatusProvider {
 public:
  virtual ~StatusProvider() = default;
  virtual std::vector<std::string> source_names() const = 0;
  // Nothing for a name that isn't there.
  virtual std::optional<SourceStatus> status(const std::string& name) const = 0;
  // The source's properties as written, references unresolved.
  virtual std::optional<std::map<std::string, std::string>> properties(
      const std::string& name) const = 0;
  // Empty while it isn't known.
  virtual std::string kafka_cluster_id() const { return ""; }
};

}  // namespace millrace::daemon
