#include "millrace/base/strong_id.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_set>

namespace millrace {
namespace {

// What the type is for: numbers and other ids don't turn into it by themselves.
static_assert(!std::is_convertible_v<std::uint32_t, ServerId>);
static_assert(!std::is_convertible_v<ServerId, std::uint32_t>);
static_assert(!std::is_constructible_v<TableId, ServerId>);

TEST(StrongId, ComparesAndHashesAsItsNumber) {
  EXPECT_EQ(ServerId(7), ServerId(7));
  EXPECT_LT(ServerId(7), ServerId(8));
  EXPECT_EQ(ServerId().value(), 0U);
  const std::unordered_set<TableId> tables = {TableId(1), TableId(2), TableId(1)};
  EXPECT_EQ(tables.size(), 2U);
}

TEST(BinlogPosition, ComparesFileAndOffset) {
  const BinlogPosition position{"bin.000001", 4};
  EXPECT_EQ(position, (BinlogPosition{"bin.000001", 4}));
  EXPECT_NE(position, (BinlogPosition{"bin.000002", 4}));
  EXPECT_NE(position, (BinlogPosition{"bin.000001", 5}));
}

}  // namespace
}  // namespace millrace
