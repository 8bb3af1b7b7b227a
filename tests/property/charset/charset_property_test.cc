// What holds for every character set and any bytes. MILLRACE_SEED repeats a run.
//
//   - The conversion of a concatenation of characters is the concatenation of their conversions,
//     wherever it is split.
//   - Whatever the bytes: the output is UTF-8; the strict conversion is the start of the replacing
//     one; both agree on whether there is anything to replace; and the strict one is stable: what
//     it accepted, it accepts again.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/charset/charset.h"
#include "millrace/charset/collation.h"

namespace millrace::charset {
namespace {

std::uint64_t seed() {
  const char* text = std::getenv("MILLRACE_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 0) : std::random_device{}();
}

class Generator {
 public:
  explicit Generator(std::uint64_t start) : random_(start) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }

  // Mostly ASCII, or mostly not, or anything; that differs from text to text.
  std::string bytes(std::size_t size) {
    const std::size_t kind = below(3);
    std::string out;
    while (out.size() < size) {
      const auto byte = static_cast<char>(below(256));
      const bool ascii = (byte & 0x80) == 0;
      if (kind == 0 && !ascii && below(8) != 0) continue;
      if (kind == 1 && ascii && below(8) != 0) continue;
      out += byte;
    }
    return out;
  }

  // One character that `set` maps, by trying; of one byte when luck has it, which ASCII is made
  // for.
  std::string character(const Charset& set) {
    for (;;) {
      std::string code =
          bytes(1 + below(static_cast<std::size_t>(set.is_binary() ? 4 : set.mbmaxlen())));
      std::string utf8;
      if (set.append_utf8(code, utf8) != code.size()) continue;
      std::size_t points = 0;
      for (const char c : utf8) points += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
      if (points == 1) return code;
    }
  }

 private:
  std::mt19937_64 random_;
};

std::set<const Charset*> all_charsets() {
  std::set<const Charset*> all;
  for (const CollationInfo& info : collations()) all.insert(info.charset);
  return all;
}

class CharsetProperty : public testing::Test {
 protected:
  CharsetProperty() : start_(seed()), generator_(start_) {
    std::printf("MILLRACE_SEED=%llu\n", static_cast<unsigned long long>(start_));
  }

  std::string label(const Charset& set, int round) const {
    return "MILLRACE_SEED=" + std::to_string(start_) + " " + std::string(set.name()) + " round " +
           std::to_string(round);
  }

  std::uint64_t start_;
  Generator generator_;
};

TEST_F(CharsetProperty, ConversionIsCharacterByCharacter) {
  for (const Charset* set : all_charsets()) {
    std::vector<std::string> alphabet;
    alphabet.reserve(200);
    for (int i = 0; i < 200; ++i) alphabet.push_back(generator_.character(*set));
    for (int round = 0; round < 50; ++round) {
      SCOPED_TRACE(label(*set, round));
      std::string bytes;
      std::string expected;
      std::string head;  // the part before a split between two characters
      const std::size_t count = generator_.below(400);
      const std::size_t split = generator_.below(count + 1);
      for (std::size_t i = 0; i < count; ++i) {
        if (i == split) head = bytes;
        const std::string& character = alphabet[generator_.below(alphabet.size())];
        bytes += character;
        ASSERT_EQ(set->append_utf8(character, expected), character.size());
      }
      if (split == count) head = bytes;

      std::string whole;
      ASSERT_EQ(set->append_utf8(bytes, whole), bytes.size());
      ASSERT_EQ(whole, expected);
      std::string replacing;
      ASSERT_EQ(set->append_utf8_replacing(bytes, replacing), 0U);
      ASSERT_EQ(replacing, expected);
      std::string parts;
      ASSERT_EQ(set->append_utf8(head, parts), head.size());
      ASSERT_EQ(set->append_utf8(std::string_view(bytes).substr(head.size()), parts),
                bytes.size() - head.size());
      ASSERT_EQ(parts, expected);
    }
  }
}

TEST_F(CharsetProperty, AnyBytesGiveUtf8) {
  for (const Charset* set : all_charsets()) {
    for (int round = 0; round < 500; ++round) {
      SCOPED_TRACE(label(*set, round));
      // A copy of exactly the size: a read past it is seen by the address sanitizer.
      const std::string text = generator_.bytes(generator_.below(200));
      const std::vector<char> exact(text.begin(), text.end());
      const std::string_view bytes(exact.data(), exact.size());

      std::string strict;
      const std::size_t valid = set->append_utf8(bytes, strict);
      ASSERT_LE(valid, bytes.size());
      ASSERT_EQ(valid_utf8_prefix(strict), strict.size());

      std::string replacing;
      const std::size_t replaced = set->append_utf8_replacing(bytes, replacing);
      ASSERT_EQ(valid_utf8_prefix(replacing), replacing.size());
      ASSERT_TRUE(replacing.starts_with(strict));
      ASSERT_LE(replaced, bytes.size() - valid);
      if (set->name() != "utf8mb3") {  // replacing keeps what only utf8mb4 has
        ASSERT_EQ(replaced == 0, valid == bytes.size());
      }

      std::string again;
      ASSERT_EQ(set->append_utf8(bytes.substr(0, valid), again), valid);
      ASSERT_EQ(again, strict);
    }
  }
}

}  // namespace
}  // namespace millrace::charset
