// Messages are cut into raw JSON without changing a byte.

#include "support/event.h"

#include <gtest/gtest.h>

#include "support/json_text.h"

namespace millrace::testing {
namespace {

TEST(JsonText, MembersKeepTheirBytes) {
  const auto members =
      json_members(R"({"a":1.0E20,"b\"":"x,}\u0041" , "c":{"d":[1,"]"]},"e":null})");
  ASSERT_EQ(members.size(), 4U);
  EXPECT_EQ(members[0], (JsonMember{"a", "1.0E20"}));
  EXPECT_EQ(members[1], (JsonMember{R"(b\")", R"("x,}\u0041")"}));
  EXPECT_EQ(members[2], (JsonMember{"c", R"({"d":[1,"]"]})"}));
  EXPECT_EQ(members[3], (JsonMember{"e", "null"}));
  EXPECT_TRUE(json_members("{}").empty());
}

TEST(JsonText, ElementsKeepTheirBytes) {
  EXPECT_EQ(json_elements(R"([1, "a,b" ,[2,3],{}])"),
            (std::vector<std::string>{"1", "\"a,b\"", "[2,3]", "{}"}));
}

TEST(JsonText, InvalidTextIsRefused) {
  for (const char* text : {"", "{", "{\"a\":}", "{\"a\":1}x", "{\"a\":\"\xff\"}", "[1,]"}) {
    EXPECT_THROW(json_members(text), std::runtime_error) << text;
  }
}

TEST(JsonText, QuotesAsJsonConverterDoes) {
  EXPECT_EQ(json_quote("a\"\\/\n\x01\xc3\xa9"), "\"a\\\"\\\\/\\n\\u0001\xc3\xa9\"");
  EXPECT_EQ(json_quote("\xf0\x9f\x98\x80"), "\"\\uD83D\\uDE00\"");
  EXPECT_EQ(json_unquote("\"\\uD83D\\uDE00\""), "\xf0\x9f\x98\x80");
}

constexpr const char* kUpdate =
    R"({"before":{"id":1},"after":{"id":1.50},"source":{"gtid":"u:5","file":"b.1","pos":77,"row":2},"op":"u"})";

TEST(Event, IsReadFromAMessage) {
  const Event event = parse_event({"p.d.t", 3, 9, "{\"id\":1}", kUpdate, {}});
  EXPECT_EQ(event.op, 'u');
  EXPECT_EQ(event.before, "{\"id\":1}");
  EXPECT_EQ(event.after, "{\"id\":1.50}");
  EXPECT_EQ(event.file, "b.1");
  EXPECT_EQ(event.pos, 77U);
  EXPECT_EQ(event.row, 2U);
  EXPECT_EQ(event.gtid, "u:5");
  EXPECT_EQ(event.describe(), "p.d.t {\"id\":1} u @b.1:77/2 gtid u:5, offset 9");
}

TEST(Event, AHeaderTellsTheCreateOfAKeyChange) {
  EXPECT_FALSE(
      parse_event({"p.d.t", 0, 0, "k", kUpdate, {{"__debezium.newkey", "k"}}}).follows_key_change);
  EXPECT_TRUE(
      parse_event({"p.d.t", 0, 0, "k", kUpdate, {{"__debezium.oldkey", "k"}}}).follows_key_change);
}

TEST(Event, ATombstoneHasNoValue) {
  EXPECT_TRUE(parse_event({"p.d.t", 0, 9, "{\"id\":1}", std::nullopt, {}}).tombstone);
}

TEST(Event, WhatIsNoEnvelopeIsRefusedWithItsText) {
  for (const char* value : {"[]", "{}", R"({"before":null,"after":null})"}) {
    EXPECT_THROW(parse_event({"t", 0, 0, "k", value, {}}), std::exception) << value;
  }
}

TEST(Event, LinesOfTheFileSinkAreMessages) {
  const std::string line =
      std::string(R"({"topic":"p.d.t","partition":null,"key":{"id":1},"value":)") + kUpdate +
      R"(,"headers":{"h":"v"}})";
  const auto messages =
      parse_lines(line + "\n" +
                  R"({"topic":"t","partition":null,"key":null,"value":null,"headers":{}})" + "\n");
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].topic, "p.d.t");
  EXPECT_EQ(messages[0].key, "{\"id\":1}");
  EXPECT_EQ(messages[0].value, kUpdate);
  ASSERT_EQ(messages[0].headers.size(), 1U);
  EXPECT_FALSE(messages[1].key.has_value());
  EXPECT_FALSE(messages[1].value.has_value());
}

}  // namespace
}  // namespace millrace::testing
