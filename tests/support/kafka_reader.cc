#include "support/kafka_reader.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

namespace millrace::testing {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct HandleCloser {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
};
using Handle = std::unique_ptr<rd_kafka_t, HandleCloser>;

constexpr int kTimeoutMs = 30000;
// The coordinator answers a commit before it marks the partitions: how long a reader of what is committed waits for the
// marks of what was written when it began. A transaction may be open for longer, by intent or by a kill.
constexpr milliseconds kMarkersWithin{5000};

Handle open_consumer(const std::string& bootstrap, bool read_committed) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[200];
  const auto set = [&](const char* key, const std::string& value) {
    if (rd_kafka_conf_set(conf, key, value.c_str(), error, sizeof(error)) != RD_KAFKA_CONF_OK) {
      throw std::runtime_error(error);
    }
  };
  set("bootstrap.servers", bootstrap);
  set("group.id", "millrace-test-reader");
  set("enable.auto.commit", "false");
  set("enable.partition.eof", "true");
  set("auto.offset.reset", "earliest");
  set("isolation.level", read_committed ? "read_committed" : "read_uncommitted");
  set("fetch.wait.max.ms", "10");  // how long the broker thinks before it says that this is the end
  set("log_level", "2");
  Handle handle(rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof(error)));
  if (handle == nullptr) throw std::runtime_error(error);
  rd_kafka_poll_set_consumer(handle.get());
  return handle;
}

Message to_message(const std::string& topic, const rd_kafka_message_t& raw) {
  Message message;
  message.topic = topic;
  message.partition = raw.partition;
  message.offset = raw.offset;
  message.timestamp_ms = rd_kafka_message_timestamp(&raw, nullptr);
  if (raw.key != nullptr) message.key.emplace(static_cast<const char*>(raw.key), raw.key_len);
  if (raw.payload != nullptr) message.value.emplace(static_cast<const char*>(raw.payload), raw.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&raw, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      message.headers.emplace_back(
          name, value == nullptr ? "" : std::string(static_cast<const char*>(value), size));
    }
  }
  return message;
}

// Partitions by topic; throws when the broker doesn't answer.
std::map<std::string, int> partitions(rd_kafka_t* handle) {
  const struct rd_kafka_metadata* metadata = nullptr;
  const auto error = rd_kafka_metadata(handle, 1, nullptr, &metadata, kTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(error));
  std::map<std::string, int> found;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    found[metadata->topics[i].topic] = metadata->topics[i].partition_cnt;
  }
  rd_kafka_metadata_destroy(metadata);
  return found;
}

}  // namespace

std::vector<std::string> KafkaReader::topics() const {
  std::vector<std::string> names;
  for (const auto& [name, count] : partition_counts()) names.push_back(name);
  return names;
}

std::map<std::string, int> KafkaReader::partition_counts() const {
  const Handle handle = open_consumer(bootstrap_, read_committed_);
  return partitions(handle.get());
}

namespace {

// For a message: partition 0's offsets, and the last stable one.
std::string where(rd_kafka_t* handle, const std::string& topic) {
  std::int64_t low = 0, high = 0;
  rd_kafka_query_watermark_offsets(handle, topic.c_str(), 0, &low, &high, kTimeoutMs);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic.c_str(), 0);
  rd_kafka_position(handle, list);
  const std::int64_t position = list->elems[0].offset;
  rd_kafka_topic_partition_list_destroy(list);
  return "partition 0 from " + std::to_string(low) + " to " + std::to_string(high) + ", position " +
         std::to_string(position);
}

struct End {
  std::int64_t written = 0;  // offset behind the last record, committed or not
  bool is_reached = false;   // the last stable offset
};
using Ends = std::map<std::pair<std::string, int>, End>;  // of topics' partitions

void find_written(const std::string& bootstrap, Ends& ends) {
  const Handle handle = open_consumer(bootstrap, false);
  for (auto& [partition, end] : ends) {
    std::int64_t low = 0;
    const auto& [topic, number] = partition;
    rd_kafka_query_watermark_offsets(handle.get(), topic.c_str(), number, &low, &end.written,
                                     kTimeoutMs);
  }
}

}  // namespace

