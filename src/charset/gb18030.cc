// gb18030, which reaches all of Unicode:
//
//   00..7F                               ASCII
//   81..FE   40..7E 80..FE               a table
//   81..FE   30..39   81..FE   30..39    numbers, whose ranges are ranges of code points

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "charset/cells.h"
#include "charset/convert.h"

namespace millrace::charset {
namespace {

struct LinearRange {
  std::uint32_t first;
  std::uint32_t code_point;
  std::uint32_t count;
};

#include "charset/tables/gb18030.inc"
#include "charset/tables/gb18030_four.inc"

constexpr auto kTwo = Cells<0x81, 0xFE, 0x40, 0xFE>().lay(kGb18030Text, kGb18030Runs);

constexpr bool is_lead(std::uint8_t byte) { return byte >= 0x81 && byte <= 0xFE; }
constexpr bool is_digit(std::uint8_t byte) { return byte >= 0x30 && byte <= 0x39; }

char32_t code_point_of(std::uint32_t linear) {
  const auto* after = std::upper_bound(
      std::begin(kGb18030Four), std::end(kGb18030Four), linear,
      [](std::uint32_t number, const LinearRange& range) { return number < range.first; });
  if (after == std::begin(kGb18030Four)) return kNoCodePoint;
  const LinearRange& range = *std::prev(after);
  return linear - range.first < range.count ? range.code_point + (linear - range.first)
                                            : kNoCodePoint;
}

class Gb18030Charset final : public Charset {
 public:
  constexpr Gb18030Charset() : Charset({"gb18030", 1, 4, true}) {}

  Decoded decode(const std::uint8_t* p, const std::uint8_t* end) const {
    const auto left = static_cast<std::size_t>(end - p);
    if (!is_lead(*p) || left < 2) return invalid(1);
    if (is_digit(p[1])) return decode_four(p, left);
    if (p[1] < 0x40 || p[1] == 0x7F || p[1] == 0xFF) return invalid(1);
    const char16_t c = kTwo.at(p[0], p[1]);
    return c == kEmptyCell ? invalid(2) : Decoded{c, 2};
  }

 private:
  static Decoded decode_four(const std::uint8_t* p, std::size_t left) {
    if (left < 4 && (left == 2 || is_lead(p[2]))) return invalid(left);  // cut off
    if (left < 4 || !is_lead(p[2]) || !is_digit(p[3])) return invalid(1);
    const std::uint32_t linear =
        ((p[0] - 0x81U) * 10 + (p[1] - 0x30U)) * 1260 + (p[2] - 0x81U) * 10 + (p[3] - 0x30U);
    return {code_point_of(linear), 4};
  }
  std::size_t convert(std::string_view bytes, std::string& out,
                      std::size_t* replaced) const override {
    return convert_with(*this, bytes, out, replaced);
  }
};

constinit const Gb18030Charset kCharsets[] = {{}};

}  // namespace

const Charset* find_gb18030_charset(std::string_view name) { return find_by_name(kCharsets, name); }

}  // namespace millrace::charset
