#pragma once

// The buffer that events are printed into: JSON as Jackson prints it for Kafka Connect. Raw pointer appends into memory
// that grows geometrically and is never filled with zeros first; a value asks once for room and then writes. An
// encoder keeps one writer for all its events, so nothing is allocated a row.
//
// Single-threaded. Views and pointers into the buffer hold until the next call that writes.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "millrace/base/digits.h"

namespace millrace::encode {

class JsonWriter {
 public:
  std::size_t size() const { return static_cast<std::size_t>(end_ - buffer_.get()); }
  // Back to an earlier size.
  void truncate(std::size_t size) { end_ = buffer_.get() + size; }
  std::string_view view(std::size_t offset, std::size_t size) const {
    return {buffer_.get() + offset, size};
  }
  std::string_view written_since(std::size_t offset) const { return view(offset, size() - offset); }

  // Room for `bytes` more; where to write them. advance_to() says where the writing ended.
  char* reserve(std::size_t bytes) {
    if (static_cast<std::size_t>(limit_ - end_) < bytes) [[unlikely]]
      grow(bytes);
    return end_;
  }
  void advance_to(char* end) { end_ = end; }

  void raw(std::string_view text) {
    // Not memcpy, which takes no null pointer, even for no bytes.
    end_ = std::copy(text.begin(), text.end(), reserve(text.size()));
  }
  void raw(char c) {
    *reserve(1) = c;
    ++end_;
  }
  void integer(std::int64_t value) { end_ = digits::write(value, reserve(digits::kRoom)); }
  void integer(std::uint64_t value) { end_ = digits::write(value, reserve(digits::kRoom)); }

  // The inside of a JSON string. Each returns how many bytes it took from the start: all of them, or those before the
  // first that it can't take, which is the first malformed UTF-8 sequence, or the first byte above 0x7f.
  std::size_t escaped_utf8(std::string_view text);
  std::size_t escaped_ascii(std::string_view text);
  // With its quotes; text that is known to be UTF-8 (what isn't ends the string).
  void quoted(std::string_view utf8) {
    raw('"');
    escaped_utf8(utf8);
    raw('"');
  }
  // A JSON string of the bytes in base64, with padding zeros behind them up to `padded_size`.
  void quoted_base64(std::string_view bytes, std::size_t padded_size = 0);
  // The same with '-' and '_' for '+' and '/'.
  void quoted_base64_url_safe(std::string_view bytes, std::size_t padded_size = 0);
  // The same as two lower-case digits a byte.
  void quoted_hex(std::string_view bytes, std::size_t padded_size = 0);

 private:
  static constexpr std::size_t kFirstCapacity = 4096;

  void grow(std::size_t bytes);
  void quoted_base64(std::string_view bytes, std::size_t padded_size, const char* digits);

  std::unique_ptr<char[]> buffer_ = std::make_unique_for_overwrite<char[]>(kFirstCapacity);
  char* end_ = buffer_.get();
  char* limit_ = buffer_.get() + kFirstCapacity;
};

}  // namespace millrace::encode
