#pragma once

// What the four Japanese sets share: the chart of JIS X 0208, keyed by JIS code (2121..7E7E), and
// half-width katakana.

#include <cstdint>

#include "charset/cells.h"

namespace millrace::charset {

#include "charset/tables/jis0208.inc"

// Two rows of 94 lie behind each other in one lead byte of sjis, with a hole at trail 7F.
constexpr unsigned sjis_of_jis(unsigned jis) {
  const unsigned row = (jis >> 8) - 0x21;
  const unsigned cell = (jis & 0xFF) - 0x21 + (row % 2) * 94;
  const unsigned lead = row / 2 + (row < 62 ? 0x81 : 0xC1);
  return lead << 8 | (cell + (cell < 63 ? 0x40 : 0x41));
}

constexpr unsigned euc_of_jis(unsigned jis) { return jis + 0x8080; }

constexpr bool is_half_width_kana(std::uint8_t byte) { return byte >= 0xA1 && byte <= 0xDF; }
constexpr char32_t half_width_kana(std::uint8_t byte) { return 0xFF61U + (byte - 0xA1U); }

}  // namespace millrace::charset
