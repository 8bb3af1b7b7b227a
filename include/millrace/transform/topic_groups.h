#pragma once

// Which group of topic.creation.groups a topic belongs to: the first whose include takes its name and whose exclude
// doesn't. Java regular expressions for the whole name; unlike those for tables they mind upper and lower case.
// Immutable; const calls are thread-safe.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::transform {

struct TopicGroupPatterns {
  std::string name;  // for messages
  std::vector<std::string> include, exclude;
};

class TopicGroups {
 public:
  // A pattern that doesn't compile is a definite error that shows its property, itself and the place.
  static Result<TopicGroups> compile(const std::vector<TopicGroupPatterns>& groups);
  TopicGroups(TopicGroups&&) noexcept;
  TopicGroups& operator=(TopicGroups&&) noexcept;
  ~TopicGroups();

  // The group's index in what was compiled; nothing: the default's.
  std::optional<std::size_t> find(std::string_view topic) const;

 private:
  class Impl;
  explicit TopicGroups(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::transform
