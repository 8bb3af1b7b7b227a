#include "millrace/base/assert.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(AssertDeathTest, SaysWhatAndWhere) {
  const int answer = 41;
  MILLRACE_ASSERT(answer == 41, "not reached");
  EXPECT_DEATH(MILLRACE_ASSERT(answer == 42, "the answer"),
               "bug: the answer \\(answer == 42\\) at .*assert_test.cc:");
}

}  // namespace
}  // namespace millrace
