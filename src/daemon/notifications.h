#pragma once

// notification.enabled.channels: what a source tells about its own life, as Debezium's notifications. Here what becomes of
// the snapshot that may be taken at the start; how it gets on is told from inside the pipeline.

#include <cstdint>

#include "millrace/base/result.h"
#include "millrace/config/config.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/encode/notification_records.h"
#include "millrace/sink/sink.h"
#include "millrace/state/source_state.h"

namespace millrace::daemon {

enum class StartOfSnapshot : std::uint8_t {
  kBegun,
  kOfStructures,  // begun and completed: only structures were read
  kSkipped,       // there is an offset
  kGoesOn,        // nothing to tell
};

// Notes it in the log and as records that are written to the sink: true when there are such, and a commit must follow.
Result<bool> notify_start(const config::SourceConfig& source, const encode::EncoderOptions& encoder,
                          StartOfSnapshot start, sink::Sink& sink);
void log_notification(const config::SourceConfig& source, const encode::Notification& notification);

}  // namespace millrace::daemon
