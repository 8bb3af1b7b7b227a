#pragma once

// What the records around the rows have in common: one topic, and the schemas of its keys and values, printed once.
// Immutable; safe to use from any thread.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "encode/connect_schema.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/encode/record_batch.h"

namespace millrace::encode {

class MetadataForm {
 public:
  MetadataForm(std::string topic, const ConnectSchema& key, const ConnectSchema& value,
               const EncoderOptions& options, std::int32_t partition = Record::kAnyPartition);

  // `key` and `value` are JSON without their schemas.
  void append(std::string_view key, std::string_view value, RecordBatch& out) const;
  // The same with the headers of extended.headers.enabled, where `options` have them.
  void append_with_context(std::string_view key, std::string_view value,
                           const EncoderOptions& options, RecordBatch& out) const;

 private:
  std::shared_ptr<const Topic> topic_;
  std::string key_head_, value_head_;
  std::string_view key_tail_, value_tail_;
  std::int32_t partition_;
};

}  // namespace millrace::encode
