// Unicode in its five encodings, and binary. UTF-8 is checked and copied; the others are big-endian unless they say
// otherwise, and never have a byte order mark: FE FF is a character like any other.

#include <cstdint>
#include <string>
#include <string_view>

#include "charset/convert.h"

namespace millrace::charset {
namespace {

struct Utf8Step {
  std::size_t length;  // of the sequence, or of its maximal valid start (at least 1)
  bool valid;
};

// One sequence, by table 3-7 of the Unicode standard: only the second byte has ranges of its own.
Utf8Step utf8_step(const std::uint8_t* p, const std::uint8_t* end) {
  const std::uint8_t lead = *p;
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  switch (lead) {
    case 0xE0:
      low = 0xA0;
      break;  // overlong
    case 0xED:
      high = 0x9F;
      break;  // surrogates
    case 0xF0:
      low = 0x90;
      break;  // overlong
    case 0xF4:
      high = 0x8F;
      break;  // above U+10FFFF
    default:
      break;
  }
  const auto left = static_cast<std::size_t>(end - p);
  for (std::size_t i = 1; i < length; ++i) {
    if (i == left || p[i] < low || p[i] > high) return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {length, true};
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
    const Utf8Step step = utf8_step(p, end);
    if (!step.valid || step.length > longest) break;
    p += step.length;
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
      rest.remove_prefix(utf8_step(bytes_of(rest), bytes_of(rest) + rest.size()).length);
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
