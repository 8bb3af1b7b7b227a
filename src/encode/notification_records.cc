#include "millrace/encode/notification_records.h"

#include "encode/json_writer.h"
#include "encode/metadata_form.h"

namespace millrace::encode {
namespace {

ConnectSchema key_of_notification() {
  return named_struct(schema_field("id", "string", false),
                      "io.debezium.connector.common.NotificationKey");
}

ConnectSchema value_of_notification() {
  ConnectSchema text;
  text.type = "string";
  const std::string printed = print_schema(text);
  ConnectSchema data;
  data.type = "map";
  data.parts = "\"keys\":" + printed + ",\"values\":" + printed;
  data.is_optional = true;
  return named_struct(
      schema_field("id", "string", false) + "," + schema_field("type", "string", false) + "," +
          schema_field("aggregate_type", "string", false) + "," +
          print_schema(data, "additional_data") + "," + schema_field("timestamp", "int64", false),
      "io.debezium.connector.common.Notification");
}

}  // namespace

std::string Notification::to_json() const {
  JsonWriter out;
  out.raw("{\"id\":");
  out.quoted(id);
  out.raw(",\"type\":");
  out.quoted(type);
  out.raw(",\"aggregate_type\":");
  out.quoted(aggregate_type);
  out.raw(",\"additional_data\":{");
  bool first = true;
  for (const auto& [name, value] : additional_data) {
    if (!first) out.raw(',');
    first = false;
    out.quoted(name);
    out.raw(':');
    out.quoted(value);
  }
  out.raw("},\"timestamp\":");
  out.integer(timestamp_ms);
  out.raw('}');
  return std::string(out.written_since(0));
}

class NotificationRecords::Impl {
 public:
  Impl(const std::string& topic, const EncoderOptions& options)
      : form_(topic, key_of_notification(), value_of_notification(), options) {}

  void append(const Notification& notification, RecordBatch& out) const {
    JsonWriter key;
    key.raw("{\"id\":");
    key.quoted(notification.id);
    key.raw('}');
    form_.append(key.written_since(0), notification.to_json(), out);
  }

 private:
  MetadataForm form_;
};

NotificationRecords::NotificationRecords(const std::string& topic, const EncoderOptions& options)
    : impl_(std::make_unique<const Impl>(topic, options)) {}
NotificationRecords::~NotificationRecords() = default;

void NotificationRecords::append(const Notification& notification, RecordBatch& out) const {
  impl_->append(notification, out);
}

}  // namespace millrace::encode
