#pragma once

// Collation names, as information_schema prints them, to the numbers that the binlog uses.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "millrace/base/result.h"
#include "millrace/mysql/connection.h"

namespace millrace::discovery {

class Collations {
 public:
  // Asks the server: a fork or a newer version has collations of its own.
  static Result<Collations> fetch(mysql::Connection& connection);
  std::optional<std::uint32_t> find(const std::string& name) const;

 private:
  std::unordered_map<std::string, std::uint32_t> ids_;
};

}  // namespace millrace::discovery
