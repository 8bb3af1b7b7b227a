#include "millrace/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace millrace {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return definite_error(std::to_string(n) + " is odd");
  return n / 2;
}

Result<int> quarter(int n) {
  MILLRACE_ASSIGN_OR_RETURN(const int h, half(n));
  MILLRACE_ASSIGN_OR_RETURN(const int q, half(h));
  return q;
}

Status is_even(int n) {
  MILLRACE_RETURN_IF_ERROR(half(n));
  return {};
}

TEST(Result, CarriesAValueOrAnError) {
  const Result<int> good = half(4);
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 2);
  EXPECT_EQ(good.value_or(9), 2);
  const Result<int> bad = half(3);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message(), "3 is odd");
  EXPECT_EQ(bad.value_or(9), 9);
}

TEST(Result, MacrosPassErrorsOn) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(7).error().message(), "7 is odd");
  EXPECT_EQ(quarter(6).error().message(), "3 is odd");
  EXPECT_TRUE(is_even(2));
  EXPECT_EQ(is_even(1).error().message(), "1 is odd");
}

TEST(Result, HoldsWhatOnlyMoves) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> value = std::move(result).value();
  EXPECT_EQ(*value, 7);
}

TEST(Result, OfTheErrorsTextItself) {
  const Result<std::string> text = std::string("fine");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->size(), 4U);
}

TEST(Error, ContextReadsFromTheOutsideIn) {
  const Error error = transient_error("lost").with_context("reading").with_context("source shop");
  EXPECT_EQ(error.message(), "source shop: reading: lost");
  EXPECT_TRUE(error.is_transient()) << "context keeps the kind";
  EXPECT_FALSE(definite_error("bad").with_context("x").is_transient());
}

TEST(ResultDeathTest, TakingWhatIsNotThereIsABug) {
  const Result<int> bad = definite_error("no");
  const Result<int> good = 1;
  const Status fine;
  EXPECT_DEATH((void)bad.value(), "value\\(\\) of a failed Result");
  EXPECT_DEATH((void)good.error(), "error\\(\\) of a successful Result");
  EXPECT_DEATH((void)fine.error(), "error\\(\\) of a successful Result");
}

}  // namespace
}  // namespace millrace
