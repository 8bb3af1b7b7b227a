#include <cstring>

#include "millrace/base/assert.h"
#include "millrace/base/encoding.h"
#include "millrace/gtid/gtid_set.h"

namespace millrace::gtid {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_dash_place(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

Result<Uuid> Uuid::parse(std::string_view text) {
  constexpr std::size_t kTextLength = 36;
  const auto bad = [&] { return definite_error("not a UUID: \"" + std::string(text) + "\""); };
  if (text.size() != kTextLength) return bad();
  std::array<std::uint8_t, 16> bytes{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash_place(i)) {
      if (text[i] != '-') return bad();
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return bad();
    auto& byte = bytes[digits / 2];
    byte = static_cast<std::uint8_t>((byte << 4) | value);
    ++digits;
  }
  return Uuid(bytes);
}

Uuid Uuid::from_bytes(std::string_view bytes) {
  MILLRACE_ASSERT(bytes.size() == 16, "a UUID has 16 bytes");
  std::array<std::uint8_t, 16> copy{};
  std::memcpy(copy.data(), bytes.data(), copy.size());
  return Uuid(copy);
}

Uuid Uuid::derive(std::string_view name) {
  // Two FNV-1a hashes with different seeds make 128 bits. Neither secrecy nor adversaries matter
  // here, only that the value never changes between versions.
  const std::uint64_t high = fnv1a_64(name);
  const std::uint64_t low = fnv1a_64(name, high ^ 0x9e3779b97f4a7c15ULL);
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &high, sizeof high);
  std::memcpy(bytes.data() + 8, &low, sizeof low);
  bytes[6] =
      static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x80);  // version 8: the content is our own
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);  // the variant of RFC 9562
  return Uuid(bytes);
}

std::string Uuid::to_text() const {
  std::string hex;
  append_hex(std::string_view(reinterpret_cast<const char*>(bytes_.data()), bytes_.size()), hex);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) hex.insert(dash, 1, '-');
  return hex;
}

}  // namespace millrace::gtid
