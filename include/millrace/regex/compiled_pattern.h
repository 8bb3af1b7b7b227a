#pragma once

// A pattern that PCRE2 has compiled, and a match whose effort is bounded: the part that all users of Java's regular
// expressions share (java_pattern.h, transform's lists of names). Options and results are PCRE2's own.
//
// Immutable once compiled; matching is thread-safe.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "millrace/base/result.h"

struct pcre2_real_code_8;
struct pcre2_real_match_data_8;

namespace millrace::regex {

struct FreePattern {
  void operator()(pcre2_real_code_8* pattern) const;
};
using CompiledPattern = std::unique_ptr<pcre2_real_code_8, FreePattern>;

// An error shows the pattern, the place and what is wrong, which may be a form that Java reads differently.
Result<CompiledPattern> compile_pattern(const std::string& pattern, std::uint32_t options);

struct FreeMatch {
  void operator()(pcre2_real_match_data_8* match) const;
};
using Match = std::unique_ptr<pcre2_real_match_data_8, FreeMatch>;

// With room for the groups of `pattern`, or without one for the whole match alone. Null without memory.
Match make_match(const pcre2_real_code_8* pattern);

// pcre2_match()'s result, with limits for one name: a name is short (at most 249 characters), so a pattern that needs
// more is an accident waiting for a longer one.
int match_bounded(const pcre2_real_code_8* pattern, std::string_view text, std::uint32_t options,
                  const Match& match);

}  // namespace millrace::regex
