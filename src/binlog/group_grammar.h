#pragma once

// The part of the grammar below `group`: which event may follow which from a GTID to the end of its
// transaction, with the index that offsets count. It sees events without checksum and positions
// that are worked out, and does not care whether they stood in the file or in a payload.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/binlog/stream_grammar.h"

namespace millrace::binlog {

class GroupGrammar {
 public:
  explicit GroupGrammar(StreamVisitor& visitor) : visitor_(visitor) {}

  // Whether a type belongs here: QUERY, ROWS_QUERY, TABLE_MAP, row events, XID, XA_PREPARE.
  static bool takes(EventType type);

  Status on_gtid(const EventContext& at, std::string_view body);
  // `at.index` is filled in here.
  Status on_event(EventContext at, std::string_view body, const FormatDescription& format);
  // The stream begins anew: what is open is given up. The visitor hears of it when it had heard of
  // a beginning.
  Status abandon();
  void reset();

  bool in_group() const { return state_ != State::kBetween; }
  bool in_transaction() const { return state_ == State::kInside; }
  // Of the open group; empty when it has none.
  const std::optional<gtid::Gtid>& gtid() const { return group_.gtid.gtid; }

 private:
  enum class State : std::uint8_t {
    kBetween,    // of groups
    kAfterGtid,  // a group is announced
    kInside,     // BEGIN was there
  };
  struct MappedTable {
    TableId id;
    std::uint64_t column_count;
  };

  Status on_query(EventContext& at, std::string_view body);
  Status on_query_between(const EventContext& at, const Query& query);
  Status on_query_inside(EventContext& at, const Query& query);
  Status on_xa_statement_inside(const EventContext& at, std::string_view xid_text,
                                TransactionOutcome outcome);
  Status on_table_map(EventContext& at, std::string_view body, const FormatDescription& format);
  Status on_rows(EventContext& at, std::string_view body, const FormatDescription& format);
  Status on_xa_prepare(const EventContext& at, std::string_view body);

  void open_group(const EventContext& at, const Query& query);
  Status begin(const EventContext& at);
  Status end(const EventContext& at, TransactionOutcome outcome);
  void close_group();
  void set_savepoint(std::string_view name);
  Status rollback_to(const EventContext& at, std::string_view name);

  StreamVisitor& visitor_;
  State state_ = State::kBetween;
  TransactionStart group_;
  std::uint64_t index_ = 0;            // of the last event of the transaction
  std::uint64_t last_rows_index_ = 0;  // 0: no row event yet
  std::vector<MappedTable> tables_;    // of the statement; a handful, searched in order
  bool statement_ended_ = false;       // the next TABLE_MAP opens another one
  std::unordered_map<std::string, std::uint64_t> savepoints_;  // name to index
};

}  // namespace millrace::binlog
