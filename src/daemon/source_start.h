#pragma once

// What a source does between opening its sink and running its pipeline: it completes what it remembers (an offset, the
// catalog, a snapshot that begins, goes on or was never asked for), from the server or from a frozen copy of it, and
// stores that in one commit. Blocks, on the source's thread.

#include <optional>

#include "daemon/clone_server.h"
#include "daemon/source_filters.h"
#include "daemon/takeover.h"
#include "millrace/base/result.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/sink/sink.h"
#include "millrace/state/source_state.h"

namespace millrace::daemon {

struct SourceStart {
  state::SourceState state;          // complete
  std::optional<CloneServer> clone;  // a snapshot reads it first
  bool stops_after = false;          // the source ends with its snapshot
  bool is_done = false;              // and that is over
};

// `state` is what the sink's open() gave.
Result<SourceStart> start_source(const Takeover& context, const SourceFilters& filters,
                                 bool full_metadata, const encode::EncoderOptions& encoder,
                                 state::SourceState state, sink::Sink& sink);

// All requirements that the server doesn't meet, as one error.
Status require_fit(const config::SourceConfig& source, const mysql::ServerFacts& facts);

}  // namespace millrace::daemon
