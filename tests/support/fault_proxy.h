#pragma once

// A TCP proxy that breaks links on command, between the daemon and MySQL or Kafka: cut, refused, or silent while open.
// Two threads a link and one that listens; all calls may come from any thread.

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "support/packet_hook.h"

namespace millrace::testing {

class FaultProxy {
 public:
  // Listens on a free port of 127.0.0.1 and connects to `target_port` there.
  explicit FaultProxy(int target_port);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  int port() const { return port_; }

  // Breaks every open link, as a reset does. New ones are taken.
  void cut();
  // While true, whoever connects is disconnected at once.
  void refuse(bool on) { refuse_ = on; }
  // While true, links stay open and nothing passes, in either direction: what a dead network looks like.
  void stall(bool on) { stall_ = on; }
  // Packets from the server go through `hook` on links opened from now on (MySQL only, without TLS).
  void set_hook(PacketHook hook);

  std::uint64_t links_opened() const { return links_opened_; }
  std::uint64_t packets_inserted() const { return packets_inserted_; }

 private:
  struct Link;
  void listen_loop();
  void open_link(int client);
  void pump(Link& link, bool to_client);
  void wait_while_stalled(const Link& link) const;

  int target_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false}, refuse_{false}, stall_{false};
  std::atomic<std::uint64_t> links_opened_{0}, packets_inserted_{0};
  std::mutex mutex_;  // guards links_ and hook_
  std::list<std::unique_ptr<Link>> links_;
  PacketHook hook_;
  std::thread thread_;
};

}  // namespace millrace::testing
