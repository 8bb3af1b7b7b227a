#pragma once

// A source over its lives on scripted servers, and the table that the scripts write to.

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "millrace/pipeline/pipeline.h"
#include "scripted_server.h"

namespace millrace::pipeline {

inline constexpr const char* kServer = "3457d932-e55a-11f1-a4af-02fc00000001";

inline std::string gtid(int number) { return std::string(kServer) + ":" + std::to_string(number); }

inline test::Table items_table() {
  test::Table table;
  table.database = "shop";
  table.name = "items";
  table.columns = {test::int_column("id").key(), test::varchar_column("name", 200)};
  return table;
}

inline test::Row item(int id, const std::string& name) {
  return {test::le(static_cast<std::uint64_t>(id), 4), test::sized(name)};
}

// One insert a transaction.
inline void insert(test::BinlogBuilder& binlog, int id, const std::string& name) {
  binlog.begin().table_map(items_table()).write_rows(items_table(), {item(id, name)}).xid();
}

// Keeps notices, which come from two threads, and what commits and snapshots report.
class KeepingObserver final : public Observer {
 public:
  KeepingObserver(std::vector<std::string>& notices, LeftOut& left_out,
                  std::vector<SignalRow>& signals)
      : notices_(notices), left_out_(left_out), signals_(signals) {}
  void on_streaming() override { knew_of_snapshot = has_snapshot_; }
  void on_snapshot(const SnapshotReport& report) override { has_snapshot_ = report.is_running; }
  void on_commit(const CommitReport& report, const state::Offset&) override {
    left_out_.add(report.left_out);
    signals_.insert(signals_.end(), report.signals.begin(), report.signals.end());
    if (after_commit) after_commit();
  }
  void on_table_read(const TableReadReport& report) override { tables_read.push_back(report); }
  void on_notification(const encode::Notification& notification) override {
    notifications.push_back(notification);
  }
  void on_skipped_event(binlog::EventType) override {}
  void on_queue_bytes(std::size_t) override {}
  void on_notice(const std::string& sentence) override {
    const std::lock_guard lock(mutex_);
    notices_.push_back(sentence);
  }

  std::function<void()> after_commit;
  bool knew_of_snapshot = false;  // when it was told that the source streams
  std::vector<TableReadReport> tables_read;
  std::vector<encode::Notification> notifications;

 private:
  bool has_snapshot_ = false;
  std::mutex mutex_;
  std::vector<std::string>& notices_;
  LeftOut& left_out_;
  std::vector<SignalRow>& signals_;
};

// A source over its lives: what it remembers is in `store`, everything else is new each time.
class Source {
 public:
  explicit Source(EventStreamFactory& server) : server_(&server) {
    encoder.logical_name = "p";
    encoder.version = "test";
    state::Offset start;
    start.has_gtids = true;
    start.position = {"mysql-bin.000001", 4};
    store.offsets.push_back(start);
    options.source_name = "s";
    options.server_uuid = kServer;
    options.idle_commit_interval = std::chrono::milliseconds(0);
  }

  void move_to(EventStreamFactory& server, const std::string& server_uuid) {
    server_ = &server;
    options.server_uuid = server_uuid;
  }

  // Runs until an error, or until the stream is idle and everything is committed; with `until` set, until that holds
  // after a commit.
  Status live(ScriptedSink::Failure failure = {}, std::function<void()> on_write = nullptr) {
    transform::TableFilterOptions captured;
    captured.table_exclude = excluded_tables;
    auto filter = transform::TableFilter::compile(captured);
    auto columns = transform::ColumnRules::compile({});
    TableRegistryOptions table_options;
    table_options.source_name = "s";
    table_options.topic_prefix = "p";
    table_options.full_metadata = full_metadata;
    table_options.signal_table = signal_table;
    table_options.topics.has_database = !topics_lack_databases;
    table_options.tells_captured_statements_only = captured_statements_only;
    if (options.leaves_out_tables)
      table_options.inconsistent_schema = InconsistentSchema::kLeaveOut;
    TableRegistry tables(table_options, encoder, *filter, *columns);
    ScriptedSink sink(store, failure);
    sink.on_write = std::move(on_write);
    signals.clear();
    KeepingObserver observer(notices, left_out, signals);
    DecodePool pool(2);
    PipelineOptions ending = options;
    ending.stop_at_end = until == nullptr;
    auto state = remembered();
    if (!state) return state.error();
    tables.load(state->catalog.table_count() == 0 ? catalog : state->catalog);
    Pipeline pipeline(ending, std::move(*state), tables, *server_, sink, pool, observer);
    observer.after_commit = [&] {
      if (until && until()) pipeline.stop();
    };
    Status ended = run(pipeline, meanwhile);
    knew_of_snapshot = observer.knew_of_snapshot;
    tables_read = std::move(observer.tables_read);
    notifications = std::move(observer.notifications);
    return ended;
  }

  MemoryStore store;
  PipelineOptions options;
  encode::EncoderOptions encoder;
  bool full_metadata = true;
  bool topics_lack_databases = false;
  bool captured_statements_only = false;
  std::vector<std::string> excluded_tables;
  schema::Catalog catalog;   // at the first start
  std::string signal_table;  // "db.table"
  std::vector<std::string> notices;
  LeftOut left_out;
  std::vector<SignalRow> signals;  // of the last life
  std::function<bool()> until;     // called by the committer
  std::function<void(Pipeline&)> meanwhile;
  // Of the last life.
  bool knew_of_snapshot = false;
  std::vector<TableReadReport> tables_read;
  std::vector<encode::Notification> notifications;

  Result<state::SourceState> remembered() const {
    state::StateLoader loader("s", "p");
    MILLRACE_RETURN_IF_ERROR(loader.apply(state::offset_key("s", "p"),
                                          std::string_view(store.offsets.back().to_json())));
    for (const auto& [key, value] : store.state) {
      MILLRACE_RETURN_IF_ERROR(loader.apply(key, std::string_view(value)));
    }
    return std::move(loader).finish();
  }

 private:
  // A pipeline that doesn't end by itself within this time has gone wrong.
  static constexpr std::chrono::seconds kPatience{30};

  // What a test waits for and never comes must not hang it.
  static Status run(Pipeline& pipeline, const std::function<void(Pipeline&)>& meanwhile) {
    auto ended = std::async(std::launch::async, [&] { return pipeline.run(); });
    if (meanwhile) meanwhile(pipeline);
    if (ended.wait_for(kPatience) != std::future_status::ready) {
      ADD_FAILURE() << "the pipeline goes on";
      pipeline.stop();
    }
    return ended.get();
  }

  EventStreamFactory* server_;
};

}  // namespace millrace::pipeline
