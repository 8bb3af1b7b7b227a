#pragma once

// The differences between Debezium's records and ours that are meant. Each rule carries the id of its entry in
// docs/differences.md, which says why; an entry there without a rule here, a rule without an entry, and a rule that no
// record needed all fail a test, as does every difference that no rule explains.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::testing {

enum class Part {
  kKey,           // a column of the key; `name` is the column's
  kRow,           // a column of before or after
  kSource,        // a field of the source block
  kField,         // any other field of a value
  kTableChange,   // a member of anything in `tableChanges`
  kHeader,        // a header's value, or one that only one of the two has
  kSchema,        // of a key or value, whole
  kOnlyDebezium,  // a record that Millrace doesn't write
  kOnlyMillrace,  // a record that Debezium doesn't write
};

// Raw JSON on both sides; empty where there is nothing.
struct Difference {
  Part part = Part::kField;
  std::string set;    // of properties
  std::string topic;  // without the prefix: "types_json.t"; "" for the topic of schema changes
  std::string name;
  std::string debezium;
  std::string millrace;
  bool has_default = false;  // the column has, or had, a DEFAULT
  std::string statement;     // that the record is of, where it is known
  std::string within;        // of a table change: Debezium's object that has the member
};

struct AcceptedDifference {
  const char* id;
  std::function<bool(const Difference&)> applies;
};

const std::vector<AcceptedDifference>& accepted_differences();
// The id of the first that applies; empty when the difference isn't meant.
std::string accepted_by(const Difference& difference);
// Where the two take rows from different places in the binlog, so that records are matched by their keys.
bool matched_by_key(std::string_view topic);

}  // namespace millrace::testing
