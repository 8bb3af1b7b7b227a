#include "millrace/transform/server_filter.h"

#include "transform/pattern_list.h"

namespace millrace::transform {

class ServerFilter::Impl {
 public:
  PatternList includes, excludes;
};

ServerFilter::ServerFilter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServerFilter::ServerFilter(ServerFilter&&) noexcept = default;
ServerFilter& ServerFilter::operator=(ServerFilter&&) noexcept = default;
ServerFilter::~ServerFilter() = default;

Result<ServerFilter> ServerFilter::compile(const std::vector<std::string>& includes,
                                           const std::vector<std::string>& excludes) {
  auto impl = std::make_unique<Impl>();
  auto included = PatternList::compile(includes);
  if (!included) return included.error().with_context("gtid.source.includes");
  auto excluded = PatternList::compile(excludes);
  if (!excluded) return excluded.error().with_context("gtid.source.excludes");
  impl->includes = std::move(*included);
  impl->excludes = std::move(*excluded);
  return ServerFilter(std::move(impl));
}

bool ServerFilter::takes_all() const { return impl_->includes.empty() && impl_->excludes.empty(); }

bool ServerFilter::takes(const gtid::Uuid& server) const {
  if (takes_all()) return true;
  if (last_ && last_->first == server) return last_->second;
  using Verdict = PatternList::Verdict;
  const std::string name = server.to_text();
  // In doubt a transaction counts: rather a row too many than one that is missing in silence.
  const bool takes = impl_->includes.empty() ? impl_->excludes.match(name) != Verdict::kMatch
                                             : impl_->includes.match(name) != Verdict::kNoMatch;
  last_.emplace(server, takes);
  return takes;
}

}  // namespace millrace::transform
