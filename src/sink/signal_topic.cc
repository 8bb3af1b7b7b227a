#include "millrace/sink/signal_topic.h"

#include <algorithm>
#include <utility>

#include "sink/kafka_client.h"
#include "sink/kafka_error.h"
#include "sink/kafka_handles.h"

namespace millrace::sink {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPollSlice{100};

struct FreePartitions {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, FreePartitions>;

KafkaSinkOptions consumer_of(const SignalTopicOptions& options) {
  KafkaSinkOptions consumer;
  consumer.properties = options.properties;
  consumer.source = options.key;
  return consumer;
}

}  // namespace

class SignalTopic::Impl {
 public:
  ClientHandle client;
  std::string topic, key;
};

SignalTopic::SignalTopic(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SignalTopic::~SignalTopic() { rd_kafka_consumer_close(impl_->client.get()); }

Result<std::unique_ptr<SignalTopic>> SignalTopic::open(const SignalTopicOptions& options) {
  Properties properties = consumer_properties(consumer_of(options));
  properties["group.id"] = options.group_id;
  properties["auto.offset.reset"] = "latest";
  properties["enable.partition.eof"] = "false";
  auto impl = std::make_unique<Impl>();
  impl->topic = options.topic;
  impl->key = options.key;
  MILLRACE_ASSIGN_OR_RETURN(impl->client, make_client(RD_KAFKA_CONSUMER, properties));
  rd_kafka_poll_set_consumer(impl->client.get());
  const Partitions partitions(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(partitions.get(), options.topic.c_str(), 0)->offset =
      RD_KAFKA_OFFSET_STORED;
  const auto code = rd_kafka_assign(impl->client.get(), partitions.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(code, "topic " + options.topic);
  return std::unique_ptr<SignalTopic>(new SignalTopic(std::move(impl)));
}

Status SignalTopic::take(milliseconds timeout,
                         const std::function<void(std::string_view)>& on_value) {
  const auto deadline = steady_clock::now() + timeout;
  while (!interrupted_) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) return {};
    const MessageHandle message(rd_kafka_consumer_poll(
        impl_->client.get(), static_cast<int>(std::min(left, kPollSlice).count())));
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) continue;  // not there yet
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (is_definite(message->err)) return kafka_error(message->err, "topic " + impl_->topic);
      continue;
    }
    const std::string_view key(static_cast<const char*>(message->key), message->key_len);
    if (message->payload != nullptr && key == impl_->key) {
      on_value({static_cast<const char*>(message->payload), message->len});
    }
    // Not waited for: a commit that is lost repeats a signal.
    rd_kafka_commit_message(impl_->client.get(), message.get(), 1);
  }
  return {};
}

}  // namespace millrace::sink
