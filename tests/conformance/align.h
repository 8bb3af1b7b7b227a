#pragma once

// Lays two sequences of records side by side, so that a record that only one of them has is one difference rather than
// a shift of everything after it.

#include <optional>
#include <string>
#include <vector>

#include "conformance/record.h"

namespace millrace::testing {

// Indexes of records that belong together; nothing on the side that has none.
struct Pairing {
  std::optional<std::size_t> debezium, millrace;
};

// By what a record is told from its neighbours.
enum class RecordIdentity {
  kTransaction,  // transaction, row and kind: the same change in the binlog
  kKey,          // key and kind: where the two take a row from different places in the binlog
};

std::vector<Pairing> align(const std::vector<Record>& debezium, const std::vector<Record>& millrace,
                           RecordIdentity identity);

// A topic cut into sequences whose order counts: one for each partition; in a topic of several partitions, records
// without a key are a sequence of their own in the binlog's order, since a producer spreads them as it likes.
std::vector<std::vector<Record>> sequences(const std::vector<Record>& records, int partitions);

}  // namespace millrace::testing
