// Which options and properties a Kafka sink can't work with, and why.

#include <algorithm>

#include "millrace/sink/kafka_sink.h"
#include "sink/kafka_client.h"

namespace millrace::sink {
namespace {

struct Refusal {
  std::string_view name;
  // Refused with any value, or all but these.
  std::string_view allowed;
  std::string_view reason;
};

constexpr Refusal kRefusals[] = {
    {"transactional.id", "",
     "is made from group.id and the source's name, so that an old instance is fenced"},
    {"enable.idempotence", "true",
     "must be true: without it a retry may write a record twice or out of order"},
    {"acks", "all -1", "must be all: a record that only the leader has is lost with it"},
    {"request.required.acks", "all -1",
     "must be all: a record that only the leader has is lost with it"},
    {"partitioner", "murmur2_random murmur2 consistent_random consistent fnv1a fnv1a_random",
     "must choose by the key: otherwise the changes of a row lose their order"},
    {"delivery.report.only.error", "", "is set by the sink itself"},
    {"isolation.level", "", "is read_committed wherever the sink reads"},
    {"enable.partition.eof", "", "is set by the sink itself"},
};

bool is_one_of(std::string_view word, std::string_view words) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

}  // namespace

std::string transactional_id(const KafkaSinkOptions& options) {
  return options.group_id + "-" + options.source + "-0";
}

Status refused_options(const KafkaSinkOptions& options) {
  std::string problems;
  const auto add = [&problems](std::string_view problem) {
    if (!problems.empty()) problems += '\n';
    problems += problem;
  };
  for (const auto& [name, allowed, reason] : kRefusals) {
    const auto it = options.properties.find(std::string(name));
    if (it != options.properties.end() && !is_one_of(it->second, allowed)) {
      add("kafka property " + it->first + "=" + it->second + " can't be used: it " +
          std::string(reason));
    }
  }
  if (!options.properties.contains("bootstrap.servers") &&
      !options.properties.contains("metadata.broker.list")) {
    add("kafka property bootstrap.servers is missing");
  }
  if (options.offset_topic == options.state_topic) {
    add("offset and state can't share the topic " + options.offset_topic);
  }
  if (options.oversized == OversizedPolicy::kDeadLetter && options.dead_letter_topic.empty()) {
    add("oversized records are to go to a dead letter topic, but none is named");
  }
  if (!problems.empty()) return definite_error(problems);
  return {};
}

Status check_kafka_options(const KafkaSinkOptions& options) {
  MILLRACE_RETURN_IF_ERROR(refused_options(options));
  // What librdkafka itself refuses: unknown names, bad values, pairs that contradict each other.
  auto producer = make_client(RD_KAFKA_PRODUCER, producer_properties(options));
  if (!producer) return producer.error();
  return {};
}

}  // namespace millrace::sink
