#pragma once

// Bytes as text: base64 (RFC 4648, padded) and lower-case hex. Appending functions, so that the hot path writes into
// its one buffer.

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

enum class Base64Alphabet { kStandard, kUrlSafe };

void append_base64(std::string_view bytes, std::string& out,
                   Base64Alphabet alphabet = Base64Alphabet::kStandard);
void append_hex(std::string_view bytes, std::string& out);

// 64-bit FNV-1a: a stable hash of names and structures, the same on every machine and in every version.
std::uint64_t fnv1a_64(std::string_view bytes, std::uint64_t seed = 0xcbf29ce484222325ULL);

}  // namespace millrace
