#include "millrace/sink/history_topic.h"

#include <array>
#include <thread>
#include <vector>

#include "sink/kafka_client.h"
#include "sink/kafka_error.h"
#include "sink/log.h"

namespace millrace::sink {
namespace {

constexpr std::size_t kMessagesAtOnce = 1000;
constexpr int kCollectMs = 20;

bool knows_property(const std::string& name, const std::string& value) {
  const ConfHandle conf(rd_kafka_conf_new());
  std::array<char, 512> text{};
  return rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), text.data(), text.size()) ==
         RD_KAFKA_CONF_OK;
}

Properties properties_of(const HistoryTopicOptions& options) {
  KafkaSinkOptions base;
  base.properties = options.properties;
  for (const auto& [name, value] : options.java_properties) {
    if (knows_property(name, value)) {
      base.properties[name] = value;
    } else {
      logger()->warn(
          "a property of the schema history's consumer has no meaning here; its counterpart goes "
          "below kafka property={}",
          name);
    }
  }
  return consumer_properties(base);
}

class HistoryReader {
 public:
  HistoryReader(const HistoryTopicOptions& options, const std::atomic<bool>& interrupted)
      : options_(options), interrupted_(interrupted) {}
  ~HistoryReader() {
    // Before the client goes, as librdkafka demands.
    if (started_) rd_kafka_consume_stop(topic_.get(), 0);
  }

  Status open() {
    MILLRACE_ASSIGN_OR_RETURN(client_, make_client(RD_KAFKA_CONSUMER, properties_of(options_)));
    topic_.reset(rd_kafka_topic_new(client_.get(), options_.topic.c_str(), nullptr));
    if (!topic_) return kafka_error(rd_kafka_last_error(), name());
    MILLRACE_RETURN_IF_ERROR(check_partitions());
    MILLRACE_RETURN_IF_ERROR(find_bounds());
    if (rd_kafka_consume_start(topic_.get(), 0, RD_KAFKA_OFFSET_BEGINNING) != 0) {
      return kafka_error(rd_kafka_last_error(), "reading " + name());
    }
    started_ = true;
    return {};
  }

  Status read(const std::function<Status(std::string_view)>& visit) {
    Wait wait(interrupted_, options_.timeout);
    std::array<rd_kafka_message_t*, kMessagesAtOnce> messages{};
    std::int64_t next = 0;
    while (next < end_) {
      if (wait.over()) {
        return wait.error("reading " + name(),
                          ", at offset " + std::to_string(next) + " of " + std::to_string(end_));
      }
      const auto count =
          rd_kafka_consume_batch(topic_.get(), 0, kCollectMs, messages.data(), messages.size());
      Status status;
      for (ssize_t i = 0; i < count; ++i) {
        const MessageHandle message(messages[static_cast<std::size_t>(i)]);
        if (status) status = take(*message, visit, next);
      }
      if (!status) return status;
      if (count > 0) wait.restart();
      rd_kafka_poll(client_.get(), 0);
    }
    return {};
  }

 private:
  std::string name() const { return "the schema history topic " + options_.topic; }

  Status check_partitions() {
    const Wait wait(interrupted_, options_.timeout);
    auto code = RD_KAFKA_RESP_ERR_NO_ERROR;
    while (!wait.over()) {
      const TopicAnswer answer = ask_about_topic(*client_, *topic_, 10 * wait.slice_ms());
      code = answer.code;
      if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
        return definite_error(name() + " doesn't exist");
      }
      if (answer.partitions > 1) {
        return definite_error(name() + " has " + std::to_string(answer.partitions) +
                              " partitions, so the order of its records is lost");
      }
      if (answer.partitions == 1) return {};
      if (is_definite(code)) return kafka_error(code, "looking for " + name());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || wait.interrupted()
               ? wait.error("looking for " + name())
               : kafka_error(code, "looking for " + name());
  }

  Status find_bounds() {
    std::int64_t begin = 0;
    const auto code =
        rd_kafka_query_watermark_offsets(client_.get(), options_.topic.c_str(), 0, &begin, &end_,
                                         static_cast<int>(options_.timeout.count()));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(code, "reading " + name());
    if (begin > 0) {
      return definite_error(name() + " has lost its first " + std::to_string(begin) +
                            " records (its retention must be without end)");
    }
    if (end_ == 0) return definite_error(name() + " is empty");
    return {};
  }

  Status take(const rd_kafka_message_t& message,
              const std::function<Status(std::string_view)>& visit, std::int64_t& next) {
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      // Behind the last record may stand markers of transactions.
      next = std::max(next, message.offset);
      return {};
    }
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (!is_definite(message.err)) return {};
      return kafka_error(message.err, "reading " + name(), rd_kafka_message_errstr(&message));
    }
    next = message.offset + 1;
    if (message.offset >= end_ || message.payload == nullptr) return {};
    return visit({static_cast<const char*>(message.payload), message.len});
  }

  const HistoryTopicOptions& options_;
  const std::atomic<bool>& interrupted_;
  ClientHandle client_;
  TopicHandle topic_;
  bool started_ = false;
  std::int64_t end_ = 0;
};

}  // namespace

Status read_history_topic(const HistoryTopicOptions& options, const std::atomic<bool>& interrupted,
                          const std::function<Status(std::string_view)>& visit) {
  HistoryReader reader(options, interrupted);
  MILLRACE_RETURN_IF_ERROR(reader.open());
  return reader.read(visit);
}

}  // namespace millrace::sink
