#include "daemon/heartbeat_query.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "millrace/daemon/logging.h"

namespace millrace::daemon {

HeartbeatQuery::HeartbeatQuery(HeartbeatQueryOptions options, SourceMetrics& metrics)
    : options_(std::move(options)), metrics_(metrics), thread_([this] { run(); }) {}

HeartbeatQuery::~HeartbeatQuery() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (connection_) connection_->interrupt();
  }
  wake_.notify_all();
  thread_.join();
}

void HeartbeatQuery::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, options_.interval, [this] { return stopping_; })) {
    lock.unlock();
    const Status beat_done = beat();
    lock.lock();
    if (beat_done || stopping_) continue;
    connection_.reset();
    metrics_.heartbeat_query_failures.Increment();
    logger("source")->warn("heartbeat.action.query failed source={} reason=\"{}\"", options_.source,
                           beat_done.error().message());
  }
}

// Only this thread replaces the connection; the destructor interrupts it.
Status HeartbeatQuery::beat() {
  if (!connection_) MILLRACE_RETURN_IF_ERROR(connect());
  const auto done = connection_->execute(options_.query);
  return done ? Status() : done.error();
}

Status HeartbeatQuery::connect() {
  MILLRACE_ASSIGN_OR_RETURN(mysql::Connection connection,
                            mysql::Connection::connect(options_.connection));
  const std::lock_guard lock(mutex_);
  connection_.emplace(std::move(connection));
  if (stopping_) connection_->interrupt();
  return {};
}

}  // namespace millrace::daemon
