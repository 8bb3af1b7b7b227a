#pragma once

// Binlog events as values: the bytes of one event to its fields. Each decode_ function takes the
// event's body (after the 19-byte header, without the checksum) and returns views into it: a view
// lives as long as the event's bytes. Facts are those of MySQL 5.6 to 9.7 and of Aurora; an error
// is definite and says which field ran out of bytes.
//
// Pure. Called by the stream's grammar (stream_grammar.h), which adds position and GTID to every
// error.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/base/strong_id.h"
#include "millrace/gtid/gtid_set.h"

namespace millrace::binlog {

enum class EventType : std::uint8_t {
  kUnknown = 0,
  kStartV3 = 1,
  kQuery = 2,
  kStop = 3,
  kRotate = 4,
  kIntvar = 5,
  kLoad = 6,
  kSlave = 7,
  kCreateFile = 8,
  kAppendBlock = 9,
  kExecLoad = 10,
  kDeleteFile = 11,
  kNewLoad = 12,
  kRand = 13,
  kUserVar = 14,
  kFormatDescription = 15,
  kXid = 16,
  kBeginLoadQuery = 17,
  kExecuteLoadQuery = 18,
  kTableMap = 19,
  kPreGaWriteRows = 20,
  kPreGaUpdateRows = 21,
  kPreGaDeleteRows = 22,
  kWriteRowsV1 = 23,
  kUpdateRowsV1 = 24,
  kDeleteRowsV1 = 25,
  kIncident = 26,
  kHeartbeat = 27,
  kIgnorable = 28,
  kRowsQuery = 29,
  kWriteRows = 30,
  kUpdateRows = 31,
  kDeleteRows = 32,
  kGtid = 33,
  kAnonymousGtid = 34,
  kPreviousGtids = 35,
  kTransactionContext = 36,
  kViewChange = 37,
  kXaPrepare = 38,
  kPartialUpdateRows = 39,
  kTransactionPayload = 40,
  kHeartbeatV2 = 41,
  kGtidTagged = 42,
  kAuroraPadding = 100,
  kAuroraOther = 101,
  kMariadbFirst = 160,
  kMariadbLast = 172,
};

// "WRITE_ROWS", or "event type 77" for one without a name.
std::string event_type_name(EventType type);

inline constexpr std::uint16_t kFlagBinlogInUse = 0x1;
inline constexpr std::uint16_t kFlagArtificial = 0x20;
inline constexpr std::uint16_t kFlagIgnorable = 0x80;
inline constexpr std::size_t kEventHeaderBytes = 19;

struct EventHeader {
  std::uint32_t timestamp = 0;  // seconds since 1970; 0 in artificial events
  EventType type = EventType::kUnknown;
  ServerId server_id;
  std::uint32_t event_bytes = 0;  // with header and checksum
  std::uint32_t log_pos = 0;  // end of the event in its file, modulo 2^32; 0 where there is none
  std::uint16_t flags = 0;
};
Result<EventHeader> decode_header(std::string_view event);

enum class ChecksumAlgorithm : std::uint8_t { kOff = 0, kCrc32 = 1 };

struct FormatDescription {
  std::string server_version;  // "9.7.4-2"
  bool is_mariadb = false;
  ChecksumAlgorithm checksum = ChecksumAlgorithm::kOff;
  std::uint8_t table_map_header_bytes = 8;  // 6: the table id has 4 bytes
  std::uint8_t rows_v1_header_bytes = 8;
};
// `event` is whole, with header and the four checksum bytes that a server since 5.6.1 always sends
// here.
Result<FormatDescription> decode_format_description(std::string_view event);

struct Rotate {
  std::uint64_t position = 0;
  std::string_view file;
};
Result<Rotate> decode_rotate(std::string_view body);

struct GtidEvent {
  std::optional<gtid::Gtid> gtid;         // empty for ANONYMOUS_GTID
  std::uint64_t immediate_commit_us = 0;  // since 1970; 0 where the server is older than 8.0.1
  std::uint64_t original_commit_us = 0;   // same, on the server that executed it first
  std::uint64_t transaction_bytes = 0;    // with this event; 0 where unknown
};
Result<GtidEvent> decode_gtid(std::string_view body, EventType type);

struct Query {
  std::uint32_t thread_id = 0;
  std::uint16_t error_code = 0;
  std::string_view database;  // the session's default database
  std::string_view sql;       // in the client's charset
  std::uint64_t sql_mode = 0;
  std::uint16_t client_collation = 0;  // 0 where the event has none
  std::uint16_t server_collation = 0;
  std::uint16_t utf8mb4_collation = 0;  // what CHARACTER SET utf8mb4 alone means; 0 below 8.0
  // explicit_defaults_for_timestamp; nothing where the event doesn't say.
  std::optional<bool> explicit_timestamp_defaults;
};
Result<Query> decode_query(std::string_view body);

// Sent ahead of the row events of a statement: what the row images' columns are.
struct TableMap {
  TableId id;
  std::uint16_t flags = 0;
  std::string_view database;
  std::string_view table;
  std::uint64_t column_count = 0;
  std::string_view types;              // a byte a column
  std::string_view metadata;           // per column 0 to 4 bytes, by type
  std::string_view null_bitmap;        // LSB first, 1 = nullable
  std::string_view optional_metadata;  // type, lenenc length, value ...; empty before 8.0.1

  static constexpr std::uint16_t kGeneratedInvisiblePrimaryKey = 4;
};
Result<TableMap> decode_table_map(std::string_view body, const FormatDescription& format);

enum class RowsKind : std::uint8_t { kWrite, kUpdate, kDelete };

struct RowsEvent {
  RowsKind kind = RowsKind::kWrite;
  bool partial_json = false;  // PARTIAL_UPDATE_ROWS: the after image starts with value options
  TableId table_id;
  bool statement_end = false;
  std::uint64_t column_count = 0;
  std::string_view columns_before;  // bitmap of the columns in the (before) image, LSB first
  std::string_view columns_after;   // of the after image; for kUpdate only
  std::string_view rows;            // the images
};
Result<RowsEvent> decode_rows(std::string_view body, EventType type,
                              const FormatDescription& format);

struct Xid {
  std::uint32_t format_id = 0;
  std::string gtrid;
  std::string bqual;
  // As the server writes it in XA statements: X'6162',X'',1
  std::string to_text() const;
  static Result<Xid> parse(std::string_view text);
  friend auto operator<=>(const Xid&, const Xid&) = default;
};
struct XaPrepare {
  bool one_phase = false;
  Xid xid;
};
Result<XaPrepare> decode_xa_prepare(std::string_view body);

struct Incident {
  std::uint16_t kind = 0;
  std::string_view message;
};
Result<Incident> decode_incident(std::string_view body);

// ROWS_QUERY: one meaningless length byte, then the statement to the end.
Result<std::string_view> decode_rows_query(std::string_view body);

struct Heartbeat {
  std::string file;
  std::uint64_t position = 0;
};
Result<Heartbeat> decode_heartbeat(std::string_view body, const EventHeader& header);

}  // namespace millrace::binlog
