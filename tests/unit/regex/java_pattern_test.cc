// Each line is what java.util.regex 21 answers.

#include "millrace/regex/java_pattern.h"

#include <gtest/gtest.h>

#include <ostream>

namespace millrace::regex {
namespace {

struct Replacement {
  std::string name, pattern, replacement, text;
  std::string result;  // empty: no match
  friend std::ostream& operator<<(std::ostream& out, const Replacement& r) { return out << r.name; }
};

class Replacements : public ::testing::TestWithParam<Replacement> {};

TEST_P(Replacements, AreJavas) {
  const auto compiled = JavaReplacement::compile(GetParam().pattern, GetParam().replacement);
  ASSERT_TRUE(compiled) << compiled.error().message();
  const auto result = compiled->replace(GetParam().text);
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(result->value_or(""), GetParam().result);
}

INSTANTIATE_TEST_SUITE_P(
    All, Replacements,
    ::testing::Values(Replacement{"last_part", R"(([^.]+)\.([^.]+)\.([^.]+))", "$3", "srv.db.t",
                                  "t"},
                      Replacement{"shards", "(.*)customers_shard(.*)", "$1customers_all_shards",
                                  "srv.db.customers_shard1", "srv.db.customers_all_shards"},
                      Replacement{"only_a_part_matches", "db", "x", "srv.db", ""},
                      Replacement{"found_is_less_than_matched", "a.*?", "x", "abc", "xbc"},
                      Replacement{"named_group", "(?<value>.*)", "outbox.event.${value}", "Order",
                                  "outbox.event.Order"},
                      Replacement{"as_many_digits_as_groups", "(a)(b)", "$12", "ab", "a2"},
                      Replacement{"whole", "a+", "[$0]", "aaa", "[aaa]"},
                      Replacement{"escaped_dollar", "a", R"(\$1\\)", "a", R"($1\)"},
                      Replacement{"group_that_took_no_part", "(a)|(b)", "<$2>", "a", "<>"},
                      Replacement{"case_counts", "A", "x", "a", ""},
                      Replacement{"unicode", "(.)\\.t", "$1", "\xc3\xa9.t", "\xc3\xa9"}),
    [](const auto& test) { return test.param.name; });

struct Refusal {
  std::string name, pattern, replacement, reason;
  friend std::ostream& operator<<(std::ostream& out, const Refusal& r) { return out << r.name; }
};

class Refusals : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refusals, SayWhy) {
  const auto compiled = JavaReplacement::compile(GetParam().pattern, GetParam().replacement);
  ASSERT_FALSE(compiled);
  EXPECT_NE(compiled.error().message().find(GetParam().reason), std::string::npos)
      << compiled.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    All, Refusals,
    ::testing::Values(Refusal{"pattern", "(a", "", "regular expression \"(a\": at character 3"},
                      Refusal{"java_class", "[a&&b]", "", "sets within a character class"},
                      Refusal{"no_such_group", "(a)", "$2", "names group 2, and the pattern has 1"},
                      Refusal{"no_such_name", "(a)", "${x}", "doesn't have: x"},
                      Refusal{"open_name", "(?<x>a)", "${x", "without its }"},
                      Refusal{"plain_dollar", "a", "a$", "a plain one is written \\$"},
                      Refusal{"backslash", "a", "a\\", "ends with a backslash"}),
    [](const auto& test) { return test.param.name; });

TEST(JavaPattern, MatchesTheWholeText) {
  const auto pattern = JavaPattern::compile("srv\\.(a|b)");
  ASSERT_TRUE(pattern);
  EXPECT_TRUE(*pattern->matches("srv.a"));
  EXPECT_FALSE(*pattern->matches("srv.ab"));
  EXPECT_FALSE(*pattern->matches("xsrv.a"));
  EXPECT_FALSE(pattern->matches("\xff")) << "not UTF-8";
}

TEST(JavaPattern, SaysThatItGaveUp) {
  const auto pattern = JavaPattern::compile("(a|a)+[bc]");
  ASSERT_TRUE(pattern);
  EXPECT_FALSE(pattern->matches(std::string(60, 'a') + "d"));
}

}  // namespace
}  // namespace millrace::regex
