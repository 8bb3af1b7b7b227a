#pragma once

// A batch: a stretch of the stream as row events that are copied out of the network buffer, and what the stretch
// means for the offset. The unit that the reader hands over, a worker decodes and the committer writes.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/limits.h"
#include "millrace/base/result.h"
#include "millrace/binlog/events.h"
#include "millrace/change/change_event.h"
#include "millrace/change/schema_change_event.h"
#include "millrace/change/transaction_counts.h"
#include "millrace/encode/notification_records.h"
#include "millrace/encode/record_batch.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/pipeline/captured_table.h"
#include "millrace/pipeline/left_out.h"
#include "millrace/pipeline/signal_row.h"
#include "millrace/state/source_state.h"

namespace millrace::pipeline {

// Memory that grows by blocks, so that views into it stay valid. Freed as a whole.
class BlockArena {
 public:
  std::string_view copy(std::string_view bytes) {
    if (bytes.empty()) return {};
    if (bytes.size() > block_left_) {
      const std::size_t size = std::max(bytes.size(), kArenaBlockBytes);
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
      free_ = blocks_.back().get();
      block_left_ = size;
    }
    std::memcpy(free_, bytes.data(), bytes.size());
    const std::string_view copied(free_, bytes.size());
    free_ += bytes.size();
    block_left_ -= bytes.size();
    used_ += bytes.size();
    return copied;
  }
  std::size_t used_bytes() const { return used_; }

 private:
  static constexpr std::size_t kArenaBlockBytes = 64U << 10;

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  std::size_t block_left_ = 0;
  std::size_t used_ = 0;
};

// The rows of one row event (or a TRUNCATE: `truncate` set and no rows).
struct RowsItem {
  CapturedTablePtr table;
  std::shared_ptr<const change::TransactionInfo> transaction;
  binlog::RowsEvent event;  // views into the batch's arena
  bool truncate = false;
  ServerId server_id;
  std::uint32_t timestamp = 0;
  std::uint64_t position = 0;
  std::uint64_t index = 0;      // within the transaction, as offsets count
  std::uint64_t skip_rows = 0;  // published before a restart
  // Of the last row skipped only the first record is certainly published: Debezium gives all records of a row one
  // offset, so it may have stopped between a delete and its tombstone.
  bool doubtful_tail = false;
  std::string_view query;
  // A row read by a snapshot: source.snapshot; empty for the stream's.
  std::string_view snapshot;
  std::shared_ptr<const void> owner;  // of what `event` points into, where that isn't the arena
};

// "binlog.000003:4711 (GTID ...)": where a row event is, for people.
inline std::string place_text(const change::TransactionInfo& transaction, std::uint64_t position) {
  const std::string place = transaction.file + ":" + std::to_string(position);
  return transaction.gtid.empty() ? place : place + " (GTID " + transaction.gtid + ")";
}

// What stands between the rows and becomes a record: where a transaction begins or ends (transaction metadata), and a
// statement that changed tables.
struct Marker {
  enum class Kind : std::uint8_t { kBegin, kEnd, kStatement, kNotification };
  Kind kind = Kind::kBegin;
  std::size_t before = 0;  // the item with this index
  std::shared_ptr<const change::TransactionInfo> transaction;
  std::uint32_t timestamp = 0;
  // kBegin of a transaction whose first part was published before a restart: its counts, and no record.
  std::shared_ptr<const change::TransactionCounts> resumed = nullptr;
  std::shared_ptr<const change::SchemaChangeEvent> statement = nullptr;
  std::shared_ptr<const encode::Notification> notification = nullptr;
};

// What a batch left out of the open transaction because it was published before a restart: whole row events, up to
// number `event`.
struct SkippedRows {
  std::uint64_t event = 0;
  std::uint64_t rows_of_event = 0;
  std::map<schema::TableName, std::uint64_t> rows;
};

// Where the stream stands at the end of a batch.
struct StreamPoint {
  BinlogPosition position;
  std::uint32_t server_id = 0;
  std::uint32_t timestamp = 0;
  std::uint64_t commit_us = 0;
  // True between transactions. Inside one, `position` is where the transaction begins, and the committer counts
  // what it published of it.
  bool between_transactions = true;
  // With transaction metadata: the open one, where it has begun with a marker.
  std::shared_ptr<const change::TransactionInfo> transaction;
};

struct Batch {
  // JSON is about this much larger than the row events it comes from.
  static constexpr std::size_t kJsonExpansion = 5;

  // What the records will take: the batch counts with this much until they are there.
  std::size_t expected_record_bytes() const { return row_bytes() * kJsonExpansion; }
  std::size_t row_bytes() const { return arena.used_bytes() + read_bytes; }

  BlockArena arena;
  std::size_t read_bytes = 0;  // of row images that snapshots have read
  std::vector<RowsItem> items;
  std::vector<Marker> markers;
  // First item of the transaction that is open at the end; items.size() when there is none.
  std::size_t open_items_begin = 0;
  std::size_t open_markers_begin = 0;
  // True when the first item's transaction began in an earlier batch, even if it ends in this one.
  bool begins_inside_transaction = false;
  // True when the transaction that is open at the end began in an earlier batch.
  bool continues_transaction = false;
  SkippedRows skipped;
  // Nothing is known that the offset doesn't say better: it stands inside a transaction that hasn't come yet.
  bool keeps_offset = false;
  std::vector<gtid::Gtid> completed;
  std::uint64_t transactions = 0;
  std::vector<state::StateRecord> state;
  std::vector<std::function<void()>> on_committed;
  std::optional<bool> in_snapshot;  // the offset's, from here on
  LeftOut left_out;                 // by the reader, then by a decode worker
  StreamPoint end;

  // With transaction metadata: of the transaction at hand, as a worker goes along; at the end, of the open one.
  change::TransactionCounts counts;

  // Filled by a decode worker.
  encode::RecordBatchPtr records;
  std::vector<std::uint64_t> rows_of_item;  // rows in the event, published before or now
  std::uint64_t creates = 0, updates = 0, deletes = 0, truncates = 0, reads = 0;
  std::uint64_t json_bases_missing = 0;
  std::vector<SignalRow> signals;
  Status status;
};

}  // namespace millrace::pipeline
