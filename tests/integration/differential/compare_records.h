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

// `table` is "db.table"; `with_default` are its columns that have a DEFAULT.
void compare_topics(const std::string& table, const std::set<std::string>& with_default,
                    const std::vector<Message>& debezium, const std::vector<Message>& millrace,
                    Comparison& result);

}  // namespace millrace::testing
