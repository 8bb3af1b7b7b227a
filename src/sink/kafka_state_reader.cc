#include "sink/kafka_state_reader.h"

#include <algorithm>
#include <array>
#include <set>
#include <thread>

#include "millrace/base/mark.h"
#include "millrace/state/source_state.h"
#include "sink/kafka_client.h"
#include "sink/kafka_error.h"
#include "sink/log.h"

namespace millrace::sink {
namespace {

constexpr std::size_t kMessagesAtOnce = 1000;
// How long one call collects messages; the last of a partition shouldn't wait for more.
constexpr int kCollectMs = 5;

// Kafka's default partitioner, of Java's clients.
std::int32_t partition_of(std::string_view key, std::int32_t partitions) {
  return rd_kafka_msg_partitioner_murmur2(nullptr, key.data(), key.size(), partitions, nullptr,
                                          nullptr);
}

// One of the two topics while it is read.
class TopicReader {
 public:
  // Keys of the source begin with `key_prefix` (or are it).
  TopicReader(std::string name, std::string key_prefix, std::string partition_key)
      : name_(std::move(name)),
        key_prefix_(std::move(key_prefix)),
        partition_key_(std::move(partition_key)) {}

  Status start(rd_kafka_t& client, rd_kafka_queue_t& queue, const std::atomic<bool>& interrupted,
               std::chrono::milliseconds timeout);
  void stop();
  // A message or the end of a partition; true when it was one of this topic's.
  Result<bool> take(rd_kafka_t& client, const rd_kafka_message_t& message,
                    state::StateLoader& loader);
  bool done() const { return open_ == 0; }
  std::string progress() const;
  std::int32_t partition() const {
    if (found_ || partitions_.empty()) return found_.value_or(0);
    return partition_of(partition_key_, static_cast<std::int32_t>(partitions_.size()));
  }

 private:
  struct Partition {
    bool done = false;
    std::int64_t position = 0;
    std::int64_t end = -1;  // unknown until the first answer
  };

  void advance(rd_kafka_t& client, std::int32_t number, std::int64_t position);

  std::string name_;
  std::string key_prefix_;
  std::string partition_key_;
  TopicHandle handle_;
  std::vector<Partition> partitions_;
  std::size_t started_ = 0;
  std::size_t open_ = 0;
  std::optional<std::int32_t> found_;
};

Result<std::int32_t> partition_count(rd_kafka_t& client, rd_kafka_topic_t& topic,
                                     const std::atomic<bool>& interrupted,
                                     std::chrono::milliseconds timeout) {
  const std::string what = std::string("looking for topic ") + rd_kafka_topic_name(&topic);
  const Wait wait(interrupted, timeout);
  auto code = RD_KAFKA_RESP_ERR_NO_ERROR;
  while (!wait.over()) {
    const TopicAnswer answer = ask_about_topic(client, topic, 10 * wait.slice_ms());
    code = answer.code;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return answer.partitions;
    if (is_definite(code)) return kafka_error(code, what);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return code == RD_KAFKA_RESP_ERR_NO_ERROR || wait.interrupted() ? wait.error(what)
                                                                  : kafka_error(code, what);
}

Status TopicReader::start(rd_kafka_t& client, rd_kafka_queue_t& queue,
                          const std::atomic<bool>& interrupted, std::chrono::milliseconds timeout) {
  if (name_.empty()) return {};
  handle_.reset(rd_kafka_topic_new(&client, name_.c_str(), nullptr));
  if (!handle_) return kafka_error(rd_kafka_last_error(), "topic " + name_);
  MILLRACE_ASSIGN_OR_RETURN(const auto count,
                            partition_count(client, *handle_, interrupted, timeout));
  if (count <= 0) return transient_error("topic " + name_ + " has no partitions yet");
  partitions_.resize(static_cast<std::size_t>(count));
  open_ = partitions_.size();
  for (std::int32_t i = 0; i < count; ++i) {
    if (rd_kafka_consume_start_queue(handle_.get(), i, RD_KAFKA_OFFSET_BEGINNING, &queue) != 0) {
      return kafka_error(rd_kafka_last_error(), "reading topic " + name_);
    }
    ++started_;
  }
  return {};
}

void TopicReader::stop() {
  for (std::size_t i = 0; i < started_; ++i) {
    rd_kafka_consume_stop(handle_.get(), static_cast<std::int32_t>(i));
  }
  started_ = 0;
  handle_.reset();
}

void TopicReader::advance(rd_kafka_t& client, std::int32_t number, std::int64_t position) {
  Partition& partition = partitions_[static_cast<std::size_t>(number)];
  partition.position = position;
  if (partition.done) return;
  if (partition.end < 0) {
    std::int64_t low = 0;
    std::int64_t high = -1;
    rd_kafka_get_watermark_offsets(&client, name_.c_str(), number, &low, &high);
    if (high < 0) return;
    partition.end = high;
  }
  if (position >= partition.end) {
    partition.done = true;
    --open_;
  }
}

Result<bool> TopicReader::take(rd_kafka_t& client, const rd_kafka_message_t& message,
                               state::StateLoader& loader) {
  if (message.rkt == nullptr || rd_kafka_topic_name(message.rkt) != name_ ||
      message.partition < 0 || static_cast<std::size_t>(message.partition) >= partitions_.size()) {
    return false;
  }
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    advance(client, message.partition, message.offset);
    const Partition& partition = partitions_[static_cast<std::size_t>(message.partition)];
    if (!partition.done) MILLRACE_MARK("sink.open_transaction_before_end");
    return true;
  }
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (is_definite(message.err)) {
      return kafka_error(message.err, "reading topic " + name_, rd_kafka_message_errstr(&message));
    }
    logger()->warn("reading the state met an error topic={} partition={} error=\"{}\"", name_,
                   message.partition, rd_kafka_message_errstr(&message));
    return true;
  }
  const std::string_view key(static_cast<const char*>(message.key), message.key_len);
  if (message.key != nullptr && key.starts_with(key_prefix_)) {
    if (found_ && *found_ != message.partition) {
      return definite_error(
          "topic " + name_ + " has records of this source in two partitions, " +
          std::to_string(*found_) + " and " + std::to_string(message.partition) +
          ", so which is newer can't be told; delete those of one partition (key " +
          std::string(key) + ")");
    }
    found_ = message.partition;
    std::optional<std::string_view> value;
    if (message.payload != nullptr) {
      value = std::string_view(static_cast<const char*>(message.payload), message.len);
    }
    if (auto status = loader.apply(key, value); !status) {
      return status.error().with_context("topic " + name_);
    }
  }
  advance(client, message.partition, message.offset + 1);
  return true;
}

std::string TopicReader::progress() const {
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    const Partition& partition = partitions_[i];
    if (partition.done) continue;
    std::string text = "topic " + name_ + " partition " + std::to_string(i) + ": ";
    if (partition.end < 0) return text + "no answer";
    return text + "stopped at offset " + std::to_string(partition.position) + " of " +
           std::to_string(partition.end) +
           ", before a transaction that is still open; it ends when its source starts again, or "
           "after its "
           "transaction.timeout.ms; one that doesn't was lost by a broker, and ends by "
           "kafka-transactions.sh abort";
  }
  return {};
}

