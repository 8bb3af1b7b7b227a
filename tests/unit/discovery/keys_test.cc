#include "discovery/keys.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace millrace::discovery {
namespace {

std::vector<schema::Column> columns_a_b_nullable_c() {
  std::vector<schema::Column> columns(3);
  columns[0].name = "a";
  columns[1].name = "b";
  columns[2].name = "c";
  columns[2].is_nullable = true;
  return columns;
}

TEST(AssembleKeys, PartsComeInAnyOrder) {
  const std::vector<UniqueKey> keys = assemble_keys({
      {"second", 2, "y"},
      {"first", 1, "a"},
      {"second", 1, "x"},
      {"second", 3, std::nullopt},
  });
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].name, "second");
  EXPECT_EQ(keys[0].columns, (std::vector<std::optional<std::string>>{"x", "y", std::nullopt}));
  EXPECT_EQ(keys[1].name, "first");
  EXPECT_EQ(keys[1].columns, (std::vector<std::optional<std::string>>{"a"}));
}

TEST(AssembleKeys, NumbersThatAreNoPartsAreLeftOut) {
  const std::vector<UniqueKey> keys = assemble_keys({{"k", 0, "a"}, {"k", 1'000'000'000'000, "b"}});
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_TRUE(keys[0].columns.empty());
  EXPECT_EQ(key_columns(keys[0], columns_a_b_nullable_c()), std::nullopt);
}

TEST(KeyColumns, FollowTheOrderOfTheKey) {
  const UniqueKey key{"k", {"b", "a"}};
  EXPECT_EQ(key_columns(key, columns_a_b_nullable_c()), (std::vector<std::size_t>{1, 0}));
}

struct UnfitKey {
  const char* name;
  std::vector<std::optional<std::string>> columns;
};
class KeyThatDoesNotIdentify : public testing::TestWithParam<UnfitKey> {};

TEST_P(KeyThatDoesNotIdentify, IsNone) {
  EXPECT_EQ(key_columns({"k", GetParam().columns}, columns_a_b_nullable_c()), std::nullopt);
}
INSTANTIATE_TEST_SUITE_P(, KeyThatDoesNotIdentify,
                         testing::Values(UnfitKey{"nullable", {"a", "c"}},
                                         UnfitKey{"expression", {"a", std::nullopt}},
                                         UnfitKey{"unknown_column", {"a", "z"}},
                                         UnfitKey{"no_parts", {}}),
                         [](const auto& row) { return row.param.name; });

TEST(FindPrimaryKey, ByItsName) {
  const std::vector<UniqueKey> keys = {{"u", {"a"}}, {"PRIMARY", {"b"}}};
  ASSERT_NE(find_primary_key(keys), nullptr);
  EXPECT_EQ(find_primary_key(keys)->columns.front(), "b");
  EXPECT_EQ(find_primary_key({{"primary_but_not", {"a"}}}), nullptr);
}

}  // namespace
}  // namespace millrace::discovery
