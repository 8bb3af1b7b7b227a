#pragma once

// How many transactions the server has that the sink has not: the server is asked every few seconds, on the connection
// that the source started with. The first error ends the asking; the source meets the same server's trouble on its
// stream, and its next life has a new probe.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "millrace/daemon/metrics.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/mysql/connection.h"

namespace millrace::daemon {

class BehindProbe {
 public:
  // `committed` gives the transactions that are in the sink; called from the probe's thread. `metrics` outlives the
  // probe; the gauge is there while the number is known.
  BehindProbe(mysql::Connection connection, std::function<gtid::GtidSet()> committed,
              SourceMetrics& metrics);
  ~BehindProbe();
  BehindProbe(const BehindProbe&) = delete;
  BehindProbe& operator=(const BehindProbe&) = delete;

 private:
  void run();

  mysql::Connection connection_;
  const std::function<gtid::GtidSet()> committed_;
  SourceMetrics& metrics_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace millrace::daemon
