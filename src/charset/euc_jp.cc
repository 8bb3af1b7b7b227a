// ujis and eucjpms, the two EUC encodings of Japanese:
//
//   00..7F                      ASCII
//   8E       A1..DF             half-width katakana
//   A1..FE   A1..FE             JIS X 0208 (eucjpms: and NEC's row 13), 940 private characters
//   8F       A1..FE   A1..FE    JIS X 0212, 940 private characters

#include <cstdint>
#include <string>
#include <string_view>

#include "charset/cells.h"
#include "charset/convert.h"
#include "charset/jis.h"

namespace millrace::charset {
namespace {

#include "charset/tables/eucjpms.inc"
#include "charset/tables/eucjpms_8f.inc"
#include "charset/tables/ujis.inc"
#include "charset/tables/ujis_8f.inc"

using Table = Cells<0xA1, 0xFE, 0xA1, 0xFE>;

constexpr Table kUjis =
    Table().lay(kJis0208Text, kJis0208Runs, euc_of_jis).lay(kUjisText, kUjisRuns);
constexpr Table kUjis8f = Table().lay(kUjis8fText, kUjis8fRuns);
constexpr Table kEucjpms = Table(kUjis).lay(kEucjpmsText, kEucjpmsRuns);
constexpr Table kEucjpms8f = Table(kUjis8f).lay(kEucjpms8fText, kEucjpms8fRuns);

constexpr bool is_graphic(std::uint8_t byte) { return byte >= 0xA1 && byte <= 0xFE; }

class EucJpCharset final : public Charset {
 public:
  constexpr EucJpCharset(std::string_view name, const Table& two, const Table& three)
      : Charset({name, 1, 3, true}), two_(two), three_(three) {}

  Decoded decode(const std::uint8_t* p, const std::uint8_t* end) const {
    const auto left = static_cast<std::size_t>(end - p);
    if (*p == 0x8E) {
      if (left < 2 || !is_half_width_kana(p[1])) return invalid(1);
      return {half_width_kana(p[1]), 2};
    }
    if (*p == 0x8F) {
      if (left == 2 && is_graphic(p[1])) return invalid(2);  // cut off
      if (left < 3 || !is_graphic(p[1]) || !is_graphic(p[2])) return invalid(1);
      return of_cell(three_.at(p[1], p[2]), 3);
    }
    if (left < 2 || !is_graphic(p[0]) || !is_graphic(p[1])) return invalid(1);
    return of_cell(two_.at(p[0], p[1]), 2);
  }

 private:
  static Decoded of_cell(char16_t c, std::size_t length) {
    return c == kEmptyCell ? invalid(length) : Decoded{c, length};
  }
  std::size_t convert(std::string_view bytes, std::string& out,
                      std::size_t* replaced) const override {
    return convert_with(*this, bytes, out, replaced);
  }

  const Table& two_;
  const Table& three_;
};

constinit const EucJpCharset kCharsets[] = {
    {"ujis", kUjis, kUjis8f},
    {"eucjpms", kEucjpms, kEucjpms8f},
};

}  // namespace

const Charset* find_euc_jp_charset(std::string_view name) { return find_by_name(kCharsets, name); }

}  // namespace millrace::charset