template <typename Visit>
void KafkaReader::visit(const std::vector<std::string>& topics, Visit&& visit_message) const {
  const Handle handle = open_consumer(bootstrap_, read_committed_);
  const auto all = partitions(handle.get());
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  for (const std::string& topic : topics) {
    const auto found = all.find(topic);
    for (int i = 0; found != all.end() && i < found->second; ++i) {
      rd_kafka_topic_partition_list_add(list, topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    }
  }
  Ends open;
  for (int i = 0; i < list->cnt; ++i) open[{list->elems[i].topic, list->elems[i].partition}] = {};
  if (read_committed_ && !open.empty()) find_written(bootstrap_, open);
  if (!open.empty()) rd_kafka_assign(handle.get(), list);
  rd_kafka_topic_partition_list_destroy(list);
  const auto patience = steady_clock::now() + kMarkersWithin;
  const auto waits_for_markers = [&] {
    return std::ranges::all_of(open, [](const auto& each) { return each.second.is_reached; });
  };
  while (!open.empty()) {
    const auto left = duration_cast<milliseconds>(patience - steady_clock::now()).count();
    const bool is_waiting = waits_for_markers();
    if (is_waiting && left <= 0) break;
    rd_kafka_message_t* raw =
        rd_kafka_consumer_poll(handle.get(), is_waiting ? static_cast<int>(left) : kTimeoutMs);
    if (raw == nullptr) {
      if (is_waiting) break;
      const std::string& topic = open.begin()->first.first;
      throw std::runtime_error("reading " + topic + " timed out: " + where(handle.get(), topic));
    }
    const auto reading = open.find({rd_kafka_topic_name(raw->rkt), raw->partition});
    if (raw->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (reading != open.end()) reading->second.is_reached = false;
      visit_message(*raw);
    } else if (raw->err == RD_KAFKA_RESP_ERR__PARTITION_EOF && reading != open.end()) {
      reading->second.is_reached = true;
      if (raw->offset >= reading->second.written) open.erase(reading);
    }
    rd_kafka_message_destroy(raw);
  }
  rd_kafka_consumer_close(handle.get());
}

std::vector<Message> KafkaReader::read(const std::string& topic) const {
  return std::move(read_all({topic})[topic]);
}

std::map<std::string, std::vector<Message>> KafkaReader::read_all(
    const std::vector<std::string>& topics) const {
  std::map<std::string, std::vector<Message>> messages;
  visit(topics, [&](const rd_kafka_message_t& raw) {
    const std::string topic = rd_kafka_topic_name(raw.rkt);
    messages[topic].push_back(to_message(topic, raw));
  });
  for (auto& [topic, read] : messages) std::ranges::stable_sort(read, {}, &Message::partition);
  return messages;
}

std::uint64_t KafkaReader::count_values(const std::string& topic) const {
  std::uint64_t count = 0;
  visit({topic}, [&](const rd_kafka_message_t& raw) { count += raw.payload != nullptr; });
  return count;
}

std::int64_t KafkaReader::end_offset(const std::string& topic) const {
  const Handle handle = open_consumer(bootstrap_, read_committed_);
  const auto all = partitions(handle.get());
  const auto found = all.find(topic);
  std::int64_t sum = 0;
  for (int i = 0; found != all.end() && i < found->second; ++i) {
    std::int64_t low = 0, high = 0;
    if (rd_kafka_query_watermark_offsets(handle.get(), topic.c_str(), i, &low, &high, kTimeoutMs) ==
        RD_KAFKA_RESP_ERR_NO_ERROR) {
      sum += high;
    }
  }
  return sum;
}

class KafkaEnd::Impl {
 public:
  Impl(const std::string& bootstrap, std::string topic)
      : topic_(std::move(topic)), handle_(open_consumer(bootstrap, false)) {}
  std::int64_t offset() const {
    std::int64_t low = 0, high = 0;
    const auto error =
        rd_kafka_query_watermark_offsets(handle_.get(), topic_.c_str(), 0, &low, &high, kTimeoutMs);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ? high : 0;
  }

 private:
  std::string topic_;
  Handle handle_;
};

KafkaEnd::KafkaEnd(const std::string& bootstrap, std::string topic)
    : impl_(std::make_unique<Impl>(bootstrap, std::move(topic))) {}
KafkaEnd::~KafkaEnd() = default;

std::int64_t KafkaEnd::offset() const { return impl_->offset(); }

class KafkaTail::Impl {
 public:
  Impl(const std::string& bootstrap, std::string topic)
      : topic_(std::move(topic)), handle_(open_consumer(bootstrap, true)) {
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic_.c_str(), 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(handle_.get(), list);
    rd_kafka_topic_partition_list_destroy(list);
  }

  std::optional<Message> next(std::chrono::milliseconds timeout) {
    const auto end = steady_clock::now() + timeout;
    do {
      rd_kafka_message_t* raw = rd_kafka_consumer_poll(handle_.get(), 20);
      if (raw == nullptr) continue;
      std::optional<Message> message;
      if (raw->err == RD_KAFKA_RESP_ERR_NO_ERROR) message = to_message(topic_, *raw);
      rd_kafka_message_destroy(raw);
      if (message) return message;
    } while (steady_clock::now() < end);
    return std::nullopt;
  }

 private:
  std::string topic_;
  Handle handle_;
};

KafkaTail::KafkaTail(const std::string& bootstrap, const std::string& topic)
    : impl_(std::make_unique<Impl>(bootstrap, topic)) {}
KafkaTail::~KafkaTail() = default;

std::optional<Message> KafkaTail::next(std::chrono::milliseconds timeout) {
  return impl_->next(timeout);
}

}  // namespace millrace::testing
