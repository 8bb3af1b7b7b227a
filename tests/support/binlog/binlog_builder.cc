#include "support/binlog/binlog_builder.h"

#include <zlib.h>
#include <zstd.h>

#include "millrace/base/assert.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/gtid/varint.h"

namespace millrace::test {
namespace {

using binlog::EventType;

constexpr std::string_view kMagic = "\xfe\x62\x69\x6e";

std::string_view bytes_of(const gtid::Uuid& uuid) {
  return {reinterpret_cast<const char*>(uuid.bytes().data()), uuid.bytes().size()};
}

std::string crc_of(std::string_view event) {
  return le(::crc32_z(0, reinterpret_cast<const Bytef*>(event.data()), event.size()), 4);
}

std::string untagged_gtid(const gtid::Gtid& gtid, const GtidOptions& options) {
  constexpr std::uint64_t kHasOriginal = 1ULL << 55;
  std::string body(1, '\1');
  body += bytes_of(gtid.uuid);
  body += le(static_cast<std::uint64_t>(gtid.gno.value()), 8);
  body += '\2' + le(1, 8) + le(2, 8);
  body += le(options.immediate_commit_us | (options.original_commit_us ? kHasOriginal : 0), 7);
  if (options.original_commit_us) body += le(*options.original_commit_us, 7);
  return body + lenenc(options.transaction_bytes) + le(80400, 4);
}

std::string tagged_gtid(const gtid::Gtid& gtid, const GtidOptions& options) {
  std::string fields;
  const auto field = [&fields](std::uint64_t id) { gtid::append_varint(id, fields); };
  field(0), gtid::append_varint(0, fields);
  field(1);
  for (const std::uint8_t byte : gtid.uuid.bytes()) gtid::append_varint(byte, fields);
  field(2), gtid::append_signed_varint(gtid.gno.value(), fields);
  field(3), gtid::append_varint(gtid.tag.size(), fields);
  fields += gtid.tag;
  field(4), gtid::append_signed_varint(1, fields);
  field(5), gtid::append_signed_varint(2, fields);
  field(6), gtid::append_varint(options.immediate_commit_us, fields);
  if (options.original_commit_us)
    field(7), gtid::append_varint(*options.original_commit_us, fields);
  field(8), gtid::append_varint(options.transaction_bytes, fields);
  field(9), gtid::append_varint(80400, fields);
  std::string size;
  // The size counts its own bytes: one or two of them.
  gtid::append_varint(fields.size() + 3, size);
  if (size.size() == 2) size.clear(), gtid::append_varint(fields.size() + 4, size);
  return "\x02" + size + '\0' + fields;
}

}  // namespace

BinlogBuilder::BinlogBuilder(BinlogBuilderOptions options)
    : options_(std::move(options)), file_bytes_(kMagic) {}

BinlogBuilder& BinlogBuilder::append(EventType type, std::string_view body, std::uint16_t flags,
                                     Place place) {
  const std::uint64_t size = binlog::kEventHeaderBytes + body.size() + (place.checksum ? 4 : 0);
  const std::uint64_t end = place.artificial || inner_ ? 0 : position_ + size;
  std::string event = le(place.artificial ? 0 : options_.timestamp, 4);
  event += static_cast<char>(type);
  event += le(options_.server_id, 4) + le(size, 4) + le(end, 4) + le(flags, 2);
  event += body;
  if (place.checksum) {
    std::string covered = event;
    covered[17] = static_cast<char>(covered[17] & ~binlog::kFlagBinlogInUse);
    event += crc_of(covered);
  }
  if (!place.artificial) {
    position_ += size;
    file_bytes_ += event;
  }
  events_.push_back(std::move(event));
  return *this;
}

BinlogBuilder& BinlogBuilder::event(EventType type, std::string_view body, std::uint16_t flags) {
  return append(type, body, flags, Place{.artificial = false, .checksum = options_.checksum});
}

BinlogBuilder& BinlogBuilder::start_stream(std::string_view previous) {
  return fake_rotate().start_file(previous);
}

BinlogBuilder& BinlogBuilder::start_file(std::string_view previous) {
  return format_description().previous_gtids(previous);
}

BinlogBuilder& BinlogBuilder::next_file(std::string file) {
  rotate(file);
  options_.file = std::move(file);
  position_ = kMagic.size();
  file_bytes_ = kMagic;
  return start_stream();
}

BinlogBuilder& BinlogBuilder::rotate(std::string_view file) {
  return event(EventType::kRotate, le(kMagic.size(), 8).append(file));
}

BinlogBuilder& BinlogBuilder::fake_rotate() {
  return append(EventType::kRotate, le(position_, 8) + options_.file, binlog::kFlagArtificial,
                Place{.artificial = true, .checksum = options_.checksum});
}

std::string BinlogBuilder::format_description_body(bool mid_file) const {
  // Post-header lengths by type, as a 9.x server lists them; that of 40 is wrong there too.
  static const std::string lengths = from_hex(
      "00 0d 00 08 00 00 00 00 04 00 04 00 00 00 62 00 04 1a 08 00 00 00 08 08 08 02 00 00 00 0a "
      "0a 0a"
      "2a 2a 00 12 34 00 0a 28 00 00");
  std::string version = options_.server_version;
  version.resize(50, '\0');
  return le(4, 2) + version + le(mid_file ? 0 : options_.timestamp, 4) +
         le(binlog::kEventHeaderBytes, 1) + lengths + le(options_.checksum ? 1 : 0, 1);
}

BinlogBuilder& BinlogBuilder::format_description(std::uint16_t flags) {
  return append(EventType::kFormatDescription, format_description_body(false), flags,
                Place{.artificial = false, .checksum = true});
}

BinlogBuilder& BinlogBuilder::artificial_format_description() {
  return append(EventType::kFormatDescription, format_description_body(true), 0,
                Place{.artificial = true, .checksum = true});
}

BinlogBuilder& BinlogBuilder::previous_gtids(std::string_view set) {
  const auto parsed = gtid::GtidSet::parse(set);
  MILLRACE_ASSERT(parsed.has_value(), "a test's GTID set");
  return event(EventType::kPreviousGtids, parsed->encode(), binlog::kFlagIgnorable);
}

BinlogBuilder& BinlogBuilder::stop() { return event(EventType::kStop, ""); }

BinlogBuilder& BinlogBuilder::heartbeat() {
  const std::uint64_t position = position_;
  event(EventType::kHeartbeat, options_.file);
  // Never in a file: it carries the position where the server stands and takes no room.
  std::string& last = events_.back();
  file_bytes_.resize(file_bytes_.size() - last.size());
  position_ = position;
  last.replace(0, 4, 4, '\0');
  last.replace(13, 4, le(position, 4));
  if (options_.checksum) {
    last.resize(last.size() - 4);
    last += crc_of(last);
  }
  return *this;
}

BinlogBuilder& BinlogBuilder::heartbeat_v2() {
  const std::string position = lenenc(position_);
  return append(EventType::kHeartbeatV2,
                lenenc(1) + lenenc(options_.file.size()) + options_.file + lenenc(2) +
                    lenenc(position.size()) + position + lenenc(0),
                0, Place{.artificial = true, .checksum = options_.checksum});
}

BinlogBuilder& BinlogBuilder::aurora_padding(std::size_t bytes) {
  return event(EventType::kAuroraPadding, std::string(bytes, '*'), binlog::kFlagIgnorable);
}

BinlogBuilder& BinlogBuilder::incident(std::string_view message) {
  return event(EventType::kIncident, le(1, 2) + sized(message));
}

BinlogBuilder& BinlogBuilder::gtid(std::string_view text, const GtidOptions& options) {
  const auto gtid = gtid::Gtid::parse(text);
  MILLRACE_ASSERT(gtid.has_value(), "a test's GTID");
  if (gtid->tag.empty()) return event(EventType::kGtid, untagged_gtid(*gtid, options));
  return event(EventType::kGtidTagged, tagged_gtid(*gtid, options));
}

BinlogBuilder& BinlogBuilder::anonymous_gtid() {
  return event(EventType::kAnonymousGtid, untagged_gtid(gtid::Gtid(), {}));
}

BinlogBuilder& BinlogBuilder::query(std::string_view sql, const QueryOptions& options) {
  std::string status = '\0' + le(0, 4);
  status += '\1' + le(options.sql_mode, 8);
  status += '\6' + sized("std");
  status += '\4' + le(options.client_collation, 2) + le(options.client_collation, 2) +
            le(options.server_collation, 2);
  std::string body = le(options.thread_id, 4) + le(0, 4) + le(options.database.size(), 1) +
                     le(options.error_code, 2) + le(status.size(), 2);
  body += status + options.database + '\0';
  return event(EventType::kQuery, body.append(sql));
}

BinlogBuilder& BinlogBuilder::xid(std::uint64_t id) { return event(EventType::kXid, le(id, 8)); }

BinlogBuilder& BinlogBuilder::xa_prepare(const binlog::Xid& xid, bool one_phase) {
  return event(EventType::kXaPrepare, le(one_phase ? 1 : 0, 1) + le(xid.format_id, 4) +
                                          le(xid.gtrid.size(), 4) + le(xid.bqual.size(), 4) +
                                          xid.gtrid + xid.bqual);
}

BinlogBuilder& BinlogBuilder::rows_query(std::string_view sql) {
  return event(EventType::kRowsQuery, le(sql.size(), 1).append(sql), binlog::kFlagIgnorable);
}

BinlogBuilder& BinlogBuilder::table_map(const Table& table) {
  return event(EventType::kTableMap, table.encode(options_.metadata));
}

std::string BinlogBuilder::rows_header(const Table& table, const RowsOptions& options,
                                       bool is_update) const {
  const std::vector<bool> all(table.columns.size(), true);
  std::string header = le(table.id, 6) + le(options.statement_end ? 1 : 0, 2);
  if (options.version == 2) header += le(options.extra.size() + 2, 2) + options.extra;
  header += lenenc(table.columns.size()) + column_bitmap(options.present.value_or(all));
  if (is_update) header += column_bitmap(options.present_after.value_or(all));
  return header;
}

BinlogBuilder& BinlogBuilder::write_rows(const Table& table, const std::vector<Row>& rows,
                                         const RowsOptions& options) {
  std::string body = rows_header(table, options, false);
  for (const Row& row : rows) body += row_image(row);
  return event(options.version == 2 ? EventType::kWriteRows : EventType::kWriteRowsV1, body);
}

BinlogBuilder& BinlogBuilder::update_rows(const Table& table,
                                          const std::vector<std::pair<Row, Row>>& rows,
                                          const RowsOptions& options) {
  std::string body = rows_header(table, options, true);
  for (const auto& [before, after] : rows) body += row_image(before) + row_image(after);
  return event(options.version == 2 ? EventType::kUpdateRows : EventType::kUpdateRowsV1, body);
}

BinlogBuilder& BinlogBuilder::delete_rows(const Table& table, const std::vector<Row>& rows,
                                          const RowsOptions& options) {
  std::string body = rows_header(table, options, false);
  for (const Row& row : rows) body += row_image(row);
  return event(options.version == 2 ? EventType::kDeleteRows : EventType::kDeleteRowsV1, body);
}

BinlogBuilder& BinlogBuilder::partial_update_rows(const Table& table, std::string_view images,
                                                  const RowsOptions& options) {
  return event(EventType::kPartialUpdateRows, rows_header(table, options, true).append(images));
}

BinlogBuilder& BinlogBuilder::payload(const std::function<void(BinlogBuilder&)>& fill,
                                      PayloadCompression compression) {
  BinlogBuilder inner(options_);
  inner.inner_ = true;
  inner.options_.checksum = false;
  fill(inner);
  std::string plain;
  for (const std::string& event : inner.events()) plain += event;
  std::string body;
  std::string payload = plain;
  if (compression == PayloadCompression::kZstd) {
    payload.resize(ZSTD_compressBound(plain.size()));
    payload.resize(ZSTD_compress(payload.data(), payload.size(), plain.data(), plain.size(), 3));
    body = lenenc(2) + sized(lenenc(0));
    body += lenenc(3) + sized(lenenc(plain.size()));
  } else {
    body = lenenc(2) + sized(lenenc(255));
  }
  body += lenenc(1) + sized(lenenc(payload.size())) + lenenc(0);
  return event(EventType::kTransactionPayload, body + payload);
}

BinlogBuilder& BinlogBuilder::seek(std::uint64_t position) {
  position_ = position;
  return *this;
}

BinlogBuilder& BinlogBuilder::at_time(std::uint32_t timestamp) {
  options_.timestamp = timestamp;
  return *this;
}

BinlogBuilder& BinlogBuilder::set_checksum(bool checksum) {
  options_.checksum = checksum;
  return *this;
}

}  // namespace millrace::test
