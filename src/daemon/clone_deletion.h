#pragma once

// The end of a copy that a clone provider made: deleted on a thread of its own, while the source goes on. A failure is
// logged and tried again, until it succeeds or the source stops; then the next start begins with it.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "millrace/config/config.h"

namespace millrace::daemon {

class CloneDeletion {
 public:
  // `source` outlives the object.
  explicit CloneDeletion(const config::SourceConfig& source) : source_(source) {}
  ~CloneDeletion() { stop(); }
  CloneDeletion(const CloneDeletion&) = delete;
  CloneDeletion& operator=(const CloneDeletion&) = delete;

  // Called on the object's thread when the copy is gone. Before begin().
  void on_deleted(std::function<void()> call) { on_deleted_ = std::move(call); }
  // From any thread, once. Nothing is done for a source without a provider, or that keeps its copies.
  void begin();
  void stop();

 private:
  void run();

  const config::SourceConfig& source_;
  std::function<void()> on_deleted_;
  std::atomic<bool> interrupted_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace millrace::daemon
