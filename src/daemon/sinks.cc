#include "daemon/sinks.h"

#include <utility>
#include <vector>

#include "millrace/sink/kafka_sink.h"
#include "millrace/sink/line_sink.h"
#include "millrace/transform/topic_groups.h"

namespace millrace::daemon {
namespace {

sink::OversizedPolicy oversized_policy(config::Oversized policy) {
  switch (policy) {
    case config::Oversized::kFail:
      return sink::OversizedPolicy::kFail;
    case config::Oversized::kSkip:
      return sink::OversizedPolicy::kSkip;
    case config::Oversized::kDeadLetter:
      return sink::OversizedPolicy::kDeadLetter;
  }
  MILLRACE_ASSERT(false, "oversized policy out of range");
}

sink::TopicCreation creation_of(const config::TopicCreation& from) {
  return {from.partitions, from.replication_factor, from.settings};
}

Result<transform::TopicGroups> compile_groups(const config::SourceConfig& source) {
  std::vector<transform::TopicGroupPatterns> patterns;
  for (const config::TopicGroupConfig& group : source.topic_groups)
    patterns.push_back({group.name, group.include, group.exclude});
  return transform::TopicGroups::compile(patterns);
}

// How a topic that doesn't exist yet is created: by the first group that takes it, else by the default.
Result<std::function<sink::TopicCreation(const std::string&)>> topic_creation_of(
    const config::SourceConfig& source) {
  MILLRACE_ASSIGN_OR_RETURN(transform::TopicGroups groups, compile_groups(source));
  const auto shared = std::make_shared<const transform::TopicGroups>(std::move(groups));
  std::vector<sink::TopicCreation> creations;
  for (const config::TopicGroupConfig& group : source.topic_groups)
    creations.push_back(creation_of(group.creation));
  creations.push_back(creation_of(source.topic_creation));
  return std::function<sink::TopicCreation(const std::string&)>(
      [shared, creations = std::move(creations)](const std::string& topic) {
        return creations[shared->find(topic).value_or(creations.size() - 1)];
      });
}

Result<sink::KafkaSinkOptions> kafka_options(const config::SourceConfig& source,
                                             const config::Config& config) {
  sink::KafkaSinkOptions options;
  options.properties = config.kafka;
  for (const auto& [name, value] : source.producer_properties) options.properties[name] = value;
  options.source = source.name;
  options.topic_prefix = source.topic_prefix;
  options.group_id = config.daemon.group_id;
  options.offset_topic = config.daemon.offset_storage_topic;
  const std::string& own_topic = source.offset_storage_topic;
  if (!own_topic.empty() && own_topic != options.offset_topic) {
    options.former_offset_topic = std::exchange(options.offset_topic, own_topic);
  }
  options.state_topic = config.daemon.state_storage_topic;
  options.exactly_once = source.exactly_once == config::ExactlyOnce::kRequired;
  options.oversized = oversized_policy(source.oversized);
  options.dead_letter_topic = source.dead_letter_topic;
  options.topic_creation = creation_of(source.topic_creation);
  MILLRACE_ASSIGN_OR_RETURN(options.topic_creation_of, topic_creation_of(source));
  return options;
}

template <typename Options>
Options line_options(const config::SourceConfig& source, const config::Config& config) {
  Options options;
  options.source = source.name;
  options.topic_prefix = source.topic_prefix;
  options.state_dir = config.daemon.state_dir;
  return options;
}

}  // namespace

Status check_sink(const config::SourceConfig& source, const config::Config& config) {
  if (config.sink.type != config::SinkType::kKafka) return {};
  const auto options = kafka_options(source, config);
  return options ? sink::check_kafka_options(*options) : Status(options.error());
}

Result<std::optional<state::SourceState>> peek_state(const config::SourceConfig& source,
                                                     const config::Config& config) {
  if (config.sink.type != config::SinkType::kKafka) return std::optional<state::SourceState>();
  MILLRACE_ASSIGN_OR_RETURN(const sink::KafkaSinkOptions options, kafka_options(source, config));
  MILLRACE_RETURN_IF_ERROR(sink::check_kafka_options(options));
  MILLRACE_ASSIGN_OR_RETURN(state::SourceState state, sink::peek_kafka_state(options));
  return std::optional<state::SourceState>(std::move(state));
}

Result<std::unique_ptr<sink::Sink>> make_sink(const config::SourceConfig& source,
                                              const config::Config& config) {
  switch (config.sink.type) {
    case config::SinkType::kKafka: {
      MILLRACE_ASSIGN_OR_RETURN(sink::KafkaSinkOptions options, kafka_options(source, config));
      MILLRACE_RETURN_IF_ERROR(sink::check_kafka_options(options));
      return sink::make_kafka_sink(std::move(options));
    }
    case config::SinkType::kFile: {
      auto options = line_options<sink::FileSinkOptions>(source, config);
      options.path = config.sink.path;
      options.rotate_bytes = config.sink.rotate_bytes;
      return sink::make_file_sink(std::move(options));
    }
    case config::SinkType::kStdout:
      return sink::make_stdout_sink(line_options<sink::StdoutSinkOptions>(source, config));
  }
  MILLRACE_ASSERT(false, "sink type out of range");
}

}  // namespace millrace::daemon
