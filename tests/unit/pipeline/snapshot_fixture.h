#pragma once

// A source that takes a snapshot of a live server, or of a frozen copy of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "live_server.h"
#include "scripted_source.h"

namespace millrace::pipeline {

class SnapshotTest : public ::testing::Test {
 protected:
  using Read = LiveTables::Read;
  using Texts = std::vector<std::string>;

  SnapshotTest() {
    state::Offset& start = source_.store.offsets.back();
    start.own = true;
    start.server_uuid = kServer;
    source_.options.snapshot.live_reader = tables_.readers();
    source_.until = [this] { return is_over(); };
  }

  // A table shop.<name> with these rows.
  void has(const std::string& name, LiveTables::Rows rows, bool has_key = true) {
    const test::Table table = LiveTables::table(name, has_key);
    source_.catalog.put({"shop", name}, LiveTables::structure_of(table));
    tables_.set(name, std::move(rows));
  }
  // What a first start remembers of its snapshot.
  void begin(const Texts& names, state::Snapshot snapshot = {}) {
    snapshot.tables = names.size();
    put(state::snapshot_record("s", snapshot));
    std::uint64_t order = 0;
    for (const std::string& name : names) {
      state::SnapshotTable table;
      table.name = {"shop", name};
      table.order = order++;
      put(state::snapshot_table_record("s", table));
    }
    source_.store.offsets.back().in_snapshot = true;
  }
  void begin_of_copy(const Texts& names) {
    source_.options.snapshot.frozen_reader = tables_.readers();
    state::Snapshot snapshot;
    snapshot.is_frozen = true;
    begin(names, snapshot);
  }
  void put(const state::StateRecord& record) { source_.store.state[record.key] = *record.value; }

  Status live(ScriptedSink::Failure failure = {}) { return source_.live(failure); }
  // Until so many rows of chunks of one row are published, and not one more.
  void live_until_rows(std::size_t count) {
    std::size_t left = count - published();
    tables_.before = [left](const Read&) mutable -> Status {
      return left-- == 0 ? transient_error("the source stops here") : Status();
    };
    source_.until = [this, count] { return published() >= count; };
    EXPECT_TRUE(live());
  }
  bool is_over() const { return !source_.store.state.contains(R"(["s","snapshot"])"); }
  std::size_t published() const { return source_.store.records.size(); }

  // --- What happens on the server: to the tables, and in the binlog. ---
  void insert_row(int number, const std::string& table, int id, const std::string& name) {
    tables_.put(table, id, name);
    rows(number, table,
         [&](auto& binlog, const test::Table& map) { binlog.write_rows(map, {item(id, name)}); });
  }
  void update(int number, const std::string& table, int id, const std::string& from,
              const std::string& to, int idle_signs = 0) {
    tables_.put(table, id, to);
    rows(
        number, table,
        [&](auto& binlog, const test::Table& map) {
          binlog.update_rows(map, {{item(id, from), item(id, to)}});
        },
        idle_signs);
  }
  void move_row(int number, const std::string& table, int from, int to, const std::string& name) {
    tables_.remove(table, from);
    tables_.put(table, to, name);
    rows(number, table, [&](auto& binlog, const test::Table& map) {
      binlog.update_rows(map, {{item(from, name), item(to, name)}});
    });
  }
  void delete_row(int number, const std::string& table, int id, const std::string& name) {
    tables_.remove(table, id);
    rows(number, table,
         [&](auto& binlog, const test::Table& map) { binlog.delete_rows(map, {item(id, name)}); });
  }
  void statement(int number, const std::string& sql) {
    server_.group(number, [&](auto& binlog) { binlog.query(sql); });
  }
  // For `before`: the read waits until the stream has brought transaction `number`.
  static Status sees(const Read& read, int number) {
    if (read.request->visible->contains(*gtid::Gtid::parse(gtid(number)))) return {};
    return transient_error("not yet");
  }

  // --- What came out. ---
  Texts records() const {
    Texts texts;
    for (const std::string& record : source_.store.records) texts.push_back(brief(record));
    return texts;
  }
  Texts records_of(const std::string& table) const {
    Texts texts = records();
    std::erase_if(texts, [&](const std::string& text) { return !text.starts_with(table + " "); });
    return texts;
  }
  // Types of notifications, those of progress left out.
  Texts told() const {
    Texts types;
    for (const encode::Notification& notification : source_.notifications) {
      if (notification.type != "IN_PROGRESS") types.push_back(notification.type);
    }
    return types;
  }
  // Outcomes of tables, "items SUCCEEDED 3".
  Texts outcomes() const {
    Texts texts;
    for (const TableReadReport& report : source_.tables_read) {
      texts.push_back(report.table.substr(report.table.find('.') + 1) + " " + report.outcome + " " +
                      std::to_string(report.rows));
    }
    return texts;
  }

  LiveServer server_;
  LiveTables tables_{server_};
  Source source_{server_};

 private:
  void rows(int number, const std::string& table,
            const std::function<void(test::BinlogBuilder&, const test::Table&)>& fill,
            int idle_signs = 0) {
    const test::Table map = LiveTables::table(table, !keyless(table));
    server_.group(
        number,
        [&](auto& binlog) {
          binlog.begin().table_map(map);
          fill(binlog, map);
          binlog.xid();
        },
        idle_signs);
  }
  bool keyless(const std::string& table) const {
    const auto structure = source_.catalog.find({"shop", table});
    return structure == nullptr || structure->key_columns.empty();
  }
};

}  // namespace millrace::pipeline
