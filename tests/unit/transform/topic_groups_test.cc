#include "millrace/transform/topic_groups.h"

#include <gtest/gtest.h>

namespace millrace::transform {
namespace {

TEST(TopicGroups, TheFirstThatTakesATopic) {
  const auto groups =
      TopicGroups::compile({{"big", {"shop\\..*", "x"}, {"shop\\.tmp"}}, {"all", {"shop.*"}, {}}});
  ASSERT_TRUE(groups) << groups.error().message();
  const struct {
    const char* name;
    const char* topic;
    std::optional<std::size_t> expected;
  } rows[] = {
      {"first of two", "shop.orders", 0},
      {"another pattern of a group", "x", 0},
      {"excluded from the first", "shop.tmp", 1},
      {"only the whole name", "a.shop.orders", std::nullopt},
      {"letter case counts", "Shop.orders", std::nullopt},
  };
  for (const auto& row : rows) EXPECT_EQ(groups->find(row.topic), row.expected) << row.name;
}

TEST(TopicGroups, APatternThatDoesNotCompileIsShownWithItsProperty) {
  const auto groups = TopicGroups::compile({{"big", {"a"}, {"(b"}}});
  ASSERT_FALSE(groups);
  EXPECT_EQ(
      groups.error().message(),
      "topic.creation.big.exclude: regular expression \"(b\": at character 3: missing closing "
      "parenthesis");
}

}  // namespace
}  // namespace millrace::transform
