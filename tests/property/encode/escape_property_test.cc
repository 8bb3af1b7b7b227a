#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "encode/json_writer.h"
#include "millrace/base/encoding.h"
#include "millrace/charset/charset.h"

// The escape scan looks at 16 bytes at a time; the model beside it at one character. MILLRACE_SEED repeats a run.

namespace millrace::encode {
namespace {

std::uint64_t seed() {
  const char* text = std::getenv("MILLRACE_SEED");
  return text == nullptr ? std::random_device{}() : std::strtoull(text, nullptr, 10);
}

std::string escape_naively(std::string_view utf8) {
  std::string out;
  char buffer[16];
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += utf8[i];
    } else if (byte < 0x20) {
      static constexpr std::string_view kNamed = "\b\t\n\f\r";
      static constexpr std::string_view kNames = "btnfr";
      const std::size_t at = kNamed.find(utf8[i]);
      if (at != kNamed.npos) {
        out += '\\';
        out += kNames[at];
      } else {
        std::snprintf(buffer, sizeof buffer, "\\u%04X", unsigned{byte});
        out += buffer;
      }
    } else if (byte >= 0xF0) {
      unsigned code_point = byte & 7U;
      for (int k = 0; k < 3; ++k) {
        code_point = code_point << 6 | (static_cast<unsigned char>(utf8[++i]) & 63U);
      }
      std::snprintf(buffer, sizeof buffer, "\\u%04X\\u%04X",
                    0xD800 + ((code_point - 0x10000) >> 10),
                    0xDC00 + ((code_point - 0x10000) & 0x3FF));
      out += buffer;
    } else {
      out += utf8[i];
    }
  }
  return out;
}

class TextGenerator {
 public:
  explicit TextGenerator(std::uint64_t seed) : random_(seed) {}

  // Long plain runs, some characters of every kind, some broken bytes.
  std::string text() {
    static const std::string kPieces[] = {
        "\"", "\\",       "\n",           std::string(1, '\0'), "\x1f", "\x7f", " ",
        "/",  "\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x98\x80"};
    std::string text;
    const std::size_t pieces = random_() % 12;
    const bool may_break = random_() % 4 == 0;
    for (std::size_t i = 0; i < pieces; ++i) {
      text.append(random_() % 40, 'a');
      text += kPieces[random_() % std::size(kPieces)];
      if (may_break && random_() % 3 == 0) text.push_back(static_cast<char>(random_()));
    }
    return text;
  }

 private:
  std::mt19937_64 random_;
};

TEST(EscapeProperty, equals_the_model) {
  const std::uint64_t run_seed = seed();
  SCOPED_TRACE("MILLRACE_SEED=" + std::to_string(run_seed));
  TextGenerator generator(run_seed);
  JsonWriter writer;
  for (int round = 0; round < 50'000; ++round) {
    const std::string text = generator.text();
    const std::size_t valid = charset::valid_utf8_prefix(text);
    writer.truncate(0);
    ASSERT_EQ(writer.escaped_utf8(text), valid);
    ASSERT_EQ(writer.written_since(0), escape_naively(std::string_view(text).substr(0, valid)));

    writer.truncate(0);
    std::size_t ascii = 0;
    while (ascii < text.size() && static_cast<unsigned char>(text[ascii]) < 0x80) ++ascii;
    ASSERT_EQ(writer.escaped_ascii(text), ascii);
    ASSERT_EQ(writer.written_since(0), escape_naively(std::string_view(text).substr(0, ascii)));

    writer.truncate(0);
    writer.quoted_base64(text);
    std::string base64 = "\"";
    append_base64(text, base64);
    ASSERT_EQ(writer.written_since(0), base64 + '"');
  }
}

}  // namespace
}  // namespace millrace::encode
