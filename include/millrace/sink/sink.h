#pragma once

// Where records become durable. A Sink belongs to one source's committer and is called from its thread alone:
//
//   open()  ->  { write() ... write() write_state() ... commit() } ...  ->  close()
//
// All that was written since the last commit, the offset and the state records become visible together or not at
// all: a Kafka transaction, or the committed length of a file. After any error the sink is done for: close it, open a
// new one, and go on from the offset that open() returns. Transient errors are worth that (broker away, transaction
// timed out); definite ones are not (fenced by a second daemon, message too large, no permission).

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/encode/record_batch.h"
#include "millrace/state/source_state.h"

namespace millrace::sink {

struct Commit {
  state::Offset offset;
  std::vector<state::StateRecord> state;
};

class Sink {
 public:
  virtual ~Sink() = default;

  // Connects, fences an older instance of the same source, and reads what the source remembers.
  virtual Result<state::SourceState> open() = 0;
  // Takes the batch; its bytes stay alive until the commit. Blocks while the sink has no room (that is the
  // pipeline's back-pressure), up to its own time-out.
  virtual Status write(encode::RecordBatchPtr batch) = 0;
  // State records of the commit that follows, beside those that it brings itself: for more than should be held at once.
  virtual Status write_state(const std::vector<state::StateRecord>& records) = 0;
  // Returns when everything is durable.
  virtual Status commit(const Commit& commit) = 0;
  // Bytes taken and not yet committed.
  virtual std::size_t pending_bytes() const = 0;
  // From another thread: a blocked call returns soon with a transient error.
  virtual void interrupt() = 0;
  // Gives up what isn't committed. Idempotent.
  virtual void close() = 0;
};

}  // namespace millrace::sink
