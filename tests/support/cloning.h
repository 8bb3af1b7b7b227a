#pragma once

// Copies of a server by MySQL's CLONE plugin.

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "support/mini_mysql.h"

namespace millrace::testing {

// The account of docs/clone-providers.md, with nothing more than it says there.
inline constexpr const char* kCloner = "copier";

// What a server must run with, at either end.
std::vector<std::string> clone_arguments();
void create_cloner(const MiniMysql& server, const std::string& password);

// Makes `recipient` a copy of `donor`, as somebody does by hand.
void clone_by_hand(const MiniMysql& donor, MiniMysql& recipient, const std::string& password);

// What somebody does who watches over a server: when it is gone, start it again. The server dies with this object (its
// parent is a thread).
class Supervisor {
 public:
  Supervisor(std::function<bool()> is_wanted, std::function<void()> act);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

 private:
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

}  // namespace millrace::testing
