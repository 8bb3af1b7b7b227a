#include "millrace/transform/topic_groups.h"

#include <utility>

#include "transform/pattern_list.h"

namespace millrace::transform {

class TopicGroups::Impl {
 public:
  struct Group {
    PatternList include, exclude;
  };
  std::vector<Group> groups;
};

TopicGroups::TopicGroups(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TopicGroups::TopicGroups(TopicGroups&&) noexcept = default;
TopicGroups& TopicGroups::operator=(TopicGroups&&) noexcept = default;
TopicGroups::~TopicGroups() = default;

Result<TopicGroups> TopicGroups::compile(const std::vector<TopicGroupPatterns>& groups) {
  auto impl = std::make_unique<Impl>();
  for (const TopicGroupPatterns& group : groups) {
    auto include = PatternList::compile(group.include, PatternList::Case::kCounts);
    if (!include) return include.error().with_context("topic.creation." + group.name + ".include");
    auto exclude = PatternList::compile(group.exclude, PatternList::Case::kCounts);
    if (!exclude) return exclude.error().with_context("topic.creation." + group.name + ".exclude");
    impl->groups.push_back({std::move(*include), std::move(*exclude)});
  }
  return TopicGroups(std::move(impl));
}

std::optional<std::size_t> TopicGroups::find(std::string_view topic) const {
  using Verdict = PatternList::Verdict;
  for (std::size_t i = 0; i < impl_->groups.size(); ++i) {
    const Impl::Group& group = impl_->groups[i];
    if (group.include.match(topic) == Verdict::kMatch &&
        group.exclude.match(topic) != Verdict::kMatch) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace millrace::transform
