#pragma once

// The connector that the product is compared with, real: Debezium for MySQL in Kafka Connect, from the cache.
//
// Standalone: offsets and schema history are files in the folder given. Distributed: one worker, which keeps offsets in
// a topic as production clusters do. Either way a second start goes on where the first ended.

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "support/process.h"

namespace millrace::testing {

struct DebeziumOptions {
  std::string bootstrap;  // of Kafka
  int mysql_port = 0;
  std::map<std::string, std::string> connector;  // "topic.prefix", "database.include.list" ...
  std::map<std::string, std::string> worker;     // "producer.linger.ms" ...
  std::string heap = "2g";
  bool distributed = false;
  std::string offset_topic = "connect-offsets";  // distributed
};

class DebeziumRunner {
 public:
  DebeziumRunner(std::filesystem::path folder, DebeziumOptions options);
  ~DebeziumRunner();

  static bool available();

  // Returns when the connector reads the binlog; throws with the log's end when it doesn't get there.
  void start(std::chrono::seconds deadline = std::chrono::seconds(120));
  void stop();
  void kill9();
  ChildProcess& process() { return *process_; }
  std::string log() const;

 private:
  void write_properties() const;
  std::map<std::string, std::string> worker_properties() const;
  std::map<std::string, std::string> connector_properties() const;
  // Gives the worker its connector over REST; false while it doesn't answer.
  bool submit_connector() const;

  std::filesystem::path folder_;
  DebeziumOptions options_;
  int rest_port_;
  bool submitted_ = false;  // a distributed worker finds its connector again
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace millrace::testing
