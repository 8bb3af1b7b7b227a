#include "millrace/gtid/varint.h"

#include <bit>
#include <cstring>

namespace millrace::gtid {

std::uint64_t read_varint(ByteCursor& cursor) {
  const std::uint8_t first = cursor.read_u8();
  const int following = std::countr_one(first);
  if (following == 8) return cursor.read_u64();
  if (following == 0) return first >> 1;
  const auto width = static_cast<std::size_t>(following);
  const std::uint64_t rest = cursor.read_le(width);
  // Of the first byte, 7 - following bits belong to the number.
  return (rest << (7 - width)) | (std::uint64_t{first} >> (width + 1));
}

std::int64_t read_signed_varint(ByteCursor& cursor) {
  const std::uint64_t zigzag = read_varint(cursor);
  return static_cast<std::int64_t>((zigzag >> 1) ^ (~(zigzag & 1) + 1));
}

void append_varint(std::uint64_t value, std::string& out) {
  const auto bits = static_cast<std::size_t>(std::bit_width(value | 1));
  if (bits > 56) {
    out.push_back('\xff');
    char raw[8];
    std::memcpy(raw, &value, sizeof raw);
    out.append(raw, sizeof raw);
    return;
  }
  const std::size_t width = (bits + 6) / 7;  // each byte carries seven bits of the number
  const std::uint64_t coded = (value << width) | ((1ULL << (width - 1)) - 1);
  char raw[8];
  std::memcpy(raw, &coded, sizeof raw);
  out.append(raw, width);
}

void append_signed_varint(std::int64_t value, std::string& out) {
  append_varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63),
                out);
}

}  // namespace millrace::gtid
