#include "discovery/collations.h"

#include <charconv>

namespace millrace::discovery {

Result<Collations> Collations::fetch(mysql::Connection& connection) {
  MILLRACE_ASSIGN_OR_RETURN(
      const mysql::ResultSet result,
      connection.query("SELECT COLLATION_NAME, ID FROM information_schema.COLLATIONS"));
  Collations collations;
  for (const mysql::Row& row : result.rows) {
    if (row.size() != 2 || !row[0] || !row[1]) continue;
    std::uint32_t id = 0;
    std::from_chars(row[1]->data(), row[1]->data() + row[1]->size(), id);
    collations.ids_.emplace(*row[0], id);
  }
  return collations;
}

std::optional<std::uint32_t> Collations::find(const std::string& name) const {
  const auto at = ids_.find(name);
  return at == ids_.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace millrace::discovery
