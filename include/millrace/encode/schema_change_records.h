#pragma once

// The topic of schema changes (include.schema.changes), named as topic.prefix: a record for each statement that makes,
// changes or drops tables, with the tables' columns after it.
//
// Immutable; safe to use from any thread.

#include <memory>

#include "millrace/base/clock.h"
#include "millrace/change/schema_change_event.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/encode/record_batch.h"

namespace millrace::encode {

class SchemaChangeRecords {
 public:
  // `options` and `clock` outlive the object.
  SchemaChangeRecords(const EncoderOptions& options, const Clock& clock);
  ~SchemaChangeRecords();

  void append(const change::SchemaChangeEvent& event, RecordBatch& out) const;

 private:
  class Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace millrace::encode
