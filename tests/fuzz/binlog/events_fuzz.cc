// Any bytes as a binlog: as a file, as the events of a stream, and as the body of every event by
// itself. Checksums are off in the stream, else no mutation would get past them, and an event's
// length is corrected to what there is: that the grammar refuses a wrong one is tested elsewhere.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/base/assert.h"
#include "millrace/binlog/file_reader.h"
#include "millrace/binlog/stream_grammar.h"
#include "support/binlog/binlog_builder.h"

namespace {

namespace binlog = millrace::binlog;
using millrace::BinlogPosition;
using millrace::Status;

// Holds the grammar to what it promises whatever comes in.
class PromisesVisitor final : public binlog::PartialVisitor {
 public:
  Status on_format_description(const binlog::FormatDescription&) override {
    MILLRACE_ASSERT(!inside_, "a format description stands between transactions");
    return {};
  }
  Status on_begin(const binlog::EventContext& at, const binlog::TransactionStart&) override {
    MILLRACE_ASSERT(!inside_ && at.index == 0, "a transaction begins outside of others");
    inside_ = true;
    index_ = 0;
    return {};
  }
  Status on_rows_query(const binlog::EventContext& at, std::string_view) override {
    return item(at);
  }
  Status on_table_map(const binlog::EventContext& at, const binlog::TableMap& map,
                      std::string_view body) override {
    MILLRACE_ASSERT(map.types.size() == map.column_count, "a type a column");
    MILLRACE_ASSERT(map.null_bitmap.size() == (map.column_count + 7) / 8, "a bit a column");
    check_view(map.optional_metadata, body);
    return item(at);
  }
  Status on_rows(const binlog::EventContext& at, const binlog::RowsEvent& rows,
                 std::string_view body) override {
    MILLRACE_ASSERT(rows.columns_before.size() == (rows.column_count + 7) / 8, "a bit a column");
    check_view(rows.rows, body);
    return item(at);
  }
  Status on_statement(const binlog::EventContext& at, const binlog::TransactionStart&,
                      const binlog::Query&, bool inside) override {
    MILLRACE_ASSERT(inside == inside_, "a statement knows where it stands");
    return inside ? item(at) : Status();
  }
  Status on_end(const binlog::EventContext&, const binlog::TransactionEnd&) override {
    MILLRACE_ASSERT(inside_, "only what has begun ends");
    inside_ = false;
    return {};
  }
  Status on_xa_outcome(const binlog::EventContext&, const binlog::TransactionStart&,
                       const binlog::Xid& xid, bool) override {
    MILLRACE_ASSERT(!inside_, "an outcome is a group of its own");
    const auto again = binlog::Xid::parse(xid.to_text());
    MILLRACE_ASSERT(again && *again == xid, "an xid's round trip");
    return {};
  }
  Status on_abandoned() override {
    MILLRACE_ASSERT(inside_, "only what has begun is given up");
    inside_ = false;
    return {};
  }
  Status on_rows_undone(const binlog::EventContext&, std::uint64_t index) override {
    MILLRACE_ASSERT(inside_ && index <= index_, "only what came is undone");
    return {};
  }

 private:
  Status item(const binlog::EventContext& at) {
    MILLRACE_ASSERT(inside_ && at.index > index_, "items are numbered inside a transaction");
    MILLRACE_ASSERT(at.start <= at.end, "an event ends after it starts");
    index_ = at.index;
    return {};
  }
  static void check_view(std::string_view part, std::string_view whole) {
    MILLRACE_ASSERT(part.empty() || (part.data() >= whole.data() &&
                                     part.data() + part.size() == whole.data() + whole.size()),
                    "the last field ends with the body");
  }

  bool inside_ = false;
  std::uint64_t index_ = 0;
};

const std::string& format_description() {
  static const std::string event = [] {
    millrace::test::BinlogBuilderOptions options;
    options.checksum = false;
    return millrace::test::BinlogBuilder(options).format_description().events()[0];
  }();
  return event;
}

void feed_stream(std::string_view bytes) {
  constexpr std::size_t kLengthOffset = 9;
  PromisesVisitor visitor;
  binlog::StreamGrammar grammar(visitor, {.checksum_before_format = false});
  MILLRACE_ASSERT(grammar.feed(format_description()).has_value(), "the stream's head");
  while (bytes.size() >= binlog::kEventHeaderBytes) {
    const auto header = binlog::decode_header(bytes);
    const std::size_t size =
        std::clamp<std::size_t>(header->event_bytes, binlog::kEventHeaderBytes, bytes.size());
    std::string event(bytes.substr(0, size));
    event.replace(kLengthOffset, 4, millrace::test::le(size, 4));
    const Status status = grammar.feed(event);
    if (!status) {
      MILLRACE_ASSERT(!grammar.feed(format_description()), "after an error it is stuck");
      return;
    }
    bytes.remove_prefix(size);
  }
}

void decode_bodies(std::string_view body) {
  const binlog::FormatDescription format;
  (void)binlog::decode_format_description(body);
  (void)binlog::decode_rotate(body);
  (void)binlog::decode_query(body);
  (void)binlog::decode_table_map(body, format);
  (void)binlog::decode_xa_prepare(body);
  (void)binlog::decode_incident(body);
  (void)binlog::decode_rows_query(body);
  binlog::EventHeader header;
  header.type = binlog::EventType::kHeartbeatV2;
  (void)binlog::decode_heartbeat(body, header);
  for (const auto type : {binlog::EventType::kGtid, binlog::EventType::kGtidTagged,
                          binlog::EventType::kAnonymousGtid}) {
    const auto gtid = binlog::decode_gtid(body, type);
    MILLRACE_ASSERT(!gtid || !gtid->gtid || gtid->gtid->is_valid(), "only GTIDs come out");
  }
  for (const auto type : {binlog::EventType::kUpdateRows, binlog::EventType::kWriteRowsV1}) {
    (void)binlog::decode_rows(body, type, format);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  decode_bodies(bytes);
  feed_stream(bytes);
  PromisesVisitor visitor;
  (void)binlog::read_binlog_file(bytes, {.file = "f", .allow_truncated_tail = true}, visitor);
  return 0;
}
