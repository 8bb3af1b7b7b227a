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
#include <vector>

#include "support/java.h"
#include "support/process.h"

namespace millrace::testing {

struct DebeziumOptions {
  std::string bootstrap;  // of Kafka
  int mysql_port = 0;
  std::map<std::string, std::string> connector;  // "topic.prefix", "database.include.list" ...
  // Several connectors in one process: each over the properties above, with a `name`. Empty: one connector.
  std::vector<std::map<std::string, std::string>> connectors = {};
  std::map<std::string, std::string> worker;  // "producer.linger.ms" ...
  std::string heap = "2g";
  JavaLife life = JavaLife::kShort;
  bool distributed = false;
  std::string offset_topic = "connect-offsets";  // distributed
};

class DebeziumRunner {
 public:
  DebeziumRunner(std::filesystem::path folder, DebeziumOptions options);
  ~DebeziumRunner();

  static bool available();

  // Returns at once. A distributed worker isn't given its connectors.
  void launch();
  // Returns when all connectors read the binlog; throws with the log's end when it doesn't get there.
  void start(std::chrono::seconds deadline = std::chrono::seconds(120));
  void stop();
  void kill9();
  ChildProcess& process() { return *process_; }
  std::string log() const;
  // "RUNNING", "FAILED" ... as Kafka Connect's REST interface says of a connector's task; empty when nobody answers.
  std::string state(const std::string& connector) const;
  // The exception that ended the task.
  std::string trace(const std::string& connector) const;

 private:
  std::string task_field(const std::string& connector, const char* field) const;
  using Properties = std::map<std::string, std::string>;

  Properties worker_properties() const;
  std::vector<Properties> connector_properties() const;
  std::filesystem::path properties_file(const Properties& connector) const;
  // Gives a distributed worker its connectors over REST; false while it doesn't answer.
  bool submit_connectors() const;
  bool all_stream() const;
  // What ended a connector, if one has failed.
  std::string failure() const;

  std::filesystem::path folder_;
  DebeziumOptions options_;
  int rest_port_;
  std::vector<Properties> connectors_;
  bool submitted_ = false;  // a distributed worker finds its connectors again
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace millrace::testing
