#include "daemon/sinks.h"

#include "millrace/sink/kafka_sink.h"
#include "millrace/sink/line_sink.h"

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

sink::KafkaSinkOptions kafka_options(const config::SourceConfig& source,
                                     const config::Config& config) {
  sink::KafkaSinkOptions options;
  options.properties = config.kafka;
  options.source = source.name;
  options.topic_prefix = source.topic_prefix;
  options.group_id = config.daemon.group_id;
  options.offset_topic = config.daemon.offset_storage_topic;
  options.state_topic = config.daemon.state_storage_topic;
  options.exactly_once = source.exactly_once == config::ExactlyOnce::kRequired;
  options.oversized = oversized_policy(source.oversized);
  options.dead_letter_topic = source.dead_letter_topic;
  options.topic_creation = {source.topic_creation.partitions,
                            source.topic_creation.replication_factor,
                            source.topic_creation.settings};
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

Result<std::optional<state::SourceState>> peek_state(const config::SourceConfig& source,
                                                     const config::Config& config) {
  if (config.sink.type != config::SinkType::kKafka) return std::optional<state::SourceState>();
  const sink::KafkaSinkOptions options = kafka_options(source, config);
  MILLRACE_RETURN_IF_ERROR(sink::check_kafka_options(options));
  MILLRACE_ASSIGN_OR_RETURN(state::SourceState state, sink::peek_kafka_state(options));
  return std::optional<state::SourceState>(std::move(state));
}

Result<std::unique_ptr<sink::Sink>> make_sink(const config::SourceConfig& source,
                                              const config::Config& config) {
  switch (config.sink.type) {
    case config::SinkType::kKafka: {
      sink::KafkaSinkOptions options = kafka_options(source, config);
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
