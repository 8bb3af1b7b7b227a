#include "millrace/row/decimal.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace millrace::row {
namespace {

constexpr int kGroupDigits = 9;
constexpr int kMaxDigits = 65;
constexpr std::array<std::size_t, 10> kBytesOfDigits = {0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
constexpr std::array<std::uint32_t, 10> kPowersOfTen = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

// A DECIMAL's digits, '0' to '9', integer part and fraction.
struct Digits {
  std::array<char, kMaxDigits + kGroupDigits> text;
  int count = 0;
  bool negative = false;
};

void append_group(std::uint32_t value, int digits, Digits& out) {
  for (int i = digits - 1; i >= 0; --i) {
    out.text[static_cast<std::size_t>(out.count + i)] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.count += digits;
}

Status unpack(std::string_view packed, int precision, int scale, Digits& out) {
  if (precision < 1 || precision > kMaxDigits || scale < 0 || scale > precision ||
      packed.size() != packed_decimal_bytes(precision, scale)) {
    return definite_error("a DECIMAL(" + std::to_string(precision) + "," + std::to_string(scale) +
                          ") of " + std::to_string(packed.size()) + " bytes");
  }
  std::array<unsigned char, 32> bytes{};
  std::memcpy(bytes.data(), packed.data(), packed.size());
  out.negative = (bytes[0] & 0x80) == 0;
  bytes[0] ^= 0x80;
  if (out.negative) {
    for (std::size_t i = 0; i < packed.size(); ++i)
      bytes[i] = static_cast<unsigned char>(~bytes[i]);
  }
  const unsigned char* p = bytes.data();
  const auto read_group = [&](int digits) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < kBytesOfDigits[static_cast<std::size_t>(digits)]; ++i)
      value = value << 8 | *p++;
    const bool fits = value < kPowersOfTen[static_cast<std::size_t>(digits)];
    append_group(value, digits, out);
    return fits;
  };
  const int integer_digits = precision - scale;
  bool fits = integer_digits % kGroupDigits == 0 || read_group(integer_digits % kGroupDigits);
  for (int i = 0; i < integer_digits / kGroupDigits; ++i) fits &= read_group(kGroupDigits);
  for (int i = 0; i < scale / kGroupDigits; ++i) fits &= read_group(kGroupDigits);
  if (scale % kGroupDigits != 0) fits &= read_group(scale % kGroupDigits);
  return fits ? Status() : definite_error("a DECIMAL group has too many digits");
}

}  // namespace

std::size_t packed_decimal_bytes(int precision, int scale) {
  const auto bytes = [](int digits) {
    return static_cast<std::size_t>(digits / kGroupDigits) * 4 +
           kBytesOfDigits[static_cast<std::size_t>(digits % kGroupDigits)];
  };
  return bytes(precision - scale) + bytes(scale);
}

Status append_decimal_text(std::string_view packed, int precision, int scale, std::string& out) {
  Digits digits;
  MILLRACE_RETURN_IF_ERROR(unpack(packed, precision, scale, digits));
  if (digits.negative) out.push_back('-');
  const int integer_digits = precision - scale;
  int first = 0;
  while (first < integer_digits - 1 && digits.text[static_cast<std::size_t>(first)] == '0') ++first;
  if (integer_digits == 0) out.push_back('0');
  out.append(digits.text.data() + first, static_cast<std::size_t>(integer_digits - first));
  if (scale == 0) return {};
  out.push_back('.');
  out.append(digits.text.data() + integer_digits, static_cast<std::size_t>(scale));
  return {};
}

Status append_decimal_unscaled(std::string_view packed, int precision, int scale,
                               std::string& out) {
  Digits digits;
  MILLRACE_RETURN_IF_ERROR(unpack(packed, precision, scale, digits));
  // 65 digits need 216 bits and a sign: seven words of 32 bits, least significant first.
  std::array<std::uint32_t, 7> words{};
  for (int at = 0; at < digits.count;) {
    const int take = std::min(kGroupDigits, digits.count - at);
    std::uint64_t carry = 0;
    for (int i = 0; i < take; ++i, ++at) {
      carry =
          carry * 10 + static_cast<std::uint64_t>(digits.text[static_cast<std::size_t>(at)] - '0');
    }
    for (std::uint32_t& word : words) {
      carry += std::uint64_t{word} * kPowersOfTen[static_cast<std::size_t>(take)];
      word = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }
  if (digits.negative) {
    std::uint64_t carry = 1;
    for (std::uint32_t& word : words) {
      carry += static_cast<std::uint32_t>(~word);
      word = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }
  std::array<char, 28> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(words[6 - i / 4] >> (24 - 8 * (i % 4)));
  }
  // Leading bytes that only repeat the sign are left out.
  const char sign = static_cast<char>(digits.negative ? 0xff : 0);
  std::size_t first = 0;
  while (first + 1 < bytes.size() && bytes[first] == sign &&
         ((bytes[first + 1] ^ sign) & 0x80) == 0)
    ++first;
  // Minus zero is stored, but is zero: ~0 + 1 above gave zeros with a negative sign.
  if (digits.negative && bytes.back() == 0) {
    bool zero = true;
    for (const char byte : bytes) zero &= byte == 0;
    if (zero) first = bytes.size() - 1;
  }
  out.append(bytes.data() + first, bytes.size() - first);
  return {};
}

}  // namespace millrace::row
