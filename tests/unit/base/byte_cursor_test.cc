#include "millrace/base/byte_cursor.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

namespace millrace {
namespace {

using namespace std::string_view_literals;

TEST(ByteCursor, ReadsLittleEndianIntegers) {
  ByteCursor cursor(
      "\x01"
      "\x02\x01"
      "\x03\x02\x01"
      "\x04\x03\x02\x01"
      "\x06\x05\x04\x03\x02\x01"
      "\x07\x06\x05\x04\x03\x02\x01"
      "\xff\xff\xff\xff\xff\xff\xff\xff"sv);
  EXPECT_EQ(cursor.read_u8(), 1);
  EXPECT_EQ(cursor.read_u16(), 0x0102);
  EXPECT_EQ(cursor.read_u24(), 0x010203U);
  EXPECT_EQ(cursor.read_u32(), 0x01020304U);
  EXPECT_EQ(cursor.read_u48(), 0x010203040506U);
  EXPECT_EQ(cursor.read_u56(), 0x01020304050607U);
  EXPECT_EQ(cursor.read_u64(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_TRUE(cursor.at_end());
  EXPECT_FALSE(cursor.failed());
}

TEST(ByteCursor, ReadsBigEndianIntegers) {
  ByteCursor cursor("\x01\x02\x03\x80"sv);
  EXPECT_EQ(cursor.read_be(3), 0x010203U);
  EXPECT_EQ(cursor.read_be(1), 0x80U);
  EXPECT_EQ(cursor.read_be(1), 0U);
  EXPECT_TRUE(cursor.failed());
}

TEST(ByteCursor, ReadsLengthEncodedIntegers) {
  const struct {
    const char* name;
    std::string_view bytes;
    std::uint64_t value;
    bool fails = false;
  } rows[] = {
      {"zero", "\x00"sv, 0},
      {"one_byte", "\xfa"sv, 250},
      {"two_bytes", "\xfc\xfb\x00"sv, 251},
      {"three_bytes", "\xfd\xff\xff\xff"sv, 0xffffff},
      {"eight_bytes", "\xfe\xff\xff\xff\xff\xff\xff\xff\xff"sv,
       std::numeric_limits<std::uint64_t>::max()},
      {"null", "\xfb"sv, 0, true},
      {"error_mark", "\xff"sv, 0, true},
      {"cut", "\xfc\x01"sv, 0, true},
      {"nothing", ""sv, 0, true},
  };
  for (const auto& row : rows) {
    ByteCursor cursor(row.bytes);
    EXPECT_EQ(cursor.read_lenenc(), row.value) << row.name;
    EXPECT_EQ(cursor.failed(), row.fails) << row.name;
    EXPECT_TRUE(cursor.at_end()) << row.name;
  }
}

TEST(ByteCursor, ReadsBytesAsViews) {
  const std::string bytes =
      "\x03"
      "abcdef";
  ByteCursor cursor(bytes);
  const std::string_view first = cursor.read_lenenc_bytes();
  EXPECT_EQ(first, "abc");
  EXPECT_EQ(first.data(), bytes.data() + 1);
  EXPECT_EQ(cursor.position(), 4U);
  EXPECT_EQ(cursor.peek(2), "de");
  EXPECT_EQ(cursor.peek(4), "");
  EXPECT_FALSE(cursor.failed()) << "peek() never fails";
  cursor.skip(1);
  EXPECT_EQ(cursor.read_rest(), "ef");
  EXPECT_EQ(cursor.read_rest(), "");
  EXPECT_FALSE(cursor.failed());
}

// Every read past the end fails for good, without moving.
TEST(ByteCursor, AFailureSticks) {
  const std::function<void(ByteCursor&)> reads[] = {
      [](ByteCursor& c) { EXPECT_EQ(c.read_u32(), 0U); },
      [](ByteCursor& c) { EXPECT_EQ(c.read_be(4), 0U); },
      [](ByteCursor& c) { EXPECT_EQ(c.read_bytes(4), ""); },
      [](ByteCursor& c) { c.skip(4); },
      [](ByteCursor& c) { c.skip(std::numeric_limits<std::uint64_t>::max()); },
      [](ByteCursor& c) { c.fail(); },
  };
  for (const auto& read : reads) {
    ByteCursor cursor("abc"sv);
    read(cursor);
    EXPECT_TRUE(cursor.failed());
    EXPECT_EQ(cursor.position(), 0U);
    EXPECT_EQ(cursor.remaining(), 0U);
    EXPECT_TRUE(cursor.at_end());
    EXPECT_EQ(cursor.read_u8(), 0);
    EXPECT_EQ(cursor.read_rest(), "");
    EXPECT_EQ(cursor.peek(1), "");
    EXPECT_TRUE(cursor.failed());
  }
}

TEST(ByteCursor, DefaultIsEmpty) {
  ByteCursor cursor;
  EXPECT_TRUE(cursor.at_end());
  EXPECT_EQ(cursor.read_bytes(0), "");
  EXPECT_FALSE(cursor.failed());
}

}  // namespace
}  // namespace millrace
