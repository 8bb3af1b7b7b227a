#include "conformance/statement_log.h"

#include <cstdlib>

namespace millrace::testing {
namespace {

constexpr std::size_t kShown = 300;  // characters of a statement

// "uuid:1-27" -> 27.
std::uint64_t last_gno(SqlClient& client) {
  const std::string set = client.value("SELECT @@GLOBAL.gtid_executed");
  const auto at = set.find_last_of(":-");
  return at == std::string::npos ? 0 : std::strtoull(set.c_str() + at + 1, nullptr, 10);
}

}  // namespace

void StatementLog::ran(const std::string& statement, SqlClient& client) {
  since_.push_back(statement.substr(0, kShown));
  const std::uint64_t gno = last_gno(client);
  if (!by_gno_.empty() && gno <= by_gno_.rbegin()->first) return;
  std::string text;
  for (const std::string& one : since_) text += (text.empty() ? "" : ";\n    ") + one;
  by_gno_[gno] = text;
  since_.clear();
}

// A statement may be several transactions: the first whose number isn't below.
std::string StatementLog::of(std::uint64_t gno) const {
  const auto found = by_gno_.lower_bound(gno);
  return gno == 0 || found == by_gno_.end() ? "?" : found->second;
}

}  // namespace millrace::testing
