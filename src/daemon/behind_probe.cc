#include "daemon/behind_probe.h"

#include <chrono>
#include <utility>

#include "millrace/mysql/server_facts.h"

namespace millrace::daemon {
namespace {

constexpr std::chrono::seconds kPeriod{5};

}  // namespace

BehindProbe::BehindProbe(mysql::Connection connection, std::function<gtid::GtidSet()> committed,
                         SourceMetrics& metrics)
    : connection_(std::move(connection)),
      committed_(std::move(committed)),
      metrics_(metrics),
      thread_([this] { run(); }) {}

BehindProbe::~BehindProbe() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  connection_.interrupt();
  thread_.join();
}

void BehindProbe::run() {
  while (true) {
    auto behind = mysql::fetch_gtid_executed(connection_);
    if (!behind) break;
    behind->subtract(committed_());
    metrics_.transactions_behind(static_cast<double>(behind->count()));
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, kPeriod, [this] { return stopping_; })) break;
  }
  metrics_.forget_transactions_behind();
}

}  // namespace millrace::daemon
