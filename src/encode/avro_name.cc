#include "encode/avro_name.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace millrace::encode {
namespace {

bool is_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

// The code point at the start of well-formed UTF-8, which is taken away.
char32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code_point = size == 1 ? lead : lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size && i < text.size(); ++i)
    code_point = code_point << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(std::min(size, text.size()));
  return code_point;
}

void append_unit(char32_t unit, std::string& name) {
  std::array<char, 8> digits;
  const char* const end =
      std::to_chars(digits.data(), digits.data() + digits.size(), std::uint32_t{unit}, 16).ptr;
  const std::string_view hex(digits.data(), static_cast<std::size_t>(end - digits.data()));
  name.append("_u").append(hex.size() <= 2 ? "00" : "").append(hex);
}

// Java sees a character above U+FFFF as two.
constexpr char32_t high_surrogate(char32_t c) { return 0xD800 + ((c - 0x10000) >> 10); }
constexpr char32_t low_surrogate(char32_t c) { return 0xDC00 + ((c - 0x10000) & 0x3FF); }

class Adjuster {
 public:
  Adjuster(NameAdjustment mode, bool allows_dots) : mode_(mode), allows_dots_(allows_dots) {}

  std::string adjust(std::string_view utf8) const {
    std::string name;
    while (!utf8.empty()) {
      const bool is_first = name.empty();
      const char32_t c = take_code_point(utf8);
      if (is_valid(c, is_first)) {
        name.push_back(static_cast<char>(c));
      } else {
        replace(c, is_first, name);
      }
    }
    return name;
  }

 private:
  bool is_valid(char32_t c, bool is_first) const {
    if (is_letter(c)) return true;
    if (c == '_') return mode_ == NameAdjustment::kAvro;
    return !is_first && (is_digit(c) || (c == '.' && allows_dots_));
  }

  void replace(char32_t c, bool is_first, std::string& name) const {
    if (c > 0xFFFF) {
      replace_unit(high_surrogate(c), name);
      replace_unit(low_surrogate(c), name);
      return;
    }
    replace_unit(c, name);
    if (is_first && is_digit(c) && mode_ == NameAdjustment::kAvro)
      name.push_back(static_cast<char>(c));
  }

  void replace_unit(char32_t unit, std::string& name) const {
    if (mode_ == NameAdjustment::kAvro) {
      name.push_back('_');
    } else {
      append_unit(unit, name);
    }
  }

  NameAdjustment mode_;
  bool allows_dots_;
};

}  // namespace

std::string adjust_schema_name(std::string_view utf8, NameAdjustment mode) {
  return mode == NameAdjustment::kNone ? std::string(utf8) : Adjuster(mode, true).adjust(utf8);
}

std::string adjust_field_name(std::string_view utf8, NameAdjustment mode) {
  return mode == NameAdjustment::kNone ? std::string(utf8) : Adjuster(mode, false).adjust(utf8);
}

std::string unicode_replacement(std::string_view utf8) {
  std::string text;
  const char32_t c = take_code_point(utf8);
  if (c > 0xFFFF) {
    append_unit(high_surrogate(c), text);
    append_unit(low_surrogate(c), text);
  } else {
    append_unit(c, text);
  }
  return text;
}

}  // namespace millrace::encode
