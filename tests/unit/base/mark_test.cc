#include "millrace/base/mark.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace millrace {
namespace {

TEST(Mark, CountsItsPasses) {
  EXPECT_EQ(marks::count("mark_test_a"), 0U);
  for (int i = 0; i < 3; ++i) MILLRACE_MARK("mark_test_a");
  EXPECT_EQ(marks::count("mark_test_a"), 3U);
  EXPECT_EQ(marks::count("mark_test_b"), 0U);
}

TEST(CrashPoint, IsNothingUnlessNamed) { marks::crash_point("mark_test_point"); }

// The variable is read once a process: each case runs in one of its own.
class CrashPointDeathTest : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  [[noreturn]] static void pass(const char* variable, int times) {
    ::setenv("MILLRACE_CRASH_POINT", variable, 1);
    for (int i = 0; i < times; ++i) marks::crash_point("mark_test_point");
    std::_Exit(0);
  }
};

TEST_F(CrashPointDeathTest, EndsTheProcessAtItsName) {
  EXPECT_EXIT(pass("mark_test_point", 1), testing::ExitedWithCode(137), "");
  EXPECT_EXIT(pass("another_point", 1), testing::ExitedWithCode(0), "");
}

TEST_F(CrashPointDeathTest, AtThePassThatIsAskedFor) {
  EXPECT_EXIT(pass("mark_test_point:3", 3), testing::ExitedWithCode(137), "");
  EXPECT_EXIT(pass("mark_test_point:3", 2), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace millrace
