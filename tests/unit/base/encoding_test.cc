#include "millrace/base/encoding.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

using namespace std::string_view_literals;

std::string base64(std::string_view bytes, Base64Alphabet alphabet = Base64Alphabet::kStandard) {
  std::string out = ">";  // appending keeps what is there
  append_base64(bytes, out, alphabet);
  return out.substr(1);
}

// RFC 4648, section 10.
TEST(Base64, VectorsOfTheStandard) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, Alphabets) {
  EXPECT_EQ(base64("\xfb\xff\xbf"sv), "+/+/");
  EXPECT_EQ(base64("\xfb\xff\xbf"sv, Base64Alphabet::kUrlSafe), "-_-_");
  EXPECT_EQ(base64("\x00\x00"sv), "AAA=");
}

TEST(Hex, IsLowerCase) {
  std::string out = ">";
  append_hex("\x00\x7f\xff\xab"sv, out);
  EXPECT_EQ(out, ">007fffab");
}

// The published vectors of 64-bit FNV-1a; stored hashes must stay what they are.
TEST(Fnv1a, PublishedVectors) {
  EXPECT_EQ(fnv1a_64(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(fnv1a_64("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(fnv1a_64("foobar"), 0x85944171f73967e8ULL);
  EXPECT_EQ(fnv1a_64("bar", fnv1a_64("foo")), fnv1a_64("foobar")) << "a hash goes on from its seed";
}

}  // namespace
}  // namespace millrace
