#pragma once

// Java's regular expressions as Debezium uses them for names: the whole name must match, case doesn't count unless asked
// for (Kafka Connect compares topics with it). PCRE2 reads the same syntax but for a few forms of character classes; a pattern that Java would read differently is refused.
//
// One difference is left, on purpose: Java folds the case of ASCII letters only, PCRE2 of all letters, as MySQL does
// with names.
//
// Immutable once compiled; matching is thread-safe. Matching is bounded by PCRE2's limits: see Verdict.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/regex/compiled_pattern.h"

namespace millrace::transform {

class PatternList {
 public:
  // kUndecided: a pattern ran into the limit of backtracking, or the name isn't UTF-8. An include list then takes the
  // name and an exclude list doesn't: rather a table too many than one that is missing in silence.
  enum class Verdict { kMatch, kNoMatch, kUndecided };

  enum class Case : std::uint8_t { kIgnored, kCounts };

  // An error shows the pattern, the place and what is wrong.
  static Result<PatternList> compile(const std::vector<std::string>& patterns,
                                     Case letters = Case::kIgnored);

  bool empty() const { return patterns_.empty(); }
  // Whether one of the patterns matches all of `name`.
  Verdict match(std::string_view name) const;
  // Whether one of the patterns could match a name that starts with `prefix`; true when in doubt.
  bool could_match_prefix(std::string_view prefix) const;

 private:
  struct Pattern {
    regex::CompiledPattern whole;  // anchored at both ends
    regex::CompiledPattern
        prefix;  // anchored at the start: PCRE2 matches partially only without an end anchor
  };

  std::vector<Pattern> patterns_;
};

}  // namespace millrace::transform
