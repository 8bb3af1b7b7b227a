#pragma once

// Reads one prepared XA group again, when its XA COMMIT arrives. Nothing of a prepared transaction is kept in memory or
// on disk but its name and place, so its size doesn't matter and a restart between XA PREPARE and XA COMMIT loses
// nothing. With GTIDs the second stream asks for exactly the group that is missing from a set that lacks it; without, it
// starts at the group's position.

#include "millrace/base/result.h"
#include "millrace/binlog/stream_grammar.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/pipeline/event_stream.h"
#include "millrace/state/source_state.h"

namespace millrace::pipeline {

// Calls `visitor` with the events of the group: table maps, row events, ROWS_QUERY, begin and end. `executed` are the
// transactions that the source has seen so far. Returns when the group has ended. Definite errors: the source has
// purged it.
Status replay_xa_group(EventStreamFactory& streams, const state::PreparedXa& prepared,
                       gtid::GtidSet executed, binlog::StreamVisitor& visitor);

}  // namespace millrace::pipeline
