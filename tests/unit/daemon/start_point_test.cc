#include "daemon/start_point.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::daemon {
namespace {

using ::testing::HasSubstr;

constexpr const char* kHere = "3457d932-e55a-11f1-a4af-02fc00000001";
constexpr const char* kThere = "a8c0d2b9-e55b-11f1-885b-02fc00000001";

gtid::GtidSet set(const std::string& text) { return *gtid::GtidSet::parse(text); }

mysql::ServerFacts facts() {
  mysql::ServerFacts facts;
  facts.server_uuid = kHere;
  facts.gtid_mode = "ON";
  facts.gtid_executed = set(std::string(kHere) + ":1-20," + kThere + ":1-9");
  facts.gtid_purged = set(std::string(kHere) + ":1-5," + kThere + ":1-9");
  facts.position = BinlogPosition{"binlog.000002", 77};
  return facts;
}

state::Offset offset_with(const std::string& gtids) {
  state::Offset offset;
  offset.has_gtids = true;
  offset.gtids = set(gtids);
  return offset;
}

TEST(StartPoint, AFirstOffsetIsOurOwn) {
  const auto offset = first_offset(facts());
  ASSERT_TRUE(offset);
  EXPECT_TRUE(offset->own);
  EXPECT_EQ(offset->server_uuid, kHere);
  EXPECT_EQ(offset->gtids, facts().gtid_executed);
}

TEST(StartPoint, AConnectorsOffsetTakesPurgedTransactionsOfServersThatItDoesNotKnow) {
  const state::Offset before = offset_with(std::string(kHere) + ":1-17");
  const Status strict = check_offset(before, facts());
  ASSERT_FALSE(strict);
  EXPECT_THAT(strict.error().message(), HasSubstr(kThere));

  const state::Offset merged = with_purged_of_unknown_servers(before, facts());
  EXPECT_EQ(merged.gtids, set(std::string(kHere) + ":1-17," + kThere + ":1-9"));
  EXPECT_TRUE(check_offset(merged, facts()));
}

TEST(StartPoint, WhatAKnownServerPurgedIsStillMissing) {
  const state::Offset merged =
      with_purged_of_unknown_servers(offset_with(std::string(kHere) + ":1-3"), facts());
  const Status status = check_offset(merged, facts());
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient());
  EXPECT_THAT(status.error().message(), HasSubstr(std::string(kHere) + ":4-5"));
}

TEST(StartPoint, AnOffsetWithoutGtidsIsLeftAsItIs) {
  state::Offset offset;
  offset.position = {"binlog.000001", 4};
  EXPECT_TRUE(with_purged_of_unknown_servers(offset, facts()) == offset);
}

}  // namespace
}  // namespace millrace::daemon
