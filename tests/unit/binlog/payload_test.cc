// TRANSACTION_PAYLOAD: the same calls as without it, in bounded memory, and no damage unnoticed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include "binlog/payload_reader.h"
#include "millrace/base/limits.h"
#include "millrace/binlog/stream_grammar.h"
#include "support/binlog/binlog_builder.h"
#include "support/binlog/recording_visitor.h"

namespace millrace::binlog {
namespace {

using test::BinlogBuilder;
using test::from_hex;
using test::le;
using test::lenenc;
using test::PayloadCompression;
using test::RecordingVisitor;
using test::sized;
using testing::HasSubstr;

constexpr char kGtid[] = "3457d932-e55a-11f1-a4af-02fc00000001:5";

const test::Table& orders() {
  static const test::Table table{.columns = {test::int_column("id"), test::text_column("note")}};
  return table;
}

void fill_transaction(BinlogBuilder& b) {
  b.begin().rows_query("INSERT").table_map(orders());
  b.write_rows(orders(), {{le(1, 4), sized("a", 2)}}).query("SAVEPOINT `x`").table_map(orders());
  b.delete_rows(orders(), {{le(1, 4), std::nullopt}}).xid();
}

std::string plain_events(const std::function<void(BinlogBuilder&)>& fill) {
  test::BinlogBuilderOptions options;
  options.checksum = false;
  BinlogBuilder builder(options);
  fill(builder);
  std::string bytes;
  for (const std::string& event : builder.events()) bytes += event;
  return bytes;
}

std::string compress(std::string_view plain, int level = 3) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), level));
  return out;
}

// A payload event's body around compressed bytes.
std::string body_of(std::string_view payload, std::uint64_t compression = 0) {
  std::string body = lenenc(2) + sized(lenenc(compression));
  body += lenenc(1) + sized(lenenc(payload.size())) + lenenc(0);
  return body.append(payload);
}

Status feed(const BinlogBuilder& binlog, StreamVisitor& visitor) {
  StreamGrammar grammar(visitor, {});
  for (const std::string& event : binlog.events()) MILLRACE_RETURN_IF_ERROR(grammar.feed(event));
  return {};
}

std::string failure(const std::string& body) {
  RecordingVisitor visitor;
  BinlogBuilder binlog;
  const Status status =
      feed(binlog.start_stream().gtid(kGtid).event(EventType::kTransactionPayload, body), visitor);
  EXPECT_FALSE(status);
  return status ? "" : status.error().message();
}

TEST(Payload, SameCallsAsWithoutIt) {
  RecordingVisitor plain;
  BinlogBuilder without;
  without.start_stream().gtid(kGtid);
  fill_transaction(without);
  ASSERT_TRUE(feed(without, plain));
  for (const auto compression : {PayloadCompression::kZstd, PayloadCompression::kNone}) {
    RecordingVisitor visitor;
    BinlogBuilder binlog;
    binlog.start_stream().gtid(kGtid).payload(fill_transaction, compression);
    const Status status = feed(binlog, visitor);
    ASSERT_TRUE(status) << status.error().message();
    EXPECT_EQ(visitor.lines(), plain.lines());
  }
}

TEST(Payload, AllItsEventsStandWhereItStands) {
  RecordingVisitor visitor(true);
  BinlogBuilder binlog;
  binlog.start_stream().gtid(kGtid);
  const std::string begin = std::to_string(binlog.position());
  binlog.payload(fill_transaction);
  const std::string place = "@mysql-bin.000001:" + begin + "-" + std::to_string(binlog.position());
  ASSERT_TRUE(feed(binlog, visitor));
  EXPECT_THAT(visitor.changes(), testing::Each(testing::EndsWith(place)));
}

TEST(Payload, HeaderFieldsInAnyOrderAndUnknownOnes) {
  const std::string events = compress(plain_events(fill_transaction));
  const std::string size = lenenc(1) + sized(lenenc(events.size()));
  const std::string unknown = lenenc(9) + sized("what");
  for (const std::string& header :
       {size + "\2\1" + '\0', std::string("\2\1") + '\0' + size, unknown + size + "\2\1" + '\0'}) {
    RecordingVisitor visitor;
    BinlogBuilder binlog;
    binlog.start_stream().event(EventType::kTransactionPayload, header + '\0' + events);
    const Status status = feed(binlog, visitor);
    EXPECT_TRUE(status) << status.error().message();
  }
}

TEST(Payload, AnEventLargerThanAChunk) {
  const std::string note(3 * limits::kPayloadChunkBytes, 'n');
  RecordingVisitor visitor;
  BinlogBuilder binlog;
  binlog.start_stream().payload([&](BinlogBuilder& b) {
    b.begin().table_map(orders());
    for (int i = 0; i < 20; ++i) b.write_rows(orders(), {{le(1, 4), sized("small", 2)}});
    b.write_rows(orders(), {{le(1, 4), sized(note, 4)}});
    for (int i = 0; i < 20; ++i) b.write_rows(orders(), {{le(1, 4), sized("small", 2)}});
    b.xid();
  });
  const Status status = feed(binlog, visitor);
  ASSERT_TRUE(status) << status.error().message();
  ASSERT_EQ(visitor.changes().size(), 44U);
  EXPECT_EQ(visitor.changes().back(), "end commit #43");
}

TEST(Payload, SeveralFrames) {
  const std::string events = plain_events(fill_transaction);
  const std::string frames =
      compress(events.substr(0, 50)) + compress("") + compress(events.substr(50));
  RecordingVisitor visitor;
  BinlogBuilder binlog;
  const Status status =
      feed(binlog.start_stream().event(EventType::kTransactionPayload, body_of(frames)), visitor);
  EXPECT_TRUE(status) << status.error().message();
}

