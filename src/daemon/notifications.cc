#include "daemon/notifications.h"

#include <spdlog/spdlog.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "millrace/base/clock.h"
#include "millrace/daemon/logging.h"
#include "millrace/encode/notification_records.h"
#include "millrace/gtid/gtid_set.h"

namespace millrace::daemon {
namespace {

encode::Notification of_snapshot(const config::SourceConfig& source, const std::string& type) {
  encode::Notification notification;
  const std::int64_t now_ns = system_clock().wall_ns();
  notification.id = gtid::Uuid::derive(source.name + type + std::to_string(now_ns)).to_text();
  notification.type = type;
  notification.aggregate_type = "Initial Snapshot";
  notification.additional_data["connector_name"] = source.topic_prefix;
  notification.timestamp_ms = now_ns / 1'000'000;
  return notification;
}

std::vector<std::string> types_of(StartOfSnapshot start) {
  switch (start) {
    case StartOfSnapshot::kBegun:
      return {"STARTED"};
    case StartOfSnapshot::kOfStructures:
      return {"STARTED", "COMPLETED"};
    case StartOfSnapshot::kSkipped:
      return {"SKIPPED"};
    case StartOfSnapshot::kGoesOn:
      break;
  }
  return {};
}

}  // namespace

void log_notification(const config::SourceConfig& source,
                      const encode::Notification& notification) {
  if (!source.metadata.notifies_log) return;
  logger("source")->info("notification {} source={}", notification.to_json(), source.name);
}

Result<bool> notify_start(const config::SourceConfig& source, const encode::EncoderOptions& encoder,
                          StartOfSnapshot start, sink::Sink& sink) {
  const config::MetadataConfig& metadata = source.metadata;
  if (!metadata.notifies_log && !metadata.notifies_sink) return false;
  const encode::NotificationRecords records(metadata.notification_topic, encoder);
  auto batch = encode::new_record_batch();
  for (const std::string& type : types_of(start)) {
    const encode::Notification notification = of_snapshot(source, type);
    log_notification(source, notification);
    if (metadata.notifies_sink) records.append(notification, *batch);
  }
  if (batch->records.empty()) return false;
  MILLRACE_RETURN_IF_ERROR(sink.write(std::move(batch)));
  return true;
}

}  // namespace millrace::daemon
