#include "encode/json_writer.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace millrace::encode {
namespace {

constexpr char kHexDigits[] = "0123456789ABCDEF";  // Jackson's are upper case
// The longest that one input character becomes: a surrogate pair, twice \uXXXX.
constexpr std::size_t kLongestEscape = 12;
// What the scans may write past the text: they store whole blocks.
constexpr std::size_t kBlock = 16;

// Bytes that a JSON string can't hold as they are, or that need a look: below 0x20, quote, backslash, above 0x7f.
bool is_plain(char c) { return static_cast<signed char>(c) >= 0x20 && c != '"' && c != '\\'; }

// Copies plain bytes from `p` to `out` and stops at the first that isn't. There is room for what is left and a block.
struct Copied {
  const char* p;
  char* out;
};

Copied copy_plain_eight(const char* p, const char* end, char* out) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  constexpr std::uint64_t kHighs = 0x8080808080808080ULL;
  while (end - p >= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    std::memcpy(out, &word, 8);
    const std::uint64_t quote = word ^ (kOnes * '"');
    const std::uint64_t backslash = word ^ (kOnes * '\\');
    // A borrow can set bits above the first that is right, never below it.
    const std::uint64_t special =
        (((word - kOnes * 0x20) & ~word) | word | ((quote - kOnes) & ~quote) |
         ((backslash - kOnes) & ~backslash)) &
        kHighs;
    if (special != 0) {
      const int plain = std::countr_zero(special) / 8;
      return {p + plain, out + plain};
    }
    p += 8;
    out += 8;
  }
  while (p != end && is_plain(*p)) *out++ = *p++;
  return {p, out};
}

Copied copy_plain(const char* p, const char* end, char* out) {
#if defined(__SSE2__)
  const __m128i space = _mm_set1_epi8(0x20);
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  while (end - p >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), block);
    // Signed: bytes above 0x7f are below 0x20 as well.
    const __m128i special =
        _mm_or_si128(_mm_cmplt_epi8(block, space),
                     _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
    if (mask != 0) {
      const int plain = std::countr_zero(mask);
      return {p + plain, out + plain};
    }
    p += 16;
    out += 16;
  }
#endif
  return copy_plain_eight(p, end, out);
}

char* write_unicode_escape(std::uint32_t unit, char* out) {
  *out++ = '\\';
  *out++ = 'u';
  for (int shift = 12; shift >= 0; shift -= 4) *out++ = kHexDigits[(unit >> shift) & 15];
  return out;
}

// A quote, a backslash or a control character.
char* write_ascii_escape(char c, char* out) {
  char name = 0;
  switch (c) {
    case '"':
    case '\\':
      name = c;
      break;
    case '\b':
      name = 'b';
      break;
    case '\t':
      name = 't';
      break;
    case '\n':
      name = 'n';
      break;
    case '\f':
      name = 'f';
      break;
    case '\r':
      name = 'r';
      break;
    default:
      return write_unicode_escape(static_cast<unsigned char>(c), out);
  }
  *out++ = '\\';
  *out++ = name;
  return out;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The length of the well-formed sequence of 2 to 4 bytes at `p`, or 0: the table 3-7 of the Unicode standard.
std::size_t sequence_length(const char* p, const char* end) {
  const auto lead = static_cast<unsigned char>(p[0]);
  const auto left = static_cast<std::size_t>(end - p);
  if (lead < 0xC2 || lead > 0xF4 || left < 2) return 0;
  const auto second = static_cast<unsigned char>(p[1]);
  if (lead < 0xE0) return is_continuation(p[1]) ? 2 : 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  if (second < low || second > high) return 0;
  const std::size_t length = lead < 0xF0 ? 3 : 4;
  if (left < length) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!is_continuation(p[i])) return 0;
  }
  return length;
}

char* write_surrogates(const char* p, char* out) {
  const auto bits = [&](int i) { return std::uint32_t{static_cast<unsigned char>(p[i])} & 0x3F; };
  const std::uint32_t code_point =
      ((static_cast<std::uint32_t>(static_cast<unsigned char>(p[0])) & 7) << 18) | (bits(1) << 12) |
      (bits(2) << 6) | bits(3);
  const std::uint32_t offset = code_point - 0x10000;
  out = write_unicode_escape(0xD800 + (offset >> 10), out);
  return write_unicode_escape(0xDC00 + (offset & 0x3FF), out);
}

}  // namespace