TEST(Payload, EveryTruncationIsAnError) {
  const std::string events = compress(plain_events(fill_transaction));
  for (std::size_t size = 0; size < events.size(); ++size) {
    const std::string message = failure(body_of(std::string_view{events}.substr(0, size)));
    EXPECT_THAT(message, HasSubstr("the compressed payload is cut short")) << size;
    EXPECT_THAT(message, HasSubstr(std::string("TRANSACTION_PAYLOAD of ") + kGtid)) << size;
  }
}

TEST(Payload, WhatItRefuses) {
  const std::string events = plain_events(fill_transaction);
  const std::string good = compress(events);
  const auto none = [](std::string_view bytes) { return body_of(bytes, 255); };
  const auto inside = [&](const std::function<void(BinlogBuilder&)>& fill) {
    return body_of(compress(plain_events(fill)));
  };
  std::string short_event = events;
  short_event[9] = 5;
  std::string huge_event = events;
  huge_event.replace(9, 4, le((1ULL << 30) + 1, 4));
  const struct {
    const char* name;
    std::string body;
    const char* message;
  } rows[] = {
      {"empty", "", "field 'field type'"},
      {"size_missing", from_hex("020100 00") + good, "a payload of 0 bytes"},
      {"size_too_large", lenenc(1) + sized(lenenc(good.size() + 1)) + '\0' + good,
       "but the event has"},
      {"trailing_bytes", body_of(good) + "x", "but the event has"},
      {"trailing_bytes_inside", body_of(good + "xxxx"), "can't be decompressed"},
      {"unknown_compression", body_of(good, 1), "compression 1 is unknown"},
      {"not_zstd", body_of("this is no zstd frame"), "can't be decompressed"},
      {"no_events", body_of(compress("")), "no transaction is in it"},
      {"ends_inside_an_event", none(events.substr(0, events.size() - 1)), "ends inside an event"},
      {"ends_inside_a_header", none(events + "xxx"), "ends inside an event"},
      {"event_shorter_than_a_header", none(short_event), "an event of 5 bytes inside the payload"},
      {"event_beyond_the_limit", none(huge_event), "an event of 1073741825 bytes inside"},
      {"no_end", inside([](BinlogBuilder& b) { b.begin(); }), "its transaction has no end"},
      {"two_transactions", inside([](BinlogBuilder& b) { b.begin().xid().begin().xid(); }),
       "events follow the end of its transaction"},
      {"no_begin", inside([](BinlogBuilder& b) { b.table_map(orders()); }),
       "TABLE_MAP inside: a payload holds a transaction from its BEGIN on"},
      {"a_statement", inside([](BinlogBuilder& b) { b.query("DROP TABLE t"); }),
       "no transaction is in it"},
      {"gtid_inside", inside([](BinlogBuilder& b) { b.gtid(kGtid).begin().xid(); }),
       "GTID inside: a type that is not known"},
      {"payload_inside", inside([](BinlogBuilder& b) { b.payload(fill_transaction); }),
       "TRANSACTION_PAYLOAD inside: a type that is not known"},
  };
  for (const auto& row : rows) EXPECT_THAT(failure(row.body), HasSubstr(row.message)) << row.name;
}

TEST(Payload, InsideAnotherTransaction) {
  RecordingVisitor visitor;
  BinlogBuilder binlog;
  const Status status = feed(binlog.start_stream().begin().payload(fill_transaction), visitor);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message(), HasSubstr("it stands inside another transaction"));
}

TEST(Payload, AWindowBeyondTheLimitIsRefused) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, limits::kZstdWindowLogMax + 1);
  const std::string events = plain_events(fill_transaction);
  std::string frame(1 << 16, '\0');
  ZSTD_inBuffer in{events.data(), events.size(), 0};
  ZSTD_outBuffer out{frame.data(), frame.size(), 0};
  // Streaming: a size known ahead would shrink the window.
  ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush);
  ASSERT_EQ(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end), 0U);
  ZSTD_freeCCtx(context);
  frame.resize(out.pos);
  EXPECT_THAT(failure(body_of(frame)), HasSubstr("can't be decompressed"));
}

// Two hundred megabytes of events in a payload of some kilobytes pass through one chunk.
TEST(Payload, ABombIsReadInOneChunkOfMemory) {
  const std::string note(200'000, 'n');
  std::string events = plain_events([&](BinlogBuilder& b) {
    b.begin().table_map(orders());
    for (int i = 0; i < 100; ++i) b.write_rows(orders(), {{le(1, 4), sized(note, 4)}});
  });
  const std::string payload = body_of(compress(events));
  ASSERT_LT(payload.size(), std::size_t{100'000});
  PayloadReader reader;
  ASSERT_TRUE(reader.open(payload));
  const char* lowest = nullptr;
  const char* highest = nullptr;
  std::size_t count = 0;
  while (true) {
    const auto event = reader.next();
    ASSERT_TRUE(event) << event.error().message();
    if (event->empty()) break;
    ++count;
    if (lowest == nullptr || event->data() < lowest) lowest = event->data();
    if (event->data() + event->size() > highest) highest = event->data() + event->size();
  }
  EXPECT_EQ(count, 102U);
  // The buffer may have grown to twice its size once.
  EXPECT_LE(static_cast<std::size_t>(highest - lowest), 8 * limits::kPayloadChunkBytes);
}

}  // namespace
}  // namespace millrace::binlog
