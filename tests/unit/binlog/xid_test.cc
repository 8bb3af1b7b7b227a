#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "millrace/binlog/events.h"
#include "support/binlog/table_builder.h"

namespace millrace::binlog {
namespace {

TEST(Xid, Text) {
  const Xid xid{7, "ab\xff", "c"};
  EXPECT_EQ(xid.to_text(), "X'6162ff',X'63',7");
  EXPECT_EQ(Xid({1, "ab", ""}).to_text(), "X'6162',X'',1");
  const auto parsed = Xid::parse(xid.to_text());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, xid);
}

TEST(Xid, TextForms) {
  const struct {
    const char* text;
    Xid xid;
  } rows[] = {
      {"X'6162'", {1, "ab", ""}},        {"x'6162',x'63'", {1, "ab", "c"}},
      {"'ab','c',5", {5, "ab", "c"}},    {" 'ab' , \"c\" , 5 ", {5, "ab", "c"}},
      {"0x6162,0x63,5", {5, "ab", "c"}}, {"X'',X'',4294967295", {4294967295, "", ""}},
  };
  for (const auto& row : rows) {
    const auto xid = Xid::parse(row.text);
    ASSERT_TRUE(xid) << row.text;
    EXPECT_EQ(*xid, row.xid) << row.text;
  }
}

TEST(Xid, WhatIsNoneIsQuoted) {
  const std::string long_part(65, 'a');
  const std::vector<std::string> texts = {"",
                                          "X'6'",
                                          "X'61",
                                          "ab",
                                          "'a',",
                                          "'a','b',",
                                          "'a','b',x",
                                          "'a','b',1,2",
                                          "'a\\''",
                                          "0x",
                                          "'a' ONE",
                                          "'" + long_part + "'",
                                          "X'" + test::to_hex(long_part) + "'"};
  for (const std::string& text : texts) {
    const auto xid = Xid::parse(text);
    ASSERT_FALSE(xid) << text;
    EXPECT_EQ(xid.error().message(), "not an XA transaction id: " + text);
  }
}

TEST(Xid, Prepare) {
  const auto prepare = decode_xa_prepare(test::from_hex("01 07000000 02000000 01000000 6162 63"));
  ASSERT_TRUE(prepare);
  EXPECT_TRUE(prepare->one_phase);
  EXPECT_EQ(prepare->xid, (Xid{7, "ab", "c"}));
  const auto huge = decode_xa_prepare(test::from_hex("01 07000000 ffffffff 01000000 6162 63"));
  ASSERT_FALSE(huge);
  EXPECT_NE(huge.error().message().find("more than 64"), std::string::npos);
}

}  // namespace
}  // namespace millrace::binlog
