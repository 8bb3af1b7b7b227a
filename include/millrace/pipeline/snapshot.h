#pragma once

// A snapshot inside a running pipeline: tables are read in chunks by threads of their own, and their rows take the same
// path as the stream's.
//
//   readers (N threads)                    reader of the stream
//   -------------------                    --------------------
//   take the next table that nobody reads
//   read a chunk behind its last key  ──▶  chunks of a table in the order of its keys
//                                          frozen copy: out they go
//                                          live server: when the stream has passed the chunk's `high`, without the
//                                          rows that it brought itself meanwhile
//                                          rows, progress and offset: one commit
//
// Two ways. From a frozen copy: the stream waits; it begins at the copy's place when all tables are read. From the live
// server: the stream goes on meanwhile. Whatever it brings of a table from the moment at which a chunk's read may have
// begun until its `high` is newer than the chunk's row of the same key, or the same; so that row is left out. (A stream
// shows a transaction before its rows can be read: a read therefore waits until the server has executed all that the
// stream has brought.) A statement that changes the table in that time makes the chunk worthless; it is read again.
//
// At a source's first start a table's events are published from the moment on at which its reading begins: what changed
// before is in the rows that are read, and a row that the stream has created meanwhile isn't read out again. So of each
// row one record says that it is there, a read or a create; or an update, when it changed while its chunk was read.
//
// Progress is a table's last published key, committed with the rows up to it. So a snapshot goes on where it was after
// anything, and what was read and not committed (at most some chunks) is read again.
//
// A table without a usable key is read by one SELECT. Of a frozen copy it goes on by counting rows. Of a live server it
// can't: its rows count as of the view that the SELECT has, behind which its events are published; and after a restart
// the table is read, and published, from its beginning.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "millrace/encode/notification_records.h"
#include "millrace/snapshot/table_reader.h"
#include "millrace/state/source_state.h"

namespace millrace::pipeline {

struct SnapshotOptions {
  snapshot::MakeTableReader frozen_reader;  // of the copy; null: nothing is read from one
  snapshot::MakeTableReader
      live_reader;  // null: the server can't be read while it changes; `why_not_live` says why
  std::string why_not_live;
  unsigned threads = 1;
  std::uint64_t chunk_rows = 0;       // 0: by their size
  std::uint64_t rows_per_second = 0;  // 0: no limit
  // The pipeline ends with the snapshot.
  bool stops_after = false;
  // Between a frozen copy and the stream.
  std::chrono::milliseconds streaming_delay{0};
  // connector_name of notifications; the topic is empty where none is wanted.
  std::string connector_name;
  std::string notification_topic;
  // Once everything that was read from the frozen copy is committed.
  std::function<void()> on_copy_read;
};

// What a signal asks. Tables are picked among those that are captured.
struct SnapshotOrder {
  enum class What : std::uint8_t { kExecute, kStop, kPause, kResume };
  What what = What::kExecute;
  std::string id;
  state::SnapshotTable::Kind kind = state::SnapshotTable::Kind::kIncremental;
  using Picks = std::function<bool(const schema::TableName&)>;
  struct Collection {
    std::string text;  // as the signal has it: "db.table", a regular expression
    Picks picks;
  };
  std::vector<Collection> collections;  // kExecute: in this order; none means all
  // By table, the first that picks it: SQL that rows must meet; of a blocking snapshot a whole SELECT, too.
  std::vector<std::pair<Picks, std::string>> conditions;
  std::string surrogate_key;
};

struct SnapshotReport {
  struct Table {
    std::string name;
    std::uint64_t rows = 0;      // published
    std::uint64_t estimate = 0;  // of all; 0 unknown
  };
  bool is_running = false;
  bool is_paused = false;
  bool is_frozen = false;
  std::int64_t begun_ms = 0;
  std::uint64_t tables = 0, tables_left = 0;
  std::uint64_t rows = 0;           // published by this pipeline
  std::uint64_t estimate_left = 0;  // rows
  double rows_per_second = 0;       // since the pipeline began
  // 0: not known.
  double seconds_left() const {
    return rows_per_second > 0 ? static_cast<double>(estimate_left) / rows_per_second : 0;
  }
  std::vector<Table> reading;  // at the moment
};

struct TableReadReport {
  std::string table;
  std::uint64_t rows = 0;
  std::string outcome;  // Debezium's: SUCCEEDED, EMPTY, SKIPPED, SQL_EXCEPTION, UNKNOWN_SCHEMA
  std::string why;      // of a failure
};

}  // namespace millrace::pipeline
