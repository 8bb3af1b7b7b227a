#pragma once

// heartbeat.action.query: a statement that is executed on the source at every heartbeat, over a connection of its own.
// What users do with it: a row that changes keeps a quiet server's binlog moving. It is the one thing that this program
// ever writes to a source, and only because somebody asked. A failure is logged and counted; the next beat tries again,
// with a new connection.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "millrace/daemon/metrics.h"
#include "millrace/mysql/connection.h"

namespace millrace::daemon {

struct HeartbeatQueryOptions {
  std::string source;
  std::string query;
  std::chrono::milliseconds interval{0};
  mysql::ConnectionOptions connection;
};

class HeartbeatQuery {
 public:
  // `metrics` outlives the object.
  HeartbeatQuery(HeartbeatQueryOptions options, SourceMetrics& metrics);
  ~HeartbeatQuery();
  HeartbeatQuery(const HeartbeatQuery&) = delete;
  HeartbeatQuery& operator=(const HeartbeatQuery&) = delete;

 private:
  void run();
  Status beat();
  Status connect();

  const HeartbeatQueryOptions options_;
  SourceMetrics& metrics_;
  std::mutex mutex_;  // over what follows
  std::condition_variable wake_;
  bool stopping_ = false;
  std::optional<mysql::Connection> connection_;
  std::thread thread_;
};

}  // namespace millrace::daemon
