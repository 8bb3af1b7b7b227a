#pragma once

// What a source must remember, and its form in a key-value store: the offset (Debezium's own record, so that tools
// and a way back work), the structures of captured tables (content-addressed: equal structures are stored once) and
// prepared XA transactions. Everything is written with the commit that it belongs to, so it is always the state as of
// the offset.
//
// Keys are JSON arrays that begin with the source's name; values are JSON objects; no value deletes the key.
//   offset topic   ["shop",{"server":"shop"}]          {"ts_sec":..,"file":..,"pos":..,"gtids":..,...}
//   state topic    ["shop","structure","<hash>"]       {"columns":[..],"key":[..],..}
//                  ["shop","table","<db>","<table>"]   {"structure":"<hash>"}
//                  ["shop","database","<db>"]          {"collation":255}
//                  ["shop","xa","<xid>"]               {"gtid":..,"file":..,"pos":..}
//                  ["shop","taken_over"]               the offset that the source began with, a connector's
//                  ["shop","snapshot"]                 {"kind":"initial","tables":12,..}: one goes on
//                  ["shop","snapshot","<db>","<table>"]  {"after":["17"],"rows":5,..}: still to be read
//                  ["shop","clone"]                    {"name":".."}: a copy that must be deleted
//                  ["shop","captured"]                 which tables are captured, as the configuration said it
//
// An offset is a connector's (Debezium's) unless it has our key millrace_server_uuid. The two differ in meaning:
//   - Debezium's points into the last transaction that it published, whole or in part; ours behind it, unless that was
//     committed in part.
//   - `event` and `row` count alike. But Debezium's heartbeats, and its record of a transaction's end, say `event`
//     without `row` when the rows of that event are published; ours never leaves out a row that is.
//   - Debezium publishes the rows of an XA transaction at its XA PREPARE.
//
// Pure values. The stores themselves are behind sink::Sink.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/base/strong_id.h"
#include "millrace/binlog/events.h"
#include "millrace/change/transaction_counts.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/schema/catalog.h"

namespace millrace::state {

struct Offset {
  // Transactions whose events are all committed; empty without GTIDs (has_gtids false).
  gtid::GtidSet gtids;
  bool has_gtids = false;
  // After the last transaction; inside one that was committed in part: of its BEGIN.
  BinlogPosition position;
  // How far a transaction that was committed in part went: rows of event number `event` (BEGIN is 0) that are
  // published; all events before it are. Both 0 between transactions.
  std::uint64_t event = 0;
  std::uint64_t row = 0;
  std::uint32_t server_id = 0;
  std::int64_t ts_sec = 0;
  // Whether this program wrote it.
  bool own = false;
  // Ours, beside Debezium's keys (millrace_server_uuid, millrace_rows): which server's layout event and row count,
  // and rows published of the transaction by table, which is the same on every server.
  std::string server_uuid;
  std::map<schema::TableName, std::uint64_t> partial_rows;
  // With transaction metadata, inside a transaction: its name, and how many events of it are published by table.
  std::string transaction_id;
  change::TransactionCounts transaction_counts;
  // A snapshot of the first start goes on (Debezium's `snapshot`): a connector that takes over begins it anew.
  bool in_snapshot = false;

