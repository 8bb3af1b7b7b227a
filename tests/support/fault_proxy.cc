#include "support/fault_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

namespace millrace::testing {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int connect_to(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (fd >= 0 && connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
    return fd;
  if (fd >= 0) close(fd);
  return -1;
}

void no_delay(int fd) {
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

struct FaultProxy::Link {
  int client = -1;
  int server = -1;
  std::atomic<bool> broken{false};
  std::atomic<bool> new_command{false};
  std::unique_ptr<PacketRewriter> rewriter;  // used by the thread that pumps to the client
  std::thread up, down;

  // Wakes both threads; the descriptors are closed when they are joined.
  void break_now() {
    broken = true;
    shutdown(client, SHUT_RDWR);
    shutdown(server, SHUT_RDWR);
  }
  ~Link() {
    break_now();
    up.join();
    down.join();
    close(client);
    close(server);
  }
};

FaultProxy::FaultProxy(int target_port) : target_port_(target_port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("the fault proxy can't listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { listen_loop(); });
}

FaultProxy::~FaultProxy() {
  stopping_ = true;
  stall_ = false;
  thread_.join();
  close(listener_);
  cut();
}

void FaultProxy::cut() {
  std::list<std::unique_ptr<Link>> links;
  {
    const std::lock_guard lock(mutex_);
    links.swap(links_);
  }
  for (const auto& link : links) link->break_now();
}

void FaultProxy::set_hook(PacketHook hook) {
  const std::lock_guard lock(mutex_);
  hook_ = std::move(hook);
}

void FaultProxy::listen_loop() {
  while (!stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (poll(&waiting, 1, 50) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    if (refuse_) {
      close(client);
    } else {
      open_link(client);
    }
  }
}

void FaultProxy::open_link(int client) {
  const int server = connect_to(target_port_);
  if (server < 0) {
    close(client);
    return;
  }
  no_delay(client);
  no_delay(server);
  auto link = std::make_unique<Link>();
  link->client = client;
  link->server = server;
  const std::lock_guard lock(mutex_);
  if (hook_) {
    link->rewriter =
        std::make_unique<PacketRewriter>([this, hook = hook_](std::string_view payload) {
          auto inserted = hook(payload);
          packets_inserted_ += inserted.size();
          return inserted;
        });
  }
  ++links_opened_;
  Link& here = *link;
  link->up = std::thread([this, &here] { pump(here, false); });
  link->down = std::thread([this, &here] { pump(here, true); });
  std::erase_if(links_, [](const auto& old) { return old->broken.load(); });
  links_.push_back(std::move(link));
}

void FaultProxy::wait_while_stalled(const Link& link) const {
  while (stall_ && !link.broken && !stopping_)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

void FaultProxy::pump(Link& link, bool to_client) {
  const int from = to_client ? link.server : link.client;
  const int to = to_client ? link.client : link.server;
  std::string buffer(64 << 10, '\0');
  while (!link.broken) {
    const ssize_t size = recv(from, buffer.data(), buffer.size(), 0);
    if (size <= 0) break;
    wait_while_stalled(link);
    std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
    std::string rewritten;
    if (!to_client) {
      link.new_command = true;
    } else if (link.rewriter != nullptr) {
      if (link.new_command.exchange(false)) link.rewriter->on_command();
      rewritten = link.rewriter->feed(bytes);
      bytes = rewritten;
    }
    if (!send_all(to, bytes)) break;
  }
  link.break_now();
}

}  // namespace millrace::testing
