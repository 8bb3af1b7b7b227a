#pragma once

// One server for all tests of a suite, and the options to reach it.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "millrace/mysql/connection.h"
#include "support/mini_mysql.h"

namespace millrace::mysql {

inline ConnectionOptions by_socket(const testing::MiniMysql& server) {
  ConnectionOptions options;
  options.unix_socket = server.socket();
  options.user = testing::kCdcUser;
  options.password = Secret(testing::kCdcPassword);
  options.name = "test";
  return options;
}

inline ConnectionOptions by_tcp(const testing::MiniMysql& server) {
  ConnectionOptions options = by_socket(server);
  options.unix_socket.clear();
  options.host = "127.0.0.1";
  options.port = static_cast<std::uint16_t>(server.port());
  return options;
}

class ServerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<testing::MiniMysql>(); }
  static void TearDownTestSuite() { server_.reset(); }

  static testing::MiniMysql& server() { return *server_; }

 private:
  static inline std::unique_ptr<testing::MiniMysql> server_;
};

}  // namespace millrace::mysql
