#pragma once

// Integers as decimal text, eight digits at a time and without a branch a digit.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace millrace::digits {

static_assert(std::endian::native == std::endian::little, "a word's first byte is its lowest");

// What write() may touch: it stores whole words, whose ends may lie behind the text's. No integer has more than 20 bytes.
inline constexpr std::size_t kRoom = 28;

// The digits of a number below 10^8, with leading zeros, as eight bytes from 0 to 9; the first is the lowest byte.
constexpr std::uint64_t eight_values(std::uint32_t number) {
  // Halves of the number side by side, then halves of those: 4, 2 and 1 digits a lane. Quotients come from
  // multiplications by the reciprocal, which are exact for so few digits.
  const std::uint64_t fours = number / 10'000 | std::uint64_t{number % 10'000} << 32;
  const std::uint64_t hundreds = (fours * 5'243 >> 19) & 0x0000'007f'0000'007f;
  const std::uint64_t twos = hundreds | (fours - hundreds * 100) << 16;
  const std::uint64_t tens = (twos * 103 >> 10) & 0x000f'000f'000f'000f;
  return tens | (twos - tens * 10) << 8;
}

// The same as text.
constexpr std::uint64_t eight(std::uint32_t number) {
  return eight_values(number) | 0x3030'3030'3030'3030;
}

namespace internal {

inline char* write_eight(std::uint32_t number, char* out) {
  const std::uint64_t text = eight(number);
  std::memcpy(out, &text, sizeof(text));
  return out + sizeof(text);
}

// Without leading zeros; of 0 its one digit.
inline char* write_up_to_eight(std::uint32_t number, char* out) {
  const std::uint64_t values = eight_values(number);
  constexpr std::uint64_t kLastDigit = std::uint64_t{1} << 56;
  const int zero_bits = std::countr_zero(values | kLastDigit) & ~7;
  const std::uint64_t text = (values | 0x3030'3030'3030'3030) >> zero_bits;
  std::memcpy(out, &text, sizeof(text));
  return out + sizeof(text) - zero_bits / 8;
}

}  // namespace internal

// Writes `number` to `out`, where kRoom bytes must be; returns the end of the text.
inline char* write(std::uint64_t number, char* out) {
  constexpr std::uint64_t kEightDigits = 100'000'000;
  if (number < kEightDigits)
    return internal::write_up_to_eight(static_cast<std::uint32_t>(number), out);
  const std::uint64_t high = number / kEightDigits;
  if (high < kEightDigits) {
    out = internal::write_up_to_eight(static_cast<std::uint32_t>(high), out);
  } else {
    out = internal::write_up_to_eight(static_cast<std::uint32_t>(high / kEightDigits), out);
    out = internal::write_eight(static_cast<std::uint32_t>(high % kEightDigits), out);
  }
  return internal::write_eight(static_cast<std::uint32_t>(number % kEightDigits), out);
}
inline char* write(std::int64_t number, char* out) {
  if (number >= 0) return write(static_cast<std::uint64_t>(number), out);
  *out = '-';
  return write(-static_cast<std::uint64_t>(number), out + 1);
}

}  // namespace millrace::digits
