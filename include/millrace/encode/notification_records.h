#pragma once

// The topic of notifications (notification.enabled.channels=sink): what a source tells about its own life, in the form of
// Debezium's notifications. Immutable; safe to use from any thread.

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "millrace/encode/debezium_encoder.h"
#include "millrace/encode/record_batch.h"

namespace millrace::encode {

struct Notification {
  std::string id;              // a UUID
  std::string type;            // "STARTED"
  std::string aggregate_type;  // "Initial Snapshot"
  std::map<std::string, std::string> additional_data;
  std::int64_t timestamp_ms = 0;

  // {"id":...,"type":...,...}: the record's value.
  std::string to_json() const;
};

class NotificationRecords {
 public:
  // `options` are not kept.
  NotificationRecords(const std::string& topic, const EncoderOptions& options);
  ~NotificationRecords();

  void append(const Notification& notification, RecordBatch& out) const;

 private:
  class Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace millrace::encode
