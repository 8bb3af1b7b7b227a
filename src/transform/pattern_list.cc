#include "transform/pattern_list.h"

#include <cstdint>
#include <utility>

#include <pcre2.h>

#include "millrace/base/mark.h"
#include "millrace/regex/java_syntax.h"

namespace millrace::transform {
namespace {

constexpr std::uint32_t kOptions = PCRE2_UTF | PCRE2_ANCHORED | PCRE2_NEVER_BACKSLASH_C;

// Steps of backtracking and bytes of heap (KiB) for one name; a name has at most 196 characters with its column, so a
// pattern that needs more is an accident waiting for a longer name.
constexpr std::uint32_t kMatchLimit = 1'000'000;
constexpr std::uint32_t kHeapLimitKib = 4096;

struct FreeMatchData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeMatchContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

int run(const pcre2_code* code, std::string_view subject, std::uint32_t options) {
  const std::unique_ptr<pcre2_match_data, FreeMatchData> data(pcre2_match_data_create(1, nullptr));
  const std::unique_ptr<pcre2_match_context, FreeMatchContext> context(
      pcre2_match_context_create(nullptr));
  if (data == nullptr || context == nullptr) return PCRE2_ERROR_NOMEMORY;
  pcre2_set_match_limit(context.get(), kMatchLimit);
  pcre2_set_heap_limit(context.get(), kHeapLimitKib);
  return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(), 0, options,
                     data.get(), context.get());
}

}  // namespace

void PatternList::FreeCode::operator()(pcre2_real_code_8* code) const { pcre2_code_free(code); }

Result<PatternList::Code> PatternList::compile_one(const std::string& pattern,
                                                   std::uint32_t options) {
  int error = 0;
  std::size_t offset = 0;
  Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options,
                          &error, &offset, nullptr));
  if (code != nullptr) return code;
  PCRE2_UCHAR message[256] = {};
  pcre2_get_error_message(error, message, sizeof message);
  return regex::pattern_error(pattern, offset, reinterpret_cast<const char*>(message));
}

Result<PatternList> PatternList::compile(const std::vector<std::string>& patterns, Case letters) {
  const std::uint32_t options = kOptions | (letters == Case::kIgnored ? PCRE2_CASELESS : 0);
  PatternList list;
  for (const std::string& pattern : patterns) {
    if (const auto place = regex::find_java_class_syntax(pattern)) {
      return regex::class_syntax_error(pattern, *place);
    }
    Pattern compiled;
    MILLRACE_ASSIGN_OR_RETURN(compiled.whole, compile_one(pattern, options | PCRE2_ENDANCHORED));
    MILLRACE_ASSIGN_OR_RETURN(compiled.prefix, compile_one(pattern, options));
    list.patterns_.push_back(std::move(compiled));
  }
  return list;
}

PatternList::Verdict PatternList::match(std::string_view name) const {
  Verdict verdict = Verdict::kNoMatch;
  for (const Pattern& pattern : patterns_) {
    const int outcome = run(pattern.whole.get(), name, 0);
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
    if (run(pattern.prefix.get(), prefix, PCRE2_PARTIAL_HARD) != PCRE2_ERROR_NOMATCH) return true;
  }
  return false;
}

}  // namespace millrace::transform
