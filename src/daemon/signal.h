#pragma once

// A signal is what an operator asks of a running source: a row in the table signal.data.collection, a message in a Kafka
// topic, or a line in a file, with an id, a type and data (a JSON document). Those about snapshots are orders to the
// pipeline (snapshot_signals.h); the others are answered by a line in the log. Pure.

#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::daemon {

struct Signal {
  std::string id, type;
  std::string data;  // JSON text; empty: none
};

// {"id":"x","type":"log","data":{...}} as the channels kafka and file have it; `data` may be a string that holds JSON.
// The id may be missing. A definite error says what is wrong.
Result<Signal> parse_signal(std::string_view json);

struct SignalAnswer {
  bool is_warning = false;
  std::string sentence;
};

// What the signal comes to. `offset` is where the source stands, for `log` to show.
SignalAnswer answer_signal(const Signal& signal, std::string_view offset);

}  // namespace millrace::daemon