  bool in_transaction() const { return event != 0 || row != 0; }
  std::string to_json() const;
  // Accepts what Debezium's connector wrote; its offset of an unfinished snapshot is a definite error that says so.
  static Result<Offset> parse(std::string_view json);
  friend bool operator==(const Offset&, const Offset&) = default;
};

// An XA transaction that is prepared and neither committed nor rolled back.
struct PreparedXa {
  binlog::Xid xid;
  std::optional<gtid::Gtid> gtid;  // of the prepared group
  BinlogPosition begin;            // of the group's GTID event
  friend bool operator==(const PreparedXa&, const PreparedXa&) = default;
};

// A table that a snapshot has not read to its end. Its rows up to the key `after` are published.
struct SnapshotTable {
  enum class Kind : std::uint8_t {
    kInitial,      // of the source's first start
    kIncremental,  // asked for by a signal
    kBlocking,     // the same, with the first snapshot's marks
  };
  schema::TableName name;
  Kind kind = Kind::kInitial;
  std::uint64_t order = 0;  // its turn
  bool has_begun = false;   // its events in the stream are published from here on
  std::string signal_id;    // empty: of no signal
  std::string condition;    // SQL that its rows must meet; empty: all rows
  // The SELECT in the table's place; empty: the table. Stored with a signal's: others are the configuration's.
  std::string select;
  std::string surrogate_key;       // the column in the place of the key; empty: the key
  std::vector<std::string> after;  // SQL literals, one a key column; empty: nothing is published
  std::uint64_t rows = 0;          // published
  std::uint64_t estimate = 0;      // of all rows, as the server guessed; 0 unknown
  friend bool operator==(const SnapshotTable&, const SnapshotTable&) = default;
};

// What a snapshot as a whole remembers, for as long as it has tables.
struct Snapshot {
  bool is_frozen = false;  // a copy is read, and the stream begins behind it
  bool is_paused = false;
  bool has_rows = false;          // one is published
  std::int64_t begun_ms = 0;      // since 1970
  std::uint64_t tables = 0;       // in all, the finished ones too
  std::string signal_id;          // of the signal that began it; empty: the source's start
  std::string clone_server_uuid;  // of the copy
  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

struct SourceState {
  std::optional<Offset> offset;
  schema::Catalog catalog;
  std::optional<Snapshot> snapshot;
  std::vector<SnapshotTable> snapshot_tables;  // in their order
  std::optional<std::string> captured;         // see captured_record()
  std::string clone_name;                      // of a copy that must be deleted; empty: none
  std::map<binlog::Xid, PreparedXa> prepared;
  // A connector ran this source before: the rows of XA transactions that aren't in `prepared` are published.
  bool taken_over = false;
};

// A record of the state topic (or table).
struct StateRecord {
  std::string key;
  std::optional<std::string> value;  // none deletes
};

std::string offset_key(std::string_view source, std::string_view topic_prefix);
std::string structure_key(std::string_view source, std::string_view hash);
StateRecord taken_over_record(std::string_view source, const Offset& from);
StateRecord xa_record(std::string_view source, const PreparedXa& prepared);
StateRecord xa_deletion(std::string_view source, const binlog::Xid& xid);
StateRecord snapshot_record(std::string_view source, const Snapshot& snapshot);
StateRecord snapshot_deletion(std::string_view source);
StateRecord snapshot_table_record(std::string_view source, const SnapshotTable& table);
// Of one that is read to its end, or given up.
StateRecord snapshot_table_deletion(std::string_view source, const schema::TableName& table);
// A copy that a provider made, until it is deleted.
StateRecord clone_record(std::string_view source, std::string_view name);
StateRecord clone_deletion(std::string_view source);
// What the configuration captures, in a form of the caller's: when it changes, tables may be new to the source.
StateRecord captured_record(std::string_view source, std::string_view filters);
// The structure (once a hash: the caller remembers what is stored) and the table's pointer to it.
StateRecord structure_record(std::string_view source, std::string_view serialized_structure);
// Of one that no table has any more.
StateRecord structure_deletion(std::string_view source, std::uint64_t structure_number);
StateRecord table_record(std::string_view source, const schema::TableName& table,
                         std::string_view structure_hash);
// Of a table that was dropped, or whose structure is not known any more.
StateRecord table_deletion(std::string_view source, const schema::TableName& table);
// A database's default collation: of tables that are made without one.
StateRecord database_record(std::string_view source, std::string_view database,
                            std::uint32_t collation);
StateRecord database_deletion(std::string_view source, std::string_view database);

// Folds the records of both topics, oldest first, into a SourceState. Records of other sources are passed over. A million
// tables' records go straight into the catalog: nothing else is kept of them.
class StateLoader {
 public:
  StateLoader(std::string source, std::string topic_prefix);
  // A malformed record of this source is a definite error with its key.
  Status apply(std::string_view key, std::optional<std::string_view> value);
  // A table that points to a structure that isn't there is a definite error.
  Result<SourceState> finish() &&;

 private:
  Status apply_structure(std::string_view key, std::string_view hash,
                         std::optional<std::string_view> value);
  Status apply_table(std::string_view key, const schema::TableName& name,
                     std::optional<std::string_view> value);
  Status apply_database(std::string_view key, const std::string& name,
                        std::optional<std::string_view> value);
  Status apply_xa(std::string_view key, std::string_view xid_text,
                  std::optional<std::string_view> value);
  Status apply_snapshot_table(std::string_view key, schema::TableName name,
                              std::optional<std::string_view> value);
  Status apply_text(std::string_view key, const char* member, std::optional<std::string_view> value,
                    std::optional<std::string>& text);

  std::string source_;
  std::string offset_key_;
  SourceState state_;
  std::map<schema::TableName, SnapshotTable> snapshot_tables_;
  std::optional<std::string> clone_name_;
};

}  // namespace millrace::state
