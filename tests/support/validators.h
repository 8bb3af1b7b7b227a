#pragma once

// The guarantees as checks over what a consumer read. Each takes events in the order of a topic and returns sentences
// about what is wrong; none when all is well. A fault that each of them must find is in tests/unit/support.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/event.h"

namespace millrace::testing {

using Faults = std::vector<std::string>;

// What a topic says a table holds: key to row, both raw JSON.
using Rows = std::map<std::string, std::string>;

// Folds a topic as a compacted topic's reader would: an event with `after` sets its key, a delete or a tombstone
// removes it. Events without a key (truncate aside) can't be folded: throws.
Rows fold(const std::vector<Event>& events);

// Of each key: `before` of an update or delete is the `after` before it, a create finds the key absent, a delete finds it
// present, a tombstone stands right behind its delete (`tombstones`: and every delete has one), and a key stays on one
// partition. Events of several topics may be mixed.
Faults check_key_order(const std::vector<Event>& events, bool tombstones = true);

// What makes two events the same change.
enum class Identity {
  kPosition,  // topic, file, pos, row, op: on one server without binlog_transaction_compression
  kContent,  // and gtid, key, before, after: events inside a compressed transaction share a position
};

// Every change is there once. The delete and the create of a key change share a position and differ in op.
Faults check_no_duplicates(const std::vector<Event>& events,
                           Identity identity = Identity::kPosition);

// Changes by table row, not by record: the delete and the create of a key change count once.
std::uint64_t count_changes(const std::vector<Event>& events);

// Folded topic against the table: missing, superfluous and different rows, the first few of each with both texts.
Faults compare_rows(const Rows& topic, const Rows& table, const std::string& name);

// One string for an assertion's message.
std::string join(const Faults& faults, std::size_t at_most = 20);

}  // namespace millrace::testing
