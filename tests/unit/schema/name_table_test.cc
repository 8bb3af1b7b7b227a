#include "millrace/schema/name_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace millrace::schema {
namespace {

using Pairs = std::vector<std::pair<std::string_view, std::uint32_t>>;

TEST(NameTable, GivesBackWhatWasPutIn) {
  NameTable table;
  EXPECT_EQ(table.find("a"), NameTable::kNone);
  EXPECT_EQ(table.erase("a"), NameTable::kNone);
  EXPECT_EQ(table.put("b", 7), NameTable::kNone);
  EXPECT_EQ(table.put("a", 1), NameTable::kNone);
  EXPECT_EQ(table.put("b", 2), 7U);
  EXPECT_EQ(table.find("b"), 2U);
  EXPECT_EQ(table.sorted(), (Pairs{{"a", 1}, {"b", 2}}));
  EXPECT_EQ(table.erase("a"), 1U);
  EXPECT_EQ(table.find("a"), NameTable::kNone);
  EXPECT_EQ(table.size(), 1U);
}

TEST(NameTable, TakesAnyBytes) {
  const std::vector<std::string> names = {"", std::string(1, '\0'), std::string(127, 'x'),
                                          std::string(128, 'x'), std::string(20000, 'x')};
  NameTable table;
  for (std::uint32_t i = 0; i < names.size(); ++i) table.put(names[i], i);
  for (std::uint32_t i = 0; i < names.size(); ++i) EXPECT_EQ(table.find(names[i]), i);
}

TEST(NameTable, DoesAsAMapDoes) {
  std::mt19937 random(20261121);  // NOLINT: the same every time
  NameTable table;
  std::map<std::string, std::uint32_t, std::less<>> model;
  for (std::uint32_t step = 0; step < 50000; ++step) {
    const std::string name = "t" + std::to_string(random() % 500);
    if (random() % 3 == 0) {
      const auto known = model.find(name);
      EXPECT_EQ(table.erase(name), known == model.end() ? NameTable::kNone : known->second);
      model.erase(name);
    } else {
      const auto [known, is_new] = model.try_emplace(name, step);
      EXPECT_EQ(table.put(name, step), is_new ? NameTable::kNone : known->second);
      known->second = step;
    }
  }
  EXPECT_EQ(table.size(), model.size());
  EXPECT_EQ(table.sorted(), Pairs(model.begin(), model.end()));
}

}  // namespace
}  // namespace millrace::schema
