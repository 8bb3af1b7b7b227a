#pragma once

// notification.enabled.channels: what a source tells about its own life, as Debezium's notifications. While there are
// no snapshots, that is what becomes of the one that Debezium would take at the start: of structures only, and skipped when
// there is an offset.

#include "millrace/base/result.h"
#include "millrace/config/config.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/sink/sink.h"
#include "millrace/state/source_state.h"

namespace millrace::daemon {

// Notes that the source starts for the first time (`is_first`) or goes on, in the log and as records that are written to
// the sink: true when there are such, and a commit must follow.
Result<bool> notify_start(const config::SourceConfig& source, const encode::EncoderOptions& encoder,
                          bool is_first, sink::Sink& sink);

}  // namespace millrace::daemon
