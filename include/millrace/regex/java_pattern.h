#pragma once

// A java.util.regex.Pattern with its Matcher's matches() and replaceFirst(), as Kafka Connect's routers and predicates
// use them on topic names: case counts, and the replacement knows $1, ${name} and \x. PCRE2 reads the same syntax but
// for a few forms of character classes, which are refused (java_syntax.h).
//
// Immutable once compiled; matching is thread-safe. Matching is bounded by PCRE2's limits of backtracking: an error
// says that a pattern ran into them.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/regex/compiled_pattern.h"

namespace millrace::regex {

class JavaPattern {
 public:
  // An error shows the pattern, the place and what is wrong.
  static Result<JavaPattern> compile(const std::string& pattern);

  // Whether the pattern matches all of `text`.
  Result<bool> matches(std::string_view text) const;

 private:
  friend class JavaReplacement;
  std::string text_;
  CompiledPattern whole_;  // anchored at both ends
  CompiledPattern find_;   // anywhere
};

// A pattern and what the text becomes where it matches.
class JavaReplacement {
 public:
  // An error also says which group the replacement names in vain.
  static Result<JavaReplacement> compile(const std::string& pattern, std::string_view replacement);

  // Nothing where the pattern doesn't match all of `text`. Else what it finds first, which may be less than all of it,
  // is replaced: the ways of replaceFirst().
  Result<std::optional<std::string>> replace(std::string_view text) const;

 private:
  struct Part {
    std::string literal;
    std::optional<std::uint32_t> group;  // behind the literal
  };
  Status parse(std::string_view replacement);
  Result<std::uint32_t> parse_group(std::string_view replacement, std::size_t& at) const;

  JavaPattern pattern_;
  std::vector<Part> parts_;
};

}  // namespace millrace::regex
