#include "millrace/regex/compiled_pattern.h"

#include <pcre2.h>

#include "millrace/regex/java_syntax.h"

namespace millrace::regex {
namespace {

// Steps of backtracking and bytes of heap (KiB).
constexpr std::uint32_t kMatchLimit = 1'000'000;
constexpr std::uint32_t kHeapLimitKib = 4096;

struct FreeMatchContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

}  // namespace

void FreePattern::operator()(pcre2_real_code_8* pattern) const { pcre2_code_free(pattern); }
void FreeMatch::operator()(pcre2_real_match_data_8* match) const { pcre2_match_data_free(match); }

Result<CompiledPattern> compile_pattern(const std::string& pattern, std::uint32_t options) {
  if (const auto place = find_java_class_syntax(pattern)) {
    return class_syntax_error(pattern, *place);
  }
  int error = 0;
  std::size_t offset = 0;
  CompiledPattern compiled(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()),
                                         pattern.size(), options, &error, &offset, nullptr));
  if (compiled != nullptr) return compiled;
  PCRE2_UCHAR message[256] = {};
  pcre2_get_error_message(error, message, sizeof message);
  return pattern_error(pattern, offset, reinterpret_cast<const char*>(message));
}

Match make_match(const pcre2_real_code_8* pattern) {
  return Match(pattern == nullptr ? pcre2_match_data_create(1, nullptr)
                                  : pcre2_match_data_create_from_pattern(pattern, nullptr));
}

int match_bounded(const pcre2_real_code_8* pattern, std::string_view text, std::uint32_t options,
                  const Match& match) {
  const std::unique_ptr<pcre2_match_context, FreeMatchContext> context(
      pcre2_match_context_create(nullptr));
  if (match == nullptr || context == nullptr) return PCRE2_ERROR_NOMEMORY;
  pcre2_set_match_limit(context.get(), kMatchLimit);
  pcre2_set_heap_limit(context.get(), kHeapLimitKib);
  return pcre2_match(pattern, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, options,
                     match.get(), context.get());
}

}  // namespace millrace::regex
