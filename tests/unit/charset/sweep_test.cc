// Every code of every set against what a MySQL server answered when src/charset/tables/generate.py
// last ran. sweeps.inc holds a checksum of the answers, so exactness is kept without a server; a
// difference is found by running the generator and looking at what changed in src/charset/tables.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <ostream>
#include <set>
#include <string>
#include <string_view>

#include "millrace/base/encoding.h"
#include "millrace/charset/charset.h"
#include "millrace/charset/collation.h"

namespace millrace::charset {
namespace {

// Which codes were asked, in order; generate.py has the same list.
enum class Shape {
  kOne,           // 00..FF
  kTwo,           // 0000..FFFF
  kEuc3,          // 8F0000..8FFFFF
  kGb4,           // 81308130..FE39FE39, well-formed ones
  kUtf8Three,     // leads E0..EF, any second byte, four third ones
  kUtf8Four,      // leads F0..FF, any second byte, four third and fourth ones
  kUtf16Pairs,    // code units around and in the high surrogates, with nine second units
  kUtf16lePairs,  // the same, bytes swapped
  kUtf32,         // all code units in seven planes, three of them beyond Unicode
};

struct Sweep {
  std::string_view charset;
  Shape shape;
  std::uint64_t mapped;
  std::uint64_t checksum;
};

// For the name of a failed test.
std::ostream& operator<<(std::ostream& out, const Sweep& sweep) {
  return out << sweep.charset << " shape " << static_cast<int>(sweep.shape);
}

#include "unit/charset/sweeps.inc"

std::string big_endian(unsigned unit) {
  return {static_cast<char>(unit >> 8), static_cast<char>(unit)};
}
std::string little_endian(unsigned unit) {
  return {static_cast<char>(unit), static_cast<char>(unit >> 8)};
}

template <class Visit>
void visit_utf8_codes(unsigned first_lead, int tails, Visit visit) {
  constexpr unsigned kTails[] = {0x7F, 0x80, 0xBF, 0xC0};
  for (unsigned lead = first_lead; lead < first_lead + 16; ++lead) {
    for (unsigned second = 0; second < 256; ++second) {
      for (const unsigned third : kTails) {
        const std::string three{static_cast<char>(lead), static_cast<char>(second),
                                static_cast<char>(third)};
        if (tails == 1) {
          visit(three);
        } else {
          for (const unsigned fourth : kTails) visit(three + static_cast<char>(fourth));
        }
      }
    }
  }
}

template <class Visit>
void visit_utf16_pairs(std::string (*encode)(unsigned), Visit visit) {
  constexpr unsigned kLows[] = {0x0000, 0x0041, 0xD7FF, 0xDBFF, 0xDC00,
                                0xDC01, 0xDFFE, 0xDFFF, 0xE000};
  for (unsigned high = 0xD7FF; high < 0xDC02; ++high) {
    for (const unsigned low : kLows) visit(encode(high) + encode(low));
  }
}

template <class Visit>
void visit_gb18030_four(Visit visit) {
  std::string code(4, '\0');
  for (unsigned linear = 0; linear < 126 * 10 * 126 * 10; ++linear) {
    code[0] = static_cast<char>(0x81 + linear / 12600);
    code[1] = static_cast<char>(0x30 + linear / 1260 % 10);
    code[2] = static_cast<char>(0x81 + linear / 10 % 126);
    code[3] = static_cast<char>(0x30 + linear % 10);
    visit(code);
  }
}

template <class Visit>
void visit_codes(Shape shape, Visit visit) {
  switch (shape) {
    case Shape::kOne:
      for (unsigned n = 0; n < 256; ++n) visit(std::string(1, static_cast<char>(n)));
      return;
    case Shape::kTwo:
      for (unsigned n = 0; n < 65536; ++n) visit(big_endian(n));
      return;
    case Shape::kEuc3:
      for (unsigned n = 0; n < 65536; ++n) visit("\x8F" + big_endian(n));
      return;
    case Shape::kGb4:
      return visit_gb18030_four(visit);
    case Shape::kUtf8Three:
      return visit_utf8_codes(0xE0, 1, visit);
    case Shape::kUtf8Four:
      return visit_utf8_codes(0xF0, 2, visit);
    case Shape::kUtf16Pairs:
      return visit_utf16_pairs(big_endian, visit);
    case Shape::kUtf16lePairs:
      return visit_utf16_pairs(little_endian, visit);
    case Shape::kUtf32:
      for (const unsigned plane : {0x0000U, 0x0001U, 0x0002U, 0x000FU, 0x0010U, 0x0011U, 0x0100U}) {
        for (unsigned n = 0; n < 65536; ++n) visit(big_endian(plane) + big_endian(n));
      }
      return;
  }
}

bool is_one_code_point(std::string_view utf8) {
  return std::count_if(utf8.begin(), utf8.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }) == 1;
}

class CharsetSweep : public testing::TestWithParam<Sweep> {};

TEST_P(CharsetSweep, EqualsTheServer) {
  const Charset* set = find_charset(GetParam().charset);
  ASSERT_NE(set, nullptr);
  std::uint64_t mapped = 0;
  std::uint64_t checksum = fnv1a_64("");
  std::string utf8;
  std::string replacing;
  visit_codes(GetParam().shape, [&](const std::string& code) {
    utf8.clear();
    replacing.clear();
    const bool whole = set->append_utf8(code, utf8) == code.size();
    const std::size_t replaced = set->append_utf8_replacing(code, replacing);
    if (whole) {
      ASSERT_EQ(replaced, 0U) << "code " << testing::PrintToString(code);
      ASSERT_EQ(utf8, replacing) << "code " << testing::PrintToString(code);
    }
    if (whole && is_one_code_point(utf8)) {
      ++mapped;
      checksum = fnv1a_64(utf8 + "\n", checksum);
      return;
    }
    // One character without a code point (FF), or no character (FE)? The byte after it must stay as
    // it is.
    replacing.clear();
    const bool one_character = code.size() > 1 && set->ascii_compatible() && !set->is_utf8() &&
                               set->append_utf8_replacing(code + "!", replacing) == 1 &&
                               replacing == "\xEF\xBF\xBD!";
    checksum = fnv1a_64(one_character ? "\xFF\n" : "\xFE\n", checksum);
  });
  EXPECT_EQ(mapped, GetParam().mapped);
  EXPECT_EQ(checksum, GetParam().checksum);
}

INSTANTIATE_TEST_SUITE_P(All, CharsetSweep, testing::ValuesIn(kSweeps));

TEST(CharsetSweeps, CoverEverySet) {
  std::set<std::string_view> swept = {"binary"};  // not converted
  for (const Sweep& sweep : kSweeps) swept.insert(sweep.charset);
  std::set<std::string_view> known;
  for (const CollationInfo& info : collations()) known.insert(info.charset->name());
  EXPECT_EQ(swept, known);
  EXPECT_EQ(known.size(), 41U);
}

}  // namespace
}  // namespace millrace::charset
