#pragma once

// When batches go to the workers. Batches don't depend on each other, but for one thing: with transaction metadata each
// row carries its number within the transaction, so a batch that goes on with a transaction waits for the one before it
// and takes its counts over. No worker waits meanwhile: the batch is handed on when its time has come.
//
// Thread-safe: the reader adds, workers report. Outlives the workers' tasks.

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "pipeline/batch.h"

namespace millrace::pipeline {

class DecodeOrder {
 public:
  using Start = std::function<void(std::shared_ptr<Batch>)>;
  // `start` hands a batch to the workers; called by whoever adds or reports.
  DecodeOrder(bool counts_events, Start start)
      : counts_events_(counts_events), start_(std::move(start)) {}

  void add(std::shared_ptr<Batch> batch);
  // `batch` is decoded.
  void finished(const Batch& batch);

 private:
  const bool counts_events_;
  const Start start_;
  std::mutex mutex_;
  // Batches at the workers or waiting, each with the one that waits for it.
  std::unordered_map<const Batch*, std::shared_ptr<Batch>> successors_;
  const Batch* last_ = nullptr;            // added; compared, never read
  change::TransactionCounts last_counts_;  // of the last batch, once it is decoded
};

}  // namespace millrace::pipeline
