#include "pipeline/assembler.h"

#include <utility>

#include "millrace/base/limits.h"
#include "millrace/base/mark.h"
#include "millrace/row/row_decoder.h"

namespace millrace::pipeline {
namespace {

// Views of a decoded rows event that point into `from`, made to point to the same bytes in `to`.
binlog::RowsEvent rebase(const binlog::RowsEvent& rows, std::string_view from,
                         std::string_view to) {
  const auto moved = [&](std::string_view view) {
    return view.empty()
               ? std::string_view()
               : to.substr(static_cast<std::size_t>(view.data() - from.data()), view.size());
  };
  binlog::RowsEvent copy = rows;
  copy.columns_before = moved(rows.columns_before);
  copy.columns_after = moved(rows.columns_after);
  copy.rows = moved(rows.rows);
  return copy;
}

// The number of rows in an event; on the rare paths that must know it before decoding.
Result<std::uint64_t> count_rows(const CapturedTable& table, const binlog::RowsEvent& event) {
  row::RowDecoder decoder(table.rows, event);
  row::Row before, after;
  std::uint64_t count = 0;
  while (true) {
    MILLRACE_ASSIGN_OR_RETURN(const bool more, decoder.next(before, after));
    if (!more) return count;
    ++count;
  }
}

}  // namespace

// Feeds the rows of a prepared group, read again, to the assembler as part of the transaction that commits it.
class Assembler::XaGroupVisitor final : public binlog::PartialVisitor {
 public:
  explicit XaGroupVisitor(Assembler& assembler) : assembler_(assembler) {}

  Status on_format_description(const binlog::FormatDescription&) override {
    assembler_.tables_.forget_ids();
    return {};
  }
  Status on_rows_query(const binlog::EventContext& at, std::string_view sql) override {
    return assembler_.on_rows_query(at, sql);
  }
  Status on_table_map(const binlog::EventContext&, const binlog::TableMap& map,
                      std::string_view body) override {
    return assembler_.resolve_table(map, body);
  }
  Status on_rows(const binlog::EventContext& at, const binlog::RowsEvent& rows,
                 std::string_view body) override {
    return assembler_.append_rows(at, rows, body);
  }
  Status on_abandoned() override {
    return transient_error("the stream was cut while a prepared XA transaction was read again");
  }

