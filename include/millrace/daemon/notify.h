#pragma once

// Tells systemd how the process is doing (sd_notify(3)): a datagram to the socket that NOTIFY_SOCKET names. Without
// that variable everything here does nothing. Called from the main thread; a message that can't be sent is dropped,
// since nobody could act on it.

#include <chrono>
#include <string>
#include <string_view>

namespace millrace::daemon {

class Notifier {
 public:
  // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  Notifier();
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  void ready();
  void reloading();  // ready() follows
  void stopping();
  // One line for `systemctl status`.
  void status(std::string_view text);
  void watchdog();
  // How often watchdog() is to be called: half of what systemd waits; a minute when it doesn't watch.
  std::chrono::milliseconds watchdog_period() const { return watchdog_period_; }

 private:
  void send(const std::string& message);

  int socket_ = -1;
  std::string address_;
  bool watched_ = false;
  std::chrono::milliseconds watchdog_period_{60'000};
};

}  // namespace millrace::daemon
