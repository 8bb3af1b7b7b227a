// The sets of one byte a character: a 256-entry table each. All but swe7 have ASCII as their lower
// half.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "charset/cells.h"
#include "charset/convert.h"

namespace millrace::charset {
namespace {

#include "charset/tables/single_byte.inc"

using Table = Cells<0, 0, 0x00, 0xFF>;

constexpr Table ascii_table() {
  const Text nul[] = {{0x00, std::u16string_view(u"\0", 1)}};  // as a run it would unmap
  const Run others[] = {{0x01, 0x0001, 127}};
  return Table().lay(nul, others);
}

constexpr Table kAscii = ascii_table();

template <const auto& kTexts, const auto& kRuns>
constexpr Table kTable = ascii_table().lay(kTexts, kRuns);

class SingleByteCharset final : public Charset {
 public:
  constexpr SingleByteCharset(std::string_view name, const Table& table, bool is_ascii_compatible)
      : Charset({name, 1, 1, is_ascii_compatible}), table_(table) {}

  Decoded decode(const std::uint8_t* p, const std::uint8_t*) const {
    const char16_t c = table_.at(0, *p);
    return c == kEmptyCell ? invalid(1) : Decoded{c, 1};
  }

 private:
  std::size_t convert(std::string_view bytes, std::string& out,
                      std::size_t* replaced) const override {
    return convert_with(*this, bytes, out, replaced);
  }

  const Table& table_;
};

constinit const SingleByteCharset kCharsets[] = {
    {"ascii", kAscii, true},
    {"armscii8", kTable<kArmscii8Text, kArmscii8Runs>, true},
    {"cp1250", kTable<kCp1250Text, kCp1250Runs>, true},
    {"cp1251", kTable<kCp1251Text, kCp1251Runs>, true},
    {"cp1256", kTable<kCp1256Text, kCp1256Runs>, true},
    {"cp1257", kTable<kCp1257Text, kCp1257Runs>, true},
    {"cp850", kTable<kCp850Text, kCp850Runs>, true},
    {"cp852", kTable<kCp852Text, kCp852Runs>, true},
    {"cp866", kTable<kCp866Text, kCp866Runs>, true},
    {"dec8", kTable<kDec8Text, kDec8Runs>, true},
    {"geostd8", kTable<kGeostd8Text, kGeostd8Runs>, true},
    {"greek", kTable<kGreekText, kGreekRuns>, true},
    {"hebrew", kTable<kHebrewText, kHebrewRuns>, true},
    {"hp8", kTable<kHp8Text, kHp8Runs>, true},
    {"keybcs2", kTable<kKeybcs2Text, kKeybcs2Runs>, true},
    {"koi8r", kTable<kKoi8rText, kKoi8rRuns>, true},
    {"koi8u", kTable<kKoi8uText, kKoi8uRuns>, true},
    {"latin1", kTable<kLatin1Text, kLatin1Runs>, true},
    {"latin2", kTable<kLatin2Text, kLatin2Runs>, true},
    {"latin5", kTable<kLatin5Text, kLatin5Runs>, true},
    {"latin7", kTable<kLatin7Text, kLatin7Runs>, true},
    {"macce", kTable<kMacceText, kMacceRuns>, true},
    {"macroman", kTable<kMacromanText, kMacromanRuns>, true},
    {"swe7", kTable<kSwe7Text, kSwe7Runs>, false},
    {"tis620", kTable<kTis620Text, kTis620Runs>, true},
};

}  // namespace

const Charset* find_single_byte_charset(std::string_view name) {
  return find_by_name(kCharsets, name);
}

}  // namespace millrace::charset
