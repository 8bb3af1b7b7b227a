#pragma once

// What PCRE2, which stands in for java.util.regex, would read differently. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::regex {

// Java's character classes know sets within sets and intersections, [a-z&&[^b]], which PCRE2 reads as something else:
// the place of the first such form.
std::optional<std::size_t> find_java_class_syntax(std::string_view pattern);

// An error that shows the pattern, the place in it and what is wrong there.
Error pattern_error(const std::string& pattern, std::size_t offset, const std::string& what);

// The error for what find_java_class_syntax() found.
Error class_syntax_error(const std::string& pattern, std::size_t offset);

}  // namespace millrace::regex
