#pragma once

// Two topics record by record: key, value, headers, partition, order, tombstones. Only what says when a program handled
// a record is left out; every other difference is either accepted by name or a fault.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "conformance/record.h"
#include "support/validators.h"

namespace millrace::testing {

struct Comparison {
  Faults faults;
  std::map<std::string, int> accepted;  // id -> how often
  std::size_t records = 0;              // of Debezium that were compared
};

// What a topic of both is compared with.
struct TopicPair {
  std::string set;    // of properties
  std::string topic;  // without the prefix
  int partitions = 1;
  std::set<std::string> columns_with_default;
  // The statements of a transaction, for messages.
  std::function<std::string(std::uint64_t gno)> statements;
};

void compare_topics(const TopicPair& pair, const std::vector<Record>& debezium,
                    const std::vector<Record>& millrace, Comparison& result);

}  // namespace millrace::testing
