#include "millrace/charset/collation.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace millrace::charset {
namespace {

TEST(Collation, FoundById) {
  struct {
    std::uint32_t id;
    const char* name;
    const char* charset;
  } const kRows[] = {
      {1, "big5_chinese_ci", "big5"},
      {8, "latin1_swedish_ci", "latin1"},
      {11, "ascii_general_ci", "ascii"},
      {33, "utf8mb3_general_ci", "utf8mb3"},
      {45, "utf8mb4_general_ci", "utf8mb4"},
      {56, "utf16le_general_ci", "utf16le"},
      {63, "binary", "binary"},
      {83, "utf8mb3_bin", "utf8mb3"},
      {97, "eucjpms_japanese_ci", "eucjpms"},
      {159, "ucs2_general_mysql500_ci", "ucs2"},
      {223, "utf8mb3_general_mysql500_ci", "utf8mb3"},
      {248, "gb18030_chinese_ci", "gb18030"},
      {255, "utf8mb4_0900_ai_ci", "utf8mb4"},
      {309, "utf8mb4_0900_bin", "utf8mb4"},
      {323, "utf8mb4_mn_cyrl_0900_as_cs", "utf8mb4"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.id);
    const CollationInfo* info = find_collation(row.id);
    ASSERT_NE(info, nullptr);
    EXPECT_EQ(info->name, row.name);
    EXPECT_EQ(info->charset->name(), row.charset);
    EXPECT_EQ(find_charset_by_collation(row.id), find_charset(row.charset));
  }
  for (const std::uint32_t unknown : {0U, 17U, 100U, 127U, 324U, 2048U, 4294967295U}) {
    EXPECT_EQ(find_collation(unknown), nullptr) << unknown;
    EXPECT_EQ(find_charset_by_collation(unknown), nullptr) << unknown;
  }
}

TEST(Collation, FoundByName) {
  EXPECT_EQ(find_collation("UTF8MB4_Bin")->id, 46U);
  EXPECT_EQ(find_collation("utf8_general_ci")->id, 33U);
  EXPECT_EQ(find_collation("utf8_tolower_ci")->id, 76U);
  EXPECT_EQ(find_collation("binary")->id, 63U);
  EXPECT_EQ(find_collation("utf8mb4"), nullptr);
  EXPECT_EQ(find_collation(""), nullptr);
}

TEST(Collation, CharsetOfANameThatIsNotBuiltIn) {
  EXPECT_EQ(find_charset_by_collation("utf8mb4_uca1400_ai_ci"), find_charset("utf8mb4"));
  EXPECT_EQ(find_charset_by_collation("utf8_phone_ci"), find_charset("utf8mb3"));
  EXPECT_EQ(find_charset_by_collation("latin1_swedish_nopad_ci"), find_charset("latin1"));
  EXPECT_EQ(find_charset_by_collation("uca1400_ai_ci"), nullptr);
  EXPECT_EQ(find_charset_by_collation(""), nullptr);
}

TEST(Collation, ListIsOrderedAndConsistent) {
  std::set<std::string_view> names;
  std::set<const Charset*> with_default;
  std::uint32_t last = 0;
  for (const CollationInfo& info : collations()) {
    EXPECT_GT(info.id, last);
    last = info.id;
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    ASSERT_NE(info.charset, nullptr);
    // What find_charset_by_collation relies on for names it doesn't know.
    EXPECT_EQ(info.name.substr(0, info.name.find('_')), info.charset->name());
    if (info.is_default) {
      EXPECT_TRUE(with_default.insert(info.charset).second) << info.name;
      EXPECT_EQ(default_collation(*info.charset).id, info.id);
    }
  }
  EXPECT_EQ(with_default.size(), 41U);
  EXPECT_EQ(default_collation(*find_charset("utf8mb4")).id, 255U);
  EXPECT_EQ(default_collation(*find_charset("latin1")).id, 8U);
}

TEST(Collation, AServersOwnListComesFirst) {
  CollationMap map;
  EXPECT_EQ(map.find(8), find_charset("latin1"));
  EXPECT_EQ(map.find(2304), nullptr);
  map.add(2304, *find_charset("utf8mb4"));
  map.add(8, *find_charset("latin2"));
  EXPECT_EQ(map.find(2304), find_charset("utf8mb4"));
  EXPECT_EQ(map.find(8), find_charset("latin2"));
  EXPECT_EQ(map.find(9), find_charset("latin2"));
}

}  // namespace
}  // namespace millrace::charset
