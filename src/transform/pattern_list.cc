#include "transform/pattern_list.h"

#include <cstdint>
#include <utility>

#include <pcre2.h>

#include "millrace/base/mark.h"

namespace millrace::transform {
namespace {

constexpr std::uint32_t kOptions = PCRE2_UTF | PCRE2_ANCHORED | PCRE2_NEVER_BACKSLASH_C;

int run(const regex::CompiledPattern& pattern, std::string_view name, std::uint32_t options) {
  return regex::match_bounded(pattern.get(), name, options, regex::make_match(nullptr));
}

}  // namespace

Result<PatternList> PatternList::compile(const std::vector<std::string>& patterns, Case letters) {
  const std::uint32_t options = kOptions | (letters == Case::kIgnored ? PCRE2_CASELESS : 0);
  PatternList list;
  for (const std::string& pattern : patterns) {
    Pattern compiled;
    MILLRACE_ASSIGN_OR_RETURN(compiled.whole,
                              regex::compile_pattern(pattern, options | PCRE2_ENDANCHORED));
    MILLRACE_ASSIGN_OR_RETURN(compiled.prefix, regex::compile_pattern(pattern, options));
    list.patterns_.push_back(std::move(compiled));
  }
  return list;
}

PatternList::Verdict PatternList::match(std::string_view name) const {
  Verdict verdict = Verdict::kNoMatch;
  for (const Pattern& pattern : patterns_) {
    const int outcome = run(pattern.whole, name, 0);
    if (outcome >= 0) return Verdict::kMatch;
    if (outcome != PCRE2_ERROR_NOMATCH) {
      MILLRACE_MARK("pattern_undecided");
      verdict = Verdict::kUndecided;
    }
  }
  return verdict;
}

bool PatternList::could_match_prefix(std::string_view prefix) const {
  for (const Pattern& pattern : patterns_) {
    if (run(pattern.prefix, prefix, PCRE2_PARTIAL_HARD) != PCRE2_ERROR_NOMATCH) return true;
  }
  return false;
}

}  // namespace millrace::transform
