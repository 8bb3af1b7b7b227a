#include "daemon/clone_deletion.h"

#include <spdlog/spdlog.h>

#include <chrono>

#include "daemon/clone_provider.h"
#include "millrace/daemon/logging.h"

namespace millrace::daemon {
namespace {

constexpr std::chrono::seconds kRetry{60};

}  // namespace

void CloneDeletion::begin() {
  if (source_.snapshot.clone.provider.empty() || source_.snapshot.clone.is_kept) return;
  const std::lock_guard lock(mutex_);
  if (interrupted_ || thread_.joinable()) return;
  thread_ = std::thread([this] { run(); });
}

void CloneDeletion::stop() {
  {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void CloneDeletion::run() {
  const auto log = logger("snapshot");
  while (!interrupted_) {
    const Status deleted = delete_clone(source_, interrupted_);
    if (deleted) {
      log->info("the copy is deleted source={}", source_.name);
      on_deleted_();
      return;
    }
    if (interrupted_) return;
    log->error("the copy can't be deleted yet; trying again in {} s source={} reason=\"{}\"",
               kRetry.count(), source_.name, deleted.error().message());
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kRetry, [this] { return interrupted_.load(); });
  }
}

}  // namespace millrace::daemon
