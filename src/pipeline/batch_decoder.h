#pragma once

// What a decode worker does: the row events of a batch to records. Pure but for the clock; safe to run on any thread,
// one batch at a time each.

#include "millrace/base/clock.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/pipeline/pipeline.h"
#include "pipeline/batch.h"

namespace millrace::pipeline {

struct DecodeOptions {
  bool skip_creates = false, skip_updates = false, skip_deletes = false;
  OnFailure undecodable = OnFailure::kStop;
  OnFailure unprocessable = OnFailure::kStop;
};

// Fills the batch's decode results; an error goes to batch.status with table and position.
void decode_batch(Batch& batch, const encode::EncoderOptions& encoder, const DecodeOptions& options,
                  const Clock& clock);

}  // namespace millrace::pipeline
