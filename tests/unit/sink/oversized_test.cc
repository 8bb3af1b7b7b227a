#include "sink/oversized.h"

#include <gtest/gtest.h>

#include "support/memory_sink/batch_builder.h"

namespace millrace::sink {
namespace {

using millrace::testing::BatchBuilder;

OversizedRecord record(std::string_view key, std::string_view value) {
  return {.topic = "shop.db.orders",
          .key = key,
          .value = value,
          .has_key = true,
          .size = 2000,
          .limit = 1000,
          .limit_name = "the topic's max.message.bytes"};
}

TEST(Oversized, MeasuresKeyValueAndHeaders) {
  const auto plain = BatchBuilder().add("t", "key", "value").take();
  const auto with_header = BatchBuilder().add("t", "key", "value", {{"name", "text"}}).take();
  const auto tombstone = BatchBuilder().add("t", "key", std::nullopt).take();
  const auto size = wire_size(*plain, plain->records[0]);
  // Message format 2: 61 bytes of batch header and at least 7 of the record's own.
  EXPECT_GE(size, 61u + 7u + 8u);
  EXPECT_LE(size, 61u + 64u + 8u);
  EXPECT_GE(wire_size(*with_header, with_header->records[0]), size + 8u + 2u);
  EXPECT_EQ(wire_size(*tombstone, tombstone->records[0]), size - 5u);
}

TEST(Oversized, SentenceNamesTopicKeySizeLimitAndSource) {
  const std::string text = describe(record(
      R"({"id":1})",
      R"({"before":null,"after":{"v":"xx"},"source":{"file":"binlog.7","pos":4,"table":"orders"}})"));
  for (const char* part :
       {"topic shop.db.orders", R"(key {"id":1}:)", "2000 bytes", "max.message.bytes of 1000",
        R"(source: {"file":"binlog.7","pos":4,"table":"orders"})"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  }
  EXPECT_EQ(text.find("xx"), std::string::npos) << "row data in " << text;
}

TEST(Oversized, LongKeyIsCutBetweenCharacters) {
  std::string key(199, 'k');
  key += "\xc3\xa4tail";  // bytes 199 and 200 are one character
  const std::string text = describe(record(key, ""));
  EXPECT_NE(text.find(std::string(199, 'k') + "...:"), std::string::npos) << text;
  EXPECT_EQ(text.find("tail"), std::string::npos);
}

TEST(Oversized, DeadLetterHoldsEverythingButTheValue) {
  EXPECT_EQ(
      dead_letter(record(R"({"id":1})", R"({"source":{"file":"binlog.7"},"after":{"v":"xx"}})")),
      R"({"reason":"too large","topic":"shop.db.orders","key":"{\"id\":1}","size":2000,"limit":1000,)"
      R"("limit_name":"the topic's max.message.bytes","source":{"file":"binlog.7"}})");
}

TEST(Oversized, DeadLetterWithoutKeyAndSource) {
  OversizedRecord bare = record("", "not json");
  bare.has_key = false;
  EXPECT_EQ(dead_letter(bare),
            R"({"reason":"too large","topic":"shop.db.orders","key":null,"size":2000,"limit":1000,)"
            R"("limit_name":"the topic's max.message.bytes","source":null})");
}

TEST(Oversized, SourceWithinASchemaEnvelope) {
  EXPECT_NE(
      describe(record("k", R"({"schema":{},"payload":{"source":{"pos":9}}})")).find(R"({"pos":9})"),
      std::string::npos);
}

}  // namespace
}  // namespace millrace::sink
