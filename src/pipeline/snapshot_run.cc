#include "pipeline/snapshot_run.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "millrace/base/clock.h"
#include "millrace/base/mark.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/row/row_decoder.h"
#include "millrace/snapshot/table_key.h"

namespace millrace::pipeline {
namespace {

using state::SnapshotTable;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The first chunk of a table, of which nothing is known yet.
constexpr std::uint64_t kFirstChunkRows = 1024;
// How often readers learn where the stream is: what it brought before that needn't be held against their chunks.
constexpr milliseconds kPlacePeriod{2};
constexpr milliseconds kReportPeriod{500};
// Of a table's keys that the stream has brought: behind that its chunks are read again.
constexpr std::size_t kMostTouchedKeys = 1U << 20;

// binlog.000012 -> 12
std::uint64_t number_of(std::string_view file) {
  const std::size_t dot = file.rfind('.');
  std::uint64_t number = 0;
  if (dot != file.npos) std::from_chars(file.data() + dot + 1, file.data() + file.size(), number);
  return number;
}

bool is_same_order(const schema::TableSchema& a, const snapshot::TableKey& a_key,
                   const schema::TableSchema& b, const snapshot::TableKey& b_key) {
  return std::ranges::equal(a_key.columns, b_key.columns, [&](std::size_t x, std::size_t y) {
    return a.columns[x].name == b.columns[y].name && a.columns[x].type == b.columns[y].type &&
           a.columns[x].collation == b.columns[y].collation;
  });
}

bool has_absent(const row::Row& row, const std::vector<std::size_t>& columns) {
  return std::ranges::any_of(columns,
                             [&](std::size_t column) { return row.values[column].is_absent(); });
}

}  // namespace

bool is_at_or_behind(const BinlogPosition& a, const BinlogPosition& b) {
  if (a.file == b.file) return a.offset >= b.offset;
  return number_of(a.file) > number_of(b.file);
}

SnapshotRun::SnapshotRun(const PipelineOptions& options, const state::SourceState& state,
                         TableRegistry& tables, Observer& observer, std::function<void()> wake)
    : options_(options),
      tables_(tables),
      observer_(observer),
      wake_(std::move(wake)),
      snapshot_(state.snapshot),
      memory_(options.memory) {
  if (options.updates_may_vanish) encoder_.emplace(tables.encoder_options(), system_clock());
  if (!snapshot_) return;
  for (const SnapshotTable& table : state.snapshot_tables) {
    pending_.push_back(table);
    name(table);
    next_order_ = std::max(next_order_, table.order + 1);
    if (is_of_first_snapshot(table) && !table.has_begun) kept_back_.insert(table.name);
  }
  is_paused_ = snapshot_->is_paused;
  is_active_ = true;
  needs_steps_ = true;
}

SnapshotRun::~SnapshotRun() {
  stop();
  stop_readers();
}

void SnapshotRun::stop() {
  const std::lock_guard lock(mutex_);
  is_stopping_ = true;
  work_.notify_all();
  news_.notify_all();
  orders_done_.notify_all();
}

bool SnapshotRun::reads_copy() const { return snapshot_ && snapshot_->is_frozen; }

// --- The stream's reader. ---

bool SnapshotRun::wait(milliseconds timeout) {
  std::unique_lock lock(mutex_);
  news_.wait_for(lock, timeout, [this] { return has_news_ || is_stopping_; });
  return std::exchange(has_news_, false);
}

bool SnapshotRun::is_of_first_snapshot(const SnapshotTable& table) const {
  return !snapshot_->is_frozen && table.kind == SnapshotTable::Kind::kInitial;
}

SnapshotRun::Active* SnapshotRun::find(const schema::TableName& name) {
  for (Active& active : active_) {
    if (active.table.name == name) return &active;
  }
  return nullptr;
}

Result<bool> SnapshotRun::watch_rows(const CapturedTable& table, const binlog::RowsEvent& event) {
  Active* const active = find(table.schema->name);
  if (active == nullptr) return !kept_back_.contains(table.schema->name);
  const bool is_skipped = (event.kind == binlog::RowsKind::kWrite && options_.skip_creates) ||
                          (event.kind == binlog::RowsKind::kUpdate && options_.skip_updates) ||
                          (event.kind == binlog::RowsKind::kDelete && options_.skip_deletes);
  // What has no record doesn't stand in for a chunk's row.
  if (is_skipped && !active->is_kept_back) return true;
  // A map may have told of another structure than the one that was read: what was read is discarded then, and the
  // structure taken anew after the transaction.
  if (active->needs_structure) active->identity = snapshot::key_of(*table.schema).columns;
  if (active->identity.empty()) {
    active->keys.add({});
    return !active->is_kept_back;
  }
  row::RowDecoder decoder(table.rows, event);
  row::Row before, after;
  while (true) {
    const Result<bool> more = decoder.next(before, after);
    if (!more) {  // whatever becomes of the event, it may have been any row
      const std::lock_guard lock(mutex_);
      discard(*active);
      return true;
    }
    if (!*more) break;
    MILLRACE_ASSIGN_OR_RETURN(const bool is_published, has_record(table, event, before, after));
    if (!is_published) continue;
    note_keys(*active, event.kind, before, after);
  }
  if (active->keys.size() > kMostTouchedKeys) {
    MILLRACE_MARK("touched_keys_overflow");
    const std::lock_guard lock(mutex_);
    discard(*active);
    active->keys.forget_before(active->keys.end());
  }
  return !active->is_kept_back;
}

void SnapshotRun::note_keys(Active& active, binlog::RowsKind kind, const row::Row& before,
                            const row::Row& after) {
  std::optional<KeyHash> old_key, new_key;
  if (!before.values.empty()) {
    if (has_absent(before, active.identity)) {  // it may have been any row
      const std::lock_guard lock(mutex_);
      discard(active);
      return;
    }
    old_key = hash_key(before, active.identity);
  }
  // An after image without the key has the key of the before image.
  if (!after.values.empty() && !has_absent(after, active.identity)) {
    new_key = hash_key(after, active.identity);
  }
  if (old_key) active.keys.add(*old_key);
  if (new_key && new_key != old_key) active.keys.add(*new_key);
  if (!active.knows_created) return;
  const bool moves = old_key && new_key && *old_key != *new_key;
  if (old_key && (kind == binlog::RowsKind::kDelete || moves)) active.created.erase(*old_key);
  if (new_key && (kind == binlog::RowsKind::kWrite || moves)) active.created.insert(*new_key);
  if (active.created.size() > kMostTouchedKeys) {
    active.knows_created = false;
    active.created.clear();
  }
}

// False for an update of columns that aren't published.
Result<bool> SnapshotRun::has_record(const CapturedTable& table, const binlog::RowsEvent& event,
                                     const row::Row& before, const row::Row& after) {
  if (!encoder_ || event.kind != binlog::RowsKind::kUpdate) return true;
  const change::TransactionInfo nobody;
  change::ChangeEvent change;
  change.operation = change::Operation::kUpdate;
  change.table = table.schema.get();
  change.before = &before;
  change.after = &after;
  change.source.transaction = &nobody;
  encode::RecordBatch records;
  const Status encoded = encoder_->encode(change, table.json, records);
  return !encoded || !records.records.empty();
}

void SnapshotRun::note_changes(const ChangedTables& changed) {
  if (!snapshot_) return;
  for (Active& active : active_) {
    if (!changed.all &&
        std::ranges::find(changed.names, active.table.name) == changed.names.end()) {
      continue;
    }
    MILLRACE_MARK("table_changed_while_read");
    const std::lock_guard lock(mutex_);
    discard(active);
    active.needs_structure = true;
  }
  if (snapshot_->is_frozen || !snapshot_->signal_id.empty()) return;
  // Rows that came by a new name, and not through the stream.
  for (const schema::TableName& name : changed.renamed_into) {
    if (find(name) != nullptr ||
        std::ranges::find(pending_, name, &SnapshotTable::name) != pending_.end()) {
      continue;
    }
    MILLRACE_MARK("table_renamed_into_snapshot");
    SnapshotTable table;
    table.name = name;
    table.order = next_order_++;
    // The topic may have rows by this name, and must learn of their end.
    table.has_begun = true;
    new_tables_.push_back(table);
  }
}

Status SnapshotRun::step(const StreamPlace& place, SnapshotOutput& out) {
  take_orders(out);
  if (snapshot_) {
    MILLRACE_RETURN_IF_ERROR(start_readers());
    take_new_tables(out);
    activate();
    MILLRACE_RETURN_IF_ERROR(renew_structures(out));
    MILLRACE_RETURN_IF_ERROR(hand_out(place, out));
    publish_place(place);
    if (pending_.empty() && active_.empty()) end_snapshot(out);
    report();
  }
  const std::lock_guard lock(mutex_);
  needs_steps_ = snapshot_.has_value() || !orders_.empty();
  return {};
}

void SnapshotRun::take_new_tables(SnapshotOutput& out) {
  for (SnapshotTable& table : new_tables_) {
    if (!tables_.captures(table.name)) continue;
    ++snapshot_->tables;
    out.add_state(state::snapshot_record(options_.source_name, *snapshot_));
    out.add_state(state::snapshot_table_record(options_.source_name, table));
    name(table);
    pending_.push_back(std::move(table));
  }
  new_tables_.clear();
}

void SnapshotRun::activate() {
  const std::size_t slots = std::max(1U, options_.snapshot.threads) + 1;
  while (!pending_.empty() && active_.size() - (holds_ ? 1 : 0) < slots) {
    Active active;
    active.table = std::move(pending_.front());
    pending_.pop_front();
    active.is_kept_back = kept_back_.contains(active.table.name);
    active.needs_structure = true;
    active.cursor = active.table.after;
    active.chunk_rows =
        options_.snapshot.chunk_rows != 0 ? options_.snapshot.chunk_rows : kFirstChunkRows;
    const std::lock_guard lock(mutex_);
    active_.push_back(std::move(active));
  }
}

Status SnapshotRun::renew_structures(SnapshotOutput& out) {
  for (auto it = active_.begin(); it != active_.end();) {
    const auto active = it++;
    if (!active->needs_structure) continue;
    const Result<CapturedTablePtr> captured = tables_.table_now(active->table.name);
    if (!captured) {
      if (captured.error().is_transient() || active->table.signal_id.empty()) {
        return captured.error().with_context("the snapshot of " + active->table.name.to_text());
      }
      finish(active, End::kFailed, captured.error().message(), out);
    } else if (*captured == nullptr) {
      finish(active, End::kGone, "", out);
    } else {
      MILLRACE_RETURN_IF_ERROR(take_structure(*active, *captured));
      begin_table(*active, out);
    }
  }
  return {};
}

// From here on the table's events are published.
void SnapshotRun::begin_table(Active& active, SnapshotOutput& out) {
  if (active.key.empty() || active.table.has_begun || !is_of_first_snapshot(active.table)) return;
  kept_back_.erase(active.table.name);
  active.is_kept_back = false;
  active.knows_created = true;
  active.table.has_begun = true;
  out.add_state(state::snapshot_table_record(options_.source_name, active.table));
}

Status SnapshotRun::take_structure(Active& active, CapturedTablePtr captured) {
  MILLRACE_ASSIGN_OR_RETURN(snapshot::TableKey key,
                            snapshot::reading_order(*captured->schema, active.table.surrogate_key));
  const bool is_same =
      active.captured == nullptr
          ? key.empty() || active.table.after.empty() ||
                active.table.after.size() == key.columns.size()
          : is_same_order(*active.captured->schema, active.key, *captured->schema, key);
  const std::lock_guard lock(mutex_);
  if (!is_same) {
    observer_.on_notice("the key of " + active.table.name.to_text() +
                        " is another one now: the snapshot reads the table from its beginning");
    active.table.after.clear();
    active.cursor.clear();
    active.created.clear();
    active.knows_created = false;
  }
  active.captured = std::move(captured);
  active.key = std::move(key);
  active.identity = snapshot::key_of(*active.captured->schema).columns;
  if (active.identity.empty()) active.identity = active.key.columns;
  active.needs_structure = false;
  return {};
}

// Where readers that begin now must look from.
void SnapshotRun::publish_place(const StreamPlace& place) {
  const auto now = steady_clock::now();
  bool is_asked = false;
  {
    const std::lock_guard lock(mutex_);
    is_asked =
        std::ranges::any_of(active_, [](const Active& active) { return !active.is_published; });
  }
  if (!is_asked && now - last_place_ < kPlacePeriod) return;
  last_place_ = now;
  std::optional<gtid::GtidSet> executed;
  if (!snapshot_->is_frozen) executed = place.executed();
  const std::lock_guard lock(mutex_);
  place_ = std::move(executed);
  place_position_ = place.position;
  for (Active& active : active_) {
    if (active.needs_structure) continue;
    active.keys_published = active.keys.end();
    active.is_published = true;
    std::uint64_t needed = active.keys_published;
    if (active.is_reading) needed = std::min(needed, active.reading_from);
    for (const Ready& ready : active.ready) needed = std::min(needed, ready.keys_from);
    active.keys.forget_before(needed);
  }
  work_.notify_all();
}

void SnapshotRun::finish(ActiveList::iterator active, End end, const std::string& why,
                         SnapshotOutput& out) {
  const SnapshotTable table = active->table;
  const std::string collections = this->collections(table);
  kept_back_.erase(table.name);
  out.add_state(state::snapshot_table_deletion(options_.source_name, table.name));
  {
    const std::lock_guard lock(mutex_);
    if (holds_ && held_ == active) holds_ = false;
    for (const Ready& ready : active->ready) forget_bytes(ready);
    active_.erase(active);
  }
  TableReadReport report{table.name.to_text(), table.rows, "SUCCEEDED", why};
  if (end == End::kGone) report.outcome = "UNKNOWN_SCHEMA";
  if (end == End::kFailed) report.outcome = "SQL_EXCEPTION";
  if (end == End::kStopped) report.outcome = "SKIPPED";
  if (end == End::kSucceeded && table.rows == 0) report.outcome = "EMPTY";
  observer_.on_table_read(report);
  if (end == End::kStopped) return;
  tell_scanned(table, report.outcome, collections, out);
  if (end == End::kFailed) failed_signals_.insert(table.signal_id);
  tell_end_behind(table, out);
}

void SnapshotRun::end_snapshot(SnapshotOutput& out) {
  const bool was_frozen = snapshot_->is_frozen;
  if (!has_told_end_) {  // it had no tables
    SnapshotTable of;
    of.signal_id = snapshot_->signal_id;
    if (!of.signal_id.empty()) of.kind = SnapshotTable::Kind::kIncremental;
    notify(notification(of, "COMPLETED"), out);
  }
  has_told_end_ = false;
  named_.clear();
  failed_signals_.clear();
  out.add_state(state::snapshot_deletion(options_.source_name));
  out.set_in_snapshot(false);
  if (was_frozen && options_.snapshot.on_copy_read)
    out.on_committed(options_.snapshot.on_copy_read);
  stop_readers();
  snapshot_.reset();
  is_active_ = false;
  last_report_ = {};
  observer_.on_snapshot(SnapshotReport{});
}

void SnapshotRun::report() {
  const auto now = steady_clock::now();
  if (!snapshot_ || now - last_report_ < kReportPeriod) return;
  last_report_ = now;
  SnapshotReport report;
  report.is_running = true;
  report.is_paused = snapshot_->is_paused;
  report.is_frozen = snapshot_->is_frozen;
  report.begun_ms = snapshot_->begun_ms;
  report.tables = snapshot_->tables;
  report.tables_left = pending_.size() + active_.size();
  report.rows = rows_;
  const double seconds = std::chrono::duration<double>(now - begun_).count();
  if (seconds > 0) report.rows_per_second = static_cast<double>(rows_) / seconds;
  for (const SnapshotTable& table : pending_) report.estimate_left += table.estimate;
  for (const Active& active : active_) {
    report.reading.push_back(
        {active.table.name.to_text(), active.table.rows, active.table.estimate});
    report.estimate_left +=
        active.table.estimate - std::min(active.table.estimate, active.table.rows);
  }
  observer_.on_snapshot(report);
}

}  // namespace millrace::pipeline
