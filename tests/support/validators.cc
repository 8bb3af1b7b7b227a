#include "support/validators.h"

#include <optional>
#include <stdexcept>
#include <unordered_map>

namespace millrace::testing {
namespace {

// A key's last known state while a topic is walked.
struct KeyState {
  std::optional<std::string> row;
  bool awaits_tombstone = false;
  int partition = 0;
  std::string last;  // describe() of the event before
};

class KeyOrder {
 public:
  explicit KeyOrder(bool tombstones) : tombstones_(tombstones) {}

  void take(const Event& event) {
    if (event.op == 't' || event.key.empty()) return;
    const auto [it, first] = keys_.try_emplace(event.topic + '\0' + event.key);
    KeyState& state = it->second;
    if (first) {
      state.partition = event.partition;
    } else if (state.partition != event.partition) {
      fault(event, state, "a key changed its partition");
    }
    if (event.tombstone) {
      if (!state.awaits_tombstone)
        fault(event, state, "a tombstone without a delete right before it");
      state.awaits_tombstone = false;
    } else {
      if (state.awaits_tombstone && tombstones_)
        fault(event, state, "no tombstone after the delete");
      state.awaits_tombstone = false;
      change(event, state);
    }
    state.last = event.describe();
  }

  Faults finish() && {
    for (const auto& [key, state] : keys_) {
      if (state.awaits_tombstone && tombstones_)
        faults_.push_back("no tombstone after: " + state.last);
    }
    return std::move(faults_);
  }

 private:
  void change(const Event& event, KeyState& state) {
    switch (event.op) {
      case 'c':
      case 'r':
        if (state.row) fault(event, state, "a create of a row that is there");
        if (event.before) fault(event, state, "a create with a before");
        break;
      case 'u':
      case 'd':
        if (!state.row) {
          fault(event, state, "a change of a row that isn't there");
        } else if (event.before != state.row) {
          fault(event, state,
                "before is not the previous after:\n    before   " + event.before.value_or("null") +
                    "\n    previous " + *state.row);
        }
        break;
      default:
        fault(event, state, "an unknown op");
    }
    state.row = event.op == 'd' ? std::nullopt : event.after;
    state.awaits_tombstone = event.op == 'd';
    if (event.op == 'd' && event.after) fault(event, state, "a delete with an after");
    if (event.op != 'd' && !event.after) fault(event, state, "no after");
  }

  void fault(const Event& event, const KeyState& state, const std::string& what) {
    faults_.push_back(what + ": " + event.describe() +
                      (state.last.empty() ? "" : "\n    after " + state.last));
  }

  bool tombstones_;
  std::unordered_map<std::string, KeyState> keys_;
  Faults faults_;
};

std::string record_identity(const Event& event, Identity identity) {
  std::string text = event.topic + '\0' + event.op + event.file + ':' + std::to_string(event.pos) +
                     '/' + std::to_string(event.row);
  if (identity == Identity::kContent) {
    text += '\0' + event.gtid + '\0' + event.key + '\0' + event.before.value_or("") + '\0' +
            event.after.value_or("");
  }
  return text;
}

void add_faults(Faults& faults, const std::string& what, const Faults& some) {
  if (some.empty()) return;
  faults.push_back(std::to_string(some.size()) + " " + what + ", such as\n    " + join(some, 3));
}

}  // namespace

Rows fold(const std::vector<Event>& events) {
  Rows rows;
  for (const Event& event : events) {
    if (event.op == 't') {
      rows.clear();
    } else if (event.key.empty()) {
      throw std::runtime_error("an event without a key can't be folded: " + event.describe());
    } else if (event.tombstone || !event.after) {
      rows.erase(event.key);
    } else {
      rows[event.key] = *event.after;
    }
  }
  return rows;
}

Faults check_key_order(const std::vector<Event>& events, bool tombstones) {
  KeyOrder order(tombstones);
  for (const Event& event : events) order.take(event);
  return std::move(order).finish();
}

Faults check_no_duplicates(const std::vector<Event>& events, Identity identity) {
  Faults faults;
  std::unordered_map<std::string, const Event*> seen;
  for (const Event& event : events) {
    if (event.tombstone) continue;
    const auto [it, first] = seen.try_emplace(record_identity(event, identity), &event);
    if (!first)
      faults.push_back("twice: " + event.describe() + "\n    first " + it->second->describe());
  }
  return faults;
}

std::uint64_t count_changes(const std::vector<Event>& events) {
  std::uint64_t count = 0;
  for (const Event& event : events)
    count += !event.tombstone && event.op != 't' && !event.follows_key_change;
  return count;
}

Faults compare_rows(const Rows& topic, const Rows& table, const std::string& name) {
  Faults missing, superfluous, different;
  for (const auto& [key, row] : table) {
    const auto it = topic.find(key);
    if (it == topic.end()) {
      missing.push_back(key + " " + row);
    } else if (it->second != row) {
      different.push_back(key + "\n      topic " + it->second + "\n      table " + row);
    }
  }
  for (const auto& [key, row] : topic) {
    if (!table.contains(key)) superfluous.push_back(key + " " + row);
  }
  Faults faults;
  add_faults(faults, "rows of " + name + " are missing in the topic", missing);
  add_faults(faults, "rows of the topic are not in " + name, superfluous);
  add_faults(faults, "rows of " + name + " differ", different);
  return faults;
}

std::string join(const Faults& faults, std::size_t at_most) {
  std::string text;
  for (std::size_t i = 0; i < faults.size() && i < at_most; ++i) {
    if (i > 0) text += "\n    ";
    text += faults[i];
  }
  if (faults.size() > at_most)
    text += "\n    ... and " + std::to_string(faults.size() - at_most) + " more";
  return text;
}

}  // namespace millrace::testing
