#include <gtest/gtest.h>

#include <string>

#include "unit/encode/fixture.h"

namespace millrace::encode {
namespace {

TEST(TopicName, keeps_what_kafka_allows) {
  EXPECT_EQ(topic_name("srv1", {"inventory", "customers"}), "srv1.inventory.customers");
  EXPECT_EQ(topic_name("srv-1.eu", {"A_b", "t-1"}), "srv-1.eu.A_b.t-1");
}

TEST(TopicName, replaces_the_rest) {
  EXPECT_EQ(topic_name("srv1", {"ty", "we ird.t-1$\xc3\xa9"}), "srv1.ty.we_ird.t-1__");
  EXPECT_EQ(topic_name("srv1", {"ty", "\xe4\xb8\xad\xe6\x96\x87"}), "srv1.ty.__");
  EXPECT_EQ(topic_name("srv1", {"ty", "\xf0\x9f\x98\x80"}), "srv1.ty.__");
  EXPECT_EQ(topic_name("s:1", {"a/b", "c@d"}), "s_1.a_b.c_d");
}

TEST(TopicName, delimiter) {
  EXPECT_EQ(topic_name("srv1", {"a", "b"}, {.delimiter = "-"}), "srv1-a-b");
  EXPECT_EQ(topic_name("srv1", {"a", "b"}, {.delimiter = "/"}), "srv1_a_b");
}

TEST(TopicName, strategies) {
  const TopicNaming schema{.delimiter = ".", .has_database = false, .writes_unicode = false};
  EXPECT_EQ(topic_name("srv1", {"a", "b c"}, schema), "srv1.b_c");
  const TopicNaming unicode{.delimiter = ".", .has_database = true, .writes_unicode = true};
  EXPECT_EQ(topic_name("srv_1", {"a-b", "c d"}, unicode), "srv_u005f1.a-b.c_u0020d");
  EXPECT_EQ(topic_name("s", {"\xc3\xa9", "\xe4\xb8\xad\xf0\x9f\x98\x80"}, unicode),
            "s._u00e9._u4e2d_ud83d_ude00");
  EXPECT_EQ(topic_name(".", {"", ""}, {"", true, true}), "_u002e");
}

TEST(TopicName, is_cut_at_kafkas_limit) {
  const std::string name = topic_name("p", {std::string(64, 'd'), std::string(300, 't')});
  EXPECT_EQ(name.size(), 249U);
  EXPECT_EQ(name.substr(0, 4), "p.dd");
}

TEST(TopicName, is_never_a_path) {
  EXPECT_EQ(topic_name("", {"", ""}), "__");
  EXPECT_EQ(topic_name("", {"", ""}, {.delimiter = ""}), "");
}

TEST(RecordLine, data_and_tombstone) {
  testing::Encoding encoding(
      testing::table_of({testing::column("id", schema::ColumnType::kLong)}, {0}));
  const row::Row row = testing::row_of({testing::integer(7)});
  ASSERT_TRUE(encoding.encode(change::Operation::kDelete, &row, nullptr));
  std::string line = "before\n";
  append_record_line(encoding.batch, encoding.batch.records[1], line);
  EXPECT_EQ(
      line,
      "before\n{\"topic\":\"shop.orders\",\"partition\":null,\"key\":{\"id\":7},\"value\":null,"
      "\"headers\":{}}\n");
  line.clear();
  append_record_line(encoding.batch, encoding.batch.records[0], line);
  EXPECT_EQ(line, "{\"topic\":\"shop.orders\",\"partition\":null,\"key\":{\"id\":7},\"value\":" +
                      encoding.value(0) + ",\"headers\":{}}\n");
}

TEST(RecordLine, headers_and_a_null_key) {
  RecordBatch batch;
  batch.bytes = "{\"id\":1}\"x\"";
  batch.headers = {{"a", {0, 8}}, {"b", {8, 3}}, {"none", {}}};
  const Topic topic{"t"};
  Record record;
  record.topic = &topic;
  record.header_count = 3;
  std::string line;
  append_record_line(batch, record, line);
  EXPECT_EQ(line,
            "{\"topic\":\"t\",\"partition\":null,\"key\":null,\"value\":null,\"headers\":{\"a\":{"
            "\"id\":1},\"b\":\"x\",\"none\":null}}\n");
}

}  // namespace
}  // namespace millrace::encode
