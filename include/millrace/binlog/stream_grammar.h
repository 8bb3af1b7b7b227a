#pragma once

// The grammar of a binlog stream, as one state machine. It takes raw events in order, from a server
// or a file, keeps file, position and checksum rules, opens compressed payloads, and calls a
// visitor with what a change stream is made of: transactions, table maps, row events, statements.
//
//   stream      = { FORMAT_DESCRIPTION | ROTATE | PREVIOUS_GTIDS | HEARTBEAT | STOP | group
//                 | skipped }
//   group       = [ GTID ] ( transaction | statement | xa_prepare | xa_outcome | payload )
//   transaction = BEGIN { item } ( XID | COMMIT | ROLLBACK )
//   payload     = TRANSACTION_PAYLOAD whose events are one `transaction`
//   item        = [ ROWS_QUERY ] TABLE_MAP | rows
//                 | QUERY (savepoint, CREATE TABLE ... SELECT, statement DML)
//   statement   = QUERY (anything that is not listed here)
//   xa_prepare  = "XA START" { item } "XA END" XA_PREPARE
//   xa_outcome  = QUERY "XA COMMIT" | QUERY "XA ROLLBACK"
//   skipped     = an event marked ignorable, or known to be harmless (Aurora's 100 and 101),
//                 anywhere
//
// Savepoints are items without effect, unless a ROLLBACK TO undoes row events that were sent: see
// on_rows_undone(). A group that is GTID and COMMIT or ROLLBACK alone is an empty transaction.
//
// A stream that breaks the grammar, a checksum that doesn't hold, an event that announces loss
// (INCIDENT), a type that can't be skipped: a definite error with file, position, GTID and type. A
// stream may also be cut anywhere (connection lost, server restarted): reset() and go on from the
// last finished transaction; a FORMAT_DESCRIPTION or a fake ROTATE inside a transaction means the
// same, and is reported by on_abandoned().
//
// After an error the grammar is stuck: feed() returns the same error until reset(), so that no
// caller can step over a damaged event.
//
// Positions: the wire's are 32 bits, files grow beyond. Within a file a position that steps back by
// more than half the range has wrapped. (Behind a GTID dump that skips gigabytes the upper part can
// be too low; GTIDs decide there.)
//
// Single-threaded. Views passed to the visitor live until its call returns.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/base/strong_id.h"
#include "millrace/binlog/events.h"

