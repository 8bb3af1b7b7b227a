#pragma once

// Reads what a source remembers: its records in the offset topic and in the state topic, from the beginning of every
// partition to its end.
//
// The end. With read_committed a reader gets no further than the first transaction that is still open, be it of
// another source that crashed a moment ago; behind it may stand this source's newest offset. So the end of a partition
// is its high watermark, and the reader waits until the open transaction is over (at the latest when its
// transaction.timeout.ms has passed).
//
// The partition. All records of a source are in one partition of each topic. Which one is remembered, and written to
// again, so that partitions added later don't separate old records from new ones.

#include <atomic>
#include <cstdint>
#include <optional>

#include "millrace/base/result.h"
#include "millrace/sink/kafka_sink.h"

namespace millrace::sink {

struct StoredState {
  state::SourceState state;
  std::int32_t offset_partition = 0;
  std::int32_t state_partition = 0;
};

// After init_transactions; both topics exist (an empty name: that one isn't read).
Result<StoredState> read_stored_state(const KafkaSinkOptions& options,
                                      const std::atomic<bool>& interrupted);

}  // namespace millrace::sink
