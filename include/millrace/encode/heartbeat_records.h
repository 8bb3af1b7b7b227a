#pragma once

// The topic of heartbeats (heartbeat.interval.ms): a record that says nothing but when it was made, so that consumers see
// a quiet source live. Immutable; safe to use from any thread.

#include <memory>

#include "millrace/base/clock.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/encode/record_batch.h"

namespace millrace::encode {

class HeartbeatRecords {
 public:
  // `options` are not kept; `clock` outlives the object.
  HeartbeatRecords(const EncoderOptions& options, const Clock& clock);
  ~HeartbeatRecords();

  void append(RecordBatch& out) const;

 private:
  class Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace millrace::encode
