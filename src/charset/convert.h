#pragma once

// The loop that every character set's conversion is: ASCII runs in bulk, everything else one
// character at a time through a codec.
//
//   class SomeCodec {
//     bool ascii_compatible() const;
//     Decoded decode(const std::uint8_t* p, const std::uint8_t* end) const;  // p < end
//   };

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "millrace/charset/charset.h"

namespace millrace::charset {

inline constexpr char32_t kReplacement = 0xFFFD;
inline constexpr char32_t kNoCodePoint = 0xFFFFFFFF;

// One step: a character, or what one U+FFFD replaces. `length` is at least 1 and never passes the
// end.
struct Decoded {
  char32_t code_point;
  std::size_t length;
};

constexpr Decoded invalid(std::size_t length) { return {kNoCodePoint, length}; }

// How many bytes from `p` on are below 0x80.
inline std::size_t ascii_run(const std::uint8_t* p, const std::uint8_t* end) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;
  const std::uint8_t* const start = p;
  for (; end - p >= 16; p += 16) {
    std::uint64_t words[2];
    std::memcpy(words, p, sizeof words);
    if (((words[0] | words[1]) & kHighBits) == 0) continue;
    if constexpr (std::endian::native == std::endian::little) {
      const std::uint64_t first = words[0] & kHighBits;
      const int bits =
          first != 0 ? std::countr_zero(first) : 64 + std::countr_zero(words[1] & kHighBits);
      return static_cast<std::size_t>(p - start) + static_cast<std::size_t>(bits) / 8;
    }
    break;
  }
  while (p != end && *p < 0x80) ++p;
  return static_cast<std::size_t>(p - start);
}

// Collects short pieces so that the output string is grown a few hundred bytes at a time.
class Utf8Writer {
 public:
  explicit Utf8Writer(std::string& out) : out_(out) {}
  ~Utf8Writer() { flush(); }
  Utf8Writer(const Utf8Writer&) = delete;
  Utf8Writer& operator=(const Utf8Writer&) = delete;

  void put(char32_t c) {
    if (size_ + 4 > sizeof buffer_) flush();
    char* p = buffer_ + size_;
    if (c < 0x80) {
      *p++ = static_cast<char>(c);
    } else if (c < 0x800) {
      *p++ = static_cast<char>(0xC0 | (c >> 6));
      *p++ = static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      *p++ = static_cast<char>(0xE0 | (c >> 12));
      *p++ = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
      *p++ = static_cast<char>(0x80 | (c & 0x3F));
    } else {
      *p++ = static_cast<char>(0xF0 | (c >> 18));
      *p++ = static_cast<char>(0x80 | ((c >> 12) & 0x3F));
      *p++ = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
      *p++ = static_cast<char>(0x80 | (c & 0x3F));
    }
    size_ = static_cast<std::size_t>(p - buffer_);
  }

  // The first `count` bytes of what lies between `p` and `end`.
  void copy(const std::uint8_t* p, const std::uint8_t* end, std::size_t count) {
    if (count > sizeof buffer_ - size_) flush();
    if (count > sizeof buffer_) {
      out_.append(reinterpret_cast<const char*>(p), count);
      return;
    }
    // A few bytes between two other characters: a copy of fixed size costs less than one that must
    // know how many.
    if (count <= 16 && end - p >= 16 && size_ + 16 <= sizeof buffer_) {
      std::memcpy(buffer_ + size_, p, 16);
    } else {
      std::memcpy(buffer_ + size_, p, count);
    }
    size_ += count;
  }

 private:
  void flush() {
    out_.append(buffer_, size_);
    size_ = 0;
  }

  std::string& out_;
  std::size_t size_ = 0;
  char buffer_[512];
};

// Charset::convert for a codec.
template <class Codec>
std::size_t convert_with(const Codec& codec, std::string_view bytes, std::string& out,
                         std::size_t* replaced) {
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto* const end = begin + bytes.size();
  const auto* p = begin;
  Utf8Writer writer(out);
  while (p != end) {
    if (codec.ascii_compatible() && *p < 0x80) {
      const std::size_t run = ascii_run(p, end);
      writer.copy(p, end, run);
      p += run;
      continue;
    }
    const Decoded next = codec.decode(p, end);
    if (next.code_point == kNoCodePoint) {
      if (replaced == nullptr) break;
      ++*replaced;
      writer.put(kReplacement);
    } else {
      writer.put(next.code_point);
    }
    p += next.length;
  }
  return static_cast<std::size_t>(p - begin);
}

// A family's file holds its sets as one array and answers for a name (lower case), or with null.
template <class Set, std::size_t kCount>
const Charset* find_by_name(const Set (&sets)[kCount], std::string_view name) {
  for (const Set& set : sets) {
    if (set.name() == name) return &set;
  }
  return nullptr;
}

const Charset* find_unicode_charset(std::string_view name);  // and binary
const Charset* find_single_byte_charset(std::string_view name);
const Charset* find_double_byte_charset(std::string_view name);
const Charset* find_euc_jp_charset(std::string_view name);
const Charset* find_gb18030_charset(std::string_view name);

}  // namespace millrace::charset
