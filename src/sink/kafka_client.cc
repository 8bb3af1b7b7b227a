#include "sink/kafka_client.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "sink/log.h"

namespace millrace::sink {
namespace {

using namespace std::string_view_literals;

struct Default {
  std::string_view name;
  std::string_view value;
};

// What we prefer to librdkafka's own defaults. The user's properties win over these.
constexpr Default kProducerDefaults[] = {
    // JSON shrinks to a fifth or less; every broker and client since 2014 reads lz4, and it costs about a second of
    // CPU a GiB.
    {"compression.type"sv, "lz4"sv},
    // A commit flushes at once, so this never delays one; it only makes larger batches while a source is behind.
    {"linger.ms"sv, "20"sv},
    // Records are borrowed, not copied; what is queued is bounded by the pipeline already.
    {"queue.buffering.max.messages"sv, "200000"sv},
    // Compressed from where they are: a request into which all that waits was copied would take fresh memory each time.
    {"message.copy.max.bytes"sv, "0"sv},
    // Java's default partitioner: records go where Debezium's go.
    {"partitioner"sv, "murmur2_random"sv},
    // The most librdkafka allows: records are measured here, against their topic's own limit.
    {"message.max.bytes"sv, "1000000000"sv},
};

constexpr Default kConsumerDefaults[] = {
    // The end of a partition comes with a fetch response, which a broker holds back this long when it has nothing.
    {"fetch.wait.max.ms"sv, "10"sv},
    {"fetch.error.backoff.ms"sv, "50"sv},
    // Bounds what is fetched ahead, a partition each.
    {"queued.max.messages.kbytes"sv, "2048"sv},
    {"queued.min.messages"sv, "10000"sv},
};

// Properties of the producer alone: a consumer would log a warning about each.
constexpr auto kProducerOnly =
    std::to_array<std::string_view>({"acks",
                                     "batch.num.messages",
                                     "batch.size",
                                     "compression.codec",
                                     "compression.level",
                                     "compression.type",
                                     "delivery.timeout.ms",
                                     "enable.gapless.guarantee",
                                     "enable.idempotence",
                                     "linger.ms",
                                     "message.max.bytes",
                                     "message.send.max.retries",
                                     "message.timeout.ms",
                                     "partitioner",
                                     "queue.buffering.backpressure.threshold",
                                     "queue.buffering.max.kbytes",
                                     "queue.buffering.max.messages",
                                     "queue.buffering.max.ms",
                                     "request.required.acks",
                                     "request.timeout.ms",
                                     "retries",
                                     "retry.backoff.max.ms",
                                     "retry.backoff.ms",
                                     "sticky.partitioning.linger.ms",
                                     "transaction.timeout.ms"});

bool is_alias_of_set(std::string_view name, const Properties& properties) {
  // The two spellings of one property; the later one wins in librdkafka, whatever their order in a map.
  constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
      {"compression.type", "compression.codec"}, {"linger.ms", "queue.buffering.max.ms"}};
  return std::any_of(std::begin(kAliases), std::end(kAliases), [&](const auto& alias) {
    return alias.first == name && properties.contains(std::string(alias.second));
  });
}

template <std::size_t N>
void add_defaults(const Default (&defaults)[N], Properties& properties) {
  for (const auto& [name, value] : defaults) {
    if (!is_alias_of_set(name, properties)) {
      properties.try_emplace(std::string(name), value);
    }
  }
}

spdlog::level::level_enum to_level(int syslog_level, std::string_view facility) {
  // Failed connections come as error events too, where an outage is told once.
  if (facility == "FAIL" || facility == "ERROR") return spdlog::level::debug;
  // What isn't committed is given up on purpose.
  if (facility == "TERMINATE") return spdlog::level::debug;
  // A coordinator that is still loading, or ends an older instance's transaction: open() waits for it.
  if (facility == "GETPID") return spdlog::level::info;
  if (syslog_level <= 3) return spdlog::level::err;
  if (syslog_level == 4) return spdlog::level::warn;
  if (syslog_level <= 6) return spdlog::level::info;
  return spdlog::level::debug;
}

// Called on librdkafka's threads; a logger may be used from any. Not by way of the client's queue: an idle source
// doesn't look into it.
void log(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  logger()->log(to_level(level, facility), "librdkafka: {} client={} facility={}", text,
                client != nullptr ? rd_kafka_name(client) : "-", facility);
}

}  // namespace

