#pragma once

// A source over its lives on scripted servers, and the table that the scripts write to.

#include <gtest/gtest.h>

#include <functional>
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

// Keeps notices, which come from two threads.
class NoticeObserver final : public Observer {
 public:
  explicit NoticeObserver(std::vector<std::string>& notices) : notices_(notices) {}
  void on_streaming() override {}
  void on_commit(const CommitReport&, const state::Offset&) override {}
  void on_skipped_event(binlog::EventType) override {}
  void on_queue_bytes(std::size_t) override {}
  void on_notice(const std::string& sentence) override {
    const std::lock_guard lock(mutex_);
    notices_.push_back(sentence);
  }

 private:
  std::mutex mutex_;
  std::vector<std::string>& notices_;
};

// A source over its lives: what it remembers is in `store`, everything else is new each time.
class Source {
 public:
  explicit Source(ScriptedServer& server) : server_(&server) {
    encoder_.logical_name = "p";
    encoder_.version = "test";
    state::Offset start;
    start.has_gtids = true;
    start.position = {"mysql-bin.000001", 4};
    store.offsets.push_back(start);
    options.source_name = "s";
    options.server_uuid = kServer;
    options.idle_commit_interval = std::chrono::milliseconds(0);
  }

  void move_to(ScriptedServer& server, const std::string& server_uuid) {
    server_ = &server;
    options.server_uuid = server_uuid;
  }

  // Runs until an error, or until the stream is idle and everything is committed.
  Status live(ScriptedSink::Failure failure = {}, std::function<void()> on_write = nullptr) {
    auto filter = transform::TableFilter::compile({});
    auto columns = transform::ColumnRules::compile({});
    TableRegistryOptions table_options;
    table_options.source_name = "s";
    table_options.topic_prefix = "p";
    table_options.full_metadata = true;
    TableRegistry tables(table_options, encoder_, *filter, *columns);
    ScriptedSink sink(store, failure);
    sink.on_write = std::move(on_write);
    NoticeObserver observer(notices);
    DecodePool pool(2);
    PipelineOptions ending = options;
    ending.stop_at_end = true;
    auto state = remembered();
    if (!state) return state.error();
    return Pipeline(ending, std::move(*state), tables, *server_, sink, pool, observer).run();
  }

  MemoryStore store;
  PipelineOptions options;
  std::vector<std::string> notices;

 private:
  Result<state::SourceState> remembered() const {
    state::StateLoader loader("s", "p");
    MILLRACE_RETURN_IF_ERROR(loader.apply(state::offset_key("s", "p"),
                                          std::string_view(store.offsets.back().to_json())));
    for (const auto& [key, value] : store.state) {
      MILLRACE_RETURN_IF_ERROR(loader.apply(key, std::string_view(value)));
    }
    return std::move(loader).finish();
  }

  ScriptedServer* server_;
  encode::EncoderOptions encoder_;
};

}  // namespace millrace::pipeline
