#pragma once

// The topic of transactions (provide.transaction.metadata): a record where a transaction begins, and one where it ends
// that says how many events it had in all and by table. Every transaction of the server has both, also one without
// events of captured tables, as with Debezium.
//
// Immutable; safe to use from any thread.

#include <cstdint>
#include <memory>

#include "millrace/change/change_event.h"
#include "millrace/change/transaction_counts.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/encode/record_batch.h"

namespace millrace::encode {

class TransactionRecords {
 public:
  // `options` say the topic and whether there are schemas; they are not kept.
  explicit TransactionRecords(const EncoderOptions& options);
  ~TransactionRecords();

  // `timestamp` is the event header's, for servers that don't tell when a transaction was committed.
  void append_begin(const change::TransactionInfo& transaction, std::uint32_t timestamp,
                    RecordBatch& out) const;
  void append_end(const change::TransactionInfo& transaction, std::uint32_t timestamp,
                  const change::TransactionCounts& counts, RecordBatch& out) const;

 private:
  class Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace millrace::encode
