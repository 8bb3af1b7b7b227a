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
constexpr milliseconds kRequestTimeout{1000};

using PartitionsHandle =
    Handle<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;

KafkaSinkOptions consumer_of(const SignalTopicOptions& options) {
  KafkaSinkOptions consumer;
  consumer.properties = options.properties;
  consumer.source = options.key;
  return consumer;
}

}  // namespace

class SignalTopic::Impl {
 public:
  // Makes sure that the topic is read, for up to a slice of time. A topic that nobody made yet, and a broker that doesn't
  // answer, are asked for again by the next call.
  Status join();

  ClientHandle client;
  TopicHandle handle;
  std::string topic, key;
  bool joined = false;

 private:
  bool was_absent_ = false;
};

// The topic is looked up before it is assigned: librdkafka asks for a partition that it was given too early only once in
// several minutes. All of a topic that appears while the source runs is newer than the source's start.
Status SignalTopic::Impl::join() {
  if (joined) return {};
  auto code = ask_about_topic(*client, *handle, static_cast<int>(kRequestTimeout.count())).code;
  was_absent_ = was_absent_ || code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  const PartitionsHandle partitions(rd_kafka_topic_partition_list_new(1));
  auto* partition = rd_kafka_topic_partition_list_add(partitions.get(), topic.c_str(), 0);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    code = rd_kafka_committed(client.get(), partitions.get(),
                              static_cast<int>(kRequestTimeout.count()));
  }
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) code = partition->err;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (partition->offset == RD_KAFKA_OFFSET_INVALID) {
      partition->offset = was_absent_ ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END;
    }
    code = rd_kafka_assign(client.get(), partitions.get());
  }
  joined = code == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (joined || code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || !is_definite(code)) return {};
  return kafka_error(code, "topic " + topic);
}

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
  impl->handle.reset(rd_kafka_topic_new(impl->client.get(), impl->topic.c_str(), nullptr));
  return std::unique_ptr<SignalTopic>(new SignalTopic(std::move(impl)));
}

Status SignalTopic::take(milliseconds timeout,
                         const std::function<void(std::string_view)>& on_value) {
  const auto deadline = steady_clock::now() + timeout;
  MILLRACE_RETURN_IF_ERROR(impl_->join());
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
