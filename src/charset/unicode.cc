// Unicode in its five encodings, and binary. UTF-8 is checked and copied; the others are big-endian
// unless they say otherwise, and never have a byte order mark: FE FF is a character like any other.

#include <cstdint>
#include <string>
#include <string_view>

#include "charset/convert.h"

namespace millrace::charset {
namespace {

constexpr bool is_continuation(std::uint8_t byte) { return (byte & 0xC0) == 0x80; }

// The length of the well-formed sequence at `p`, 0 when there is none: table 3-7 of the Unicode
// standard.
inline std::size_t valid_sequence(const std::uint8_t* p, const std::uint8_t* end) {
  const std::uint8_t lead = *p;
  const auto left = static_cast<std::size_t>(end - p);
  if (lead < 0x80) return 1;
  if (lead < 0xE0) return lead >= 0xC2 && left >= 2 && is_continuation(p[1]) ? 2 : 0;
  if (lead < 0xF0) {
    if (left < 3 || !is_continuation(p[1]) || !is_continuation(p[2])) return 0;
    const bool overlong = lead == 0xE0 && p[1] < 0xA0;
    const bool surrogate = lead == 0xED && p[1] >= 0xA0;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead > 0xF4 || left < 4 || !is_continuation(p[1]) || !is_continuation(p[2]) ||
      !is_continuation(p[3])) {
    return 0;
  }
  const bool overlong = lead == 0xF0 && p[1] < 0x90;
  const bool beyond_unicode = lead == 0xF4 && p[1] >= 0x90;
  return overlong || beyond_unicode ? 0 : 4;
}

// How many bytes one U+FFFD stands for where no sequence is well-formed: the longest start of one,
// at least a byte. An encoded surrogate counts as one, as in Java: servers of 5.x let it into a
// column.
std::size_t invalid_sequence(const std::uint8_t* p, const std::uint8_t* end) {
  const std::uint8_t lead = *p;
  if (lead < 0xC2 || lead > 0xF4) return 1;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const std::uint8_t high = lead == 0xF4 ? 0x8F : 0xBF;
  const auto left = static_cast<std::size_t>(end - p);
  if (left == 1 || p[1] < low || p[1] > high) return 1;
  std::size_t i = 2;
  while (i < length && i < left && is_continuation(p[i])) ++i;
  return i;
}

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::size_t valid_prefix(std::string_view bytes, std::size_t longest) {
  const auto* const begin = bytes_of(bytes);
  const auto* const end = begin + bytes.size();
  const auto* p = begin;
  while (p != end) {
    if (*p < 0x80) {
      p += ascii_run(p, end);
      continue;
    }
    const std::size_t length = valid_sequence(p, end);
    if (length == 0 || length > longest) break;
    p += length;
  }
  return static_cast<std::size_t>(p - begin);
}

class Utf8Charset final : public Charset {
 public:
  constexpr Utf8Charset(std::string_view name, std::uint8_t longest)
      : Charset({name, 1, name == "binary" ? std::uint8_t{1} : longest, true}), longest_(longest) {}

 private:
  std::size_t convert(std::string_view bytes, std::string& out,
                      std::size_t* replaced) const override {
    if (replaced == nullptr) {
      const std::size_t valid = valid_prefix(bytes, longest_);
      out.append(bytes.substr(0, valid));
      return valid;
    }
    for (std::string_view rest = bytes; !rest.empty();) {
      const std::size_t valid = valid_prefix(rest, 4);
      out.append(rest.substr(0, valid));
      rest.remove_prefix(valid);
      if (rest.empty()) break;
      rest.remove_prefix(invalid_sequence(bytes_of(rest), bytes_of(rest) + rest.size()));
      out.append("\xEF\xBF\xBD");
      ++*replaced;
    }
    return bytes.size();
  }

  std::size_t longest_;
};

constexpr bool is_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }
constexpr bool is_high_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDBFF; }
constexpr bool is_low_surrogate(char32_t c) { return c >= 0xDC00 && c <= 0xDFFF; }

template <bool kLittleEndian>
char32_t unit16(const std::uint8_t* p) {
  return kLittleEndian ? static_cast<char32_t>(p[1] << 8 | p[0])
                       : static_cast<char32_t>(p[0] << 8 | p[1]);
}

// ucs2 knows no pairs: there a surrogate of either kind is a code unit without a meaning.
template <bool kLittleEndian, bool kPairs>
Decoded decode16(const std::uint8_t* p, const std::uint8_t* end) {
  const auto left = static_cast<std::size_t>(end - p);
  if (left < 2) return invalid(left);
  const char32_t c = unit16<kLittleEndian>(p);
  if (!is_surrogate(c)) return {c, 2};
  if (!kPairs || !is_high_surrogate(c)) return invalid(2);
  if (left < 4) return invalid(left);  // cut off
  const char32_t low = unit16<kLittleEndian>(p + 2);
  if (!is_low_surrogate(low)) return invalid(2);
  return {0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00), 4};
}

Decoded decode32(const std::uint8_t* p, const std::uint8_t* end) {
  const auto left = static_cast<std::size_t>(end - p);
  if (left < 4) return invalid(left);
  const char32_t c = char32_t{p[0]} << 24 | char32_t{p[1]} << 16 | char32_t{p[2]} << 8 | p[3];
  return c > 0x10FFFF || is_surrogate(c) ? invalid(4) : Decoded{c, 4};
}

class WideCharset final : public Charset {
 public:
  using Decode = Decoded (*)(const std::uint8_t* p, const std::uint8_t* end);

  constexpr WideCharset(std::string_view name, std::uint8_t mbminlen, std::uint8_t mbmaxlen,
                        Decode decode_one)
      : Charset({name, mbminlen, mbmaxlen, false}), decode_(decode_one) {}

  Decoded decode(const std::uint8_t* p, const std::uint8_t* end) const { return decode_(p, end); }

 private:
  std::size_t convert(std::string_view bytes, std::string& out,
                      std::size_t* replaced) const override {
    return convert_with(*this, bytes, out, replaced);
  }

  Decode decode_;
};

constinit const Utf8Charset kUtf8Charsets[] = {{"utf8mb4", 4}, {"utf8mb3", 3}, {"binary", 4}};

constinit const WideCharset kWideCharsets[] = {
    {"ucs2", 2, 2, decode16<false, false>},
    {"utf16", 2, 4, decode16<false, true>},
    {"utf16le", 2, 4, decode16<true, true>},
    {"utf32", 4, 4, decode32},
};

}  // namespace

std::size_t valid_utf8_prefix(std::string_view bytes) { return valid_prefix(bytes, 4); }

const Charset* find_unicode_charset(std::string_view name) {
  const Charset* found = find_by_name(kUtf8Charsets, name);
  return found != nullptr ? found : find_by_name(kWideCharsets, name);
}

}  // namespace millrace::charset
