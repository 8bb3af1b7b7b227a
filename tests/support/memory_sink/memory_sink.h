#pragma once

// A sink in memory for tests of what stands before it. The MemoryStore is what survives: it outlives the sinks on it,
// as a cluster outlives a daemon, and holds committed records only. Failures are ordered from the store and hit the
// sink that comes by.
//
// A store may be looked at and given orders from another thread than the sinks'.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "millrace/sink/sink.h"

namespace millrace::testing {

struct StoredRecord {
  std::string topic;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers;
  friend bool operator==(const StoredRecord&, const StoredRecord&) = default;
};

class MemoryStore {
 public:
  enum class Point {
    kOpen,
    kWrite,
    kBeforeCommit,  // nothing of the commit is kept
    kAfterCommit,   // all of it is kept, but the caller hears an error
  };

  std::vector<StoredRecord> records() const;
  // The records of one topic as "key → value" lines; what is absent reads "null".
  std::vector<std::string> lines(const std::string& topic) const;
  std::vector<state::Offset> offsets() const;  // one a commit, oldest first
  std::map<std::string, std::string> state() const;
  std::uint64_t commits() const;

  // The n-th call from now (1 is the next) at this point fails with `error`.
  void fail(Point point, std::uint64_t nth, Error error);

 private:
  friend class MemorySink;
  struct Failure {
    Point point;
    std::uint64_t calls_left;
    Error error;
  };
  Status pass(Point point);

  mutable std::mutex mutex_;
  std::vector<StoredRecord> records_;
  std::vector<state::Offset> offsets_;
  std::map<std::string, std::string> state_;
  std::vector<Failure> failures_;
};

class MemorySink : public sink::Sink {
 public:
  MemorySink(std::shared_ptr<MemoryStore> store, std::string source, std::string topic_prefix)
      : store_(std::move(store)),
        source_(std::move(source)),
        topic_prefix_(std::move(topic_prefix)) {}

  Result<state::SourceState> open() override;
  Status write(encode::RecordBatchPtr batch) override;
  Status write_state(const std::vector<state::StateRecord>& records) override;
  Status commit(const sink::Commit& commit) override;
  std::size_t pending_bytes() const override { return pending_bytes_; }
  void interrupt() override { interrupted_ = true; }
  void close() override;

 private:
  Status usable() const;
  Status settle(Status status);

  std::shared_ptr<MemoryStore> store_;
  std::string source_;
  std::string topic_prefix_;
  std::atomic<bool> interrupted_{false};
  bool open_ = false;
  std::vector<StoredRecord> pending_;
  std::vector<state::StateRecord> pending_state_;
  std::size_t pending_bytes_ = 0;
};

}  // namespace millrace::testing
