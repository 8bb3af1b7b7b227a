#include "millrace/gtid/varint.h"

#include <gtest/gtest.h>

#include <limits>

#include "millrace/base/encoding.h"

namespace millrace::gtid {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  append_hex(bytes, text);
  return text;
}

struct Row {
  const char* name;
  std::uint64_t value;
  const char* bytes;
};

class VarintTest : public testing::TestWithParam<Row> {};

TEST_P(VarintTest, RoundTrip) {
  std::string bytes;
  append_varint(GetParam().value, bytes);
  EXPECT_EQ(hex(bytes), GetParam().bytes);
  ByteCursor cursor(bytes);
  EXPECT_EQ(read_varint(cursor), GetParam().value);
  EXPECT_TRUE(cursor.at_end());
  EXPECT_FALSE(cursor.failed());
}

INSTANTIATE_TEST_SUITE_P(
    Values, VarintTest,
    testing::Values(Row{"zero", 0, "00"}, Row{"one", 1, "02"}, Row{"one_byte", 127, "fe"},
                    Row{"two_bytes", 128, "0102"}, Row{"uuid_byte", 0xd9, "6503"},
                    Row{"transaction_length", 285, "7504"}, Row{"version", 90704, "83120b"},
                    Row{"microseconds", 1795231490380671, "7f7f1346e7c06006"},
                    Row{"eight_bytes", (1ULL << 56) - 1, "7fffffffffffffff"},
                    Row{"nine_bytes", 1ULL << 56, "ff0000000000000001"},
                    Row{"max", std::numeric_limits<std::uint64_t>::max(), "ffffffffffffffffff"}),
    [](const auto& row) { return row.param.name; });

TEST(Varint, Signed) {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1}, std::int64_t{-64}, std::int64_t{64},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    std::string bytes;
    append_signed_varint(value, bytes);
    ByteCursor cursor(bytes);
    EXPECT_EQ(read_signed_varint(cursor), value);
    EXPECT_TRUE(cursor.at_end());
  }
}

TEST(Varint, EveryTruncationFails) {
  for (const std::uint64_t value : {128ULL, 1ULL << 20, 1ULL << 40, 1ULL << 60}) {
    std::string bytes;
    append_varint(value, bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ByteCursor cursor(std::string_view{bytes}.substr(0, size));
      (void)read_varint(cursor);
      EXPECT_TRUE(cursor.failed()) << value << " cut to " << size;
    }
  }
}

}  // namespace
}  // namespace millrace::gtid
