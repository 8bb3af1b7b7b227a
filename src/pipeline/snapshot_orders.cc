// What signals ask of a snapshot: tables to be read, or not any more; a pause, and its end.

#include <algorithm>
#include <utility>

#include "millrace/base/clock.h"
#include "millrace/base/mark.h"
#include "pipeline/snapshot_run.h"

namespace millrace::pipeline {
namespace {

using state::SnapshotTable;

std::string joined(const std::vector<schema::TableName>& names) {
  std::string text;
  for (const schema::TableName& name : names) text += (text.empty() ? "" : ",") + name.to_text();
  return text;
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

Status SnapshotRun::take_orders(SnapshotOutput& out) {
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
      MILLRACE_RETURN_IF_ERROR(accept(std::get<SnapshotOrder>(ordered.what), out));
    }
    out.on_committed([this, done = ordered.done] {
      const std::lock_guard lock(mutex_);
      *done = true;
      orders_done_.notify_all();
    });
  }
  return {};
}

Status SnapshotRun::accept(const SnapshotOrder& order, SnapshotOutput& out) {
  switch (order.what) {
    case SnapshotOrder::What::kExecute:
      execute(order, out);
      return {};
    case SnapshotOrder::What::kStop:
      stop_tables(order, out);
      return {};
    case SnapshotOrder::What::kPause:
      set_paused(true, order, out);
      return {};
    case SnapshotOrder::What::kResume:
      set_paused(false, order, out);
      return {};
  }
  MILLRACE_ASSERT(false, "an order of no kind");
}

void SnapshotRun::execute(const SnapshotOrder& order, SnapshotOutput& out) {
  if (options_.snapshot.live_reader == nullptr) {
    observer_.on_notice("signal " + order.id +
                        ": no snapshot is taken: " + options_.snapshot.why_not_live);
    return;
  }
  std::vector<SnapshotTable> tables;
  std::vector<schema::TableName> names;
  for (const schema::TableName& name : tables_.captured_tables(order.picks)) {
    const auto is_this = [&](const SnapshotTable& table) { return table.name == name; };
    if (find(name) != nullptr || std::ranges::any_of(pending_, is_this)) {
      observer_.on_notice("signal " + order.id + ": the table " + name.to_text() +
                          " is being read by a snapshot already");
      continue;
    }
    SnapshotTable& table = tables.emplace_back();
    table.name = name;
    table.kind = order.kind;
    table.order = next_order_++;
    table.signal_id = order.id;
    table.surrogate_key = order.surrogate_key;
    for (const auto& [picks, condition] : order.conditions) {
      if (!picks(name)) continue;
      table.condition = condition;
      break;
    }
    names.push_back(name);
  }
  if (tables.empty()) {
    observer_.on_notice("signal " + order.id + ": no captured table is meant by it");
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
  out.add_state(state::snapshot_record(options_.source_name, *snapshot_));
  encode::Notification started = notification(tables.front(), "STARTED");
  started.additional_data["data_collections"] = joined(names);
  notify(std::move(started), out);
  for (SnapshotTable& table : tables) {
    out.add_state(state::snapshot_table_record(options_.source_name, table));
    pending_.push_back(std::move(table));
  }
}

// The tables of signals; what a source needs at its start is not theirs to stop.
void SnapshotRun::stop_tables(const SnapshotOrder& order, SnapshotOutput& out) {
  const auto is_meant = [&](const SnapshotTable& table) {
    return table.kind == order.kind && !table.signal_id.empty() &&
           (order.picks == nullptr || order.picks(table.name));
  };
  std::vector<schema::TableName> stopped;
  for (auto it = pending_.begin(); it != pending_.end();) {
    if (!is_meant(*it)) {
      ++it;
      continue;
    }
    out.add_state(state::snapshot_table_deletion(options_.source_name, it->name));
    stopped.push_back(it->name);
    last_kind_ = it->kind;
    last_signal_ = it->signal_id;
    it = pending_.erase(it);
  }
  for (auto it = active_.begin(); it != active_.end();) {
    const auto active = it++;
    if (!is_meant(active->table)) continue;
    stopped.push_back(active->table.name);
    finish(active, End::kStopped, "", out);
  }
  if (stopped.empty()) {
    observer_.on_notice("signal " + order.id + ": no snapshot of such a table is going on");
    return;
  }
  MILLRACE_MARK("snapshot_stopped");
  observer_.on_notice("signal " + order.id + " stopped the snapshot of " + joined(stopped));
  is_aborted_ = true;
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
  SnapshotTable of_signal;
  of_signal.kind = order.kind;
  of_signal.signal_id = order.id;
  notify(notification(of_signal, is_paused ? "PAUSED" : "RESUMED"), out);
  last_report_ = {};
}

}  // namespace millrace::pipeline