 private:
  Assembler& assembler_;
};

Assembler::Assembler(const PipelineOptions& options, const state::SourceState& state,
                     TableRegistry& tables, SnapshotRun& snapshot, Observer& observer,
                     XaReplayFunction replay_xa, EmitFunction emit)
    : options_(options),
      tables_(tables),
      snapshot_(snapshot),
      observer_(observer),
      replay_xa_(std::move(replay_xa)),
      emit_(std::move(emit)),
      batch_(std::make_shared<Batch>()),
      prepared_(state.prepared),
      taken_over_(state.taken_over),
      marks_transactions_(!tables.encoder_options().transaction_topic.empty()) {
  const state::Offset& offset = *state.offset;
  batch_->end.position = offset.position;
  if (!offset.in_transaction()) return;
  Resume resume;
  resume.event = offset.event;
  resume.row = offset.row;
  resume.rows = offset.partial_rows;
  resume.by_table = offset.own && offset.server_uuid != options.server_uuid;
  resume.foreign = !offset.own;
  resume.begin = offset.position;
  resume.transaction_id = offset.transaction_id;
  resume.counts = std::make_shared<const change::TransactionCounts>(offset.transaction_counts);
  resume_ = std::move(resume);
}

bool Assembler::has_complete_work() const {
  return !open_ &&
         (!batch_->items.empty() || !batch_->markers.empty() || !batch_->completed.empty() ||
          batch_->transactions != 0 || !batch_->state.empty() || !batch_->on_committed.empty());
}

Status Assembler::flush() {
  // Until the transaction that the offset stands in is here, only the offset itself says how far it is published.
  batch_->keeps_offset = resume_ && !open_;
  if (!batch_->keeps_offset) {
    for (state::StateRecord& record : tables_.take_state_changes()) {
      batch_->state.push_back(std::move(record));
    }
  }
  auto next = std::make_shared<Batch>();
  next->end = batch_->end;
  next->begins_inside_transaction = next->continues_transaction = open_;
  if (!open_) {
    batch_->open_items_begin = batch_->items.size();
    batch_->open_markers_begin = batch_->markers.size();
  }
  batch_->end.between_transactions = !open_;
  if (marks_transactions_) batch_->end.transaction = marked_ ? transaction_ : nullptr;
  if (!emit_(std::move(batch_))) stopped_ = true;
  batch_ = std::move(next);
  batch_statement_ = {};
  return {};
}

StreamPlace Assembler::place(BinlogPosition position) const {
  StreamPlace place;
  place.position = std::move(position);
  place.transaction = transaction_;
  place.server_id = ServerId(batch_->end.server_id);
  place.timestamp = batch_->end.timestamp;
  return place;
}

void Assembler::add_rows(RowsItem item, std::size_t bytes) {
  batch_->read_bytes += bytes;
  batch_->items.push_back(std::move(item));
}

void Assembler::add_state(state::StateRecord record) { batch_->state.push_back(std::move(record)); }

void Assembler::add_notification(encode::Notification notification) {
  Marker marker{Marker::Kind::kNotification, batch_->items.size(), nullptr, 0};
  marker.notification = std::make_shared<const encode::Notification>(std::move(notification));
  batch_->markers.push_back(std::move(marker));
}

void Assembler::on_committed(std::function<void()> call) {
  batch_->on_committed.push_back(std::move(call));
}

void Assembler::drop_open_transaction() {
  if (!open_) return;
  batch_->items.resize(batch_->open_items_begin);
  batch_->markers.resize(batch_->open_markers_begin);
  // What earlier batches hold of it stays published in part, as the offset will say.
  if (!batch_->continues_transaction) open_ = false;
}

Status Assembler::on_format_description(const binlog::FormatDescription& format) {
  format_ = format;
  tables_.forget_ids();
  return {};
}

void Assembler::open_transaction(const binlog::EventContext& at,
                                 const binlog::TransactionStart& start) {
  auto info = std::make_shared<change::TransactionInfo>();
  if (start.gtid.gtid) info->gtid = start.gtid.gtid->to_text();
  info->commit_us = start.gtid.original_commit_us;
  info->thread_id = start.thread_id;
  info->file = *at.file;
  if (marks_transactions_) {
    info->id = !info->gtid.empty()
                   ? info->gtid
                   : "file=" + start.begin.file + ",pos=" + std::to_string(start.begin.offset);
  }
  transaction_ = std::move(info);
  start_ = start;
  open_ = true;
  is_foreign_ = options_.publishes_server && start.gtid.gtid &&
                !options_.publishes_server(start.gtid.gtid->uuid);
  batch_->open_items_begin = batch_->items.size();
  batch_->open_markers_begin = batch_->markers.size();
  marked_ = false;
  batch_->skipped = {};
  batch_->continues_transaction = false;
  if (resume_) [[unlikely]] {
    resume_->other_events = 0;
    if (resume_->foreign) match_foreign_offset(start);
  }
  // Where a restart begins to read when this transaction is committed in part only.
  batch_->end.position = options_.gtid_mode ? start.begin : start.group_begin;
}

// Only the place tells whether this is the transaction that the offset counts in; on another server it is elsewhere,
// and may be cut into other events. (A place behind 4 GiB may lack its upper part on either side.)
void Assembler::match_foreign_offset(const binlog::TransactionStart& start) {
  constexpr std::uint64_t kWireBits = 0xffffffff;
  const bool here = start.begin.file == resume_->begin.file &&
                    (start.begin.offset & kWireBits) == (resume_->begin.offset & kWireBits);
  if (here) return;
  MILLRACE_MARK("foreign_offset_elsewhere");
  observer_.on_notice("the connector's offset counts " + std::to_string(resume_->event) +
                      " events of a transaction at " + resume_->begin.file + ":" +
                      std::to_string(resume_->begin.offset) + ", but the server goes on with " +
                      transaction_->gtid + " at " + start.begin.file + ":" +
                      std::to_string(start.begin.offset) +
                      ": it is published whole, and what the connector published of it is there "
                      "twice");
  resume_.reset();
}

Status Assembler::on_begin(const binlog::EventContext& at, const binlog::TransactionStart& start) {
  holds_xa_rows_ = start.xid.has_value();
  open_transaction(at, start);
  if (!holds_xa_rows_) mark_begin(at);
  return {};
}

void Assembler::mark_begin(const binlog::EventContext& at) {
  if (!marks_transactions_) return;
  marked_ = true;
  Marker marker{Marker::Kind::kBegin, batch_->items.size(), transaction_, at.header.timestamp};
  // Published before the restart, if the metadata was asked for then.
  if (resume_ && resume_->transaction_id == transaction_->id) {
    MILLRACE_MARK("resume_counts");
    marker.resumed = resume_->counts;
  }
  batch_->markers.push_back(std::move(marker));
}

void Assembler::mark_end(const binlog::EventContext& at) {
  if (!marked_) return;
  marked_ = false;
  // A connector's offset may stand behind its END.
  if (resume_ && resume_->transaction_id == transaction_->id && !resume_->by_table &&
      at.index + resume_->other_events <= resume_->event) {
    return;
  }
  batch_->markers.push_back(
      {Marker::Kind::kEnd, batch_->items.size(), transaction_, at.header.timestamp});
}

Status Assembler::on_rows_query(const binlog::EventContext&, std::string_view sql) {
  if (options_.include_query) statement_ = sql;
  batch_statement_ = {};
  return {};
}

Status Assembler::on_table_map(const binlog::EventContext&, const binlog::TableMap& map,
                               std::string_view body) {
  return passes_rows_by() ? Status() : resolve_table(map, body);
}

Status Assembler::resolve_table(const binlog::TableMap& map, std::string_view body) {
  const auto table = tables_.resolve(map, body);
  if (!table) return table.error();
  // A map may tell of a change that no statement was understood to make.
  snapshot_.note_changes(tables_.take_changed_tables());
  return {};
}

Status Assembler::on_rows(const binlog::EventContext& at, const binlog::RowsEvent& rows,
                          std::string_view body) {
  return passes_rows_by() ? Status() : append_rows(at, rows, body);
}

RowsItem Assembler::item_at(const binlog::EventContext& at, CapturedTablePtr table) const {
  RowsItem item;
  item.table = std::move(table);
  item.transaction = transaction_;
  item.server_id = at.header.server_id;
  item.timestamp = at.header.timestamp;
  item.position = at.start;
  item.index = at.index;
  return item;
}

Status Assembler::append_rows(const binlog::EventContext& at, const binlog::RowsEvent& rows,
                              std::string_view body) {
  MILLRACE_ASSIGN_OR_RETURN(const CapturedTablePtr* table, tables_.find(rows.table_id));
  if (*table != nullptr) {
    RowsItem item = item_at(at, *table);
    item.event = rows;
    bool skip_event = false;
    if (snapshot_.is_active()) [[unlikely]] {
      MILLRACE_ASSIGN_OR_RETURN(const bool is_published, snapshot_.watch_rows(**table, rows));
      skip_event = !is_published;
    }
    if (resume_ && !skip_event) [[unlikely]] {
      MILLRACE_RETURN_IF_ERROR(skip_published(at, item, skip_event));
    }
    if (item.table->is_signal_table && !skip_event) take_orders(item);
    if (!skip_event) {
      item.event = rebase(rows, body, batch_->arena.copy(body));
      if (!statement_.empty()) {
        if (batch_statement_.empty()) batch_statement_ = batch_->arena.copy(statement_);
        item.query = batch_statement_;
      }
      batch_->end.server_id = at.header.server_id.value();
      batch_->end.timestamp = at.header.timestamp;
      batch_->items.push_back(std::move(item));
    }
  }
  if (*table == nullptr && options_.leaves_out_tables) count_left_out(at, rows.table_id);
  if (rows.statement_end) {
    statement_.clear();
    batch_statement_ = {};
    tables_.end_statement();
  }
  return cut_if_full();
}

// What it asks for is committed with the row itself.
void Assembler::take_orders(const RowsItem& item) {
  if (item.event.kind != binlog::RowsKind::kWrite || !options_.order_of_signal) return;
  row::RowDecoder decoder(item.table->rows, item.event);
  row::Row before, after;
  for (std::uint64_t count = 1;; ++count) {
    const Result<bool> more = decoder.next(before, after);
    if (!more || !*more) return;  // a decode worker says what is wrong
    if (count <= item.skip_rows) continue;
    const SignalRow signal =
        signal_of(*item.table->schema, after, place_text(*transaction_, item.position));
    if (const auto order = options_.order_of_signal(signal)) snapshot_.accept(*order, *this);
  }
}

void Assembler::count_left_out(const binlog::EventContext& at, TableId id) {
  const TableRegistry::LeftOutTable* table = tables_.find_left_out(id);
  if (table == nullptr) return;
  batch_->left_out.add({table->name.to_text(), LeftOut::Reason::kInconsistentSchema},
                       place_text(*transaction_, at.start) + ": " + table->why);
}

Status Assembler::skip_published(const binlog::EventContext& at, RowsItem& item, bool& skip_event) {
  const Resume& resume = *resume_;
  if (resume.by_table) return skip_by_table(item, skip_event);
  const std::uint64_t index = at.index + resume.other_events;
  if (index < resume.event) {
    skip_event = true;
  } else if (index == resume.event) {
    // A heartbeat of Debezium's behind the event's rows doesn't count them.
    skip_event = resume.foreign && resume.row == 0;
    item.skip_rows = resume.row;
    item.doubtful_tail = resume.foreign;
  }
  return skip_event ? note_skipped(item) : Status();
}

// Whoever goes on from a later part's offset, on another server, counts by table.
Status Assembler::note_skipped(const RowsItem& item) {
  MILLRACE_ASSIGN_OR_RETURN(const std::uint64_t count, count_rows(*item.table, item.event));
  batch_->skipped.event = item.index;
  batch_->skipped.rows_of_event = count;
  batch_->skipped.rows[item.table->schema->name] += count;
  return {};
}

Status Assembler::skip_by_table(RowsItem& item, bool& skip_event) {
  Resume& resume = *resume_;
  const auto left = resume.rows.find(item.table->schema->name);
  if (left == resume.rows.end() || left->second == 0) return {};
  MILLRACE_MARK("resume_by_table");
  MILLRACE_ASSIGN_OR_RETURN(const std::uint64_t count, count_rows(*item.table, item.event));
  const std::uint64_t skipped = std::min(count, left->second);
  left->second -= skipped;
  item.skip_rows = skipped;
  skip_event = skipped == count;
  return skip_event ? note_skipped(item) : Status();
}

Status Assembler::cut_if_full() {
  if (batch_->row_bytes() < limits::kBatchBytes) return {};
  return flush();
}

void Assembler::mark_statement(const binlog::EventContext& at, change::SchemaChangeEvent event) {
  event.transaction = transaction_;
  event.server_id = at.header.server_id;
  event.timestamp = at.header.timestamp;
  event.position = at.start;
  Marker marker{Marker::Kind::kStatement, batch_->items.size(), transaction_, at.header.timestamp};
  marker.statement = std::make_shared<const change::SchemaChangeEvent>(std::move(event));
  batch_->markers.push_back(std::move(marker));
}

Status Assembler::complete_transaction(const binlog::EventContext& at, const BinlogPosition& end) {
  mark_end(at);
  if (resume_) {
    for (const auto& [table, rows] : resume_->rows) {
      if (!resume_->by_table || rows == 0) continue;
      return definite_error("the transaction " + transaction_->gtid + " on this server has " +
                            std::to_string(rows) + " rows of " + table.to_text() +
                            " fewer than were published of it from another server: the two "
                            "servers' histories differ; start the source from a new offset");
    }
    resume_.reset();
  }
  open_ = false;
  holds_xa_rows_ = false;
  statement_.clear();
  batch_statement_ = {};
  if (start_.gtid.gtid) batch_->completed.push_back(*start_.gtid.gtid);
  ++batch_->transactions;
  batch_->end.position = end;
  batch_->end.server_id = at.header.server_id.value();
  batch_->end.timestamp = at.header.timestamp;
  if (start_.gtid.original_commit_us != 0) batch_->end.commit_us = start_.gtid.original_commit_us;
  return {};
}

Status Assembler::on_statement(const binlog::EventContext& at,
                               const binlog::TransactionStart& group, const binlog::Query& query,
                               bool inside) {
  MILLRACE_ASSIGN_OR_RETURN(std::vector<CapturedTablePtr> emptied, tables_.apply_statement(query));
  snapshot_.note_changes(tables_.take_changed_tables());
  if (!inside) open_transaction(at, group);
  for (change::SchemaChangeEvent& event : tables_.take_schema_changes()) {
    // Inside a transaction (CREATE TABLE ... SELECT) it stands before the rows, of which some are published.
    if (inside && resume_) continue;
    event.has_thread = inside;
    mark_statement(at, std::move(event));
  }
  if (inside) return {};
  if (!options_.skip_truncates && !is_foreign_) {
    for (CapturedTablePtr& table : emptied) {
      if (snapshot_.keeps_back(table->schema->name)) continue;
      RowsItem item = item_at(at, std::move(table));
      item.truncate = true;
      batch_->items.push_back(std::move(item));
    }
  }
  return complete_transaction(at, BinlogPosition{*at.file, at.end});
}

Status Assembler::on_end(const binlog::EventContext& at, const binlog::TransactionEnd& end) {
  if (!open_) return definite_error("a transaction ends that did not begin");
  const state::PreparedXa prepared{start_.xid.value_or(binlog::Xid{}), start_.gtid.gtid,
                                   start_.group_begin};
  switch (end.outcome) {
    case binlog::TransactionOutcome::kXaPrepare:
      prepared_[prepared.xid] = prepared;
      batch_->state.push_back(state::xa_record(options_.source_name, prepared));
      break;
    case binlog::TransactionOutcome::kXaOnePhase:
      holds_xa_rows_ = false;
      mark_begin(at);
      if (!is_foreign_) MILLRACE_RETURN_IF_ERROR(publish_xa(at, prepared));
      break;
    case binlog::TransactionOutcome::kCommit:
    case binlog::TransactionOutcome::kRollback:
      // A ROLLBACK stands in the binlog only where non-transactional tables were changed: those rows are real.
      break;
  }
  return complete_transaction(at, end.end);
}

Status Assembler::on_xa_outcome(const binlog::EventContext& at,
                                const binlog::TransactionStart& group, const binlog::Xid& xid,
                                bool committed) {
  open_transaction(at, group);
  const auto prepared = prepared_.find(xid);
  const bool publishes = committed && !is_foreign_;
  if (publishes && prepared == prepared_.end() && taken_over_) {
    MILLRACE_MARK("xa_published_by_connector");
    observer_.on_notice("XA COMMIT " + xid.to_text() +
                        ": its rows were published by the connector that this source was taken "
                        "over from, at XA PREPARE");
  } else if (publishes) {
    if (prepared == prepared_.end()) {
      return definite_error(
          "XA COMMIT " + xid.to_text() +
          " of a transaction that was prepared before this source's first offset: its rows are in "
          "no snapshot and were never streamed. Set the offset to a position before its XA "
          "PREPARE, "
          "or take a new snapshot");
    }
    mark_begin(at);
    MILLRACE_RETURN_IF_ERROR(publish_xa(at, prepared->second));
  }
  if (prepared != prepared_.end()) {
    prepared_.erase(prepared);
    batch_->state.push_back(state::xa_deletion(options_.source_name, xid));
  }
  return complete_transaction(at, BinlogPosition{*at.file, at.end});
}

Status Assembler::publish_xa(const binlog::EventContext&, const state::PreparedXa& prepared) {
  MILLRACE_MARK("xa_reread");
  XaGroupVisitor visitor(*this);
  const Status replayed = replay_xa_(prepared, visitor);
  // The second stream announced its own table ids; the main stream's maps come again with each statement.
  tables_.forget_ids();
  if (replayed) return {};
  return replayed.error().with_context("XA transaction " + prepared.xid.to_text() +
                                       " prepared at " + prepared.begin.file + ":" +
                                       std::to_string(prepared.begin.offset));
}

Status Assembler::on_abandoned() {
  // Rows of the lost transaction may be on their way already; only a new start from the offset is safe.
  if (open_ && (batch_->continues_transaction || batch_->items.size() > batch_->open_items_begin)) {
    return transient_error("the server's stream broke off inside a transaction");
  }
  batch_->markers.resize(batch_->open_markers_begin);
  open_ = false;
  holds_xa_rows_ = false;
  marked_ = false;
  return {};
}

Status Assembler::on_heartbeat(const BinlogPosition& position) {
  if (!open_ && !position.file.empty() && position.offset != 0) {
    batch_->end.position = position;
  }
  return {};
}

Status Assembler::on_skipped(const binlog::EventHeader& header) {
  if (resume_ && open_) ++resume_->other_events;
  observer_.on_skipped_event(header.type);
  return {};
}

}  // namespace millrace::pipeline
