#include "millrace/daemon/notify.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace millrace::daemon {
namespace {

// What systemd has: a datagram socket, here in the abstract namespace.
class Supervisor {
 public:
  Supervisor()
      : name_("millrace-notify-test-" + std::to_string(getpid())),
        socket_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name_.data(), name_.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name_.size());
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), length), 0);
    setenv("NOTIFY_SOCKET", ("@" + name_).c_str(), 1);
  }
  ~Supervisor() {
    close(socket_);
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  }

  // Nothing where none has arrived: a datagram between sockets of one machine is there when send() has returned.
  std::string receive() const {
    char buffer[512];
    const ssize_t got = recv(socket_, buffer, sizeof(buffer), MSG_DONTWAIT);
    return got < 0 ? "nothing" : std::string(buffer, static_cast<std::size_t>(got));
  }

 private:
  const std::string name_;
  const int socket_;
};

TEST(Notifier, Messages) {
  const Supervisor supervisor;
  Notifier notifier;
  notifier.ready();
  EXPECT_EQ(supervisor.receive(), "READY=1");
  notifier.stopping();
  EXPECT_EQ(supervisor.receive(), "STOPPING=1");
  notifier.status("3 sources\nREADY=0");
  EXPECT_EQ(supervisor.receive(), "STATUS=3 sources READY=0");
  notifier.reloading();
  const std::string reloading = supervisor.receive();
  EXPECT_EQ(reloading.substr(0, 27), "RELOADING=1\nMONOTONIC_USEC=");
  EXPECT_GT(std::stoll(reloading.substr(27)), 0);
}

TEST(Notifier, WatchdogOnlyWhereItIsWanted) {
  const Supervisor supervisor;
  const struct {
    const char* name;
    const char* usec;
    std::string pid;
    int period_ms;
    bool watched;
  } rows[] = {
      {"half of what systemd waits", "20000000", "", 10'000, true},
      {"for this process", "2000000", std::to_string(getpid()), 1000, true},
      {"for another process", "2000000", "1", 60'000, false},
      {"not at all", "", "", 60'000, false},
      {"zero", "0", "", 60'000, false},
      {"nonsense", "soon", "", 60'000, false},
      {"an hour", "3600000000", "", 60'000, true},
  };
  for (const auto& row : rows) {
    setenv("WATCHDOG_USEC", row.usec, 1);
    setenv("WATCHDOG_PID", row.pid.c_str(), 1);
    if (row.pid.empty()) unsetenv("WATCHDOG_PID");
    Notifier notifier;
    EXPECT_EQ(notifier.watchdog_period().count(), row.period_ms) << row.name;
    notifier.watchdog();
    EXPECT_EQ(supervisor.receive(), row.watched ? "WATCHDOG=1" : "nothing") << row.name;
  }
}

TEST(Notifier, WithoutASupervisorNothingHappens) {
  const std::string too_long(200, 'x');
  for (const std::string& address : {std::string(), std::string("relative"), "/" + too_long,
                                     std::string("/nonexistent/socket")}) {
    setenv("NOTIFY_SOCKET", address.c_str(), 1);
    if (address.empty()) unsetenv("NOTIFY_SOCKET");
    Notifier notifier;
    notifier.ready();
    notifier.watchdog();
    EXPECT_EQ(notifier.watchdog_period().count(), 60'000) << address;
  }
  unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace millrace::daemon
