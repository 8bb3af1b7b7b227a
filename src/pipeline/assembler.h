#pragma once

// The reader's half of the pipeline: it listens to the grammar and cuts the stream into batches. Row events of
// captured tables are copied into the batch at hand; the end of a transaction, a statement, an XA outcome become
// what the batch means for the offset.
//
// After a restart inside a transaction that was committed in part it leaves out what was published: by event index
// and row on the same server; on another one, whose row events may be cut differently, by counting rows per table.
// An offset of Debezium's names neither server nor rows by table: it holds for the transaction that begins where it
// says, and when the stream brings another one first, that is published whole.
//
// Single-threaded: belongs to the reader.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/binlog/stream_grammar.h"
#include "millrace/pipeline/captured_table.h"
#include "millrace/pipeline/pipeline.h"
#include "pipeline/batch.h"
#include "pipeline/snapshot_run.h"

namespace millrace::pipeline {

// Reads a prepared XA group again and feeds it to a visitor (xa_replay.h).
using XaReplayFunction =
    std::function<Status(const state::PreparedXa& prepared, binlog::StreamVisitor& visitor)>;
// Hands a full batch on; false when the pipeline is closing.
using EmitFunction = std::function<bool(std::shared_ptr<Batch>)>;

class Assembler final : public binlog::StreamVisitor, public SnapshotOutput {
 public:
  Assembler(const PipelineOptions& options, const state::SourceState& state, TableRegistry& tables,
            SnapshotRun& snapshot, Observer& observer, XaReplayFunction replay_xa,
            EmitFunction emit);

  // Whether a batch is worth handing on now: something is in it and it ends between transactions.
  bool has_complete_work() const;
  // Complete transactions in the batch at hand.
  std::uint64_t transactions() const { return batch_->transactions; }
  // The place before the transaction at hand: everything up to it is in batches.
  BinlogPosition transaction_begin() const { return start_.group_begin; }
  const std::vector<gtid::Gtid>& completed() const { return batch_->completed; }
  bool is_in_transaction() const { return open_; }
  // Of everything up to here; not inside a transaction.
  const BinlogPosition& position() const { return batch_->end.position; }
  // Where the stream stands for a snapshot, at the position that the grammar has come to.
  StreamPlace place(BinlogPosition position) const;
  // Hands the batch at hand on, if it holds anything.
  Status flush();
  // Drops what belongs to a transaction that is not complete: before a stop.
  void drop_open_transaction();
  // True once emit() refused a batch.
  bool stopped() const { return stopped_; }

  void add_rows(RowsItem item, std::size_t bytes) override;
  void add_state(state::StateRecord record) override;
  void add_notification(encode::Notification notification) override;
  void on_committed(std::function<void()> call) override;
  Status cut() override { return cut_if_full(); }
  void set_in_snapshot(bool in_snapshot) override { batch_->in_snapshot = in_snapshot; }

  Status on_format_description(const binlog::FormatDescription& format) override;
  Status on_begin(const binlog::EventContext& at, const binlog::TransactionStart& start) override;
  Status on_rows_query(const binlog::EventContext& at, std::string_view sql) override;
  Status on_table_map(const binlog::EventContext& at, const binlog::TableMap& map,
                      std::string_view body) override;
  Status on_rows(const binlog::EventContext& at, const binlog::RowsEvent& rows,
                 std::string_view body) override;
  Status on_statement(const binlog::EventContext& at, const binlog::TransactionStart& group,
                      const binlog::Query& query, bool inside) override;
  Status on_end(const binlog::EventContext& at, const binlog::TransactionEnd& end) override;
  Status on_xa_outcome(const binlog::EventContext& at, const binlog::TransactionStart& group,
                       const binlog::Xid& xid, bool committed) override;
  Status on_abandoned() override;
  Status on_heartbeat(const BinlogPosition& position) override;
  Status on_skipped(const binlog::EventHeader& header) override;

 private:
  class XaGroupVisitor;

  // How much of the first transaction was published before the restart.
  struct Resume {
    std::uint64_t event = 0;
    std::uint64_t row = 0;
    std::map<schema::TableName, std::uint64_t> rows;
    bool by_table = false;
    bool foreign = false;            // Debezium's offset
    BinlogPosition begin;            // of its transaction
    std::uint64_t other_events = 0;  // that Debezium counts and the grammar passes over
    std::string transaction_id;      // of transaction metadata, with the counts so far
    std::shared_ptr<const change::TransactionCounts> counts;
  };

  void open_transaction(const binlog::EventContext& at, const binlog::TransactionStart& start);
  void mark_begin(const binlog::EventContext& at);
  void mark_end(const binlog::EventContext& at);
  void mark_statement(const binlog::EventContext& at, change::SchemaChangeEvent event);
  Status complete_transaction(const binlog::EventContext& at, const BinlogPosition& end);
  Status resolve_table(const binlog::TableMap& map, std::string_view body);
  Status append_rows(const binlog::EventContext& at, const binlog::RowsEvent& rows,
                     std::string_view body);
  void count_left_out(const binlog::EventContext& at, TableId id);
  void take_orders(const RowsItem& item);
  void match_foreign_offset(const binlog::TransactionStart& start);
  Status skip_published(const binlog::EventContext& at, RowsItem& item, bool& skip_event);
  Status skip_by_table(RowsItem& item, bool& skip_event);
  Status note_skipped(const RowsItem& item);
  Status publish_xa(const binlog::EventContext& at, const state::PreparedXa& prepared);
  Status cut_if_full();
  // Rows of the open transaction are not for now: held back, or not published at all.
  bool passes_rows_by() const { return holds_xa_rows_ || is_foreign_; }
  RowsItem item_at(const binlog::EventContext& at, CapturedTablePtr table) const;

  const PipelineOptions& options_;
  TableRegistry& tables_;
  SnapshotRun& snapshot_;
  Observer& observer_;
  XaReplayFunction replay_xa_;
  EmitFunction emit_;

  std::shared_ptr<Batch> batch_;
  binlog::FormatDescription format_;
  std::optional<Resume> resume_;
  std::map<binlog::Xid, state::PreparedXa> prepared_;

  // The open transaction.
  std::shared_ptr<const change::TransactionInfo> transaction_;
  binlog::TransactionStart start_;
  bool open_ = false;
  const bool taken_over_;
  bool is_foreign_ = false;           // of a server whose rows aren't published
  const bool marks_transactions_;     // transaction metadata
  bool marked_ = false;               // the open transaction has begun with a marker
  bool holds_xa_rows_ = false;        // inside an XA group: its rows wait for XA COMMIT
  std::string statement_;             // ROWS_QUERY of the statement at hand
  std::string_view batch_statement_;  // its copy in the batch's arena
  bool stopped_ = false;
};

}  // namespace millrace::pipeline
