#pragma once

// The daemon's HTTP side: Kafka Connect's REST API as far as it asks questions, /health for probes and /metrics for
// Prometheus. It has no authentication and listens on loopback unless told otherwise.
//
// start() and stop() are the main thread's; requests are answered on a few threads of the server's own, which call the
// StatusProvider. Both references outlive the server.

#include <memory>
#include <string>

#include "millrace/base/result.h"
#include "millrace/daemon/metrics.h"
#include "millrace/daemon/status.h"

namespace millrace::daemon {

class HttpServer {
 public:
  HttpServer(const StatusProvider& sources, const Metrics& metrics);
  ~HttpServer();

  // Listens; port 0 takes a free one. A definite error when the address can't be had.
  Status start(const std::string& host, int port);
  // The port it listens on, 0 when it doesn't.
  int port() const;
  // Answers what is being asked and closes.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::daemon
