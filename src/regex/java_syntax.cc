#include "millrace/regex/java_syntax.h"

namespace millrace::regex {

std::optional<std::size_t> find_java_class_syntax(std::string_view pattern) {
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const char following = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (c == '\\' && following == 'Q') {
      i = pattern.find("\\E", i);
      if (i == pattern.npos) return std::nullopt;
      ++i;
    } else if (c == '\\') {
      ++i;
    } else if (!in_class && c == '[') {
      in_class = true;
      if (following == '^') ++i;
    } else if (in_class && c == ']') {
      in_class = false;
    } else if (in_class && (c == '[' || (c == '&' && following == '&'))) {
      return i;
    }
  }
  return std::nullopt;
}

Error pattern_error(const std::string& pattern, std::size_t offset, const std::string& what) {
  return definite_error("regular expression \"" + pattern + "\": at character " +
                        std::to_string(offset + 1) + ": " + what);
}

Error class_syntax_error(const std::string& pattern, std::size_t offset) {
  return pattern_error(pattern, offset,
                       "sets within a character class ([a[b]], [a&&b]) are not supported; write "
                       "the characters out, or a look-ahead");
}

}  // namespace millrace::regex
