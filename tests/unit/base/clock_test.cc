#include "millrace/base/clock.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(SystemClock, WallIsInNanosecondsSince1970) {
  constexpr std::int64_t kYear2020 = 1'577'836'800'000'000'000;
  constexpr std::int64_t kYear2100 = 4'102'444'800'000'000'000;
  EXPECT_GT(system_clock().wall_ns(), kYear2020);
  EXPECT_LT(system_clock().wall_ns(), kYear2100);
}

TEST(SystemClock, NowNeverGoesBack) {
  const auto first = system_clock().now();
  EXPECT_LE(first, system_clock().now());
  EXPECT_EQ(&system_clock(), &system_clock());
}

}  // namespace
}  // namespace millrace
