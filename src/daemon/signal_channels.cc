#include "daemon/signal_channels.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "millrace/daemon/logging.h"

namespace millrace::daemon {
namespace {

sink::SignalTopicOptions topic_options(const config::SourceConfig& source,
                                       const config::Config& config) {
  const config::SignalConfig& signals = source.signals;
  sink::SignalTopicOptions options;
  options.properties = config.kafka;
  for (const auto& [name, value] : signals.consumer_properties) options.properties[name] = value;
  if (!signals.kafka_servers.empty())
    options.properties["bootstrap.servers"] = signals.kafka_servers;
  options.topic =
      signals.kafka_topic.empty() ? source.topic_prefix + "-signal" : signals.kafka_topic;
  options.key = source.topic_prefix;
  options.group_id = signals.kafka_group;
  return options;
}

void tell_end(const std::string& source, std::string_view channel, const Error& error) {
  logger("source")->error("signals are no longer read source={} channel={} reason=\"{}\"", source,
                          channel, error.message());
}

}  // namespace

SignalChannels::SignalChannels(const config::SourceConfig& source, const config::Config& config,
                               OnSignal on_signal)
    : source_(source), on_signal_(std::move(on_signal)) {
  if (source.signals.file_enabled) file_ = std::make_unique<SignalFile>(source.signals.file);
  if (source.signals.kafka_enabled) {
    auto topic = sink::SignalTopic::open(topic_options(source, config));
    if (topic) {
      topic_ = std::move(*topic);
    } else {
      tell_end(source.name, "kafka", topic.error());
    }
  }
  if (file_ != nullptr || topic_ != nullptr) thread_ = std::thread([this] { run(); });
}

SignalChannels::~SignalChannels() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (topic_ != nullptr) topic_->interrupt();
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void SignalChannels::run() {
  while (true) {
    ask_file();
    ask_topic();  // waits for messages as long as the interval is
    std::unique_lock lock(mutex_);
    const auto pause =
        topic_ == nullptr ? source_.signals.poll_interval : std::chrono::milliseconds(0);
    if (wake_.wait_for(lock, pause, [this] { return stopping_; })) return;
    if (file_ == nullptr && topic_ == nullptr) return;
  }
}

void SignalChannels::ask_file() {
  if (file_ == nullptr) return;
  const Status taken = file_->take([this](std::string_view line) { on_signal_("file", line); });
  if (taken) return;
  tell_end(source_.name, "file", taken.error());
  file_.reset();
}

void SignalChannels::ask_topic() {
  if (topic_ == nullptr) return;
  const Status taken = topic_->take(source_.signals.poll_interval,
                                    [this](std::string_view value) { on_signal_("kafka", value); });
  if (taken) return;
  tell_end(source_.name, "kafka", taken.error());
  const std::lock_guard lock(mutex_);  // the destructor may be interrupting it
  topic_.reset();
}

}  // namespace millrace::daemon