void JsonWriter::grow(std::size_t bytes) {
  const std::size_t used = size();
  const auto capacity = static_cast<std::size_t>(limit_ - buffer_.get());
  const std::size_t wanted = std::max(capacity * 2, used + bytes);
  auto larger = std::make_unique_for_overwrite<char[]>(wanted);
  std::copy_n(buffer_.get(), used, larger.get());
  buffer_ = std::move(larger);
  end_ = buffer_.get() + used;
  limit_ = buffer_.get() + wanted;
}

std::size_t JsonWriter::escaped_ascii(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  while (true) {
    const auto left = static_cast<std::size_t>(end - p);
    const Copied copied = copy_plain(p, end, reserve(left + kBlock));
    p = copied.p;
    advance_to(copied.out);
    if (p == end || static_cast<unsigned char>(*p) >= 0x80) break;
    advance_to(write_ascii_escape(*p++, reserve(kLongestEscape)));
  }
  return static_cast<std::size_t>(p - text.data());
}

std::size_t JsonWriter::escaped_utf8(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  while (true) {
    p += escaped_ascii({p, static_cast<std::size_t>(end - p)});
    if (p == end) break;
    // A run of other scripts: room for all that is left as it is, and for one escape.
    char* out = reserve(static_cast<std::size_t>(end - p) + kLongestEscape);
    std::size_t length = 0;
    while (p != end && static_cast<unsigned char>(*p) >= 0x80) {
      length = sequence_length(p, end);
      if (length == 0 || length == 4) break;
      std::memcpy(out, p, length);
      out += length;
      p += length;
    }
    if (length == 4) {
      out = write_surrogates(p, out);
      p += length;
    }
    advance_to(out);
    if (length == 0) break;
  }
  return static_cast<std::size_t>(p - text.data());
}

void JsonWriter::quoted_base64(std::string_view bytes, std::size_t padded_size) {
  quoted_base64(bytes, padded_size,
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
}

void JsonWriter::quoted_base64_url_safe(std::string_view bytes, std::size_t padded_size) {
  quoted_base64(bytes, padded_size,
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}

void JsonWriter::quoted_hex(std::string_view bytes, std::size_t padded_size) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const std::size_t size = std::max(bytes.size(), padded_size);
  char* out = reserve(size * 2 + 2);
  *out++ = '"';
  for (const char c : bytes) {
    *out++ = kDigits[static_cast<unsigned char>(c) >> 4];
    *out++ = kDigits[static_cast<unsigned char>(c) & 15];
  }
  const std::size_t padding = (size - bytes.size()) * 2;
  std::memset(out, '0', padding);
  out += padding;
  *out++ = '"';
  advance_to(out);
}

void JsonWriter::quoted_base64(std::string_view bytes, std::size_t padded_size,
                               const char* digits) {
  const std::size_t size = std::max(bytes.size(), padded_size);
  const auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
  char* out = reserve((size + 2) / 3 * 4 + 2);
  *out++ = '"';
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t group =
        (std::uint32_t{in[i]} << 16) | (std::uint32_t{in[i + 1]} << 8) | std::uint32_t{in[i + 2]};
    *out++ = digits[group >> 18];
    *out++ = digits[(group >> 12) & 63];
    *out++ = digits[(group >> 6) & 63];
    *out++ = digits[group & 63];
  }
  // The last bytes, and the zeros behind them.
  const auto byte = [&](std::size_t at) { return at < bytes.size() ? std::uint32_t{in[at]} : 0; };
  for (; i < size; i += 3) {
    const std::uint32_t group = (byte(i) << 16) | (byte(i + 1) << 8) | byte(i + 2);
    *out++ = digits[group >> 18];
    *out++ = digits[(group >> 12) & 63];
    *out++ = i + 1 < size ? digits[(group >> 6) & 63] : '=';
    *out++ = i + 2 < size ? digits[group & 63] : '=';
  }
  *out++ = '"';
  advance_to(out);
}

}  // namespace millrace::encode
