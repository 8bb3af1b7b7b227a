#include "daemon/json_text.h"

#include <gtest/gtest.h>

namespace millrace::daemon {
namespace {

TEST(ValidUtf8, Table) {
  const std::string r = "\xef\xbf\xbd";
  const struct {
    const char* name;
    std::string text;
    std::string expected;
  } rows[] = {
      {"empty", "", ""},
      {"ASCII", "plain\n", "plain\n"},
      {"two to four bytes", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
       "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
      {"NUL", std::string("a\0b", 3), std::string("a\0b", 3)},
      {"latin1", "caf\xe9!", "caf" + r + "!"},
      {"cut at the end", "\xe2\x82", r + r},
      {"lone continuation", "\x80", r},
      {"overlong", "\xc0\xaf", r + r},
      {"overlong of three", "\xe0\x80\xaf", r + r + r},
      {"surrogate", "\xed\xa0\x80", r + r + r},
      {"last before the surrogates", "\xed\x9f\xbf", "\xed\x9f\xbf"},
      {"last code point", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
      {"beyond it", "\xf4\x90\x80\x80", r + r + r + r},
      {"ff", "\xff", r},
  };
  for (const auto& row : rows) EXPECT_EQ(valid_utf8(row.text), row.expected) << row.name;
}

}  // namespace
}  // namespace millrace::daemon
