// Packed DECIMALs against arithmetic on strings of digits, as one would do it on paper.

#include <gtest/gtest.h>

#include <algorithm>

#include "generator.h"
#include "millrace/row/decimal.h"

namespace millrace::row {
namespace {

using test::Generator;

// Nine digits as a number take four bytes, fewer take fewer.
std::string pack_group(const std::string& digits) {
  if (digits.empty()) return "";
  const std::size_t bytes[] = {0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
  const unsigned long value = std::stoul(digits);
  std::string out;
  for (std::size_t i = bytes[digits.size()]; i-- > 0;) {
    out.push_back(static_cast<char>(value >> (8 * i)));
  }
  return out;
}

std::string pack(const std::string& integer, const std::string& fraction, bool is_negative) {
  std::string out;
  std::size_t at = integer.size() % 9;
  out += pack_group(integer.substr(0, at));
  for (; at < integer.size(); at += 9) out += pack_group(integer.substr(at, 9));
  for (at = 0; at + 9 <= fraction.size(); at += 9) out += pack_group(fraction.substr(at, 9));
  out += pack_group(fraction.substr(at));
  out[0] = static_cast<char>(out[0] ^ 0x80);
  if (is_negative) {
    for (char& c : out) c = static_cast<char>(~c);
  }
  return out;
}

// Digits divided by 256, over and over: bytes, least significant first.
std::string to_bytes(std::string digits) {
  std::string bytes;
  while (digits.find_first_not_of('0') != std::string::npos) {
    unsigned rest = 0;
    for (char& digit : digits) {
      const unsigned value = rest * 10 + static_cast<unsigned>(digit - '0');
      digit = static_cast<char>('0' + value / 256);
      rest = value % 256;
    }
    bytes.push_back(static_cast<char>(rest));
  }
  return bytes;
}

// Two's complement, big-endian, of the least length.
std::string to_unscaled(const std::string& digits, bool is_negative) {
  std::string bytes = to_bytes(digits);
  bytes.push_back('\0');  // room for the sign
  if (is_negative) {
    int carry = 1;
    for (char& c : bytes) {
      const int value = static_cast<unsigned char>(~c) + carry;
      c = static_cast<char>(value);
      carry = value >> 8;
    }
  }
  const auto sign = [](char c) { return (c & 0x80) != 0; };
  while (bytes.size() > 1 && bytes.back() == (is_negative ? '\xff' : '\0') &&
         sign(bytes[bytes.size() - 2]) == is_negative) {
    bytes.pop_back();
  }
  std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

std::string random_digits(Generator& generator, std::size_t count) {
  std::string digits;
  const bool extreme = generator.one_in(4);
  for (std::size_t i = 0; i < count; ++i) {
    digits.push_back(extreme ? (generator.one_in(2) ? '0' : '9')
                             : static_cast<char>(generator.number('0', '9')));
  }
  return digits;
}

TEST(DecimalProperty, TextAndUnscaledAreThoseOfTheDigits) {
  const std::uint64_t seed = test::seed();
  Generator generator(seed);
  for (int round = 0; round < 20000; ++round) {
    SCOPED_TRACE(test::trace(seed, round));
    const auto precision = static_cast<int>(generator.number(1, 65));
    const auto scale = static_cast<int>(generator.number(0, std::min(precision, 30)));
    const std::string integer =
        random_digits(generator, static_cast<std::size_t>(precision - scale));
    const std::string fraction = random_digits(generator, static_cast<std::size_t>(scale));
    const bool is_zero = (integer + fraction).find_first_not_of('0') == std::string::npos;
    const bool is_negative = generator.one_in(2);
    const std::string packed = pack(integer, fraction, is_negative);
    ASSERT_EQ(packed.size(), packed_decimal_bytes(precision, scale));

    const std::size_t first = integer.find_first_not_of('0');
    std::string expected = is_negative && !is_zero ? "-" : "";
    expected += first == std::string::npos ? "0" : integer.substr(first);
    if (scale > 0) expected += "." + fraction;
    std::string text;
    ASSERT_TRUE(append_decimal_text(packed, precision, scale, text));
    ASSERT_EQ(text, expected);

    std::string unscaled;
    ASSERT_TRUE(append_decimal_unscaled(packed, precision, scale, unscaled));
    ASSERT_EQ(unscaled, to_unscaled(integer + fraction, is_negative && !is_zero));
  }
}

// Any bytes: digits, or an error.
TEST(DecimalProperty, RandomBytesHaveNoMoreDigitsThanTheyMay) {
  const std::uint64_t seed = test::seed();
  Generator generator(seed);
  for (int round = 0; round < 20000; ++round) {
    SCOPED_TRACE(test::trace(seed, round));
    const auto precision = static_cast<int>(generator.number(1, 65));
    const auto scale = static_cast<int>(generator.number(0, std::min(precision, 30)));
    std::string packed(packed_decimal_bytes(precision, scale), '\0');
    for (char& c : packed) c = static_cast<char>(generator.bits());
    std::string text;
    if (!append_decimal_text(packed, precision, scale, text)) continue;
    const auto digits = static_cast<int>(
        std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
    ASSERT_LE(digits, std::max(precision, scale + 1)) << text;
  }
}

}  // namespace
}  // namespace millrace::row
