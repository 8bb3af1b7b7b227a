#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/encode/fixture.h"

// Envelopes, keys, tombstones and headers, byte for byte.

namespace millrace::encode::testing {
namespace {

using change::Operation;

constexpr std::string_view kSource =
    ",\"source\":{\"version\":\"0.1.0\",\"connector\":\"mysql\",\"name\":\"srv1\","
    "\"ts_ms\":1795231795025,\"snapshot\":\"false\",\"db\":\"shop\",\"sequence\":null,"
    "\"ts_us\":1795231795025925,\"ts_ns\":1795231795025925000,\"table\":\"orders\","
    "\"server_id\":43991,\"gtid\":\"a8c0d2b9-e55b-11f1-885b-02fc00000001:11\","
    "\"file\":\"mysql-bin.000001\",\"pos\":3157,\"row\":0,\"thread\":16,\"query\":null},"
    "\"transaction\":null,\"op\":\"";
constexpr std::string_view kInstants =
    "\",\"ts_ms\":1795231795063,\"ts_us\":1795231795063875,\"ts_ns\":1795231795063875624}";

std::string envelope(std::string_view rows, char operation) {
  return std::string(rows) + std::string(kSource) + operation + std::string(kInstants);
}

schema::TableSchemaPtr customers() {
  return table_of({column("id", ColumnType::kLong), text_column("first \"name\"", "utf8mb4")}, {0});
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Envelope, create) {
  Encoding encoding(customers());
  const Row row = row_of({integer(1003), text("A")});
  ASSERT_TRUE(encoding.encode(Operation::kCreate, nullptr, &row));
  ASSERT_EQ(encoding.batch.records.size(), 1U);
  EXPECT_EQ(encoding.key(0), "{\"id\":1003}");
  EXPECT_EQ(encoding.value(0),
            envelope("{\"before\":null,\"after\":{\"id\":1003,\"first \\\"name\\\"\":\"A\"}", 'c'));
  EXPECT_EQ(encoding.headers(0), "");
  EXPECT_EQ(encoding.batch.records[0].topic->name, "shop.orders");
}

// A row's slots are used again: where a text stood, a number may stand in the next row.
TEST(Envelope, key_change_of_a_number_where_a_text_stood) {
  Encoding encoding(customers());
  Row before = row_of({integer(1), text("A")});
  Row after = row_of({integer(2), text("A")});
  before.values[0].bytes = after.values[0].bytes = "left";
  ASSERT_TRUE(encoding.encode(Operation::kUpdate, &before, &after));
  ASSERT_EQ(encoding.batch.records.size(), 3U);
  EXPECT_EQ(encoding.key(0), "{\"id\":1}");
  EXPECT_EQ(encoding.key(2), "{\"id\":2}");
}

TEST(Envelope, update) {
  Encoding encoding(customers());
  const Row before = row_of({integer(1), text("A")});
  const Row after = row_of({integer(1), text("B")});
  ASSERT_TRUE(encoding.encode(Operation::kUpdate, &before, &after));
  ASSERT_EQ(encoding.batch.records.size(), 1U);
  EXPECT_EQ(encoding.key(0), "{\"id\":1}");
  EXPECT_EQ(encoding.value(0), envelope("{\"before\":{\"id\":1,\"first \\\"name\\\"\":\"A\"},"
                                        "\"after\":{\"id\":1,\"first \\\"name\\\"\":\"B\"}",
                                        'u'));
}

TEST(Envelope, delete_and_tombstone) {
  Encoding encoding(customers());
  const Row before = row_of({integer(1), null()});
  ASSERT_TRUE(encoding.encode(Operation::kDelete, &before, nullptr));
  ASSERT_EQ(encoding.batch.records.size(), 2U);
  EXPECT_EQ(encoding.value(0),
            envelope("{\"before\":{\"id\":1,\"first \\\"name\\\"\":null},\"after\":null", 'd'));
  EXPECT_EQ(encoding.key(1), "{\"id\":1}");
  EXPECT_EQ(encoding.value(1), "(null)");
}

TEST(Envelope, delete_without_tombstone) {
  EncoderOptions options = Encoding::default_options();
  options.tombstones_on_delete = false;
  Encoding encoding(customers(), options);
  const Row before = row_of({integer(1), null()});
  ASSERT_TRUE(encoding.encode(Operation::kDelete, &before, nullptr));
  EXPECT_EQ(encoding.batch.records.size(), 1U);
}

TEST(Envelope, truncate) {
  Encoding encoding(customers());
  ASSERT_TRUE(encoding.encode(Operation::kTruncate, nullptr, nullptr));
  ASSERT_EQ(encoding.batch.records.size(), 1U);
  EXPECT_EQ(encoding.key(0), "(null)");
  std::string expected = envelope("{\"before\":null,\"after\":null", 't');
  expected = replaced(expected, "\"thread\":16", "\"thread\":null");
  // A statement's instant has milliseconds.
  expected = replaced(expected, "1795231795025925,", "1795231795025000,");
  expected = replaced(expected, "1795231795025925000", "1795231795025000000");
  EXPECT_EQ(encoding.value(0), expected);
}

TEST(Envelope, snapshot_read) {
  Encoding encoding(customers());
  const Row row = row_of({integer(1), text("A")});
  change::ChangeEvent event;
  event.operation = Operation::kRead;
  event.after = &row;
  encoding.transaction.gtid.clear();
  event.source.transaction = &encoding.transaction;
  event.source.has_thread = false;
  event.source.snapshot = "first";
  ASSERT_TRUE(encoding.encoder.encode(event, encoding.plan, encoding.batch));
  const std::string value = encoding.value(0);
  EXPECT_NE(value.find("\"snapshot\":\"first\",\"db\":\"shop\""), std::string::npos) << value;
  EXPECT_NE(value.find("\"server_id\":0,\"gtid\":null"), std::string::npos) << value;
  EXPECT_NE(value.find("\"thread\":null,\"query\":null},\"transaction\":null,\"op\":\"r\""),
            std::string::npos)
      << value;
}

TEST(Envelope, without_gtid_and_commit_time) {
  Encoding encoding(customers());
  encoding.transaction.gtid.clear();
  encoding.transaction.commit_us = 0;
  const Row row = row_of({integer(1), text("A")});
  ASSERT_TRUE(encoding.encode(Operation::kCreate, nullptr, &row));
  const std::string value = encoding.value(0);
  EXPECT_NE(value.find("\"ts_ms\":1795231795000,\"snapshot\""), std::string::npos) << value;
  EXPECT_NE(value.find("\"ts_us\":1795231795000000,\"ts_ns\":1795231795000000000,\"table\""),
            std::string::npos)
      << value;
  EXPECT_NE(value.find("\"gtid\":null,"), std::string::npos) << value;
}

TEST(Envelope, query) {
  Encoding encoding(customers());
  encoding.query = "insert 'a\"\n\xff'";
  const Row row = row_of({integer(1), text("A")});
  ASSERT_TRUE(encoding.encode(Operation::kCreate, nullptr, &row));
  EXPECT_NE(encoding.value(0).find("\"query\":\"insert 'a\\\"\\n\xef\xbf\xbd'\"}"),
            std::string::npos)
      << encoding.value(0);
}

// The source block is printed once an event: whatever changes must show.
TEST(Envelope, rows_and_events_do_not_mix) {
  Encoding encoding(customers());
  const Row row = row_of({integer(1), text("A")});
  const auto last = [&] { return encoding.value(encoding.batch.records.size() - 1); };
  const auto encode_last = [&](std::uint32_t index) {
    EXPECT_TRUE(encoding.encode(Operation::kCreate, nullptr, &row, index));
    return last();
  };
  const std::string first = encode_last(0);
  EXPECT_EQ(encode_last(1), replaced(first, "\"row\":0", "\"row\":1"));
  EXPECT_EQ(encode_last(70'000), replaced(first, "\"row\":0", "\"row\":70000"));
  encoding.transaction.gtid = "a8c0d2b9-e55b-11f1-885b-02fc00000001:12";
  EXPECT_EQ(encode_last(0), replaced(first, ":11\"", ":12\""));
  encoding.transaction.gtid = "a8c0d2b9-e55b-11f1-885b-02fc00000001:11";
  encoding.transaction.file = "mysql-bin.000002";
  EXPECT_EQ(encode_last(0), replaced(first, "bin.000001", "bin.000002"));
  encoding.transaction.file = "mysql-bin.000001";
  encoding.transaction.thread_id = 17;
  EXPECT_EQ(encode_last(0), replaced(first, "\"thread\":16", "\"thread\":17"));
  encoding.transaction.thread_id = 16;
  encoding.query = "q";
  EXPECT_EQ(encode_last(0), replaced(first, "\"query\":null", "\"query\":\"q\""));
  encoding.query.clear();
  EXPECT_EQ(encode_last(0), first);
}

// The absurd commit time of a broken event overflows nothing.
TEST(Envelope, any_commit_time) {
  Encoding encoding(customers());
  encoding.transaction.commit_us = ~std::uint64_t{0};
  const Row row = row_of({integer(1), text("A")});
  EXPECT_TRUE(encoding.encode(Operation::kCreate, nullptr, &row));
}

TEST(Key, none) {
  Encoding encoding(table_of({column("id", ColumnType::kLong)}));
  const Row a = row_of({integer(1)});
  const Row b = row_of({integer(2)});
  ASSERT_TRUE(encoding.encode(Operation::kCreate, nullptr, &a));
  ASSERT_TRUE(encoding.encode(Operation::kUpdate, &a, &b));
  ASSERT_TRUE(encoding.encode(Operation::kDelete, &b, nullptr));
  ASSERT_EQ(encoding.batch.records.size(), 4U);  // with a tombstone, as Debezium
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(encoding.key(i), "(null)");
  EXPECT_EQ(encoding.value(3), "(null)");
}

TEST(Key, columns_in_key_order) {
  Encoding encoding(table_of(
      {column("a", ColumnType::kLong), text_column("b", "utf8mb4"), column("c", ColumnType::kLong)},
      {2, 1}));
  const Row row = row_of({integer(1), text("x\"y"), integer(3)});
  ASSERT_TRUE(encoding.encode(Operation::kCreate, nullptr, &row));
  EXPECT_EQ(encoding.key(0), "{\"c\":3,\"b\":\"x\\\"y\"}");
}

TEST(Key, zero_date) {
  Encoding encoding(table_of({column("d", ColumnType::kDate)}, {0}));
  const Row row = row_of({calendar(ValueKind::kDate, {})});
  ASSERT_TRUE(encoding.encode(Operation::kCreate, nullptr, &row));
  EXPECT_EQ(encoding.key(0), "{\"d\":0}");
}

TEST(KeyChange, delete_tombstone_create) {
  Encoding encoding(customers());
  const Row before = row_of({integer(1), text("A")});
  const Row after = row_of({integer(2), text("B")});
  ASSERT_TRUE(encoding.encode(Operation::kUpdate, &before, &after));
  ASSERT_EQ(encoding.batch.records.size(), 3U);
  EXPECT_EQ(encoding.key(0), "{\"id\":1}");
  EXPECT_EQ(encoding.value(0),
            envelope("{\"before\":{\"id\":1,\"first \\\"name\\\"\":\"A\"},\"after\":null", 'd'));
  EXPECT_EQ(encoding.headers(0), "__debezium.newkey={\"id\":2}");
  EXPECT_EQ(encoding.key(1), "{\"id\":1}");
  EXPECT_EQ(encoding.value(1), "(null)");
  EXPECT_EQ(encoding.headers(1), "__debezium.newkey={\"id\":2}");
  EXPECT_EQ(encoding.key(2), "{\"id\":2}");
  EXPECT_EQ(encoding.value(2),
            envelope("{\"before\":null,\"after\":{\"id\":2,\"first \\\"name\\\"\":\"B\"}", 'c'));
  EXPECT_EQ(encoding.headers(2), "__debezium.oldkey={\"id\":1}");
}

TEST(KeyChange, without_tombstones) {
  EncoderOptions options = Encoding::default_options();
  options.tombstones_on_delete = false;
  Encoding encoding(customers(), options);
  const Row before = row_of({integer(1), text("A")});
  const Row after = row_of({integer(2), text("A")});
  ASSERT_TRUE(encoding.encode(Operation::kUpdate, &before, &after));
  ASSERT_EQ(encoding.batch.records.size(), 2U);
  EXPECT_EQ(encoding.headers(1), "__debezium.oldkey={\"id\":1}");
}

// Keys are compared as they are published: two zero dates are one key.
TEST(KeyChange, is_one_of_the_printed_key) {
  Encoding encoding(table_of({column("d", ColumnType::kDate)}, {0}));
  const Row before = row_of({calendar(ValueKind::kDate, {})});
  const Row after = row_of({calendar(ValueKind::kDate, {2020, 0, 10})});
  ASSERT_TRUE(encoding.encode(Operation::kUpdate, &before, &after));
  ASSERT_EQ(encoding.batch.records.size(), 1U);
  EXPECT_EQ(encoding.key(0), "{\"d\":0}");
  EXPECT_EQ(encoding.rows(0), "{\"before\":{\"d\":0},\"after\":{\"d\":0}");
}

TEST(KeyChange, offsets_behind_other_records) {
  Encoding encoding(customers());
  const Row before = row_of({integer(1), text("A")});
  const Row after = row_of({integer(2), text("B")});
  ASSERT_TRUE(encoding.encode(Operation::kUpdate, &before, &after));
  ASSERT_TRUE(encoding.encode(Operation::kUpdate, &after, &before));
  ASSERT_EQ(encoding.batch.records.size(), 6U);
  EXPECT_EQ(encoding.key(3), "{\"id\":2}");
  EXPECT_EQ(encoding.headers(3), "__debezium.newkey={\"id\":1}");
  EXPECT_EQ(encoding.headers(4), "__debezium.newkey={\"id\":1}");
  EXPECT_EQ(encoding.headers(5), "__debezium.oldkey={\"id\":2}");
  EXPECT_EQ(encoding.headers(0), "__debezium.newkey={\"id\":2}");
}

TEST(ExtendedHeaders, on_every_record) {
  EncoderOptions options = Encoding::default_options();
  options.extended_headers = true;
  options.connector_name = "mysql";
  options.run_id = "0190-x";
  Encoding encoding(customers(), options);
  const std::string context =
      "__debezium.context.connectorLogicalName=\"srv1\" __debezium.context.taskId=\"0\" "
      "__debezium.context.connectorName=\"mysql\" __debezium.context.runId=\"0190-x\"";
  const Row before = row_of({integer(1), text("A")});
  const Row after = row_of({integer(2), text("B")});
  ASSERT_TRUE(encoding.encode(Operation::kCreate, nullptr, &before));
  EXPECT_EQ(encoding.headers(0), context);
  ASSERT_TRUE(encoding.encode(Operation::kUpdate, &before, &after));
  EXPECT_EQ(encoding.headers(1), "__debezium.newkey={\"id\":2} " + context);
  EXPECT_EQ(encoding.headers(2), "__debezium.newkey={\"id\":2} " + context);
  EXPECT_EQ(encoding.headers(3), "__debezium.oldkey={\"id\":1} " + context);
  ASSERT_TRUE(encoding.encode(Operation::kDelete, &after, nullptr));
  EXPECT_EQ(encoding.headers(5), context);  // the tombstone
}

schema::TableSchemaPtr wide() {
  Column body = column("body", ColumnType::kBlob, 2);
  body.collation = 63;
  return table_of({text_column("note", "utf8mb4"), column("id", ColumnType::kLong), body,
                   column("n", ColumnType::kLong), column("j", ColumnType::kJson, 4)},
                  {1});
}

// binlog_row_image=MINIMAL: the key before, the changed columns after.
TEST(AbsentColumns, are_left_out) {
  Encoding encoding(wide());
  const Row before = row_of({absent(), integer(1), absent(), absent(), absent()});
  const Row after = row_of({absent(), absent(), absent(), integer(5), absent()});
  ASSERT_TRUE(encoding.encode(Operation::kUpdate, &before, &after));
  ASSERT_EQ(encoding.batch.records.size(), 1U);
  EXPECT_EQ(encoding.key(0), "{\"id\":1}");
  // What the after image leaves out didn't change, so the key is known.
  EXPECT_EQ(encoding.rows(0), "{\"before\":{\"id\":1},\"after\":{\"id\":1,\"n\":5}");
}

TEST(AbsentColumns, minimal_key_change) {
  Encoding encoding(wide());
  const Row before = row_of({absent(), integer(1), absent(), absent(), absent()});
  const Row after = row_of({absent(), integer(2), absent(), absent(), absent()});
  ASSERT_TRUE(encoding.encode(Operation::kUpdate, &before, &after));
  ASSERT_EQ(encoding.batch.records.size(), 3U);
  EXPECT_EQ(encoding.key(0), "{\"id\":1}");
  EXPECT_EQ(encoding.rows(0), "{\"before\":{\"id\":1},\"after\":null");
  EXPECT_EQ(encoding.key(2), "{\"id\":2}");
  EXPECT_EQ(encoding.rows(2), "{\"before\":null,\"after\":{\"id\":2}");
}

TEST(AbsentColumns, all) {
  Encoding encoding(table_of({column("a", ColumnType::kLong)}));
  const Row row = row_of({absent()});
  ASSERT_TRUE(encoding.encode(Operation::kCreate, nullptr, &row));
  EXPECT_EQ(encoding.rows(0), "{\"before\":null,\"after\":{}");
}

TEST(AbsentColumns, placeholder_for_strings_only) {
  EncoderOptions options = Encoding::default_options();
  options.unavailable_placeholder = "__debezium_unavailable_value";
  Encoding encoding(wide(), options);
  const Row row = row_of({absent(), integer(1), absent(), absent(), absent()});
  ASSERT_TRUE(encoding.encode(Operation::kCreate, nullptr, &row));
  EXPECT_EQ(encoding.rows(0),
            "{\"before\":null,\"after\":{\"note\":\"__debezium_unavailable_value\",\"id\":1,"
            "\"body\":\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\","
            "\"j\":\"__debezium_unavailable_value\"}");
}

TEST(AbsentColumns, absent_key_is_an_error) {
  Encoding encoding(wide());
  const Row row = row_of({text("x"), absent(), absent(), absent(), absent()});
  const Status status = encoding.encode(Operation::kCreate, nullptr, &row);
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient());
  EXPECT_NE(status.error().message().find("shop.orders.id: a key column is not in the row image"),
            std::string::npos)
      << status.error().message();
}

TEST(FailedEvent, leaves_the_batch_alone) {
  Column status = column("status", ColumnType::kEnum, 1);
  status.labels = {"new"};
  Encoding encoding(table_of({column("id", ColumnType::kLong), status}, {0}));
  const Row good = row_of({integer(1), number(1, ValueKind::kEnum)});
  const Row bad = row_of({integer(2), number(9, ValueKind::kEnum)});
  ASSERT_TRUE(encoding.encode(Operation::kCreate, nullptr, &good));
  const std::string bytes = encoding.batch.bytes;
  EXPECT_FALSE(encoding.encode(Operation::kCreate, nullptr, &bad));
  EXPECT_FALSE(encoding.encode(Operation::kUpdate, &good, &bad));
  EXPECT_EQ(encoding.batch.bytes, bytes);
  EXPECT_EQ(encoding.batch.records.size(), 1U);
  ASSERT_TRUE(encoding.encode(Operation::kCreate, nullptr, &good));
  EXPECT_EQ(encoding.value(1), encoding.value(0));
}

}  // namespace
}  // namespace millrace::encode::testing
