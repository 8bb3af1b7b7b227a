#include "millrace/daemon/http_server.h"

#include <httplib.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <thread>

#include "daemon/rest_api.h"
#include "millrace/daemon/logging.h"

namespace millrace::daemon {
namespace {

// Requests are small questions; their answers don't wait for anything.
constexpr int kThreads = 4;
constexpr std::size_t kMaxRequestBytes = 64U << 10;
constexpr int kTimeoutSeconds = 5;
// An idle client holds a thread no longer than this. Monitoring asks every few seconds and connects anew.
constexpr int kKeepAliveSeconds = 1;

std::string host_and_port(const std::string& host, int port) {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return name + ":" + std::to_string(port);
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const StatusProvider& sources, const Metrics& metrics)
      : sources_(sources), metrics_(metrics) {}
  ~Impl() { stop(); }

  Status start(const std::string& host, int port) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_payload_max_length(kMaxRequestBytes);
    server_.set_read_timeout(kTimeoutSeconds);
    server_.set_write_timeout(kTimeoutSeconds);
    server_.set_keep_alive_timeout(kKeepAliveSeconds);
    // Only one process may have the address: without SO_REUSEPORT a second daemon notices.
    server_.set_socket_options([](socket_t socket) {
      const int on = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    });
    port_ = port != 0 ? port : server_.bind_to_any_port(host);
    if (port_ <= 0 || (port != 0 && !server_.bind_to_port(host, port))) {
      port_ = 0;
      return definite_error(
          "can't listen on " + host_and_port(host, port) +
          ": is the address this machine's, and is no other process using the port?");
    }
    api_ = std::make_unique<RestApi>(sources_, metrics_, host_and_port(host, port_));
    add_routes();
    thread_ = std::thread([this] { serve(); });
    return {};
  }

  int port() const { return port_; }

  void stop() {
    if (!thread_.joinable()) return;
    // httplib's stop() does nothing before the loop has begun.
    while (!server_.is_running() && !ended_) std::this_thread::yield();
    server_.stop();
    thread_.join();
    port_ = 0;
  }

 private:
  void serve() {
    if (!server_.listen_after_bind())
      logger("http")->error("the HTTP server has ended with an error");
    ended_ = true;
  }

  void add_routes() {
    const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
      RestRequest question{request.method, request.path, {}};
      const auto [first, last] = request.params.equal_range("expand");
      for (auto it = first; it != last; ++it) question.expand.push_back(it->second);
      const RestAnswer answer = api_->answer(question);
      response.status = answer.status;
      response.set_content(answer.body, answer.content_type);
    };
    server_.Get(".*", handler);
    server_.Post(".*", handler);
    server_.Put(".*", handler);
    server_.Patch(".*", handler);
    server_.Delete(".*", handler);
    server_.Options(".*", handler);
    // What httplib refuses by itself (a request that is too large, or not HTTP) has no body yet.
    server_.set_error_handler([](const httplib::Request&, httplib::Response& response) {
      if (!response.body.empty()) return;
      const std::string status = std::to_string(response.status);
      response.set_content("{\"error_code\":" + status + ",\"message\":\"HTTP " + status + "\"}",
                           "application/json");
    });
    server_.set_exception_handler(
        [](const httplib::Request& request, httplib::Response& response, std::exception_ptr) {
          logger("http")->error("a request failed method={} path={}", request.method, request.path);
          response.status = 500;
          response.set_content(R"({"error_code":500,"message":"Internal Server Error"})",
                               "application/json");
        });
  }

  const StatusProvider& sources_;
  const Metrics& metrics_;
  httplib::Server server_;
  std::unique_ptr<RestApi> api_;
  std::atomic<bool> ended_{false};
  int port_ = 0;
  std::thread thread_;
};

HttpServer::HttpServer(const StatusProvider& sources, const Metrics& metrics)
    : impl_(std::make_unique<Impl>(sources, metrics)) {}

HttpServer::~HttpServer() = default;

Status HttpServer::start(const std::string& host, int port) { return impl_->start(host, port); }

int HttpServer::port() const { return impl_->port(); }

void HttpServer::stop() { impl_->stop(); }

}  // namespace millrace::daemon
