#include "millrace/base/encoding.h"

#include <cstddef>

namespace millrace {
namespace {

constexpr char kStandardAlphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kUrlSafeAlphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char kHexDigits[] = "0123456789abcdef";

}  // namespace

void append_base64(std::string_view bytes, std::string& out, Base64Alphabet alphabet) {
  const char* digits = alphabet == Base64Alphabet::kStandard ? kStandardAlphabet : kUrlSafeAlphabet;
  const auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
  const std::size_t at = out.size();
  out.resize(at + (bytes.size() + 2) / 3 * 4);
  char* p = out.data() + at;
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t group =
        (std::uint32_t{in[i]} << 16) | (std::uint32_t{in[i + 1]} << 8) | std::uint32_t{in[i + 2]};
    *p++ = digits[group >> 18];
    *p++ = digits[(group >> 12) & 63];
    *p++ = digits[(group >> 6) & 63];
    *p++ = digits[group & 63];
  }
  const std::size_t left = bytes.size() - i;
  if (left == 0) return;
  const std::uint32_t group =
      (std::uint32_t{in[i]} << 16) | (left == 2 ? std::uint32_t{in[i + 1]} << 8 : 0);
  *p++ = digits[group >> 18];
  *p++ = digits[(group >> 12) & 63];
  *p++ = left == 2 ? digits[(group >> 6) & 63] : '=';
  *p++ = '=';
}

void append_hex(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(kHexDigits[byte >> 4]);
    out.push_back(kHexDigits[byte & 15]);
  }
}

std::uint64_t fnv1a_64(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = seed;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

}  // namespace millrace
