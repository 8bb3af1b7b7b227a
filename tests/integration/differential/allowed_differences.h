#pragma once

// The differences between Debezium's records and ours that are meant, one rule each; docs/differences.md is the same
// list for people. Whatever no rule explains fails the test.

#include <string>

namespace millrace::testing {

// A column of a row that the two say differently; raw JSON.
struct ColumnDifference {
  std::string table;  // "types_json.t"
  std::string column;
  std::string debezium;
  std::string millrace;
  bool has_default = false;  // the column has a DEFAULT
};

// The reason why it is meant; empty when it isn't.
std::string allowed_because(const ColumnDifference& difference);
// The same for the schemas of a table's records.
std::string allowed_schema_because(const std::string& table, const std::string& debezium,
                                   const std::string& millrace);

}  // namespace millrace::testing
