#pragma once

// MySQL's character sets to UTF-8. A row image and a statement carry text as the bytes of their
// character set; what Millrace publishes is UTF-8. This module stands between row or ddl, which
// know the set, and encode, which writes the text. No library is exact here: ICU, iconv and Java
// each differ from MySQL in some set (A1 45 in big5, 81 5F in sjis, 81 in latin1), so the 41 sets
// are tables of our own, taken from a server (src/charset/tables), and equal to its CONVERT(x USING
// utf8mb4): its '?' is our "no code point", and so are the few characters of big5 and tis620 for
// which MySQL itself writes U+FFFD.
//
// Threads: everything here is immutable and may be used from any thread. Lifetimes: a Charset is a
// static object and lives as long as the process; pointers to it may be compared. Failure: an
// unknown name or id is a null pointer, bytes that mean nothing are reported by a count, and what
// becomes of them is the caller's policy (charset.invalid). Nothing throws but std::bad_alloc from
// the output string.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::charset {

struct CharsetTraits {
  std::string_view name;  // lower case, as information_schema.character_sets has it
  std::uint8_t mbminlen;  // bytes of the shortest character: what a CHAR column's pad space takes
  std::uint8_t mbmaxlen;  // bytes of the longest character
  bool ascii_compatible;  // a byte below 0x80 at the start of a character is that ASCII character
};

class Charset {
 public:
  Charset(const Charset&) = delete;
  Charset& operator=(const Charset&) = delete;

  std::string_view name() const { return traits_.name; }
  int mbminlen() const { return traits_.mbminlen; }
  int mbmaxlen() const { return traits_.mbmaxlen; }
  // In big5, cp932, gb18030, gbk, sjis such a byte may also be the second half of a character.
  bool ascii_compatible() const { return traits_.ascii_compatible; }
  // Bytes without a character set. Converting takes them for utf8mb4.
  bool is_binary() const { return name() == "binary"; }
  // utf8mb4 and utf8mb3: what append_utf8 accepts, it copies.
  bool is_utf8() const { return name().starts_with("utf8"); }

  // Appends the UTF-8 form of `bytes` to `out` and returns how many bytes were valid from the
  // start: bytes.size() when all were. Stops before the first character that is malformed, cut off,
  // or has no Unicode code point.
  std::size_t append_utf8(std::string_view bytes, std::string& out) const {
    return convert(bytes, out, nullptr);
  }

  // Appends all of `bytes`, with U+FFFD for what can't be converted, and returns how many of them:
  //   - one for a character of the set that has no code point, where MySQL writes one '?';
  //   - one for a character cut off by the end;
  //   - one for the maximal valid start of a malformed UTF-8 sequence and one for an encoded
  //     surrogate, as Java does;
  //   - one for a code unit of ucs2, utf16 or utf32 that can't stand there, and one for a byte of
  //     any other set: decoding goes on after it.
  // utf8mb3 keeps well-formed sequences of four bytes here: they are no utf8mb3, but dropping a
  // character that can be read helps nobody (a client that says utf8mb3 may send them inside a
  // statement).
  std::size_t append_utf8_replacing(std::string_view bytes, std::string& out) const {
    std::size_t replaced = 0;
    convert(bytes, out, &replaced);
    return replaced;
  }

 protected:
  explicit constexpr Charset(const CharsetTraits& traits) : traits_(traits) {}
  constexpr ~Charset() = default;  // static objects only, never owned by a pointer

 private:
  // `replaced` null: stop at the first invalid byte. Otherwise replace, count, and go to the end.
  virtual std::size_t convert(std::string_view bytes, std::string& out,
                              std::size_t* replaced) const = 0;

  CharsetTraits traits_;
};

// By name, in any case; "utf8" is utf8mb3, as in every server up to 9.7. Null when MySQL has no
// such set.
const Charset* find_charset(std::string_view name);

// How many bytes from the start are well-formed utf8mb4: no surrogates, nothing overlong, nothing
// above U+10FFFF.
std::size_t valid_utf8_prefix(std::string_view bytes);

}  // namespace millrace::charset
