#pragma once

// Where raw binlog events come from, as the pipeline sees it: a server's dump in the daemon, a script in tests.

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/base/strong_id.h"
#include "millrace/gtid/gtid_set.h"

namespace millrace::pipeline {

struct StreamStart {
  // Transactions not to send; empty optional: start at `position`.
  std::optional<gtid::GtidSet> executed;
  BinlogPosition position;
  // End at the end of the binlog instead of waiting for more.
  bool stop_at_end = false;
  // A second stream of the same source, beside the main one: it must carry another replica identity, or the server
  // ends the first.
  bool auxiliary = false;
  // An idle server gives a sign so often; none: as the source is configured.
  std::optional<std::chrono::milliseconds> heartbeat;
};

class EventStream {
 public:
  virtual ~EventStream() = default;
  // The next event, valid until the next call; nothing at the end (stop_at_end). Blocks.
  virtual Result<std::optional<std::string_view>> fetch() = 0;
  // True when the next fetch() would probably wait. Being wrong costs latency or batch size, nothing else.
  virtual bool likely_idle() = 0;
  // From another thread: a blocked fetch() returns an error soon.
  virtual void interrupt() = 0;
};

class EventStreamFactory {
 public:
  virtual ~EventStreamFactory() = default;
  virtual Result<std::unique_ptr<EventStream>> open(const StreamStart& start) = 0;
};

}  // namespace millrace::pipeline
