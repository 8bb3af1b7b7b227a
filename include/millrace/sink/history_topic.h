#pragma once

// Reads a topic of one partition from its first record to its end: the schema history of a connector, when a source
// goes on from that connector's offset. Blocks; any thread; nothing is kept open.
//
// A topic that is missing, has several partitions or has lost its first records is a definite error: what a history
// says is only true as a whole.

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::sink {

struct HistoryTopicOptions {
  std::string topic;
  // librdkafka's, `bootstrap.servers` among them.
  std::map<std::string, std::string> properties;
  // A Java consumer's, as connectors have them: those that librdkafka knows by the same name are used, the rest is
  // named in the log.
  std::map<std::string, std::string> java_properties;
  // Between two signs of progress.
  std::chrono::milliseconds timeout{30000};
};

// Calls `visit` with the value of each record, in order; its error ends the reading and is returned.
Status read_history_topic(const HistoryTopicOptions& options, const std::atomic<bool>& interrupted,
                          const std::function<Status(std::string_view)>& visit);

}  // namespace millrace::sink
