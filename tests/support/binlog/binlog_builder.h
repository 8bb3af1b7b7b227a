#pragma once

// Builds binlogs for tests, event by event, as a server writes and sends them: right lengths,
// positions and checksums.
//
//   BinlogBuilder binlog;
//   binlog.start_stream().gtid("3457d932-e55a-11f1-a4af-02fc00000001:5").begin().table_map(orders)
//       .write_rows(orders, {{le(1, 4), sized("a")}}).xid();
//   for (const std::string& event : binlog.events()) grammar.feed(event);
//
// Each call appends one event (unless its comment says more) and returns the builder.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/binlog/events.h"
#include "support/binlog/table_builder.h"

namespace millrace::test {

struct BinlogBuilderOptions {
  std::string file = "mysql-bin.000001";
  std::string server_version = "8.4.0";
  std::uint32_t server_id = 1;
  std::uint32_t timestamp = 1'700'000'000;
  bool checksum = true;
  Metadata metadata = Metadata::kFull;
};

struct QueryOptions {
  std::string database = "shop";
  std::uint32_t thread_id = 7;
  std::uint16_t error_code = 0;
  std::uint64_t sql_mode = 0;
  std::uint16_t client_collation = 255;
  std::uint16_t server_collation = 255;
};

struct GtidOptions {
  std::uint64_t immediate_commit_us = 1'700'000'000'000'000;
  std::optional<std::uint64_t> original_commit_us = {};  // same as immediate where empty
  std::uint64_t transaction_bytes = 0;
};

struct RowsOptions {
  int version = 2;  // 1: as before 5.6
  bool statement_end = true;
  std::string extra = {};                         // version 2's extra data
  std::optional<std::vector<bool>> present = {};  // columns in the (before) image; all where empty
  std::optional<std::vector<bool>> present_after = {};
};

enum class PayloadCompression { kZstd, kNone };

class BinlogBuilder {
 public:
  explicit BinlogBuilder(BinlogBuilderOptions options = {});

  // --- the stream around the groups ---
  // What a server sends first: artificial ROTATE, FORMAT_DESCRIPTION, PREVIOUS_GTIDS.
  BinlogBuilder& start_stream(std::string_view previous_gtids = "");
  // What a file starts with: FORMAT_DESCRIPTION, PREVIOUS_GTIDS.
  BinlogBuilder& start_file(std::string_view previous_gtids = "");
  // ROTATE, and then as start_stream().
  BinlogBuilder& next_file(std::string file);
  BinlogBuilder& rotate(std::string_view file);
  // The artificial one, of the current file and position; its checksum is by option before the
  // FORMAT_DESCRIPTION.
  BinlogBuilder& fake_rotate();
  BinlogBuilder& format_description(std::uint16_t flags = 0);
  // As at a start inside a file: log_pos and creation time are 0.
  BinlogBuilder& artificial_format_description();
  BinlogBuilder& previous_gtids(std::string_view set);
  BinlogBuilder& stop();
  BinlogBuilder& heartbeat();
  BinlogBuilder& heartbeat_v2();
  BinlogBuilder& aurora_padding(std::size_t bytes = 905);
  BinlogBuilder& incident(std::string_view message);

  // --- groups ---
  // GTID, or GTID_TAGGED where the text has a tag.
  BinlogBuilder& gtid(std::string_view text, const GtidOptions& options = {});
  BinlogBuilder& anonymous_gtid();
  BinlogBuilder& query(std::string_view sql, const QueryOptions& options = {});
  BinlogBuilder& begin() { return query("BEGIN"); }
  BinlogBuilder& commit() { return query("COMMIT"); }
  BinlogBuilder& rollback() { return query("ROLLBACK"); }
  BinlogBuilder& xid(std::uint64_t id = 42);
  BinlogBuilder& xa_start(const binlog::Xid& xid) { return query("XA START " + xid.to_text()); }
  BinlogBuilder& xa_end(const binlog::Xid& xid) { return query("XA END " + xid.to_text()); }
  BinlogBuilder& xa_prepare(const binlog::Xid& xid, bool one_phase = false);
  BinlogBuilder& xa_commit(const binlog::Xid& xid) { return query("XA COMMIT " + xid.to_text()); }
  BinlogBuilder& xa_rollback(const binlog::Xid& xid) {
    return query("XA ROLLBACK " + xid.to_text());
  }
  BinlogBuilder& rows_query(std::string_view sql);
  BinlogBuilder& table_map(const Table& table);
  BinlogBuilder& write_rows(const Table& table, const std::vector<Row>& rows,
                            const RowsOptions& options = {});
  BinlogBuilder& update_rows(const Table& table, const std::vector<std::pair<Row, Row>>& rows,
                             const RowsOptions& options = {});
  BinlogBuilder& delete_rows(const Table& table, const std::vector<Row>& rows,
                             const RowsOptions& options = {});
  // PARTIAL_UPDATE_ROWS: `images` are the encoded row images.
  BinlogBuilder& partial_update_rows(const Table& table, std::string_view images,
                                     const RowsOptions& options = {});
  // TRANSACTION_PAYLOAD with the events that `fill` appends to the builder it gets.
  BinlogBuilder& payload(const std::function<void(BinlogBuilder&)>& fill,
                         PayloadCompression compression = PayloadCompression::kZstd);

  // --- anything else ---
  BinlogBuilder& event(binlog::EventType type, std::string_view body, std::uint16_t flags = 0);
  // Moves to a position without an event: what a GTID dump leaves out, or a file of many gigabytes.
  BinlogBuilder& seek(std::uint64_t position);
  BinlogBuilder& at_time(std::uint32_t timestamp);
  BinlogBuilder& set_checksum(bool checksum);

  // All events so far, each whole, as packets carry them.
  const std::vector<std::string>& events() const { return events_; }
  // The current file: magic number and all events since start_file() or next_file() but the
  // artificial ones.
  const std::string& file_bytes() const { return file_bytes_; }
  std::uint64_t position() const { return position_; }
  const std::string& file() const { return options_.file; }

 private:
  struct Place {
    bool artificial = false;
    bool checksum = true;
  };
  BinlogBuilder& append(binlog::EventType type, std::string_view body, std::uint16_t flags,
                        Place place);
  std::string format_description_body(bool mid_file) const;
  std::string rows_header(const Table& table, const RowsOptions& options, bool is_update) const;

  BinlogBuilderOptions options_;
  bool inner_ = false;  // of a payload: no checksums, no positions
  std::uint64_t position_ = 4;
  std::vector<std::string> events_;
  std::string file_bytes_;
};

}  // namespace millrace::test
