#include "millrace/row/decimal.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace millrace::row {
namespace {

constexpr int kGroupDigits = 9;
// A column has up to 65. Inside JSON the integer part counts in whole groups (DECIMAL(65,30) says
// 66 there), up to the nine groups that the server calculates with.
constexpr int kMaxDigits = 81;
constexpr std::array<std::size_t, 10> kBytesOfDigits = {0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
constexpr std::array<std::uint32_t, 10> kPowersOfTen = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

// Up to nine decimal digits that are stored together.
struct Group {
  std::uint32_t value = 0;
  int digits = 0;
};

// A DECIMAL's groups, those of the integer part first.
struct Groups {
  std::array<Group, kMaxDigits / kGroupDigits + 2> items;
  std::size_t count = 0;
  std::size_t integer_count = 0;
  bool is_negative = false;
};

std::uint32_t power_of_ten(int digits) { return kPowersOfTen[static_cast<std::size_t>(digits)]; }

class Unpacker {
 public:
  Unpacker(std::string_view packed, Groups& out) : packed_(packed), out_(out) {
    // The first bit says positive; all bits of a negative number are inverted.
    out_.is_negative = (static_cast<unsigned char>(packed[0]) & 0x80) == 0;
    inversion_ = out_.is_negative ? 0xff : 0;
  }

  // The short group of the integer part comes first, that of the fraction last.
  bool run(int integer_digits, int scale) {
    read_group(integer_digits % kGroupDigits);
    for (int i = 0; i < integer_digits / kGroupDigits; ++i) read_group(kGroupDigits);
    out_.integer_count = out_.count;
    for (int i = 0; i < scale / kGroupDigits; ++i) read_group(kGroupDigits);
    read_group(scale % kGroupDigits);
    if (is_zero_) out_.is_negative = false;
    return fits_;
  }

 private:
  void read_group(int digits) {
    if (digits == 0) return;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < kBytesOfDigits[static_cast<std::size_t>(digits)]; ++i, ++at_) {
      auto byte = static_cast<unsigned char>(packed_[at_]);
      if (at_ == 0) byte ^= 0x80;
      value = value << 8 | static_cast<unsigned char>(byte ^ inversion_);
    }
    fits_ &= value < power_of_ten(digits);
    is_zero_ &= value == 0;
    out_.items[out_.count++] = {value, digits};
  }

  std::string_view packed_;  // as long as its groups
  Groups& out_;
  std::size_t at_ = 0;
  unsigned inversion_ = 0;
  bool fits_ = true;
  bool is_zero_ = true;
};

Status unpack(std::string_view packed, int precision, int scale, Groups& out) {
  if (precision < 1 || precision > kMaxDigits || scale < 0 || scale > precision ||
      packed.size() != packed_decimal_bytes(precision, scale)) {
    return definite_error("a DECIMAL(" + std::to_string(precision) + "," + std::to_string(scale) +
                          ") of " + std::to_string(packed.size()) + " bytes");
  }
  if (Unpacker(packed, out).run(precision - scale, scale)) return {};
  return definite_error("a DECIMAL(" + std::to_string(precision) + "," + std::to_string(scale) +
                        ") with more digits than it may have");
}

void append_digits(const Group& group, std::string& out) {
  std::array<char, kGroupDigits> text;
  std::uint32_t rest = group.value;
  for (int i = group.digits - 1; i >= 0; --i, rest /= 10) {
    text[static_cast<std::size_t>(i)] = static_cast<char>('0' + rest % 10);
  }
  out.append(text.data(), static_cast<std::size_t>(group.digits));
}

// What surely fits 64 bits with a sign.
constexpr int kWordDigits = 18;

std::int64_t to_word(const Groups& groups) {
  std::int64_t word = 0;
  for (std::size_t i = 0; i < groups.count; ++i) {
    word = word * power_of_ten(groups.items[i].digits) + groups.items[i].value;
  }
  return groups.is_negative ? -word : word;
}

// Big-endian, in as few bytes as hold it and its sign.
void append_minimal(std::int64_t word, std::string& out) {
  const auto magnitude = static_cast<std::uint64_t>(word ^ (word >> 63));
  const auto bytes = static_cast<std::size_t>(std::bit_width(magnitude)) / 8 + 1;
  std::array<char, sizeof(word)> big_endian;
  for (std::size_t i = 0; i < bytes; ++i) {
    big_endian[i] = static_cast<char>(word >> (8 * (bytes - 1 - i)));
  }
  out.append(big_endian.data(), bytes);
}

// 81 digits take 270 bits, and a sign: nine words, least significant first.
using Words = std::array<std::uint32_t, 9>;

Words to_words(const Groups& groups) {
  Words words{};
  std::size_t used = 0;
  for (std::size_t i = 0; i < groups.count; ++i) {
    const Group& group = groups.items[i];
    std::uint64_t carry = group.value;
    for (std::size_t word = 0; word < used || (carry != 0 && word < words.size()); ++word) {
      carry += std::uint64_t{words[word]} * power_of_ten(group.digits);
      words[word] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
      used = std::max(used, word + 1);
    }
  }
  return words;
}

void negate(Words& words) {
  std::uint64_t carry = 1;
  for (std::uint32_t& word : words) {
    carry += static_cast<std::uint32_t>(~word);
    word = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
}

// A number's text, cut at its point.
struct DecimalText {
  bool is_negative = false;
  std::string_view integer;  // without superfluous zeros
  std::string_view fraction;
};

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool cut_decimal_text(std::string_view text, DecimalText& out) {
  out.is_negative = text.starts_with('-');
  if (out.is_negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  out.integer = text.substr(0, point);
  out.fraction = text.substr(std::min(point + 1, text.size()));
  if (text.empty() || !is_digits(out.integer) || !is_digits(out.fraction)) return false;
  out.integer.remove_prefix(std::min(out.integer.find_first_not_of('0'), out.integer.size()));
  return true;
}

// Writes groups of digits one after the other.
class Packer {
 public:
  explicit Packer(char* at) : at_(at) {}

  // The short group comes first, and zeros before the number.
  void write_integer(std::string_view digits, int width) {
    while (width > 0) {
      const int group = width % kGroupDigits != 0 ? width % kGroupDigits : kGroupDigits;
      width -= group;
      const auto behind = static_cast<std::size_t>(width);
      const std::size_t taken = digits.size() > behind ? digits.size() - behind : 0;
      write_group({value_of(digits.substr(0, taken)), group});
      digits.remove_prefix(taken);
    }
  }
  // The short group comes last, and zeros behind the number.
  void write_fraction(std::string_view digits, int width) {
    for (; width > 0; width -= kGroupDigits) {
      const std::string_view taken = digits.substr(0, kGroupDigits);
      const int group = std::min(width, kGroupDigits);
      const int missing = group - static_cast<int>(taken.size());
      write_group({value_of(taken) * power_of_ten(missing), group});
      digits.remove_prefix(taken.size());
    }
  }
  bool is_zero() const { return is_zero_; }

 private:
  static std::uint32_t value_of(std::string_view digits) {
    std::uint32_t value = 0;
    for (const char c : digits) value = value * 10 + static_cast<std::uint32_t>(c - '0');
    return value;
  }
  void write_group(const Group& group) {
    for (std::size_t i = kBytesOfDigits[static_cast<std::size_t>(group.digits)]; i-- > 0;) {
      *at_++ = static_cast<char>(group.value >> (8 * i));
    }
    is_zero_ &= group.value == 0;
  }

  char* at_;
  bool is_zero_ = true;
};

}  // namespace

std::size_t packed_decimal_bytes(int precision, int scale) {
  const auto bytes = [](int digits) {
    return static_cast<std::size_t>(digits / kGroupDigits) * 4 +
           kBytesOfDigits[static_cast<std::size_t>(digits % kGroupDigits)];
  };
  return bytes(precision - scale) + bytes(scale);
}

Status append_decimal_text(std::string_view packed, int precision, int scale, std::string& out) {
  Groups groups;
  MILLRACE_RETURN_IF_ERROR(unpack(packed, precision, scale, groups));
  if (groups.is_negative) out.push_back('-');
  const std::size_t begin = out.size();
  for (std::size_t i = 0; i < groups.integer_count; ++i) append_digits(groups.items[i], out);
  // One digit stands before the point, zero or not, and no other zeros.
  const std::size_t first = std::min(out.find_first_not_of('0', begin), out.size());
  out.erase(begin, first - begin);
  if (out.size() == begin) out.push_back('0');
  if (scale == 0) return {};
  out.push_back('.');
  for (std::size_t i = groups.integer_count; i < groups.count; ++i) {
    append_digits(groups.items[i], out);
  }
  return {};
}

Status append_decimal_unscaled(std::string_view packed, int precision, int scale,
                               std::string& out) {
  Groups groups;
  MILLRACE_RETURN_IF_ERROR(unpack(packed, precision, scale, groups));
  if (precision <= kWordDigits) {
    append_minimal(to_word(groups), out);
    return {};
  }
  Words words = to_words(groups);
  if (groups.is_negative) negate(words);
  std::array<unsigned char, 4 * std::tuple_size_v<Words>> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint32_t word = words[words.size() - 1 - i / 4];
    bytes[i] = static_cast<unsigned char>(word >> (24 - 8 * (i % 4)));
  }
  // Leading bytes that only repeat the sign are left out.
  const unsigned char sign = groups.is_negative ? 0xff : 0;
  std::size_t first = 0;
  while (first + 1 < bytes.size() && bytes[first] == sign &&
         (bytes[first + 1] & 0x80) == (sign & 0x80)) {
    ++first;
  }
  for (std::size_t i = first; i < bytes.size(); ++i) out.push_back(static_cast<char>(bytes[i]));
  return {};
}

Status pack_decimal(std::string_view text, int precision, int scale, char* at) {
  DecimalText number;
  if (precision < 1 || precision > kMaxDigits || scale < 0 || scale > precision ||
      !cut_decimal_text(text, number) ||
      number.integer.size() > static_cast<std::size_t>(precision - scale) ||
      number.fraction.size() > static_cast<std::size_t>(scale)) {
    return definite_error("\"" + std::string(text.substr(0, 2 * kMaxDigits)) + "\" is no DECIMAL(" +
                          std::to_string(precision) + "," + std::to_string(scale) + ")");
  }
  Packer packer(at);
  packer.write_integer(number.integer, precision - scale);
  packer.write_fraction(number.fraction, scale);
  // The first bit says positive; all bits of a negative number are inverted.
  const bool is_negative = number.is_negative && !packer.is_zero();
  const std::size_t bytes = packed_decimal_bytes(precision, scale);
  for (std::size_t i = 0; is_negative && i < bytes; ++i) at[i] = static_cast<char>(~at[i]);
  at[0] = static_cast<char>(static_cast<unsigned char>(at[0]) ^ 0x80U);
  return {};
}

}  // namespace millrace::row
