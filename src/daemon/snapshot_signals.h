#pragma once

// Signals about snapshots, in Debezium's form, as orders to the pipeline: execute-snapshot, stop-snapshot,
// pause-snapshot, resume-snapshot. Pure.

#include <optional>

#include "daemon/signal.h"
#include "millrace/base/result.h"
#include "millrace/pipeline/snapshot.h"

namespace millrace::daemon {

// Nothing for a signal of another type. A definite error says what is wrong with its data.
Result<std::optional<pipeline::SnapshotOrder>> parse_snapshot_order(const Signal& signal);

}  // namespace millrace::daemon
