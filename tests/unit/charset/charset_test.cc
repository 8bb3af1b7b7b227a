#include "millrace/charset/charset.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>

namespace millrace::charset {
namespace {

const Charset& charset(std::string_view name) {
  const Charset* found = find_charset(name);
  EXPECT_NE(found, nullptr) << name;
  return *found;
}

struct Strict {
  std::size_t valid;
  std::string utf8;
  bool operator==(const Strict&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Strict& strict) {
  return out << strict.valid << " bytes valid: " << testing::PrintToString(strict.utf8);
}
Strict strict(std::string_view name, std::string_view bytes) {
  std::string out = ">";  // what is there stays there
  const std::size_t valid = charset(name).append_utf8(bytes, out);
  EXPECT_EQ(out.front(), '>');
  return {valid, out.substr(1)};
}

struct Replacing {
  std::size_t replaced;
  std::string utf8;
  bool operator==(const Replacing&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Replacing& replacing) {
  return out << replacing.replaced << " replaced: " << testing::PrintToString(replacing.utf8);
}
Replacing replacing(std::string_view name, std::string_view bytes) {
  std::string out = ">";
  const std::size_t replaced = charset(name).append_utf8_replacing(bytes, out);
  EXPECT_EQ(out.front(), '>');
  return {replaced, out.substr(1)};
}

// Cells in which libraries and MySQL, or MySQL's own sets, differ.
struct Cell {
  const char* charset;
  std::string_view bytes;
  std::string_view utf8;
};

TEST(Charset, MapsAsMysqlDoes) {
  const Cell kCells[] = {
      {"armscii8", "\xA1\xA2\xFE\xFF", "❁§’'"},
      {"ascii", "a\x7F", "a\x7F"},
      {"big5", "\xA1\x45\xA1\xE3\xA4\x40", "•∼一"},
      {"cp1250", "\x80\x8A", "€Š"},
      {"cp1251", "\x80\x88\xC0\xFF", "Ђ€Ая"},
      {"cp1256", "\x80\xC7\xED", "€\u0627\u064A"},
      {"cp850", "\x1A\x1C\x7F\x80\xD5", "\x1A\x1C\x7FÇı"},
      {"cp852", "\x1A\x1C\x7F\x9D", "\x1A\x1C\x7FŁ"},
      {"cp866", "\x1A\x1C\x7F\xFC\xFD", "\x1A\x1C\x7Fⁿ²"},
      {"cp932", "\x81\x5F\x81\x60\x81\x61\x81\x7C\x81\x91\x81\x92\x81\xCA", "＼～∥－￠￡￢"},
      {"cp932", "\x5C\x7E\xB1\xFA\x40\xF0\x40", "\\~ｱⅰ\xEE\x80\x80"},
      {"dec8", "\xA0\xDD", "\xC2\xA0Ÿ"},
      {"eucjpms", "\xA1\xC0\xA1\xC1\xAD\xA1\x8E\xB1\x8F\xA2\xB7", "＼～①ｱ～"},
      {"euckr", "\xB0\xA1\x81\x41\xC8\xFE", "가갂힝"},
      {"gb18030", "\xA6\xD9\xA8\xBF\x81\x30\x81\x30", "\xEE\x9E\x8Dǹ\xC2\x80"},
      {"gb18030", "\x90\x30\x81\x30\xE3\x32\x9A\x35", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
      {"gb2312", "\xA1\xA4\xA1\xAA\xB0\xA1", "・―啊"},
      {"gbk", "\xA1\xA4\xA1\xAA\xB0\xA1\x81\x40", "·—啊丂"},
      {"geostd8", "\x80\xC0\xFD", "€ა№"},
      {"greek", "\xA1\xA2\xE1", "ʽʼα"},
      {"hebrew", "\xAF\xE0", "‾\u05D0"},
      {"hp8", "\xA1\xF6", "À—"},
      {"keybcs2", "\x80\x83\xAD", "Čď¡"},
      {"koi8r", "\x95\xC1", "∙а"},
      {"koi8u", "\x95\xA4", "•є"},
      {"latin2", "\xA1", "Ą"},
      {"latin5", "\xD0\xFD", "Ğı"},
      {"latin7", "\xA1\xFF", "”’"},
      {"macce", "\x81\x90", "Āź"},
      {"macroman", "\x80\xC6\xF0", "Ä∆\xEF\xA3\xBF"},
      {"sjis", "\x81\x5F\x81\x60\x81\x61\x81\x7C\x81\x91\x81\x92\x81\xCA", "\\〜‖−¢£¬"},
      {"sjis", "\x5C\x7E\xB1\x88\x9F", "\\~ｱ亜"},
      {"swe7", "@[\\]^`{|}~", "ÉÄÖÅÜéäöåü"},
      {"tis620", "\x80\x9F\xA1\xDF", "\xC2\x80\xC2\x9Fก฿"},
      {"ujis", "\xA1\xC0\xF5\xA1\x8E\xB1\x8F\xA2\xB7\x8F\xB0\xA1", "\\\xEE\x80\x80ｱ~丂"},
      {"ucs2", std::string_view("\0a\x30\x42\xFE\xFF", 6), "aあ\xEF\xBB\xBF"},
      {"utf16", std::string_view("\0a\xD8\x3D\xDE\x00", 6), "a😀"},
      {"utf16le", std::string_view("a\0\x3D\xD8\x00\xDE", 6), "a😀"},
      {"utf32", std::string_view("\0\0\0a\0\x01\xF6\x00", 8), "a😀"},
      {"utf8mb3", "aあ", "aあ"},
      {"utf8mb4", "aあ😀", "aあ😀"},
      {"binary", "aあ😀", "aあ😀"},
  };
  for (const Cell& cell : kCells) {
    SCOPED_TRACE(cell.charset);
    EXPECT_EQ(strict(cell.charset, cell.bytes),
              (Strict{cell.bytes.size(), std::string(cell.utf8)}));
    EXPECT_EQ(replacing(cell.charset, cell.bytes), (Replacing{0, std::string(cell.utf8)}));
  }
}

// What differs from ISO-8859-1: 80..9F as in windows-1252, with its five holes filled by the
// control of the same number.
TEST(Charset, Latin1MapsEveryByte) {
  const std::u16string_view k80To9F = u"€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";
  ASSERT_EQ(k80To9F.size(), 32U);
  const Charset& utf16 = charset("utf16");
  for (unsigned byte = 0; byte < 256; ++byte) {
    const unsigned unit = byte >= 0x80 && byte <= 0x9F ? k80To9F[byte - 0x80] : byte;
    std::string expected;
    utf16.append_utf8(std::string{static_cast<char>(unit >> 8), static_cast<char>(unit)}, expected);
    EXPECT_EQ(strict("latin1", std::string(1, static_cast<char>(byte))), (Strict{1, expected}))
        << byte;
  }
}

struct InvalidCase {
  const char* what;
  const char* charset;
  std::string_view bytes;
  std::size_t valid;
  std::size_t replaced;
  std::string_view utf8;  // ? stands for U+FFFD
};

std::string with_replacements(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '?' ? std::string("\xEF\xBF\xBD") : std::string(1, c);
  return out;
}

void check(const InvalidCase& row) {
  SCOPED_TRACE(std::string(row.charset) + ": " + row.what);
  EXPECT_EQ(strict(row.charset, row.bytes).valid, row.valid);
  EXPECT_EQ(strict(row.charset, row.bytes).utf8,
            strict(row.charset, row.bytes.substr(0, row.valid)).utf8);
  EXPECT_EQ(replacing(row.charset, row.bytes),
            (Replacing{row.replaced, with_replacements(row.utf8)}));
}

// The maximal valid start of a sequence is one U+FFFD (the Unicode standard's table 3-11), an
// encoded surrogate too: what Java's decoder does. Compared with it on 20 000 random sequences when
// this was written.
TEST(Charset, InvalidUtf8) {
  const InvalidCase kCases[] = {
      {"continuation byte alone", "utf8mb4", "a\x80z", 1, 1, "a?z"},
      {"C0 and C1 begin nothing", "utf8mb4", "\xC0\xAF\xC1\xBF", 0, 4, "????"},
      {"overlong, three bytes", "utf8mb4", "\xE0\x80\xAF", 0, 3, "???"},
      {"overlong, four bytes", "utf8mb4", "\xF0\x80\x80\xAF", 0, 4, "????"},
      {"surrogate", "utf8mb4", "a\xED\xA0\x80z", 1, 1, "a?z"},
      {"surrogate pair (CESU-8)", "utf8mb4", "\xED\xA0\xBD\xED\xB8\x80", 0, 2, "??"},
      {"above U+10FFFF", "utf8mb4", "\xF4\x90\x80\x80", 0, 4, "????"},
      {"F5 to FF begin nothing", "utf8mb4", "\xF5\xFF\xFE", 0, 3, "???"},
      {"last code point", "utf8mb4", "\xF4\x8F\xBF\xBF", 4, 0, "\xF4\x8F\xBF\xBF"},
      {"last before the surrogates", "utf8mb4", "\xED\x9F\xBF", 3, 0, "\xED\x9F\xBF"},
      {"a real U+FFFD", "utf8mb4", "\xEF\xBF\xBD", 3, 0, "\xEF\xBF\xBD"},
      {"two of three bytes, then ASCII", "utf8mb4", "\xE3\x81z", 0, 1, "?z"},
      {"three of four bytes, then ASCII", "utf8mb4", "\xF0\x9F\x98z", 0, 1, "?z"},
      {"three of four bytes, then another", "utf8mb4", "\xF0\x9F\x98\xC3\xA9", 0, 1, "?é"},
      {"cut off after one of two", "utf8mb4", "ab\xC3", 2, 1, "ab?"},
      {"cut off after two of three", "utf8mb4", "ab\xE3\x81", 2, 1, "ab?"},
      {"cut off after three of four", "utf8mb4", "ab\xF0\x9F\x98", 2, 1, "ab?"},
      {"table 3-11", "utf8mb4", "\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", 0, 4, "????A"},
      {"table 3-8", "utf8mb4", "\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", 0, 8, "????????A"},
      {"four bytes are no utf8mb3, but they are kept", "utf8mb3", "a😀z", 1, 0, "a😀z"},
      {"surrogate", "utf8mb3", "\xED\xA0\x80", 0, 1, "?"},
      {"two bytes of a surrogate, then ASCII", "utf8mb4", "\xED\xBFz", 0, 1, "?z"},
      {"nothing", "utf8mb4", "", 0, 0, ""},
  };
  for (const InvalidCase& row : kCases) check(row);
}

// A character of the set without a code point is one U+FFFD, where MySQL writes one '?'. A byte
// that can't stand where it does is one U+FFFD too, and the byte after it is read as if nothing had
// been.
TEST(Charset, InvalidInOtherSets) {
  const InvalidCase kCases[] = {
      {"no ASCII", "ascii", "a\x80\xFFz", 1, 2, "a??z"},
      {"undefined byte", "cp1250", "a\x81z", 1, 1, "a?z"},
      {"undefined bytes", "cp1256", "\x8A\x8F\x98\x9A\x9F\xAA\xC0\xFF", 0, 8, "????????"},
      {"undefined byte", "swe7", "a\x7Fz", 1, 1, "a?z"},
      {"MySQL's own U+FFFD", "tis620", "a\xDBz", 1, 1, "a?z"},
      {"MySQL's own U+FFFD", "big5", "a\xA1\x5Az", 1, 1, "a?z"},
      {"no code point", "big5", "a\xF9\xFEz", 1, 1, "a?z"},
      {"no lead", "big5", "\x80\x41", 0, 1, "?A"},
      {"no trail", "big5", "\xA4\x20\xA4\x40", 0, 1, "? 一"},
      {"cut off", "big5", "a\xA4", 1, 1, "a?"},
      {"no code point, ASCII as its second byte", "sjis", "\x85\x41z", 0, 1, "?z"},
      {"no lead", "sjis", "\x80\xA0\xFD\xFE\xFFz", 0, 5, "?????z"},
      {"no trail", "sjis", "\x81\x7F", 0, 1, "?\x7F"},
      {"quote after a lead", "sjis", "\x81'", 0, 1, "?'"},
      {"no code point", "cp932",
       "\x81\xAD"
       "a",
       0, 1, "?a"},
      {"no code point", "euckr", "\xC9\xA1\xB0\xA1", 0, 1, "?가"},
      {"no trail", "euckr", "\x81\x5B", 0, 1, "?["},
      {"no code point", "gb2312", "\xA2\xA1z", 0, 1, "?z"},
      {"no lead", "gb2312", "\xF8\xA1z", 0, 2, "??z"},
      {"80 and FF", "gbk", "\x80\xFFz", 0, 2, "??z"},
      {"no code point", "gbk", "\xA1\x40z", 0, 1, "?z"},
      {"no code point, four bytes", "gb18030", "\xFE\x39\xFE\x39z", 0, 1, "?z"},
      {"no third byte", "gb18030", "\x81\x30zz", 0, 1, "?0zz"},
      {"no fourth byte", "gb18030", "\x81\x30\x81 ", 0, 2, "?0? "},
      {"cut off after two of four", "gb18030", "a\x81\x30", 1, 1, "a?"},
      {"cut off after three of four", "gb18030", "a\x81\x30\x81", 1, 1, "a?"},
      {"not cut off: the third byte is wrong", "gb18030", "\x81\x30z", 0, 1, "?0z"},
      {"80 and FF", "gb18030", "\x80\xFFz", 0, 2, "??z"},
      {"7F is no trail", "gb18030", "\x81\x7F", 0, 1, "?\x7F"},
      {"no code point", "ujis", "\xA9\xA1z", 0, 1, "?z"},
      {"no code point, three bytes", "ujis", "\x8F\xA1\xA1z", 0, 1, "?z"},
      {"no katakana", "ujis", "\x8E\xE0z", 0, 2, "??z"},
      {"no third byte", "ujis", "\x8F\xB0z", 0, 2, "??z"},
      {"cut off after two of three", "ujis", "a\x8F\xB0", 1, 1, "a?"},
      {"cut off after 8E", "eucjpms", "a\x8E", 1, 1, "a?"},
      {"C1 bytes", "eucjpms", "\x80\x9Fz", 0, 2, "??z"},
      {"surrogates", "ucs2", "\xD8\x3D\xDE\x00", 0, 2, "??"},
      {"half a unit", "ucs2", std::string_view("\0a\x30", 3), 2, 1, "a?"},
      {"low surrogate alone", "utf16", std::string_view("\xDE\x00\0a", 4), 0, 1, "?a"},
      {"high surrogate alone", "utf16", std::string_view("\xD8\x3D\0a", 4), 0, 1, "?a"},
      {"two high surrogates", "utf16", std::string_view("\xD8\x3D\xD8\x3D\xDE\0", 6), 0, 1, "?😀"},
      {"cut off in a pair", "utf16", std::string_view("\0a\xD8\x3D", 4), 2, 1, "a?"},
      {"cut off in a pair's second half", "utf16", std::string_view("\0a\xD8\x3D\xDE", 5), 2, 1,
       "a?"},
      {"high surrogate alone", "utf16le",
       std::string_view("\x3D\xD8"
                        "a\0",
                        4),
       0, 1, "?a"},
      {"surrogate", "utf32", std::string_view("\0\0\xD8\x00\0\0\0a", 8), 0, 1, "?a"},
      {"above U+10FFFF", "utf32", std::string_view("\0\x11\0\0\0\0\0a", 8), 0, 1, "?a"},
      {"cut off", "utf32", std::string_view("\0\0\0a\0\0\0", 7), 4, 1, "a?"},
      {"not UTF-8", "binary", "a\xFFz", 1, 1, "a?z"},
  };
  for (const InvalidCase& row : kCases) check(row);
}

// Errors at every distance from the blocks in which ASCII is read, and text longer than any buffer.
TEST(Charset, LongText) {
  for (const char* name : {"utf8mb4", "latin1", "sjis", "gb18030", "ascii"}) {
    for (std::size_t size = 0; size < 70; ++size) {
      const std::string ascii(size, 'x');
      EXPECT_EQ(strict(name, ascii), (Strict{size, ascii})) << name;
      if (std::string_view(name) == "latin1") continue;
      EXPECT_EQ(strict(name, ascii + "\xFFyy"), (Strict{size, ascii})) << name;
      EXPECT_EQ(replacing(name, ascii + "\xFFyy"), (Replacing{1, ascii + "\xEF\xBF\xBDyy"}))
          << name;
    }
  }
  std::string latin1;
  std::string utf8;
  for (std::size_t i = 0; i < 10000; ++i) {
    const std::string ascii(i % 1000 == 0 ? 3000 : i % 40, 'a');
    latin1 += ascii + "\xE9\x80";
    utf8 += ascii + "é€";
  }
  EXPECT_TRUE(strict("latin1", latin1) == (Strict{latin1.size(), utf8}));
}

TEST(Charset, FoundByName) {
  EXPECT_EQ(charset("UTF8MB4").name(), "utf8mb4");
  EXPECT_EQ(charset("Latin1").name(), "latin1");
  EXPECT_EQ(find_charset("utf8"), find_charset("utf8mb3"));
  EXPECT_EQ(find_charset("UTF8"), find_charset("utf8mb3"));
  EXPECT_EQ(find_charset("utf16le")->name(), "utf16le");
  for (const std::string_view unknown : {"", "utf-8", "utf8mb5", "latin", "latin1 ", "cp1252"}) {
    EXPECT_EQ(find_charset(unknown), nullptr) << unknown;
  }
  EXPECT_EQ(find_charset(std::string(1000, 'x')), nullptr);
}

TEST(Charset, Traits) {
  struct {
    const char* name;
    int mbminlen, mbmaxlen;
    bool ascii_compatible, is_utf8, is_binary;
  } const kRows[] = {
      {"utf8mb4", 1, 4, true, true, false},  {"utf8mb3", 1, 3, true, true, false},
      {"binary", 1, 1, true, false, true},   {"ascii", 1, 1, true, false, false},
      {"latin1", 1, 1, true, false, false},  {"swe7", 1, 1, false, false, false},
      {"big5", 1, 2, true, false, false},    {"sjis", 1, 2, true, false, false},
      {"cp932", 1, 2, true, false, false},   {"euckr", 1, 2, true, false, false},
      {"gb2312", 1, 2, true, false, false},  {"gbk", 1, 2, true, false, false},
      {"ujis", 1, 3, true, false, false},    {"eucjpms", 1, 3, true, false, false},
      {"gb18030", 1, 4, true, false, false}, {"ucs2", 2, 2, false, false, false},
      {"utf16", 2, 4, false, false, false},  {"utf16le", 2, 4, false, false, false},
      {"utf32", 4, 4, false, false, false},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    const Charset& set = charset(row.name);
    EXPECT_EQ(set.mbminlen(), row.mbminlen);
    EXPECT_EQ(set.mbmaxlen(), row.mbmaxlen);
    EXPECT_EQ(set.ascii_compatible(), row.ascii_compatible);
    EXPECT_EQ(set.is_utf8(), row.is_utf8);
    EXPECT_EQ(set.is_binary(), row.is_binary);
  }
}

TEST(Charset, ValidUtf8Prefix) {
  EXPECT_EQ(valid_utf8_prefix(""), 0U);
  EXPECT_EQ(valid_utf8_prefix("aé😀"), 7U);
  EXPECT_EQ(valid_utf8_prefix("aé\xED\xA0\x80"), 3U);
  EXPECT_EQ(valid_utf8_prefix("a\xF0\x9F\x98"), 1U);
}

}  // namespace
}  // namespace millrace::charset
