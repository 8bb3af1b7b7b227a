#pragma once

// The channels of signals that must be asked: the file and the Kafka topic, on a thread of their own, for as long as
// the object lives. (The third, the table signal.data.collection, comes with the stream: pipeline::Observer.)
//
// A channel that fails for good says so once in the log and is not asked again; the source goes on.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>

#include "daemon/signal_file.h"
#include "millrace/config/config.h"
#include "millrace/sink/signal_topic.h"

namespace millrace::daemon {

class SignalChannels {
 public:
  // `on_signal` gets the channel's name and a signal's JSON, on the object's thread. The references outlive the object.
  using OnSignal = std::function<void(std::string_view channel, std::string_view json)>;
  SignalChannels(const config::SourceConfig& source, const config::Config& config,
                 OnSignal on_signal);
  ~SignalChannels();
  SignalChannels(const SignalChannels&) = delete;
  SignalChannels& operator=(const SignalChannels&) = delete;

 private:
  void run();
  void ask_file();
  void ask_topic();

  const config::SourceConfig& source_;
  const OnSignal on_signal_;
  std::unique_ptr<SignalFile> file_;
  std::unique_ptr<sink::SignalTopic> topic_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // none where no channel needs it
};

}  // namespace millrace::daemon
