#pragma once

// What a decode worker does: the row events of a batch to records. Pure but for the clock; safe to run on any thread,
// one batch at a time each.

#include "millrace/base/clock.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/encode/notification_records.h"
#include "millrace/encode/schema_change_records.h"
#include "millrace/encode/transaction_records.h"
#include "millrace/pipeline/pipeline.h"
#include "pipeline/batch.h"

namespace millrace::pipeline {

struct DecodeOptions {
  bool skip_creates = false, skip_updates = false, skip_deletes = false;
  OnFailure undecodable = OnFailure::kStop;
  OnFailure unprocessable = OnFailure::kStop;
  // Of transaction metadata; null without.
  const encode::TransactionRecords* transactions = nullptr;
  // Null where snapshots notify nobody.
  const encode::NotificationRecords* notifications = nullptr;
  // Null where statements have no records.
  const encode::SchemaChangeRecords* statements = nullptr;
};

// Fills the batch's decode results; an error goes to batch.status with table and position.
void decode_batch(Batch& batch, const encode::EncoderOptions& encoder, const DecodeOptions& options,
                  const Clock& clock);

}  // namespace millrace::pipeline
