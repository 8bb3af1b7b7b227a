#pragma once

// Reads whole topics, as a consumer would.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::testing {

struct Message {
  std::string topic;
  int partition = 0;
  std::int64_t offset = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers;
  std::int64_t timestamp_ms = 0;
};

class KafkaReader {
 public:
  explicit KafkaReader(std::string bootstrap, bool read_committed = true)
      : bootstrap_(std::move(bootstrap)), read_committed_(read_committed) {}

  std::vector<std::string> topics() const;
  std::map<std::string, int> partition_counts() const;
  // All messages of a topic from its beginning to its end now, partition by partition. Of what is not committed yet
  // read_committed waits a moment for the commit, then leaves it out. Empty for a topic that doesn't exist.
  std::vector<Message> read(const std::string& topic) const;
  // The same for many topics over one connection.
  std::map<std::string, std::vector<Message>> read_all(
      const std::vector<std::string>& topics) const;
  // Messages with a value, without keeping them: for large topics.
  std::uint64_t count_values(const std::string& topic) const;
  // Sum of the end offsets of a topic's partitions.
  std::int64_t end_offset(const std::string& topic) const;

 private:
  template <typename Visit>
  void visit(const std::vector<std::string>& topics, Visit&& visit_message) const;

  std::string bootstrap_;
  bool read_committed_;
};

// The end of a topic of one partition, asked again and again over one connection; 0 while there is no such topic.
class KafkaEnd {
 public:
  KafkaEnd(const std::string& bootstrap, std::string topic);
  ~KafkaEnd();
  std::int64_t offset() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Follows one topic of one partition from its beginning, message by message, as they are committed. The topic exists.
class KafkaTail {
 public:
  KafkaTail(const std::string& bootstrap, const std::string& topic);
  ~KafkaTail();

  // The next message; nothing when none comes in time.
  std::optional<Message> next(std::chrono::milliseconds timeout);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::testing
