#pragma once

// What producer and consumer have in common: they are made from the user's properties and ours, tell about their
// connections, and wait in slices so that interrupt() ends a wait.

#include <atomic>
#include <chrono>
#include <map>
#include <string>

#include "millrace/base/result.h"
#include "millrace/sink/kafka_sink.h"
#include "sink/kafka_handles.h"

namespace millrace::sink {

using Properties = std::map<std::string, std::string>;

// How long a call to librdkafka may block before interrupt() is looked at again.
inline constexpr std::chrono::milliseconds kSlice{100};

// Bounds a wait: by a deadline, and by interrupt().
class Wait {
 public:
  Wait(const std::atomic<bool>& interrupted, std::chrono::milliseconds timeout)
      : interrupted_(interrupted), timeout_(timeout) {
    restart();
  }
  // There was progress: the time-out begins anew.
  void restart() { deadline_ = std::chrono::steady_clock::now() + timeout_; }
  bool interrupted() const { return interrupted_.load(std::memory_order_relaxed); }
  bool expired() const { return std::chrono::steady_clock::now() >= deadline_; }
  bool over() const { return interrupted() || expired(); }
  // Milliseconds for one call; never 0, which librdkafka takes for "don't wait".
  int slice_ms() const;
  // Why the wait is over, as a transient error about `what`; `detail` is put behind.
  Error error(std::string_view what, std::string_view detail = {}) const;

 private:
  const std::atomic<bool>& interrupted_;
  std::chrono::milliseconds timeout_;
  std::chrono::steady_clock::time_point deadline_;
};

// Follows a client's connections: a line in the log when an outage begins and one when it ends, and the last error's
// text, which says more than the time-out that it leads to.
class ConnectionMonitor {
 public:
  void on_error(rd_kafka_resp_err_t code, std::string_view text);
  void on_success();
  // " (last error: ...)", or nothing.
  std::string last_error() const;

 private:
  bool down_ = false;
  std::string last_error_;
};

// Of a whole number that librdkafka has checked.
std::uint64_t number_property(const Properties& properties, const std::string& name,
                              std::uint64_t fallback);

// What a sink can't work with, as check_kafka_options() but for what only librdkafka knows.
Status refused_options(const KafkaSinkOptions& options);

// Properties of the producer of `options`: defaults, the user's, and those that the guarantees stand on.
Properties producer_properties(const KafkaSinkOptions& options);
// Of the short-lived consumer that reads offset and state.
Properties consumer_properties(const KafkaSinkOptions& options);

// A property that librdkafka refuses is a definite error. Delivery reports (failed ones only, where the properties say
// so) and errors arrive as events in the client's main queue; log lines go to the module's logger at once.
Result<ClientHandle> make_client(rd_kafka_type_t type, const Properties& properties);

// What the broker says of a topic when it is asked once.
struct TopicAnswer {
  // The request's failure, or the topic's. RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: there is none.
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  int partitions = 0;
};
TopicAnswer ask_about_topic(rd_kafka_t& client, rd_kafka_topic_t& topic, int timeout_ms);

}  // namespace millrace::sink
