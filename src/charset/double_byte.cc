// The sets with characters of one and two bytes: big5, euckr, gb2312, gbk, sjis, cp932.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "charset/cells.h"
#include "charset/convert.h"
#include "charset/jis.h"

namespace millrace::charset {
namespace {

#include "charset/tables/big5.inc"
#include "charset/tables/cp932.inc"
#include "charset/tables/euckr.inc"
#include "charset/tables/gb18030.inc"
#include "charset/tables/gb2312.inc"
#include "charset/tables/gbk.inc"

using Table = Cells<0x81, 0xFE, 0x40, 0xFE>;

constexpr Table kBig5 = Table().lay(kBig5Text, kBig5Runs);
constexpr Table kEuckr = Table().lay(kEuckrText, kEuckrRuns);
constexpr Table kGbk = Table().lay(kGb18030Text, kGb18030Runs).lay(kGbkText, kGbkRuns);
constexpr Table kGb2312 = Table(kGbk).lay(kGb2312Text, kGb2312Runs);
constexpr Table kSjis = Table().lay(kJis0208Text, kJis0208Runs, sjis_of_jis);
constexpr Table kCp932 = Table(kSjis).lay(kCp932Text, kCp932Runs);

struct ByteRange {
  unsigned first, last;
};

// Which bytes may begin and end a character of two bytes, mapped or not: MySQL's rule of what is
// one character.
class Structure {
 public:
  constexpr Structure(std::initializer_list<ByteRange> leads,
                      std::initializer_list<ByteRange> trails) {
    mark(leads, kLead);
    mark(trails, kTrail);
  }
  constexpr bool is_lead(std::uint8_t byte) const { return (bytes_[byte] & kLead) != 0; }
  constexpr bool is_trail(std::uint8_t byte) const { return (bytes_[byte] & kTrail) != 0; }

 private:
  static constexpr std::uint8_t kLead = 1;
  static constexpr std::uint8_t kTrail = 2;

  constexpr void mark(std::initializer_list<ByteRange> ranges, std::uint8_t role) {
    for (const ByteRange& range : ranges) {
      for (unsigned byte = range.first; byte <= range.last; ++byte) {
        bytes_[byte] = static_cast<std::uint8_t>(bytes_[byte] | role);
      }
    }
  }

  std::array<std::uint8_t, 256> bytes_{};
};

constexpr Structure kBig5Structure({{0xA1, 0xF9}}, {{0x40, 0x7E}, {0xA1, 0xFE}});
constexpr Structure kEuckrStructure({{0x81, 0xFE}}, {{0x41, 0x5A}, {0x61, 0x7A}, {0x81, 0xFE}});
constexpr Structure kGb2312Structure({{0xA1, 0xF7}}, {{0xA1, 0xFE}});
constexpr Structure kGbkStructure({{0x81, 0xFE}}, {{0x40, 0x7E}, {0x80, 0xFE}});
constexpr Structure kSjisStructure({{0x81, 0x9F}, {0xE0, 0xFC}}, {{0x40, 0x7E}, {0x80, 0xFC}});

class DoubleByteCharset final : public Charset {
 public:
  constexpr DoubleByteCharset(std::string_view name, const Structure& structure, const Table& table,
                              bool has_kana)
      : Charset({name, 1, 2, true}), structure_(structure), table_(table), has_kana_(has_kana) {}

  Decoded decode(const std::uint8_t* p, const std::uint8_t* end) const {
    if (has_kana_ && is_half_width_kana(*p)) return {half_width_kana(*p), 1};
    if (!structure_.is_lead(*p) || end - p < 2 || !structure_.is_trail(p[1])) return invalid(1);
    const char16_t c = table_.at(p[0], p[1]);
    return c == kEmptyCell ? invalid(2) : Decoded{c, 2};
  }

 private:
  std::size_t convert(std::string_view bytes, std::string& out,
                      std::size_t* replaced) const override {
    return convert_with(*this, bytes, out, replaced);
  }

  const Structure& structure_;
  const Table& table_;
  bool has_kana_;
};

constinit const DoubleByteCharset kCharsets[] = {
    {"big5", kBig5Structure, kBig5, false},       {"euckr", kEuckrStructure, kEuckr, false},
    {"gb2312", kGb2312Structure, kGb2312, false}, {"gbk", kGbkStructure, kGbk, false},
    {"sjis", kSjisStructure, kSjis, true},        {"cp932", kSjisStructure, kCp932, true},
};

}  // namespace

const Charset* find_double_byte_charset(std::string_view name) {
  return find_by_name(kCharsets, name);
}

}  // namespace millrace::charset
