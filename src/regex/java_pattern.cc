#include "millrace/regex/java_pattern.h"

#include <cstdint>
#include <utility>

#include <pcre2.h>

#include "millrace/regex/java_syntax.h"

namespace millrace::regex {
namespace {

constexpr std::uint32_t kOptions = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;

// Whether it matches; where, is in `data`.
Result<bool> run(const pcre2_code* code, std::string_view text, const Match& data,
                 const std::string& pattern) {
  const int outcome = match_bounded(code, text, 0, data);
  if (outcome >= 0) return true;
  if (outcome == PCRE2_ERROR_NOMATCH) return false;
  PCRE2_UCHAR message[256] = {};
  pcre2_get_error_message(outcome, message, sizeof message);
  return definite_error("regular expression \"" + pattern + "\" on \"" + std::string(text) +
                        "\": " + reinterpret_cast<const char*>(message));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<JavaPattern> JavaPattern::compile(const std::string& pattern) {
  JavaPattern compiled;
  compiled.text_ = pattern;
  MILLRACE_ASSIGN_OR_RETURN(
      compiled.whole_, compile_pattern(pattern, kOptions | PCRE2_ANCHORED | PCRE2_ENDANCHORED));
  MILLRACE_ASSIGN_OR_RETURN(compiled.find_, compile_pattern(pattern, kOptions));
  return compiled;
}

Result<bool> JavaPattern::matches(std::string_view text) const {
  const Match data = make_match(nullptr);
  return run(whole_.get(), text, data, text_);
}

Result<JavaReplacement> JavaReplacement::compile(const std::string& pattern,
                                                 std::string_view replacement) {
  JavaReplacement compiled;
  MILLRACE_ASSIGN_OR_RETURN(compiled.pattern_, JavaPattern::compile(pattern));
  MILLRACE_RETURN_IF_ERROR(compiled.parse(replacement));
  return compiled;
}

Status JavaReplacement::parse(std::string_view replacement) {
  Part part;
  for (std::size_t i = 0; i < replacement.size();) {
    const char c = replacement[i];
    if (c == '\\') {
      if (i + 1 == replacement.size())
        return definite_error("the replacement ends with a backslash");
      part.literal += replacement[i + 1];
      i += 2;
    } else if (c == '$') {
      ++i;
      MILLRACE_ASSIGN_OR_RETURN(part.group, parse_group(replacement, i));
      parts_.push_back(std::exchange(part, {}));
    } else {
      part.literal += c;
      ++i;
    }
  }
  if (!part.literal.empty()) parts_.push_back(std::move(part));
  return {};
}

// `at` stands behind the dollar sign, and in the end behind the group. Of `$12` Java takes as many digits as there are
// groups for.
Result<std::uint32_t> JavaReplacement::parse_group(std::string_view replacement,
                                                   std::size_t& at) const {
  const std::string shown = "the replacement " + std::string(replacement) + " ";
  if (at < replacement.size() && replacement[at] == '{') {
    const std::size_t end = replacement.find('}', at);
    if (end == replacement.npos) return definite_error(shown + "has a ${ without its }");
    const std::string name(replacement.substr(at + 1, end - at - 1));
    const int group = pcre2_substring_number_from_name(pattern_.find_.get(),
                                                       reinterpret_cast<PCRE2_SPTR>(name.c_str()));
    if (group < 0)
      return definite_error(shown + "names a group that the pattern doesn't have: " + name);
    at = end + 1;
    return static_cast<std::uint32_t>(group);
  }
  if (at >= replacement.size() || !is_digit(replacement[at])) {
    return definite_error(shown +
                          "has a $ that is neither $1 nor ${name}; a plain one is written \\$");
  }
  std::uint32_t groups = 0;
  pcre2_pattern_info(pattern_.find_.get(), PCRE2_INFO_CAPTURECOUNT, &groups);
  auto group = static_cast<std::uint32_t>(replacement[at++] - '0');
  if (group > groups) {
    return definite_error(shown + "names group " + std::to_string(group) +
                          ", and the pattern has " + std::to_string(groups));
  }
  while (at < replacement.size() && is_digit(replacement[at])) {
    const auto longer = group * 10 + static_cast<std::uint32_t>(replacement[at] - '0');
    if (longer > groups) break;
    group = longer;
    ++at;
  }
  return group;
}

Result<std::optional<std::string>> JavaReplacement::replace(std::string_view text) const {
  MILLRACE_ASSIGN_OR_RETURN(const bool matches, pattern_.matches(text));
  if (!matches) return std::optional<std::string>();
  const pcre2_code* code = pattern_.find_.get();
  const Match data = make_match(code);
  MILLRACE_ASSIGN_OR_RETURN(const bool found, run(code, text, data, pattern_.text_));
  if (!found) return std::optional<std::string>();
  const PCRE2_SIZE* places = pcre2_get_ovector_pointer(data.get());
  std::string result(text.substr(0, places[0]));
  for (const Part& part : parts_) {
    result += part.literal;
    if (!part.group || places[2 * *part.group] == PCRE2_UNSET) continue;
    const PCRE2_SIZE begin = places[2 * *part.group];
    result += text.substr(begin, places[2 * *part.group + 1] - begin);
  }
  result += text.substr(places[1]);
  return std::optional<std::string>(std::move(result));
}

}  // namespace millrace::regex
