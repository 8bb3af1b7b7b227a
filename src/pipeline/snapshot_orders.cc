// What signals ask of a snapshot: tables to be read, or not any more; a pause, and its end.

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>
#include <utility>

#include "millrace/base/clock.h"
#include "millrace/base/mark.h"
#include "pipeline/snapshot_run.h"

namespace millrace::pipeline {
namespace {

using state::SnapshotTable;

// A whole SELECT, in the place of a condition.
bool is_query(std::string_view sql) {
  const auto begins_with = [&](std::string_view word) {
    return sql.size() > word.size() &&
           std::ranges::equal(sql.substr(0, word.size()), word,
                              [](unsigned char a, char b) { return std::tolower(a) == b; }) &&
           std::isspace(static_cast<unsigned char>(sql[word.size()])) != 0;
  };
  while (!sql.empty() && std::isspace(static_cast<unsigned char>(sql.front())) != 0)
    sql.remove_prefix(1);
  return begins_with("select") || begins_with("with");
}

}  // namespace

bool SnapshotRun::order(SnapshotOrder order) { return put(std::move(order)); }
bool SnapshotRun::note(state::StateRecord record) { return put(std::move(record)); }

bool SnapshotRun::put(std::variant<SnapshotOrder, state::StateRecord> what) {
  const auto done = std::make_shared<bool>(false);
  std::unique_lock lock(mutex_);
  orders_.push_back({std::move(what), done});
  needs_steps_ = true;
  has_news_ = true;
  news_.notify_all();
  lock.unlock();
  wake_();
  lock.lock();
  orders_done_.wait(lock, [&] { return *done || is_stopping_; });
  return *done;
}

void SnapshotRun::take_orders(SnapshotOutput& out) {
  std::vector<Ordered> orders;
  {
    const std::lock_guard lock(mutex_);
    // A copy is read before the stream begins, and what is asked of the live server comes behind it.
    const auto waits = [this](const Ordered& ordered) {
      const auto* order = std::get_if<SnapshotOrder>(&ordered.what);
      return order != nullptr && reads_copy() && order->what == SnapshotOrder::What::kExecute;
    };
    const auto first = std::stable_partition(orders_.begin(), orders_.end(), waits);
    std::move(first, orders_.end(), std::back_inserter(orders));
    orders_.erase(first, orders_.end());
  }
  for (Ordered& ordered : orders) {
    if (auto* record = std::get_if<state::StateRecord>(&ordered.what)) {
      out.add_state(std::move(*record));
    } else {
      accept(std::get<SnapshotOrder>(ordered.what), out);
    }
    out.on_committed([this, done = ordered.done] {
      const std::lock_guard lock(mutex_);
      *done = true;
      orders_done_.notify_all();
    });
  }
}

void SnapshotRun::accept(const SnapshotOrder& order, SnapshotOutput& out) {
  switch (order.what) {
    case SnapshotOrder::What::kExecute:
      execute(order, out);
      return;
    case SnapshotOrder::What::kStop:
      stop_tables(order, out);
      return;
    case SnapshotOrder::What::kPause:
      set_paused(true, order, out);
      return;
    case SnapshotOrder::What::kResume:
      set_paused(false, order, out);
      return;
  }
  MILLRACE_ASSERT(false, "an order of no kind");
}

// In the order of the signal's collections. A collection that means no captured table stands in `unknown` by its text.
std::vector<SnapshotTable> SnapshotRun::tables_of(const SnapshotOrder& order,
                                                  std::vector<SnapshotTable>& unknown) {
  std::vector<SnapshotTable> tables;
  std::set<schema::TableName> being_read, meant;
  for (const Active& active : active_) being_read.insert(active.table.name);
  for (const SnapshotTable& table : pending_) being_read.insert(table.name);
  std::vector<SnapshotOrder::Collection> collections = order.collections;
  if (collections.empty()) collections.push_back({"all tables", nullptr});
  for (const SnapshotOrder::Collection& collection : collections) {
    const auto names = tables_.captured_tables(collection.picks);
    if (names.empty()) {
      observer_.on_notice("signal " + order.id +
                          ": no captured table is meant by it: " + collection.text);
      SnapshotTable& table = unknown.emplace_back();
      const std::size_t dot = collection.text.find('.');
      table.name.database = collection.text.substr(0, dot);
      if (dot != std::string::npos) table.name.table = collection.text.substr(dot + 1);
      table.kind = order.kind;
      table.signal_id = order.id;
    }
    for (const schema::TableName& name : names) {
      if (!meant.insert(name).second) continue;
      if (being_read.contains(name)) {
        observer_.on_notice("signal " + order.id + ": the table " + name.to_text() +
                            " is being read by a snapshot already");
        continue;
      }
      SnapshotTable& table = tables.emplace_back();
      table.name = name;
      table.kind = order.kind;
      table.signal_id = order.id;
      table.surrogate_key = order.surrogate_key;
      for (const auto& [picks, condition] : order.conditions) {
        if (!picks(name)) continue;
        const bool is_select = order.kind == SnapshotTable::Kind::kBlocking && is_query(condition);
        (is_select ? table.select : table.condition) = condition;
        break;
      }
    }
  }
  // A blocking snapshot reads its tables as the first one does.
  if (order.kind == SnapshotTable::Kind::kBlocking)
    std::ranges::sort(tables, {}, &SnapshotTable::name);
  return tables;
}

void SnapshotRun::execute(const SnapshotOrder& order, SnapshotOutput& out) {
  if (options_.snapshot.live_reader == nullptr) {
    observer_.on_notice("signal " + order.id +
                        ": no snapshot is taken: " + options_.snapshot.why_not_live);
    return;
  }
  std::vector<SnapshotTable> unknown;
  std::vector<SnapshotTable> tables = tables_of(order, unknown);
  if (tables.empty() && unknown.empty()) return;
  std::vector<SnapshotTable> all = tables;
  all.insert(all.end(), unknown.begin(), unknown.end());
  tell_started(all, out);
  for (const SnapshotTable& table : unknown) {
    tell_scanned(table, "UNKNOWN_SCHEMA", table.name.to_text(), out);
  }
  if (tables.empty()) {
    tell_end_behind(unknown.front(), out);
    return;
  }
  MILLRACE_MARK("snapshot_ordered");
  if (!snapshot_) {
    snapshot_.emplace();
    snapshot_->begun_ms = system_clock().wall_ns() / 1'000'000;
    snapshot_->signal_id = order.id;
    const std::lock_guard lock(mutex_);
    is_paused_ = false;
  }
  snapshot_->tables += tables.size();
  is_active_ = true;
  needs_steps_ = true;
  has_told_end_ = false;
  out.add_state(state::snapshot_record(options_.source_name, *snapshot_));
  for (SnapshotTable& table : tables) {
    table.order = next_order_++;
    name(table);
    out.add_state(state::snapshot_table_record(options_.source_name, table));
    pending_.push_back(std::move(table));
  }
}

// The tables of signals; what a source needs at its start is not theirs to stop. The table that is being read is named
// behind the others.
void SnapshotRun::stop_tables(const SnapshotOrder& order, SnapshotOutput& out) {
  const auto is_meant = [&](const SnapshotTable& table) {
    if (table.kind != order.kind || table.signal_id.empty()) return false;
    return order.collections.empty() ||
           std::ranges::any_of(order.collections,
                               [&](const auto& each) { return each.picks(table.name); });
  };
  SnapshotTable of;
  std::vector<schema::TableName> stopped, stopped_first;
  const auto note = [&](const SnapshotTable& table) {
    const bool is_first = !active_.empty() && active_.front().table.name == table.name;
    (is_first ? stopped_first : stopped).push_back(table.name);
    of = table;
  };
  std::vector<ActiveList::iterator> ended;
  for (auto it = active_.begin(); it != active_.end(); ++it) {
    if (!is_meant(it->table)) continue;
    note(it->table);
    ended.push_back(it);
  }
  for (const SnapshotTable& table : pending_) {
    if (!is_meant(table)) continue;
    note(table);
    out.add_state(state::snapshot_table_deletion(options_.source_name, table.name));
  }
  std::erase_if(pending_, is_meant);
  for (const auto active : ended) finish(active, End::kStopped, "", out);
  stopped.insert(stopped.end(), stopped_first.begin(), stopped_first.end());
  if (stopped.empty()) {
    observer_.on_notice("signal " + order.id + ": no snapshot of such a table is going on");
    return;
  }
  MILLRACE_MARK("snapshot_stopped");
  observer_.on_notice("signal " + order.id + " stopped the snapshot of " +
                      joined(stopped, stopped.size()));
  tell_stopped(of, std::move(stopped), out);
}

void SnapshotRun::set_paused(bool is_paused, const SnapshotOrder& order, SnapshotOutput& out) {
  if (!snapshot_ || snapshot_->is_paused == is_paused) {
    observer_.on_notice("signal " + order.id + ": " +
                        (!snapshot_  ? "no snapshot is going on"
                         : is_paused ? "the snapshot is paused already"
                                     : "the snapshot is not paused"));
    return;
  }
  snapshot_->is_paused = is_paused;
  {
    const std::lock_guard lock(mutex_);
    is_paused_ = is_paused;
    work_.notify_all();
  }
  out.add_state(state::snapshot_record(options_.source_name, *snapshot_));
  tell_paused(is_paused, out);
  last_report_ = {};
}

}  // namespace millrace::pipeline
