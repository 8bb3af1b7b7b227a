#pragma once

// The channel `kafka` of signals: partition 0 of a topic, of which the messages with one key count. Where the reading
// got to is committed as a consumer group's offset, after the messages were handed on: a signal may come twice and is
// never lost. At the first start only what comes from now on is read: of a topic that is made later, all.
//
// Belongs to one thread; interrupt() may come from any.

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::sink {

struct SignalTopicOptions {
  std::map<std::string, std::string> properties;  // librdkafka's
  std::string topic;
  std::string key;  // of the messages that count
  std::string group_id = "kafka-signal";
};

class SignalTopic {
 public:
  // Connects lazily: a broker that isn't there shows in the log, and signals come when it is.
  static Result<std::unique_ptr<SignalTopic>> open(const SignalTopicOptions& options);
  ~SignalTopic();

  // Hands on the values that come until `timeout` is over or interrupt() is called.
  Status take(std::chrono::milliseconds timeout,
              const std::function<void(std::string_view)>& on_value);
  void interrupt() { interrupted_ = true; }

 private:
  class Impl;
  explicit SignalTopic(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
  std::atomic<bool> interrupted_{false};
};

}  // namespace millrace::sink
