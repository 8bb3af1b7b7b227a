#pragma once

// gtid.source.includes and gtid.source.excludes: whose transactions count, by the UUID of the server that each was first
// committed on (the first part of its GTID). Belongs to a source's thread: the last answer is kept, because
// transactions of one server follow each other.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/gtid/gtid_set.h"

namespace millrace::transform {

class ServerFilter {
 public:
  // Regular expressions for whole UUIDs; not both. A pattern that doesn't compile is a definite error.
  static Result<ServerFilter> compile(const std::vector<std::string>& includes,
                                      const std::vector<std::string>& excludes);
  ServerFilter(ServerFilter&&) noexcept;
  ServerFilter& operator=(ServerFilter&&) noexcept;
  ~ServerFilter();

  // No list is given: every server's transactions count.
  bool takes_all() const;
  bool takes(const gtid::Uuid& server) const;

 private:
  class Impl;
  explicit ServerFilter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
  mutable std::optional<std::pair<gtid::Uuid, bool>> last_;
};

}  // namespace millrace::transform
