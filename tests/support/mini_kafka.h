#pragma once

// A real Kafka broker for a test: KRaft, one node, free ports, data in a folder of its own. Stopped, by process id, when
// the object goes. stop() and start() keep ports and data.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/java.h"
#include "support/process.h"

namespace millrace::testing {

struct MiniKafkaOptions {
  std::map<std::string, std::string> properties =
      {};  // of the broker, beside those that make it small
  std::string heap = "512m";
  JavaLife life = JavaLife::kShort;
};

class MiniKafka {
 public:
  explicit MiniKafka(MiniKafkaOptions options = {});
  ~MiniKafka();

  std::string bootstrap() const { return "127.0.0.1:" + std::to_string(port_); }
  int port() const { return port_; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  // While it runs.
  const ChildProcess& process() const { return *process_; }

  void start();
  void stop();
  void kill9();
  void restart() {
    stop();
    start();
  }

 private:
  void write_properties() const;
  void format_storage() const;
  void make_class_archive();
  void launch(std::vector<std::string> java_options);

  MiniKafkaOptions options_;
  TempFolder folder_;
  int port_;
  int controller_port_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace millrace::testing
