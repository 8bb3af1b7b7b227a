#pragma once

// Topics of the two programs record by record. What differs on purpose (docs/differences.md) is known here, each with its
// reason; what says who wrote a record, and when, is left out.

#include <map>
#include <string>
#include <vector>

#include "support/kafka_reader.h"
#include "support/validators.h"

namespace millrace::testing {

struct TopicsOfTwo {
  std::string name;  // "plain.transaction", for messages
  std::string debezium_prefix, millrace_prefix;
  std::vector<Message> debezium, millrace;
};

// Everything but prefixes, versions and clocks.
void compare_records(const TopicsOfTwo& topics, Faults& faults);
// The topics of schema changes. `allowed` counts the differences that are meant, by reason.
void compare_schema_changes(const TopicsOfTwo& topics, Faults& faults,
                            std::map<std::string, int>& allowed);

}  // namespace millrace::testing
