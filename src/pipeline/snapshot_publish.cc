// Chunks go out: when the stream is where they are true, without the rows that it brought itself.

#include <algorithm>
#include <utility>

#include "millrace/base/clock.h"
#include "millrace/base/limits.h"
#include "millrace/base/mark.h"
#include "millrace/base/object_pool.h"
#include "millrace/row/row_decoder.h"
#include "pipeline/snapshot_run.h"

namespace millrace::pipeline {
namespace {

using state::SnapshotTable;

// A table without a key is read as of a moment in which the stream brings nothing of it.
constexpr std::uint64_t kMostAttempts = 200;

// Debezium's order: the last row of all says so even when it is a first one too.
std::string_view mark_of(bool is_first, bool is_last, bool is_first_of_all, bool is_last_of_all) {
  if (is_last && is_last_of_all) return "last";
  if (is_first && is_first_of_all) return "first";
  if (is_last) return "last_in_data_collection";
  if (is_first) return "first_in_data_collection";
  return "true";
}

}  // namespace

// What an item's views point into.
struct SnapshotRun::HeldRows {
  HeldRows() = default;
  ~HeldRows() { ObjectPool<snapshot::RowImages>::give(std::move(rows)); }
  HeldRows(const HeldRows&) = delete;
  HeldRows& operator=(const HeldRows&) = delete;

