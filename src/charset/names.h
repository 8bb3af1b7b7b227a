#pragma once

// Names of character sets and collations are ASCII and have no case.

#include <array>
#include <cstddef>
#include <string_view>

namespace millrace::charset {

// A name in lower case, without an allocation; one longer than any name there can be becomes empty,
// which no set is called.
class LowerName {
 public:
  explicit LowerName(std::string_view name) {
    if (name.size() > buffer_.size()) return;
    for (const char c : name) {
      buffer_[size_++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  std::string_view view() const { return {buffer_.data(), size_}; }

 private:
  std::array<char, 64> buffer_{};  // the server's limit for an identifier, in characters
  std::size_t size_ = 0;
};

}  // namespace millrace::charset
