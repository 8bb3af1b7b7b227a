#include "millrace/regex/java_pattern.h"

#include <cstdint>
#include <utility>

#include <pcre2.h>

#include "millrace/regex/java_syntax.h"

namespace millrace::regex {
namespace {

constexpr std::uint32_t kOptions = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;
// Steps of backtracking and bytes of heap (KiB) for one name, which is short.
constexpr std::uint32_t kMatchLimit = 1'000'000;
constexpr std::uint32_t kHeapLimitKib = 4096;

struct FreeMatchData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeMatchContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
using MatchData = std::unique_ptr<pcre2_match_data, FreeMatchData>;

// Whether it matches; where, is in `data`.
Result<bool> run(const pcre2_code* code, std::string_view text, const MatchData& data,
                 const std::string& pattern) {
  const std::unique_ptr<pcre2_match_context, FreeMatchContext> context(
      pcre2_match_context_create(nullptr));
  if (data == nullptr || context == nullptr) return definite_error("no memory for a match");
  pcre2_set_match_limit(context.get(), kMatchLimit);
  pcre2_set_heap_limit(context.get(), kHeapLimitKib);
  const int outcome = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0,
                                  0, data.get(), context.get());
  if (outcome >= 0) return true;
  if (outcome == PCRE2_ERROR_NOMATCH) return false;
  PCRE2_UCHAR message[256] = {};
  pcre2_get_error_message(outcome, message, sizeof message);
  return definite_error("regular expression \"" + pattern + "\" on \"" + std::string(text) +
                        "\": " + reinterpret_cast<const char*>(message));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void JavaPattern::FreeCode::operator()(pcre2_real_code_8* code) const { pcre2_code_free(code); }

Result<JavaPattern::Code> JavaPattern::compile_one(const std::string& pattern,
                                                   std::uint32_t options) {
  int error = 0;
  std::size_t offset = 0;
  Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options,
                          &error, &offset, nullptr));
  if (code != nullptr) return code;
  PCRE2_UCHAR message[256] = {};
  pcre2_get_error_message(error, message, sizeof message);
  return pattern_error(pattern, offset, reinterpret_cast<const char*>(message));
}

Result<JavaPattern> JavaPattern::compile(const std::string& pattern) {
  if (const auto place = find_java_class_syntax(pattern)) {
    return class_syntax_error(pattern, *place);
  }
  JavaPattern compiled;
  compiled.text_ = pattern;
  MILLRACE_ASSIGN_OR_RETURN(compiled.whole_,
                            compile_one(pattern, kOptions | PCRE2_ANCHORED | PCRE2_ENDANCHORED));
  MILLRACE_ASSIGN_OR_RETURN(compiled.find_, compile_one(pattern, kOptions));
  return compiled;
}

Result<bool> JavaPattern::matches(std::string_view text) const {
  const MatchData data(pcre2_match_data_create(1, nullptr));
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
  const MatchData data(pcre2_match_data_create_from_pattern(code, nullptr));
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
