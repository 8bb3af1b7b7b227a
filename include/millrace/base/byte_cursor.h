#pragma once

// ByteCursor walks bytes that came from outside. Every read checks the bound; the first read past the end makes the
// cursor fail for good: that read and all later ones return zero or empty, and failed() is true. So a decoder is a
// straight line that asks once at its end. There is no unchecked twin.
//
// The cursor borrows: views that it returns live as long as the bytes it was made from. Not thread-safe.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace millrace {

class ByteCursor {
 public:
  ByteCursor() = default;
  explicit ByteCursor(std::string_view bytes) : data_(bytes.data()), size_(bytes.size()) {}

  // Bytes consumed so far; after a failure the offset of the read that failed.
  std::size_t position() const { return position_; }
  std::size_t remaining() const { return failed_ ? 0 : size_ - position_; }
  bool at_end() const { return remaining() == 0; }
  bool failed() const { return failed_; }
  // Marks the cursor as failed: for a decoder that read a value it can't accept.
  void fail() { failed_ = true; }

  std::uint8_t read_u8() { return static_cast<std::uint8_t>(read_le(1)); }
  std::uint16_t read_u16() { return static_cast<std::uint16_t>(read_le(2)); }
  std::uint32_t read_u24() { return static_cast<std::uint32_t>(read_le(3)); }
  std::uint32_t read_u32() { return static_cast<std::uint32_t>(read_le(4)); }
  std::uint64_t read_u48() { return read_le(6); }
  std::uint64_t read_u56() { return read_le(7); }
  std::uint64_t read_u64() { return read_le(8); }

  // Little-endian unsigned integer of `width` bytes, 1 to 8.
  std::uint64_t read_le(std::size_t width) {
    const char* p = take(width);
    std::uint64_t value = 0;
    if (p != nullptr) std::memcpy(&value, p, width);  // the supported hosts are little-endian
    return value;
  }
  // Big-endian unsigned integer of `width` bytes, 1 to 8.
  std::uint64_t read_be(std::size_t width) {
    const char* p = take(width);
    std::uint64_t value = 0;
    if (p != nullptr) {
      for (std::size_t i = 0; i < width; ++i) {
        value = (value << 8) | static_cast<std::uint8_t>(p[i]);
      }
    }
    return value;
  }
  // MySQL's length-encoded integer: one byte below 251, else fc + 2, fd + 3 or fe + 8 bytes; 251 and 255 fail.
  std::uint64_t read_lenenc() {
    const std::uint8_t first = read_u8();
    if (first < 251) return first;
    switch (first) {
      case 0xfc:
        return read_le(2);
      case 0xfd:
        return read_le(3);
      case 0xfe:
        return read_le(8);
      default:
        failed_ = true;
        return 0;
    }
  }
  std::string_view read_bytes(std::uint64_t count) {
    const char* p = take(count);
    return p == nullptr ? std::string_view() : std::string_view(p, count);
  }
  // A lenenc length and that many bytes.
  std::string_view read_lenenc_bytes() { return read_bytes(read_lenenc()); }
  void skip(std::uint64_t count) { take(count); }
  // Everything that is left.
  std::string_view read_rest() { return read_bytes(remaining()); }
  // The next `count` bytes without moving; empty (and no failure) when there are fewer.
  std::string_view peek(std::size_t count) const {
    return count <= remaining() ? std::string_view(data_ + position_, count) : std::string_view();
  }

 private:
  const char* take(std::uint64_t count) {
    if (failed_ || count > size_ - position_) [[unlikely]] {
      failed_ = true;
      return nullptr;
    }
    const char* p = data_ + position_;
    position_ += count;
    return p;
  }

  const char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t position_ = 0;
  bool failed_ = false;
};

}  // namespace millrace
