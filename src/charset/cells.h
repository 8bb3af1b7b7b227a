#pragma once

// From the generated charts (tables/*.inc) to lookup arrays, at compile time: the program holds
// only the arrays, and nothing is built, locked or freed at run time.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace millrace::charset {

// `text` is the characters of consecutive codes from `code` on.
struct Text {
  std::uint16_t code;
  std::u16string_view text;
};

// `count` consecutive codes have consecutive code points; with `first` 0 they have none.
struct Run {
  std::uint16_t code;
  std::uint16_t first;
  std::uint16_t count;
};

// A code without a code point. No table maps to this noncharacter.
inline constexpr char16_t kEmptyCell = 0xFFFF;

// A rectangle of two-byte codes; a lead of 0 is the single bytes.
template <unsigned kLeadMin, unsigned kLeadMax, unsigned kTrailMin, unsigned kTrailMax>
class Cells {
 public:
  constexpr Cells() {
    for (char16_t& cell : cells_) cell = kEmptyCell;
  }

  // Lays a chart over what is there. `shift` turns the chart's codes into this table's.
  template <class Shift>
  constexpr Cells& lay(std::span<const Text> texts, std::span<const Run> runs, Shift shift) {
    for (const Text& line : texts) {
      unsigned code = line.code;
      for (const char16_t c : line.text) set(shift(code++), c);
    }
    for (const Run& run : runs) {
      for (unsigned i = 0; i < run.count; ++i) {
        set(shift(run.code + i),
            run.first == 0 ? kEmptyCell : static_cast<char16_t>(run.first + i));
      }
    }
    return *this;
  }
  constexpr Cells& lay(std::span<const Text> texts, std::span<const Run> runs) {
    return lay(texts, runs, [](unsigned code) { return code; });
  }

  constexpr bool has_lead(unsigned lead) const { return lead >= kLeadMin && lead <= kLeadMax; }
  // kEmptyCell outside of the rectangle.
  constexpr char16_t at(unsigned lead, unsigned trail) const {
    if (!has_lead(lead) || trail < kTrailMin || trail > kTrailMax) return kEmptyCell;
    return cells_[(lead - kLeadMin) * kWidth + (trail - kTrailMin)];
  }

 private:
  static constexpr unsigned kWidth = kTrailMax - kTrailMin + 1;

  // Out of the rectangle is out of the array's bounds, which a constant expression can't be.
  constexpr void set(unsigned code, char16_t c) {
    cells_[((code >> 8) - kLeadMin) * kWidth + ((code & 0xFF) - kTrailMin)] = c;
  }

  // Not std::array: its every access counts against a compiler's limit of steps in a constant
  // expression.
  char16_t cells_[(kLeadMax - kLeadMin + 1) * kWidth]{};
};

}  // namespace millrace::charset
