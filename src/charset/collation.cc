#include "millrace/charset/collation.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

#include "charset/names.h"
#include "millrace/base/assert.h"

namespace millrace::charset {
namespace {

struct CollationRow {
  std::uint32_t id;
  std::string_view name;
  std::string_view charset;
  bool is_default;
};

#include "charset/tables/collations.inc"

using Infos = std::array<CollationInfo, std::size(kCollationRows)>;

const Infos& infos() {
  static const Infos all = [] {
    Infos made{};
    std::transform(std::begin(kCollationRows), std::end(kCollationRows), made.begin(),
                   [](const CollationRow& row) {
                     const Charset* set = find_charset(row.charset);
                     MILLRACE_ASSERT(set != nullptr, "a collation's character set is built in");
                     return CollationInfo{row.id, row.name, set, row.is_default};
                   });
    return made;
  }();
  return all;
}

}  // namespace

std::span<const CollationInfo> collations() { return infos(); }

const CollationInfo* find_collation(std::uint32_t id) {
  const auto it = std::lower_bound(
      infos().begin(), infos().end(), id,
      [](const CollationInfo& info, std::uint32_t wanted) { return info.id < wanted; });
  return it != infos().end() && it->id == id ? &*it : nullptr;
}

const CollationInfo* find_collation(std::string_view name) {
  const LowerName lower(name);
  const auto find = [](std::string_view wanted) -> const CollationInfo* {
    const auto it = std::find_if(infos().begin(), infos().end(),
                                 [&](const CollationInfo& info) { return info.name == wanted; });
    return it != infos().end() ? &*it : nullptr;
  };
  constexpr std::string_view kOldPrefix = "utf8_";
  if (!lower.view().starts_with(kOldPrefix)) return find(lower.view());
  return find("utf8mb3_" + std::string(lower.view().substr(kOldPrefix.size())));
}

const Charset* find_charset_by_collation(std::uint32_t collation_id) {
  const CollationInfo* info = find_collation(collation_id);
  return info != nullptr ? info->charset : nullptr;
}

const Charset* find_charset_by_collation(std::string_view collation_name) {
  if (const CollationInfo* info = find_collation(collation_name)) return info->charset;
  return find_charset(collation_name.substr(0, collation_name.find('_')));
}

const CollationInfo& default_collation(const Charset& charset) {
  const auto it = std::find_if(infos().begin(), infos().end(), [&](const CollationInfo& info) {
    return info.charset == &charset && info.is_default;
  });
  MILLRACE_ASSERT(it != infos().end(), "a character set has a default collation");
  return *it;
}

}  // namespace millrace::charset
