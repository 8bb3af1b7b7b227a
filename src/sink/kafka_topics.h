#pragma once

// Makes sure that topics exist, and learns their limits. Used by the sink's own thread; every call is bounded by a
// time-out and by interrupt().
//
//   DescribeConfigs ── exists ───────────────────────────────▶ facts
//        │ missing                      ▲
//        ├──────────▶ CreateTopics ─────┘ created, or somebody else did
//        │ not permitted, or the broker can't
//        └──────────▶ CreateTopics, then Metadata ── exists ─▶ facts with the default limit
//                                          └─ missing ──────▶ definite error: what to grant

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "millrace/base/result.h"
#include "sink/kafka_client.h"
#include "sink/kafka_handles.h"

namespace millrace::sink {

// The broker's default of max.message.bytes, taken where the topic's own can't be asked for.
inline constexpr std::uint64_t kDefaultMaxMessageBytes = 1048588;

struct TopicSpec {
  std::string name;
  int partitions = 1;
  int replication_factor = -1;
  std::map<std::string, std::string> settings;
  // Holds the state of sources: an existing one must be compacted too, or it forgets.
  bool compacted = false;
};

struct TopicFacts {
  std::uint64_t max_message_bytes = kDefaultMaxMessageBytes;
  bool created = false;
};

// What the sink needs to know of a cluster's topics; an interface, because librdkafka's mock cluster can't be asked.
class Topics {
 public:
  virtual ~Topics() = default;
  // Facts in the order of `specs`. The names differ from each other.
  virtual Result<std::vector<TopicFacts>> ensure(const std::vector<TopicSpec>& specs) = 0;
};

class TopicAdmin final : public Topics {
 public:
  // Both references outlive the object.
  TopicAdmin(rd_kafka_t& client, const std::atomic<bool>& interrupted,
             std::chrono::milliseconds timeout)
      : client_(client), interrupted_(interrupted), timeout_(timeout) {}

  Result<std::vector<TopicFacts>> ensure(const std::vector<TopicSpec>& specs) override;

 private:
  enum class Standing { kExists, kMissing, kUnknown };
  struct Topic {
    const TopicSpec* spec;
    Standing standing = Standing::kUnknown;
    TopicFacts facts = {};
    std::string cleanup_policy = {};  // empty where it can't be asked for
    bool refused = false;             // no permission to create it
  };

  Status describe(std::vector<Topic*>& topics);
  Status note_description(Topic& topic, const rd_kafka_ConfigResource_t& resource);
  Status create(const std::vector<Topic*>& topics);
  Status note_creation(Topic& topic, rd_kafka_resp_err_t code, const char* text, bool& again);
  Status look_up(Topic& topic);
  int broker_count();
  // Sends by `send`, with a queue for the answer; waits for it.
  template <typename Send>
  Result<EventHandle> ask(rd_kafka_admin_op_t operation, std::string_view what, Send&& send);

  rd_kafka_t& client_;
  const std::atomic<bool>& interrupted_;
  std::chrono::milliseconds timeout_;
};

}  // namespace millrace::sink
