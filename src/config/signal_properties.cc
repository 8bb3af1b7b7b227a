// signal.*: where signals come from.

#include "config/property_table.h"

namespace millrace::config {
namespace {

constexpr Support kYes = Support::kImplemented;
constexpr Support kNone = Support::kNoEffect;

Status set_channels(std::string_view, const std::string& value, SourceConfig& source) {
  SignalConfig& signals = source.signals;
  signals.source_enabled = signals.kafka_enabled = signals.file_enabled = false;
  for (const std::string& word : split_words(value)) {
    if (equals_ignoring_case(word, "source")) {
      signals.source_enabled = true;
    } else if (equals_ignoring_case(word, "kafka")) {
      signals.kafka_enabled = true;
    } else if (equals_ignoring_case(word, "file")) {
      signals.file_enabled = true;
    } else {
      return definite_error("names a channel that is not there: source, kafka and file are");
    }
  }
  return {};
}

Status set_table(std::string_view, const std::string& value, SourceConfig& source) {
  const std::string_view table = trim(value);
  const std::size_t dot = table.find('.');
  if (dot == 0 || dot == std::string_view::npos || dot + 1 == table.size() ||
      table.find('.', dot + 1) != std::string_view::npos) {
    return definite_error("is not a table's name like db.signals");
  }
  source.signals.table = std::string(table);
  return {};
}

Status set_consumer(std::string_view key, const std::string& value, SourceConfig& source) {
  constexpr std::string_view kPrefix = "signal.consumer.";
  source.signals.consumer_override[std::string(key.substr(kPrefix.size()))] = value;
  return {};
}

template <typename Member>
Setter<SourceConfig> signal_text(Member SignalConfig::*member) {
  return [member](std::string_view, const std::string& value, SourceConfig& source) -> Status {
    source.signals.*member = std::string(trim(value));
    return {};
  };
}

Status set_poll_interval(std::string_view, const std::string& value, SourceConfig& source) {
  MILLRACE_ASSIGN_OR_RETURN(source.signals.poll_interval,
                            parse_duration(value, std::chrono::milliseconds(1)));
  return {};
}

}  // namespace

PropertyTable<SourceConfig> signal_properties() {
  return {
      {"signal.enabled.channels", kYes, "source",
       "of source, kafka and file: where signals are read. Acted upon are `execute-snapshot`, "
       "`stop-snapshot`, `pause-snapshot`, `resume-snapshot` and `log`",
       set_channels},
      {"signal.data.collection", kYes, "",
       "of the channel source: the table `database.table` with columns for id, type and data; its "
       "rows are published like any other's, whatever the lists say",
       set_table},
      {"signal.poll.interval.ms", kYes, "5000", "how often the channels kafka and file are asked",
       set_poll_interval},
      {"signal.kafka.topic", kYes, "<topic.prefix>-signal",
       "of the channel kafka: messages in partition 0 whose key is topic.prefix",
       signal_text(&SignalConfig::kafka_topic)},
      {"signal.kafka.groupId", kYes, "kafka-signal",
       "the consumer group that keeps how far they were read",
       signal_text(&SignalConfig::kafka_group)},
      {"signal.kafka.bootstrap.servers", kYes, "those of kafka", "where that topic is",
       signal_text(&SignalConfig::kafka_servers)},
      {"signal.kafka.poll.timeout.ms", kNone, "", "messages are taken when they come", {}},
      {"signal.consumer.*", kYes, "",
       "properties of Kafka's Java consumer for that topic, as far as librdkafka has the same",
       set_consumer},
      {"signal.file", kYes, "file-signals.txt",
       "of the channel file: a JSON object a line; the file is removed when it was read",
       signal_text(&SignalConfig::file)},
      {"signal.emit.failure.*", kNone, "", "a signal in the table is read from the stream", {}},
  };
}

}  // namespace millrace::config
