#pragma once

// What the HTTP server answers, without HTTP: method, path and query to status and body. Shapes, status codes and
// texts are Kafka Connect's (4.3), so that its clients and dashboards work; of its API the part that reads. Requests
// that would change something get 405: sources stand in the configuration file.
//
// Const and without state of its own: any thread.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/daemon/metrics.h"
#include "millrace/daemon/status.h"

namespace millrace::daemon {

struct RestRequest {
  std::string method;
  std::string path;                 // decoded
  std::vector<std::string> expand;  // values of the query parameter
};

struct RestAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
};

class RestApi {
 public:
  // `worker_id` is what Kafka Connect calls this process: the address it listens on.
  RestApi(const StatusProvider& sources, const Metrics& metrics, std::string worker_id);

  RestAnswer answer(const RestRequest& request) const;

 private:
  RestAnswer root() const;
  RestAnswer connectors(const std::vector<std::string>& expand) const;
  RestAnswer connector(const std::vector<std::string_view>& path) const;

  const StatusProvider& sources_;
  const Metrics& metrics_;
  const std::string worker_id_;
};

// Properties as they may be shown: a secret only where it is a reference.
std::map<std::string, std::string> shown_properties(std::map<std::string, std::string> properties);

}  // namespace millrace::daemon
