#pragma once

// A Secret holds a password. It refuses to print: no operator<<, no formatter, and reveal() is easy to search for.

#include <string>
#include <utility>

namespace millrace {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

}  // namespace millrace
