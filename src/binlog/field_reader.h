#pragma once

// A ByteCursor that knows the names of what it reads: the first read past the end names the field
// in the error. A decoder stays a straight line: read every field by name, then ask status() once.

#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/base/byte_cursor.h"
#include "millrace/base/result.h"

namespace millrace::binlog {

class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : cursor_(bytes), size_(bytes.size()) {}

  std::uint8_t u8(const char* field) { return static_cast<std::uint8_t>(le(1, field)); }
  std::uint16_t u16(const char* field) { return static_cast<std::uint16_t>(le(2, field)); }
  std::uint32_t u32(const char* field) { return static_cast<std::uint32_t>(le(4, field)); }
  std::uint64_t u48(const char* field) { return le(6, field); }
  std::uint64_t u56(const char* field) { return le(7, field); }
  std::uint64_t u64(const char* field) { return le(8, field); }
  std::uint64_t le(std::size_t width, const char* field) {
    const std::uint64_t value = cursor_.read_le(width);
    note(field);
    return value;
  }
  std::uint64_t lenenc(const char* field) {
    const std::uint64_t value = cursor_.read_lenenc();
    note(field);
    return value;
  }
  std::string_view bytes(std::uint64_t count, const char* field) {
    const std::string_view value = cursor_.read_bytes(count);
    note(field);
    return value;
  }
  std::string_view lenenc_bytes(const char* field) {
    const std::string_view value = cursor_.read_lenenc_bytes();
    note(field);
    return value;
  }
  std::string_view rest() { return cursor_.read_rest(); }
  std::size_t remaining() const { return cursor_.remaining(); }
  std::size_t position() const { return cursor_.position(); }
  bool failed() const { return cursor_.failed(); }
  // For readers of a form of their own (varints): name what was read after it.
  ByteCursor& cursor() { return cursor_; }
  void note(const char* field) {
    if (cursor_.failed() && failed_field_ == nullptr) [[unlikely]] {
      failed_field_ = field;
    }
  }

  Status status() const {
    if (!cursor_.failed()) [[likely]] {
      return {};
    }
    return error();
  }

 private:
  Error error() const {
    return definite_error("the bytes of field '" +
                          std::string(failed_field_ == nullptr ? "?" : failed_field_) +
                          "' are not all there: byte " + std::to_string(cursor_.position()) +
                          " of " + std::to_string(size_));
  }

  ByteCursor cursor_;
  std::size_t size_;
  const char* failed_field_ = nullptr;
};

}  // namespace millrace::binlog
