// What a snapshot tells of itself: Debezium's notifications, in its order and with its words.

#include <algorithm>
#include <utility>

#include "millrace/base/clock.h"
#include "millrace/snapshot/table_key.h"
#include "pipeline/snapshot_run.h"

namespace millrace::pipeline {
namespace {

using state::SnapshotTable;

// data_collections names all tables as long as they are so few: of a million, each notification would be as long as all
// their names.
constexpr std::size_t kMostNamed = 100;

std::int64_t now_ms() { return system_clock().wall_ns() / 1'000'000; }

// With a surrogate key its value alone; the key behind it only tells equal ones apart.
std::string key_for_people(const SnapshotTable& table, const std::vector<std::string>& key) {
  std::string text;
  for (std::size_t i = 0; i < (table.surrogate_key.empty() ? key.size() : 1); ++i) {
    text += (i == 0 ? "" : ",") + snapshot::literal_for_people(key[i]);
  }
  return text;
}

}  // namespace

std::string joined(const std::vector<schema::TableName>& names, std::size_t at_most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), at_most); ++i) {
    text += (i == 0 ? "" : ",") + names[i].to_text();
  }
  return text;
}

void SnapshotRun::name(const SnapshotTable& table) {
  std::vector<schema::TableName>& names = named_[table.kind];
  if (names.size() <= kMostNamed) names.push_back(table.name);
}

// All tables of a first or blocking snapshot; of an incremental one those that are left, this one first.
std::string SnapshotRun::collections(const SnapshotTable& table) const {
  std::vector<schema::TableName> names;
  if (!is_incremental(table)) {
    const auto named = named_.find(table.kind);
    if (named != named_.end()) names = named->second;
  } else {
    names.push_back(table.name);
    const auto add = [&](const SnapshotTable& other) {
      if (is_incremental(other) && other.name != table.name) names.push_back(other.name);
    };
    for (const Active& active : active_) add(active.table);
    for (const SnapshotTable& pending : pending_) {
      if (names.size() > kMostNamed) break;
      add(pending);
    }
  }
  return names.size() > kMostNamed ? table.name.to_text() : joined(names, kMostNamed);
}

encode::Notification SnapshotRun::notification(const SnapshotTable& table, std::string type) const {
  encode::Notification notification;
  notification.type = std::move(type);
  notification.timestamp_ms = now_ms();
  notification.id = table.signal_id;
  if (table.signal_id.empty()) {
    notification.id =
        gtid::Uuid::derive(options_.source_name + notification.type + table.name.to_text() +
                           std::to_string(system_clock().wall_ns()))
            .to_text();
  }
  notification.aggregate_type = is_incremental(table) ? "Incremental Snapshot" : "Initial Snapshot";
  notification.additional_data["connector_name"] = options_.snapshot.connector_name;
  return notification;
}

void SnapshotRun::notify(encode::Notification notification, SnapshotOutput& out) {
  observer_.on_notification(notification);
  if (!options_.snapshot.notification_topic.empty()) out.add_notification(std::move(notification));
}

void SnapshotRun::tell_started(const std::vector<SnapshotTable>& tables, SnapshotOutput& out) {
  encode::Notification started = notification(tables.front(), "STARTED");
  if (is_incremental(tables.front())) {
    std::vector<schema::TableName> names;
    names.reserve(tables.size());
    for (const SnapshotTable& table : tables) names.push_back(table.name);
    started.additional_data["data_collections"] = joined(names, kMostNamed);
  }
  notify(std::move(started), out);
}

// Of a first or blocking snapshot when the table's turn comes, of an incremental one with each chunk.
void SnapshotRun::tell_progress(const Active& active, const std::vector<std::string>* last,
                                SnapshotOutput& out) {
  encode::Notification progress = notification(active.table, "IN_PROGRESS");
  progress.additional_data["data_collections"] = collections(active.table);
  progress.additional_data["current_collection_in_progress"] = active.table.name.to_text();
  if (last != nullptr && !last->empty()) {
    progress.additional_data["last_processed_key"] = key_for_people(active.table, *last);
    if (!active.maximum.empty())
      progress.additional_data["maximum_key"] = key_for_people(active.table, active.maximum);
  }
  notify(std::move(progress), out);
}

void SnapshotRun::tell_scanned(const SnapshotTable& table, const std::string& status,
                               const std::string& collections, SnapshotOutput& out) {
  encode::Notification done = notification(table, "TABLE_SCAN_COMPLETED");
  done.additional_data["data_collections"] = collections;
  done.additional_data["scanned_collection"] = table.name.to_text();
  done.additional_data["total_rows_scanned"] = std::to_string(table.rows);
  done.additional_data["status"] =
      status == "EMPTY" && !is_incremental(table) ? "SUCCEEDED" : status;
  notify(std::move(done), out);
}

void SnapshotRun::tell_stopped(const SnapshotTable& of, std::vector<schema::TableName> stopped,
                               SnapshotOutput& out) {
  encode::Notification aborted = notification(of, "ABORTED");
  aborted.additional_data["data_collections"] = joined(stopped, kMostNamed);
  notify(std::move(aborted), out);
  has_told_end_ = true;
}

void SnapshotRun::tell_paused(bool is_paused, SnapshotOutput& out) {
  SnapshotTable current;
  if (!pending_.empty()) current = pending_.front();
  if (!active_.empty()) current = active_.front().table;
  encode::Notification paused = notification(current, is_paused ? "PAUSED" : "RESUMED");
  if (is_incremental(current)) paused.additional_data["data_collections"] = collections(current);
  notify(std::move(paused), out);
}

// With the last table of a signal, or of the first snapshot, its end is told. A snapshot that lacks a table was not
// completed, whatever came of the others.
void SnapshotRun::tell_end_behind(const SnapshotTable& last, SnapshotOutput& out) {
  const auto is_of_same = [&](const SnapshotTable& table) {
    return table.signal_id == last.signal_id && table.kind == last.kind;
  };
  if (std::ranges::any_of(pending_, is_of_same) ||
      std::ranges::any_of(active_, [&](const Active& a) { return is_of_same(a.table); })) {
    return;
  }
  SnapshotTable of;
  of.kind = last.kind;
  of.signal_id = last.signal_id;
  notify(notification(of, failed_signals_.erase(last.signal_id) != 0 ? "ABORTED" : "COMPLETED"),
         out);
  has_told_end_ = true;
}

}  // namespace millrace::pipeline
