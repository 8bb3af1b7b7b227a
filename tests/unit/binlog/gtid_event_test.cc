#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "millrace/binlog/events.h"
#include "support/binlog/table_builder.h"

namespace millrace::binlog {
namespace {

using test::from_hex;

constexpr char kFlagsUuidGno[] = "01 3457d932e55a11f1a4af02fc00000001 0500000000000000";
constexpr char kClock[] = "02 0100000000000000 0200000000000000";
constexpr char kUuid[] = "3457d932-e55a-11f1-a4af-02fc00000001";

GtidEvent decode(const std::string& hex, EventType type = EventType::kGtid) {
  const auto event = decode_gtid(from_hex(hex), type);
  EXPECT_TRUE(event) << event.error().message();
  return event ? *event : GtidEvent();
}

// Each server version appended something.
TEST(GtidEvent, Of56) {
  const GtidEvent event = decode(kFlagsUuidGno);
  EXPECT_EQ(event.gtid->to_text(), std::string(kUuid) + ":5");
  EXPECT_EQ(event.immediate_commit_us, 0U);
  EXPECT_EQ(event.transaction_bytes, 0U);
}

TEST(GtidEvent, Of57) {
  const GtidEvent event = decode(std::string(kFlagsUuidGno) + kClock);
  EXPECT_EQ(event.gtid->gno.value(), 5);
  EXPECT_EQ(event.original_commit_us, 0U);
}

TEST(GtidEvent, Of801WithOneTimestamp) {
  const GtidEvent event = decode(std::string(kFlagsUuidGno) + kClock + "7985 01eb65d905");
  EXPECT_EQ(event.immediate_commit_us, 0x05d965eb018579ULL);
  EXPECT_EQ(event.original_commit_us, event.immediate_commit_us);
}

TEST(GtidEvent, Of8028WithBothTimestampsAndTheTail) {
  const GtidEvent event =
      decode(std::string(kFlagsUuidGno) + kClock +
             "798501eb65d985 00000000000010 fc3702 9c380180 9d380100 0000000000000000");
  EXPECT_EQ(event.immediate_commit_us, 0x05d965eb018579ULL);
  EXPECT_EQ(event.original_commit_us, 0x10000000000000ULL);
  EXPECT_EQ(event.transaction_bytes, 0x237U);
}

TEST(GtidEvent, Anonymous) {
  const GtidEvent event =
      decode("00 00000000000000000000000000000000 0000000000000000", EventType::kAnonymousGtid);
  EXPECT_FALSE(event.gtid);
}

TEST(GtidEvent, EveryCutInsideAFieldIsAnErrorThatNamesIt) {
  const std::string whole =
      from_hex(std::string(kFlagsUuidGno) + kClock + "798501eb65d985 00000000000010 fc3702");
  // Where a field ends an older server's event may end too.
  const std::vector<std::size_t> ends = {25, 42, 56, 59};
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto event = decode_gtid(std::string_view{whole}.substr(0, size), EventType::kGtid);
    const bool may_end = std::find(ends.begin(), ends.end(), size) != ends.end();
    EXPECT_EQ(event.has_value(), may_end) << size;
    if (!event) {
      EXPECT_THAT(event.error().message(), testing::HasSubstr("of field '"));
    }
  }
}

TEST(GtidEvent, NumberZeroIsNoGtid) {
  const auto event = decode_gtid(from_hex("01 3457d932e55a11f1a4af02fc00000001 0000000000000000"),
                                 EventType::kGtid);
  ASSERT_FALSE(event);
  EXPECT_THAT(event.error().message(), testing::HasSubstr("not a GTID"));
}

// As a 9.7 server wrote it.
constexpr char kTagged[] =
    "02 72 00 | 00 00 | 02 68ae6503649503b422c5039102bd0204f10300000002 | 04 04 | 06 0a 6d79746167 "
    "|"
    "08 38 | 0a 3c | 0c 7f7f1346e7c06006 | 10 7504 | 12 83120b";

TEST(GtidTaggedEvent, CapturedVector) {
  const GtidEvent event = decode(kTagged, EventType::kGtidTagged);
  EXPECT_EQ(event.gtid->to_text(), std::string(kUuid) + ":mytag:1");
  EXPECT_EQ(event.immediate_commit_us, 1795231490380671ULL);
  EXPECT_EQ(event.original_commit_us, 1795231490380671ULL);
  EXPECT_EQ(event.transaction_bytes, 285U);
}

TEST(GtidTaggedEvent, EveryCutIsAnError) {
  const std::string whole = from_hex(kTagged);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_gtid(std::string_view{whole}.substr(0, size), EventType::kGtidTagged))
        << size;
  }
}

TEST(GtidTaggedEvent, Envelope) {
  // The smallest message with a GTID in it: 16 one-byte UUID parts and number 1.
  const std::string gtid = "02 02020202020202020202020202020202 04 04";
  const struct {
    const char* name;
    std::string hex;
    const char* message;  // empty: good
  } rows[] = {
      {"plain", "02 2c 00" + gtid, ""},
      {"bytes_behind_the_message", "02 2c 00" + gtid + "ffff", ""},
      {"unknown_field_to_ignore", "02 30 00" + gtid + "3e 00", ""},
      {"unknown_field_that_matters", "02 30 3e" + gtid + "3e 00", "field 31 is unknown"},
      {"other_format", "04 2c 00" + gtid, "serialization format 2"},
      {"too_long", "02 fe 00" + gtid, "a message of 127 bytes"},
      {"too_short", "02 02 00" + gtid, "a message of 1 bytes"},
      {"out_of_order", "02 30 00" + gtid + "00 00", "field 0 is out of order"},
      {"no_gtid", "02 06 00", "not a GTID"},
      {"bad_tag", "02 32 00" + gtid + "06 02 41", "not a GTID"},
  };
  for (const auto& row : rows) {
    const auto event = decode_gtid(from_hex(row.hex), EventType::kGtidTagged);
    EXPECT_EQ(event.has_value(), *row.message == '\0') << row.name;
    if (!event) {
      EXPECT_THAT(event.error().message(), testing::HasSubstr(row.message)) << row.name;
    }
  }
}

}  // namespace
}  // namespace millrace::binlog
