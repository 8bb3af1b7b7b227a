#include "millrace/encode/heartbeat_records.h"

#include <string>

#include "encode/json_writer.h"
#include "encode/metadata_form.h"

namespace millrace::encode {
namespace {

ConnectSchema key_of_heartbeat() {
  return named_struct(schema_field("serverName", "string", false),
                      "io.debezium.connector.common.ServerNameKey");
}

ConnectSchema value_of_heartbeat() {
  return named_struct(schema_field("ts_ms", "int64", false),
                      "io.debezium.connector.common.Heartbeat");
}

}  // namespace

class HeartbeatRecords::Impl {
 public:
  Impl(const EncoderOptions& options, const Clock& clock)
      : clock_(clock),
        form_(options.heartbeat_topic, key_of_heartbeat(), value_of_heartbeat(), options, 0) {
    JsonWriter key;
    key.raw("{\"serverName\":");
    key.quoted(options.logical_name);
    key.raw('}');
    key_ = key.written_since(0);
  }

  void append(RecordBatch& out) const {
    JsonWriter value;
    value.raw("{\"ts_ms\":");
    value.integer(clock_.wall_ns() / 1'000'000);
    value.raw('}');
    form_.append(key_, value.written_since(0), out);
  }

 private:
  const Clock& clock_;
  MetadataForm form_;
  std::string key_;
};

HeartbeatRecords::HeartbeatRecords(const EncoderOptions& options, const Clock& clock)
    : impl_(std::make_unique<const Impl>(options, clock)) {}
HeartbeatRecords::~HeartbeatRecords() = default;

void HeartbeatRecords::append(RecordBatch& out) const { impl_->append(out); }

}  // namespace millrace::encode