  snapshot::RowImages rows;
  std::string present;  // a bitmap: all columns
};

bool SnapshotRun::is_due(const Ready& ready, const StreamPlace& place) const {
  if (snapshot_->is_frozen) return true;
  return ready.chunk.high && is_at_or_behind(place.position, *ready.chunk.high);
}

Status SnapshotRun::hand_out(const StreamPlace& place, SnapshotOutput& out) {
  bool goes_on = true;
  while (goes_on) {
    goes_on = false;
    for (auto it = active_.begin(); it != active_.end();) {
      const auto active = it++;
      MILLRACE_ASSIGN_OR_RETURN(const bool has_moved, hand_out_next(active, place, out));
      goes_on |= has_moved;
      // hand_out_next() may have ended the held table, which may be the next.
      if (has_moved) break;
    }
  }
  return {};
}

// True when something moved.
Result<bool> SnapshotRun::hand_out_next(ActiveList::iterator active, const StreamPlace& place,
                                        SnapshotOutput& out) {
  if (active->needs_structure) return false;
  const std::optional<Front> front = look_at_front(*active, place);
  if (!front) return false;
  if (front->needs_view && !settle_view(*active, *front, out)) return true;
  const bool is_alone = active_.size() == 1 && pending_.empty();
  const bool is_held = holds_ && held_ == active && front->is_end;
  if (is_held && !is_alone) return false;
  if (front->has_rows && holds_ && !is_held) {
    MILLRACE_RETURN_IF_ERROR(release_held(place, out));
    return true;
  }
  if (front->is_end && front->has_rows && !is_alone && !is_incremental(active->table)) {
    // These may be the last rows of all: they wait until others come, or none are left to come.
    held_ = active;
    holds_ = true;
    return true;
  }
  if (is_held) holds_ = false;
  std::optional<Ready> ready = take_ready(*active, *front);
  if (!ready) return true;
  const bool is_last_of_all = is_alone && !is_incremental(active->table);
  MILLRACE_RETURN_IF_ERROR(publish(active, std::move(*ready), is_last_of_all, place, out));
  return true;
}

// Nothing where no chunk is there, or none that is due.
std::optional<SnapshotRun::Front> SnapshotRun::look_at_front(const Active& active,
                                                             const StreamPlace& place) const {
  const std::lock_guard lock(mutex_);
  if (active.ready.empty() || !is_due(active.ready.front(), place)) return std::nullopt;
  const Ready& ready = active.ready.front();
  Front front;
  front.epoch = active.epoch;
  front.keys_from = ready.keys_from;
  front.is_end = ready.chunk.is_end && !ready.chunk.failure;
  front.has_rows = ready.chunk.rows.count() != 0;
  front.needs_view = !ready.chunk.has_key && !ready.chunk.failure && !snapshot_->is_frozen &&
                     active.view != active.epoch;
  return front;
}

// Nothing when it is worthless by now.
std::optional<SnapshotRun::Ready> SnapshotRun::take_ready(Active& active, const Front& front) {
  const std::lock_guard lock(mutex_);
  if (active.epoch != front.epoch) return std::nullopt;
  Ready ready = std::move(active.ready.front());
  active.ready.pop_front();
  forget_bytes(ready);
  work_.notify_all();
  return ready;
}

// What waited may have been discarded, and be read again.
Status SnapshotRun::release_held(const StreamPlace& place, SnapshotOutput& out) {
  holds_ = false;
  const std::optional<Front> front = look_at_front(*held_, place);
  if (!front || !front->is_end || front->needs_view) return {};
  std::optional<Ready> ready = take_ready(*held_, *front);
  return ready ? publish(held_, std::move(*ready), false, place, out) : Status();
}

Status SnapshotRun::publish(ActiveList::iterator active, Ready ready, bool is_last_of_all,
                            const StreamPlace& place, SnapshotOutput& out) {
  if (!active->is_told && !is_incremental(active->table)) {
    active->is_told = true;
    tell_progress(*active, nullptr, out);
  }
  if (ready.chunk.failure) {
    const Error& error = *ready.chunk.failure;
    if (active->table.signal_id.empty()) return error.with_context("the snapshot");
    finish(active, End::kFailed, error.message(), out);
    return {};
  }
  const bool is_end = ready.chunk.is_end;
  const bool has_rows = ready.chunk.rows.count() != 0;
  if (!ready.chunk.maximum.empty()) active->maximum = std::move(ready.chunk.maximum);
  const std::vector<std::string> last =
      ready.chunk.has_key ? ready.chunk.last : std::vector<std::string>();
  MILLRACE_RETURN_IF_ERROR(publish_rows(*active, std::move(ready), is_last_of_all, place, out));
  if (has_rows && is_incremental(active->table)) tell_progress(*active, &last, out);
  if (is_end) finish(active, End::kSucceeded, "", out);
  return {};
}

// From the view on the table's events are published, whenever its rows are. False: it is read again.
bool SnapshotRun::settle_view(Active& active, const Front& front, SnapshotOutput& out) {
  if (!has_exact_view(active, front)) return false;
  active.view = front.epoch;
  active.is_kept_back = false;
  kept_back_.erase(active.table.name);
  active.table.has_begun = true;
  out.add_state(state::snapshot_table_record(options_.source_name, active.table));
  return true;
}

// Whether the stream has brought nothing of the table around the view that its SELECT has: else nobody knows which of it
// the view shows, and it is read again.
bool SnapshotRun::has_exact_view(Active& active, const Front& front) {
  if (!active.keys.any_since(front.keys_from)) return true;
  if (++active.attempts < kMostAttempts) {
    const std::lock_guard lock(mutex_);
    discard(active);
    return false;
  }
  observer_.on_notice("the table " + active.table.name.to_text() +
                      " has no key and is changed all the time: rows that change while the "
                      "snapshot reads it may be missing or there twice");
  return true;
}

Result<std::vector<bool>> SnapshotRun::rows_to_leave_out(const Active& active,
                                                         const Ready& ready) const {
  std::vector<bool> left_out;
  if (snapshot_->is_frozen || !ready.chunk.has_key) return left_out;
  if (!active.keys.any_since(ready.keys_from) && active.created.empty()) return left_out;
  const auto touched = active.keys.since(ready.keys_from);
  left_out.resize(ready.chunk.rows.count());
  const std::string present = snapshot::all_columns(*active.captured->schema);
  const binlog::RowsEvent event =
      snapshot::event_of(*active.captured->schema, present, ready.chunk.rows.bytes);
  row::RowDecoder decoder(active.captured->rows, event);
  row::Row before, row;
  for (std::size_t i = 0; i < left_out.size(); ++i) {
    MILLRACE_ASSIGN_OR_RETURN(const bool more, decoder.next(before, row));
    MILLRACE_ASSERT(more, "a chunk with fewer rows than it says");
    const KeyHash key = hash_key(row, active.identity);
    left_out[i] = touched.contains(key) || active.created.contains(key);
    if (left_out[i]) MILLRACE_MARK("row_of_chunk_left_out");
  }
  return left_out;
}

Status SnapshotRun::publish_rows(Active& active, Ready ready, bool is_last_of_all,
                                 const StreamPlace& place, SnapshotOutput& out) {
  MILLRACE_ASSIGN_OR_RETURN(const std::vector<bool> left_out, rows_to_leave_out(active, ready));
  const auto is_left_out = [&](std::size_t i) { return !left_out.empty() && left_out[i]; };
  const std::size_t count = ready.chunk.rows.count();
  std::size_t last = count;  // the last row that goes out
  while (last > 0 && is_left_out(last - 1)) --last;
  const bool is_end = ready.chunk.is_end;
  const bool has_key = ready.chunk.has_key;
  auto held = std::make_shared<HeldRows>();
  held->rows = std::move(ready.chunk.rows);
  held->present = snapshot::all_columns(*active.captured->schema);

  RowsItem item;
  item.table = active.captured;
  item.transaction = transaction_of(active.table, place);
  item.owner = held;
  item.position = place.position.offset;
  if (!active.table.signal_id.empty()) item.server_id = place.server_id;
  if (is_incremental(active.table)) item.timestamp = place.timestamp;
  for (std::size_t begin = 0; begin < count;) {
    std::size_t end = begin;
    std::size_t bytes = 0;
    while (end < count && bytes < limits::kBatchBytes) bytes += held->rows.row(end++).size();
    for (std::size_t i = begin; i < end;) {
      if (is_left_out(i)) {
        ++i;
        continue;
      }
      const auto mark = [&](std::size_t row) -> std::string_view {
        if (is_incremental(active.table)) return "incremental";
        const bool is_first = active.table.rows == 0;
        return mark_of(is_first, is_end && row + 1 == last, !snapshot_->has_rows, is_last_of_all);
      };
      const std::string_view marked = mark(i);
      std::size_t run = i;
      do {
        ++run;
        ++active.table.rows;
        ++rows_;
        if (!snapshot_->has_rows) {
          snapshot_->has_rows = true;
          out.add_state(state::snapshot_record(options_.source_name, *snapshot_));
        }
      } while (run < end && !is_left_out(run) && mark(run) == marked);
      const std::size_t stop = run < count ? held->rows.begins[run] : held->rows.bytes.size();
      const std::size_t from = held->rows.begins[i];
      item.snapshot = marked;
      item.event = snapshot::event_of(*active.captured->schema, held->present,
                                      std::string_view(held->rows.bytes).substr(from, stop - from));
      out.add_rows(item, stop - from);
      i = run;
    }
    begin = end;
    if (!is_end || begin < count) {
      MILLRACE_RETURN_IF_ERROR(note_progress(active, *held, begin, has_key, out));
    }
    MILLRACE_RETURN_IF_ERROR(out.cut());
  }
  return {};
}

// Rows before number `next` of the chunk are published.
Status SnapshotRun::note_progress(Active& active, const HeldRows& held, std::size_t next,
                                  bool has_key, SnapshotOutput& out) {
  if (has_key) {
    MILLRACE_ASSIGN_OR_RETURN(active.table.after,
                              snapshot::key_literals_of_image(*active.captured->schema, active.key,
                                                              held.rows.row(next - 1)));
  } else if (snapshot_->is_frozen) {
    active.table.after = snapshot::count_as_key(active.table.rows);
  }
  out.add_state(state::snapshot_table_record(options_.source_name, active.table));
  return {};
}

std::shared_ptr<const change::TransactionInfo> SnapshotRun::transaction_of(
    const SnapshotTable& table, const StreamPlace& place) const {
  if (is_incremental(table) && place.transaction != nullptr) return place.transaction;
  auto info = std::make_shared<change::TransactionInfo>();
  info->commit_us =
      static_cast<std::uint64_t>(system_clock().wall_ns() / 1'000'000'000) * 1'000'000;
  info->file = place.position.file;
  if (!table.signal_id.empty() && place.transaction != nullptr)
    info->gtid = place.transaction->gtid;
  return info;
}

}  // namespace millrace::pipeline
