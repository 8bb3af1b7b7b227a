#pragma once

// Which statement made which transaction, for messages: the server's GTIDs count up by one for each.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/sql_client.h"

namespace millrace::testing {

class StatementLog {
 public:
  // After each statement; the transaction that it ends, if any, is made of all since the last one.
  void ran(const std::string& statement, SqlClient& client);
  std::string of(std::uint64_t gno) const;

 private:
  std::map<std::uint64_t, std::string> by_gno_;
  std::vector<std::string> since_;
};

}  // namespace millrace::testing
