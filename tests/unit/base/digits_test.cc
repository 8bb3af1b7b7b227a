#include "millrace/base/digits.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>

namespace millrace::digits {
namespace {

template <typename Integer>
std::string written(Integer number) {
  char room[kRoom];
  return {room, write(number, room)};
}

TEST(Digits, AreThoseOfTheStandardLibrary) {
  const auto check = [](std::uint64_t number) {
    ASSERT_EQ(written(number), std::to_string(number));
    const auto as_signed = static_cast<std::int64_t>(number);
    ASSERT_EQ(written(as_signed), std::to_string(as_signed));
  };
  for (std::uint64_t number = 0; number < 200'000; ++number) check(number);
  for (std::uint64_t power = 10; power < 10'000'000'000'000'000'000U; power *= 10) {
    for (std::uint64_t around = power - 3; around != power + 3; ++around) check(around);
  }
  for (const std::uint64_t number :
       {std::numeric_limits<std::uint64_t>::max(), std::uint64_t{10'000'000'000'000'000'000U},
        std::uint64_t{1} << 63, (std::uint64_t{1} << 63) - 1}) {
    check(number);
  }
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; ++i) check(random() >> (random() % 64));
}

TEST(Digits, EightHaveLeadingZeros) {
  const auto text = [](std::uint32_t number) {
    const std::uint64_t word = eight(number);
    return std::string(reinterpret_cast<const char*>(&word), sizeof(word));
  };
  EXPECT_EQ(text(0), "00000000");
  EXPECT_EQ(text(20261121), "20261121");
  EXPECT_EQ(text(99999999), "99999999");
  for (std::uint32_t number = 0; number < 100'000'000; number += 997) {
    const std::string plain = std::to_string(number);
    ASSERT_EQ(text(number), std::string(8 - plain.size(), '0') + plain);
  }
}

}  // namespace
}  // namespace millrace::digits
