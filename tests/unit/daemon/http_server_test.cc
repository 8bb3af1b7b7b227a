// The server on a real socket of this machine; what it answers is rest_api_test's matter.

#include "millrace/daemon/http_server.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <thread>

#include "fake_sources.h"

namespace millrace::daemon {
namespace {

class HttpServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    sources_.add("a b", SourceState::kRunning);
    const Status started = server_.start("127.0.0.1", 0);
    ASSERT_TRUE(started) << started.error().message();
    ASSERT_GT(server_.port(), 0);
  }

  httplib::Client client() const { return httplib::Client("127.0.0.1", server_.port()); }

  FakeSources sources_;
  Metrics metrics_;
  HttpServer server_{sources_, metrics_};
};

TEST_F(HttpServerTest, Get) {
  const auto answer = client().Get("/connectors/a%20b/status");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->get_header_value("Content-Type"), "application/json");
  const std::string worker = "\"worker_id\":\"127.0.0.1:" + std::to_string(server_.port()) + "\"";
  EXPECT_NE(answer->body.find(worker), std::string::npos) << answer->body;
}

TEST_F(HttpServerTest, QueryParameters) {
  const auto answer = client().Get("/connectors?expand=status&expand=info");
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->body.find("\"status\":"), std::string::npos);
  EXPECT_NE(answer->body.find("\"info\":"), std::string::npos);
}

TEST_F(HttpServerTest, ErrorsAreJson) {
  const auto missing = client().Get("/nothing");
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->status, 404);
  EXPECT_EQ(missing->body, R"({"error_code":404,"message":"HTTP 404 Not Found"})");
  const auto newline = client().Get("/a%0Ab");
  ASSERT_TRUE(newline);
  EXPECT_EQ(newline->status, 404);
  EXPECT_EQ(newline->body.substr(0, 18), R"({"error_code":404,)");
}

TEST_F(HttpServerTest, ChangesAreRefusedAndTheConnectionStaysUsable) {
  auto keep = client();
  keep.set_keep_alive(true);
  const auto put = keep.Put("/connectors/a/config", R"({"x":"y"})", "application/json");
  ASSERT_TRUE(put);
  EXPECT_EQ(put->status, 404) << "there is no connector a";
  const auto post = keep.Post("/connectors", R"({"name":"x"})", "application/json");
  ASSERT_TRUE(post);
  EXPECT_EQ(post->status, 405);
  const auto get = keep.Get("/health");
  ASSERT_TRUE(get);
  EXPECT_EQ(get->status, 200);
}

TEST_F(HttpServerTest, LargeRequestsAreRefused) {
  const auto post = client().Post("/connectors", std::string(1 << 20, 'x'), "application/json");
  if (post) {
    EXPECT_EQ(post->status, 413);
  }
  EXPECT_EQ(client().Get("/health")->status, 200) << "and the server lives";
}

TEST_F(HttpServerTest, ManyClientsAtOnce) {
  std::vector<std::thread> threads;
  threads.reserve(8);
  std::atomic<int> answered{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10; ++n) {
        const auto answer = client().Get("/metrics");
        if (answer && answer->status == 200) ++answered;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, 80);
}

TEST_F(HttpServerTest, ATakenPortIsAnError) {
  HttpServer second(sources_, metrics_);
  const Status started = second.start("127.0.0.1", server_.port());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message(),
            "can't listen on 127.0.0.1:" + std::to_string(server_.port()) +
                ": is the address this machine's, and is no other process "
                "using the port?");
  EXPECT_EQ(second.port(), 0);
}

TEST_F(HttpServerTest, StopsAtOnceAndTwice) {
  HttpServer other(sources_, metrics_);
  ASSERT_TRUE(other.start("127.0.0.1", 0));
  other.stop();
  other.stop();
  EXPECT_EQ(other.port(), 0);
}

}  // namespace
}  // namespace millrace::daemon
