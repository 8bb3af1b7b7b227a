#pragma once

// Two topics record by record: key, value, headers, order. Fields that name the program or its clock are left out.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/kafka_reader.h"
#include "support/validators.h"

namespace millrace::testing {

struct Comparison {
  Faults faults;
  std::map<std::string, int> allowed;  // reason -> how often
};

// What two topics are of: "db.table", and the prefixes of the two.
struct TopicPair {
  std::string table;
  std::string debezium_prefix, millrace_prefix;
};

// `with_default` are the columns that have a DEFAULT.
void compare_topics(const TopicPair& topics, const std::set<std::string>& with_default,
                    const std::vector<Message>& debezium, const std::vector<Message>& millrace,
                    Comparison& result);

}  // namespace millrace::testing