// The beginning of a JSON array whose first element is the source's name: `["shop",`.
std::string state_key_prefix(const KafkaSinkOptions& options) {
  const std::string key = state::structure_key(options.source, "");
  return key.substr(0, key.size() - std::string_view("\"structure\",\"\"]").size());
}

Status read_all(const KafkaSinkOptions& options, const std::atomic<bool>& interrupted,
                rd_kafka_t& client, rd_kafka_queue_t& queue, std::array<TopicReader, 2>& topics,
                state::StateLoader& loader) {
  for (auto& topic : topics) {
    MILLRACE_RETURN_IF_ERROR(topic.start(client, queue, interrupted, options.operation_timeout));
  }
  Wait wait(interrupted, options.operation_timeout);
  std::array<rd_kafka_message_t*, kMessagesAtOnce> messages{};
  while (!topics[0].done() || !topics[1].done()) {
    if (wait.over()) {
      if (wait.interrupted()) return wait.error("reading the state");
      const std::string progress = topics[0].progress() + topics[1].progress();
      return transient_error("reading the state of source " + options.source + ": " + progress);
    }
    const auto count =
        rd_kafka_consume_batch_queue(&queue, kCollectMs, messages.data(), messages.size());
    Status status;
    for (ssize_t i = 0; i < count; ++i) {
      const MessageHandle message(messages[static_cast<std::size_t>(i)]);
      for (auto& topic : topics) {
        if (!status) break;
        const auto taken = topic.take(client, *message, loader);
        if (!taken) status = taken.error();
        if (taken && *taken) break;
      }
    }
    if (!status) return status;
    if (count > 0) wait.restart();
    rd_kafka_poll(&client, 0);
  }
  return {};
}

}  // namespace

Result<StoredState> read_stored_state(const KafkaSinkOptions& options,
                                      const std::atomic<bool>& interrupted) {
  MILLRACE_ASSIGN_OR_RETURN(const auto client,
                            make_client(RD_KAFKA_CONSUMER, consumer_properties(options)));
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  const std::string offset_key = state::offset_key(options.source, options.topic_prefix);
  const std::string prefix = state_key_prefix(options);
  std::array<TopicReader, 2> topics{TopicReader(options.offset_topic, offset_key, offset_key),
                                    TopicReader(options.state_topic, prefix, options.source)};
  state::StateLoader loader(options.source, options.topic_prefix);
  const Status status = read_all(options, interrupted, *client, *queue, topics, loader);
  StoredState stored;
  if (status) {
    stored.offset_partition = topics[0].partition();
    stored.state_partition = topics[1].partition();
  }
  // Before the client goes, as librdkafka demands.
  for (auto& topic : topics) topic.stop();
  if (!status) return status.error();
  MILLRACE_ASSIGN_OR_RETURN(stored.state, std::move(loader).finish());
  return stored;
}

namespace {

// Asked of the cluster as a whole: a question about one topic may create it.
Result<std::set<std::string>> existing_topics(const KafkaSinkOptions& options) {
  MILLRACE_ASSIGN_OR_RETURN(const auto client,
                            make_client(RD_KAFKA_CONSUMER, consumer_properties(options)));
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(client.get(), 1, nullptr, &metadata,
                                      static_cast<int>(options.connect_timeout.count()));
  const MetadataHandle owner(metadata);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(code, "listing topics");
  std::set<std::string> names;
  for (int i = 0; i < metadata->topic_cnt; ++i) names.emplace(metadata->topics[i].topic);
  return names;
}

}  // namespace

Result<state::SourceState> peek_kafka_state(const KafkaSinkOptions& options) {
  MILLRACE_ASSIGN_OR_RETURN(const std::set<std::string> topics, existing_topics(options));
  KafkaSinkOptions existing = options;
  if (!topics.contains(existing.offset_topic)) existing.offset_topic.clear();
  if (!topics.contains(existing.state_topic)) existing.state_topic.clear();
  const std::atomic<bool> never{false};
  MILLRACE_ASSIGN_OR_RETURN(StoredState stored, read_stored_state(existing, never));
  return std::move(stored.state);
}

}  // namespace millrace::sink