int Wait::slice_ms() const {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline_ - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds(1), kSlice).count());
}

Error Wait::error(std::string_view what, std::string_view detail) const {
  std::string message(what);
  message += interrupted() ? std::string(": interrupted")
                           : ": no answer within " + std::to_string(timeout_.count()) + " ms";
  return transient_error(message + std::string(detail));
}

void ConnectionMonitor::on_error(rd_kafka_resp_err_t code, std::string_view text) {
  const bool all_down = code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
  // "all brokers are down" says less than the failure before it.
  if (!all_down || last_error_.empty()) last_error_ = text;
  if (all_down && !down_) {
    down_ = true;
    logger()->error("no kafka broker can be reached error=\"{}\"", last_error_);
  } else {
    logger()->debug("kafka client error code={} error=\"{}\"", rd_kafka_err2name(code), text);
  }
}

void ConnectionMonitor::on_success() {
  if (down_) logger()->info("kafka answers again");
  down_ = false;
  last_error_.clear();
}

std::string ConnectionMonitor::last_error() const {
  return last_error_.empty() ? std::string() : " (last error: " + last_error_ + ")";
}

std::uint64_t number_property(const Properties& properties, const std::string& name,
                              std::uint64_t fallback) {
  const auto it = properties.find(name);
  return it == properties.end() ? fallback : std::strtoull(it->second.c_str(), nullptr, 10);
}

Properties producer_properties(const KafkaSinkOptions& options) {
  Properties properties = options.properties;
  add_defaults(kProducerDefaults, properties);
  properties.try_emplace("client.id", "millrace-" + options.source);
  properties["enable.idempotence"] = "true";
  if (options.exactly_once) properties["transactional.id"] = transactional_id(options);
  // Successful deliveries are no events: a commit waits until nothing is outstanding, and that is cheaper to count.
  properties["delivery.report.only.error"] = "true";
  return properties;
}

Properties consumer_properties(const KafkaSinkOptions& options) {
  Properties properties = options.properties;
  for (const std::string_view name : kProducerOnly) properties.erase(std::string(name));
  add_defaults(kConsumerDefaults, properties);
  // With enough fetched ahead the library waits a second before it fetches again, as often as a long state has portions
  // of that. Since 2.2.0 that can be said otherwise.
  constexpr int kFetchBackoffSince = 0x02020000;
  if (rd_kafka_version() >= kFetchBackoffSince) {
    properties.try_emplace("fetch.queue.backoff.ms", "5");
  }
  properties.try_emplace("client.id", "millrace-" + options.source);
  properties["isolation.level"] = "read_committed";
  properties["enable.partition.eof"] = "true";
  properties["enable.auto.commit"] = "false";
  properties["enable.auto.offset.store"] = "false";
  properties["auto.offset.reset"] = "earliest";
  properties["allow.auto.create.topics"] = "false";
  return properties;
}

Result<ClientHandle> make_client(rd_kafka_type_t type, const Properties& properties) {
  ConfHandle conf(rd_kafka_conf_new());
  std::array<char, 512> text{};
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), text.data(), text.size()) !=
        RD_KAFKA_CONF_OK) {
      return definite_error("kafka property " + name + ": " + text.data());
    }
  }
  rd_kafka_conf_set_log_cb(conf.get(), log);
  rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  ClientHandle client(rd_kafka_new(type, conf.get(), text.data(), text.size()));
  if (!client) return definite_error(std::string("kafka properties: ") + text.data());
  static_cast<void>(conf.release());  // now the client's
  return client;
}

TopicAnswer ask_about_topic(rd_kafka_t& client, rd_kafka_topic_t& topic, int timeout_ms) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(&client, 0, &topic, &metadata, timeout_ms);
  const MetadataHandle owner(metadata);
  // So the library says that it knows already.
  if (code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) return {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, 0};
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return {code, 0};
  if (metadata->topic_cnt != 1) return {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, 0};
  return {metadata->topics[0].err, metadata->topics[0].partition_cnt};
}

}  // namespace millrace::sink