namespace millrace::binlog {

// Where an event stands.
struct EventContext {
  EventHeader header;
  const std::string* file = nullptr;  // current binlog file
  std::uint64_t start = 0;            // offset of the event; inside a payload: of the payload event
  std::uint64_t end = 0;              // offset after it
  // Index within the transaction as offsets count it: BEGIN is 0, then every event of the grammar's
  // `transaction` is one more, in a payload or not. Skipped events don't count: servers differ in
  // what they add (Aurora's padding).
  std::uint64_t index = 0;
};

struct TransactionStart {
  GtidEvent gtid;          // gtid.gtid is empty without GTIDs
  std::optional<Xid> xid;  // set for an XA group: its rows become visible only at XA COMMIT
  std::uint32_t thread_id = 0;
  BinlogPosition begin;        // of the BEGIN event (payload: of the payload event)
  BinlogPosition group_begin;  // of the GTID event
};

enum class TransactionOutcome : std::uint8_t {
  kCommit,      // XID or COMMIT
  kRollback,    // ROLLBACK: what was sent must not be published unless it was non-transactional
  kXaPrepare,   // held until XA COMMIT
  kXaOnePhase,  // XA COMMIT ... ONE PHASE: visible now
};

struct TransactionEnd {
  TransactionOutcome outcome = TransactionOutcome::kCommit;
  BinlogPosition end;  // after the last event
  std::uint32_t timestamp = 0;
};

class StreamVisitor {
 public:
  virtual ~StreamVisitor() = default;
  virtual Status on_format_description(const FormatDescription& format) = 0;
  virtual Status on_begin(const EventContext& at, const TransactionStart& transaction) = 0;
  virtual Status on_rows_query(const EventContext& at, std::string_view sql) = 0;
  // `event` is the whole table map's body; equal bytes mean the same map.
  virtual Status on_table_map(const EventContext& at, const TableMap& map,
                              std::string_view body) = 0;
  // `body` holds every view of `rows`; a visitor that keeps the event copies the body and decodes
  // it again, or rebases the views.
  virtual Status on_rows(const EventContext& at, const RowsEvent& rows, std::string_view body) = 0;
  // A statement that is a group of its own, or one inside a transaction that is neither savepoint
  // nor end (`inside`): CREATE TABLE ... START TRANSACTION, or DML in statement format.
  virtual Status on_statement(const EventContext& at, const TransactionStart& group,
                              const Query& query, bool inside) = 0;
  virtual Status on_end(const EventContext& at, const TransactionEnd& end) = 0;
  // XA COMMIT (committed) or XA ROLLBACK of a transaction prepared before.
  virtual Status on_xa_outcome(const EventContext& at, const TransactionStart& group,
                               const Xid& xid, bool committed) = 0;
  // The stream was cut inside a transaction and starts again: forget what came since on_begin().
  virtual Status on_abandoned() = 0;
  // Also between transactions: the server is at this position and has nothing newer.
  virtual Status on_heartbeat(const BinlogPosition& position) = 0;
  // An event that carries no change for us (ignorable, Aurora's, harmless). For counting.
  virtual Status on_skipped(const EventHeader& header) = 0;
  // The head of a file: what all files before it hold.
  virtual Status on_previous_gtids(const gtid::GtidSet&) { return {}; }
  // ROLLBACK TO SAVEPOINT undid the row events of the open transaction whose index is above
  // `index`. Servers cut such events out, except in a transaction that also did what can't be
  // rolled back (a temporary table, a table without transactions), and then nothing tells which of
  // the rows were undone. By default an error: publishing rows that may not exist is not this
  // program's choice.
  virtual Status on_rows_undone(const EventContext& at, std::uint64_t index);
};

// For who wants some of the calls only: the others do nothing.
class PartialVisitor : public StreamVisitor {
 public:
  Status on_format_description(const FormatDescription&) override { return {}; }
  Status on_begin(const EventContext&, const TransactionStart&) override { return {}; }
  Status on_rows_query(const EventContext&, std::string_view) override { return {}; }
  Status on_table_map(const EventContext&, const TableMap&, std::string_view) override {
    return {};
  }
  Status on_rows(const EventContext&, const RowsEvent&, std::string_view) override { return {}; }
  Status on_statement(const EventContext&, const TransactionStart&, const Query&, bool) override {
    return {};
  }
  Status on_end(const EventContext&, const TransactionEnd&) override { return {}; }
  Status on_xa_outcome(const EventContext&, const TransactionStart&, const Xid&, bool) override {
    return {};
  }
  Status on_abandoned() override { return {}; }
  Status on_heartbeat(const BinlogPosition&) override { return {}; }
  Status on_skipped(const EventHeader&) override { return {}; }
};

// Whether events before the first FORMAT_DESCRIPTION of a stream carry a checksum: true where the
// session asked for CRC32 (@source_binlog_checksum).
struct StreamGrammarOptions {
  bool checksum_before_format = true;
  // Where the stream starts. Binlog files have no artificial ROTATE; their name is known from
  // outside.
  std::string file = {};
  std::uint64_t offset = 4;  // after the file's magic number
};

class StreamGrammar {
 public:
  StreamGrammar(StreamVisitor& visitor, StreamGrammarOptions options);
  ~StreamGrammar();

  // One whole event with header and checksum, as it stands in the packet after its status byte, or
  // in a file.
  Status feed(std::string_view event);
  // The connection was lost: the next event fed is the first of a new stream. The visitor is not
  // told.
  void reset(StreamGrammarOptions options);

  // The current file and the end of the last event fed.
  const BinlogPosition& position() const;
  // Inside a group: from its GTID event on, before BEGIN too.
  bool in_transaction() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::binlog
