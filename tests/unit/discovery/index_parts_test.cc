#include "discovery/index_parts.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace millrace::discovery {
namespace {

using schema::Index;
using Kind = Index::Kind;
using Columns = std::vector<std::size_t>;

std::vector<schema::Column> columns_x_y_z() {
  std::vector<schema::Column> columns(3);
  columns[0].name = "x";
  columns[1].name = "y";
  columns[2].name = "z";
  return columns;
}

TEST(AssembleIndexes, PartsComeInAnyOrder) {
  const auto indexes = assemble_indexes({{"second", 2, "y", true, 0},
                                         {"PRIMARY", 1, "z", true, 0},
                                         {"second", 1, "x", true, 5},
                                         {"second", 3, std::nullopt, true, 0},
                                         {"plain", 1, "x", false, 0}},
                                        columns_x_y_z());
  const std::vector<Index> expected = {
      {Kind::kUnique, "second", {0, 1, Index::kExpression}, {5, 0, 0}},
      {Kind::kPrimary, "PRIMARY", {2}, {0}},
      {Kind::kPlain, "plain", {0}, {0}},
  };
  EXPECT_EQ(indexes, expected);
}

TEST(AssembleIndexes, NumbersThatAreNoPartsAreLeftOut) {
  EXPECT_TRUE(
      assemble_indexes({{"k", 0, "x"}, {"k", 1'000'000'000'000, "y"}}, columns_x_y_z()).empty());
}

TEST(AssembleIndexes, AColumnThatIsNotThereIdentifiesNothing) {
  const auto indexes = assemble_indexes({{"k", 1, "gone", true, 0}}, columns_x_y_z());
  ASSERT_EQ(indexes.size(), 1U);
  EXPECT_EQ(indexes[0].columns, Columns{Index::kExpression});
}

TEST(NeedsOrder, OfSeveralUniqueOnes) {
  const Index primary{Kind::kPrimary, "PRIMARY", {0}, {}};
  const Index unique{Kind::kUnique, "u", {1}, {}};
  const Index plain{Kind::kPlain, "p", {1}, {}};
  EXPECT_FALSE(needs_order({primary, unique, plain, plain}));
  EXPECT_TRUE(needs_order({primary, unique, unique}));
}

}  // namespace
}  // namespace millrace::discovery
