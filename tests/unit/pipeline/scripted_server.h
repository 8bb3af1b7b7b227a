#pragma once

// A server made of a script: groups with GTIDs that a dump by GTID set, or by a position in the first file, leaves out or
// sends, as MySQL does; and a sink in memory that can fail at any write or commit. With them a pipeline runs without
// ports, and a crash is an object that goes away.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "millrace/pipeline/event_stream.h"
#include "millrace/sink/sink.h"
#include "support/binlog/binlog_builder.h"

namespace millrace::pipeline {

class ScriptedServer final : public EventStreamFactory {
 public:
  explicit ScriptedServer(test::BinlogBuilderOptions options = {}) : builder_(std::move(options)) {
    builder_.start_stream();
    head_ = builder_.events().size();
  }

  // A group: its GTID event and what `fill` appends.
  void group(const std::string& gtid, const std::function<void(test::BinlogBuilder&)>& fill) {
    Group added{*gtid::Gtid::parse(gtid), builder_.events().size(), 0, 0};
    builder_.gtid(gtid);
    fill(builder_);
    added.end = builder_.events().size();
    added.end_position = end();
    groups_.push_back(added);
  }

  Result<std::unique_ptr<EventStream>> open(const StreamStart& start) override {
    std::vector<std::string> events(builder_.events().begin(),
                                    builder_.events().begin() + static_cast<std::ptrdiff_t>(head_));
    for (const Group& group : groups_) {
      const bool is_known = start.executed ? start.executed->contains(group.gtid)
                                           : group.end_position <= start.position.offset;
      if (is_known) continue;
      for (std::size_t i = group.begin; i < group.end; ++i) events.push_back(builder_.events()[i]);
    }
    ++opened_;
    return std::unique_ptr<EventStream>(
        std::make_unique<Stream>(std::move(events), start.stop_at_end));
  }
  int opened() const { return opened_; }
  // Behind the last event.
  std::uint64_t end() const { return builder_.position(); }
  // Events handed out by all streams.
  static std::atomic<std::uint64_t>& fetched() {
    static std::atomic<std::uint64_t> count{0};
    return count;
  }

 private:
  struct Group {
    gtid::Gtid gtid;
    std::size_t begin;
    std::size_t end;
    std::uint64_t end_position;
  };

  // Sends its events, then waits as a server with nothing new does.
  class Stream final : public EventStream {
   public:
    Stream(std::vector<std::string> events, bool stop_at_end)
        : events_(std::move(events)), stop_at_end_(stop_at_end) {}

    Result<std::optional<std::string_view>> fetch() override {
      if (next_ < events_.size()) {
        ++fetched();
        return std::optional<std::string_view>(events_[next_++]);
      }
      if (stop_at_end_) return std::optional<std::string_view>();
      std::unique_lock lock(mutex_);
      interrupted_.wait(lock, [this] { return stop_; });
      return transient_error("interrupted");
    }
    bool likely_idle() override { return next_ == events_.size(); }
    void interrupt() override {
      const std::lock_guard lock(mutex_);
      stop_ = true;
      interrupted_.notify_all();
    }

   private:
    const std::vector<std::string> events_;
    const bool stop_at_end_;
    std::size_t next_ = 0;
    std::mutex mutex_;
    std::condition_variable interrupted_;
    bool stop_ = false;
  };

  test::BinlogBuilder builder_;
  std::size_t head_ = 0;
  std::vector<Group> groups_;
  int opened_ = 0;
};

// What a Kafka cluster would remember over crashes.
struct MemoryStore {
  std::vector<std::string> records;  // "topic key -> value", of committed transactions
  std::vector<state::Offset> offsets;
  std::map<std::string, std::string> state;
};

class ScriptedSink final : public sink::Sink {
 public:
  // Fails, like a broker that goes away, in the n-th commit (counting from 1): before it counts or after.
  struct Failure {
    int commit = 0;
    bool after = false;
  };
  ScriptedSink(MemoryStore& store, Failure failure) : store_(store), failure_(failure) {}

  Result<state::SourceState> open() override { return state::SourceState{}; }

  Status write(encode::RecordBatchPtr batch) override {
    if (on_write) on_write();
    pending_bytes_ += batch->bytes.size();
    for (const encode::Record& record : batch->records) {
      std::string value(batch->view(record.value));
      // Up to the operation: what follows is the time of processing.
      if (const auto op = value.rfind("\"op\":"); op != std::string::npos) value.resize(op + 8);
      pending_.push_back(record.topic->name + " " + std::string(batch->view(record.key)) + " -> " +
                         (record.value.absent() ? "tombstone" : value));
    }
    return {};
  }
  Status write_state(const std::vector<state::StateRecord>& records) override {
    pending_state_.insert(pending_state_.end(), records.begin(), records.end());
    return {};
  }
  Status commit(const sink::Commit& commit) override {
    pending_state_.insert(pending_state_.end(), commit.state.begin(), commit.state.end());
    ++commits_;
    if (commits_ == failure_.commit && !failure_.after)
      return transient_error("the broker went away");
    store_.records.insert(store_.records.end(), pending_.begin(), pending_.end());
    store_.offsets.push_back(commit.offset);
    for (const state::StateRecord& record : std::exchange(pending_state_, {})) {
      if (record.value) {
        store_.state[record.key] = *record.value;
      } else {
        store_.state.erase(record.key);
      }
    }
    pending_.clear();
    pending_bytes_ = 0;
    if (commits_ == failure_.commit) return transient_error("the answer to a commit was lost");
    return {};
  }
  std::size_t pending_bytes() const override { return pending_bytes_; }
  void interrupt() override {}
  void close() override {}

  std::function<void()> on_write;

 private:
  MemoryStore& store_;
  const Failure failure_;
  std::vector<std::string> pending_;
  std::vector<state::StateRecord> pending_state_;
  std::size_t pending_bytes_ = 0;
  int commits_ = 0;
};

}  // namespace millrace::pipeline
