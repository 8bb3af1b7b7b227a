#include "millrace/daemon/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>

namespace millrace::daemon {
namespace {

std::optional<std::uint64_t> number_from_environment(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  std::uint64_t number = 0;
  const char* end = text + std::strlen(text);
  const auto [stop, code] = std::from_chars(text, end, number);
  if (code != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace

Notifier::Notifier() {
  const char* address = std::getenv("NOTIFY_SOCKET");
  // A path, or "@" and a name in the abstract namespace.
  if (address == nullptr || (address[0] != '/' && address[0] != '@')) return;
  address_ = address;
  if (address_.size() >= sizeof(sockaddr_un::sun_path)) return;
  socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  const auto usec = number_from_environment("WATCHDOG_USEC");
  const auto pid = number_from_environment("WATCHDOG_PID");
  if (!usec || *usec == 0) return;
  if (pid && *pid != static_cast<std::uint64_t>(getpid())) return;  // meant for another process
  watched_ = true;
  constexpr std::uint64_t kLongestMs = 60'000;
  watchdog_period_ =
      std::chrono::milliseconds(std::clamp<std::uint64_t>(*usec / 2000, 1, kLongestMs));
}

Notifier::~Notifier() {
  if (socket_ >= 0) close(socket_);
}

void Notifier::ready() { send("READY=1"); }

void Notifier::reloading() {
  // Type=notify-reload (systemd 253) needs the time to tell this reload from an older one.
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t usec = static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(usec));
}

void Notifier::stopping() { send("STOPPING=1"); }

void Notifier::status(std::string_view text) {
  std::string line(text);
  std::ranges::replace(line, '\n', ' ');  // a line end would begin another assignment
  send("STATUS=" + line);
}

void Notifier::watchdog() {
  if (watched_) send("WATCHDOG=1");
}

void Notifier::send(const std::string& message) {
  if (socket_ < 0) return;
  sockaddr_un target{};
  target.sun_family = AF_UNIX;
  std::memcpy(target.sun_path, address_.data(), address_.size());
  if (target.sun_path[0] == '@') target.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  // The result is of no use: see the header.
  static_cast<void>(sendto(socket_, message.data(), message.size(), MSG_NOSIGNAL,
                           reinterpret_cast<const sockaddr*>(&target), length));
}

}  // namespace millrace::daemon
