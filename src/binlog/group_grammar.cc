#include "binlog/group_grammar.h"

#include <algorithm>

#include "binlog/field_reader.h"
#include "binlog/statement_kind.h"

namespace millrace::binlog {
namespace {

bool is_rows(EventType type) {
  switch (type) {
    case EventType::kWriteRowsV1:
    case EventType::kUpdateRowsV1:
    case EventType::kDeleteRowsV1:
    case EventType::kWriteRows:
    case EventType::kUpdateRows:
    case EventType::kDeleteRows:
    case EventType::kPartialUpdateRows:
      return true;
    default:
      return false;
  }
}

Error outside_of_transaction() {
  return definite_error(
      "it belongs to a transaction whose beginning was not seen: the stream started inside one");
}

// Old servers end a statement without rows by an event for a table that doesn't exist.
bool is_end_marker(const RowsEvent& rows) {
  constexpr TableId kNoTable24{0xffffff};
  constexpr TableId kNoTable48{0xffffffffffff};
  return rows.statement_end && (rows.table_id == kNoTable24 || rows.table_id == kNoTable48);
}

// Names of savepoints are identifiers: quoted or not, either case.
std::string savepoint_key(std::string_view name) {
  std::string key;
  for (const char c : name) {
    if (c != '`') key.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return key;
}

}  // namespace

bool GroupGrammar::takes(EventType type) {
  return is_rows(type) || type == EventType::kQuery || type == EventType::kRowsQuery ||
         type == EventType::kTableMap || type == EventType::kXid || type == EventType::kXaPrepare;
}

Status GroupGrammar::on_gtid(const EventContext& at, std::string_view body) {
  MILLRACE_ASSIGN_OR_RETURN(GtidEvent event, decode_gtid(body, at.header.type));
  if (state_ != State::kBetween) {
    return definite_error("a transaction begins before the one in front of it has ended");
  }
  close_group();
  group_.gtid = std::move(event);
  group_.group_begin = BinlogPosition{*at.file, at.start};
  state_ = State::kAfterGtid;
  return {};
}

Status GroupGrammar::on_event(EventContext at, std::string_view body,
                              const FormatDescription& format) {
  if (at.header.type == EventType::kQuery) return on_query(at, body);
  if (state_ != State::kInside) return outside_of_transaction();
  at.index = ++index_;
  switch (at.header.type) {
    case EventType::kTableMap:
      return on_table_map(at, body, format);
    case EventType::kRowsQuery: {
      MILLRACE_ASSIGN_OR_RETURN(const std::string_view sql, decode_rows_query(body));
      return visitor_.on_rows_query(at, sql);
    }
    case EventType::kXid: {
      FieldReader reader(body);
      reader.u64("transaction id");
      MILLRACE_RETURN_IF_ERROR(reader.status());
      return end(at, TransactionOutcome::kCommit);
    }
    case EventType::kXaPrepare:
      return on_xa_prepare(at, body);
    default:
      return on_rows(at, body, format);
  }
}

Status GroupGrammar::on_query(EventContext& at, std::string_view body) {
  MILLRACE_ASSIGN_OR_RETURN(const Query query, decode_query(body));
  if (state_ != State::kInside) return on_query_between(at, query);
  at.index = ++index_;
  return on_query_inside(at, query);
}

Status GroupGrammar::on_query_between(const EventContext& at, const Query& query) {
  const Statement statement = classify_statement(query.sql);
  const bool announced = state_ == State::kAfterGtid;
  open_group(at, query);
  switch (statement.kind) {
    case StatementKind::kBegin:
      return begin(at);
    case StatementKind::kXaStart: {
      MILLRACE_ASSIGN_OR_RETURN(group_.xid, Xid::parse(statement.argument));
      return begin(at);
    }
    case StatementKind::kXaCommit:
    case StatementKind::kXaCommitOnePhase:
    case StatementKind::kXaRollback: {
      MILLRACE_ASSIGN_OR_RETURN(const Xid xid, Xid::parse(statement.argument));
      MILLRACE_RETURN_IF_ERROR(
          visitor_.on_xa_outcome(at, group_, xid, statement.kind != StatementKind::kXaRollback));
      close_group();
      return {};
    }
    case StatementKind::kCommit:
    case StatementKind::kRollback:
      if (!announced) return outside_of_transaction();
      MILLRACE_RETURN_IF_ERROR(begin(at));
      return end(at, statement.kind == StatementKind::kCommit ? TransactionOutcome::kCommit
                                                              : TransactionOutcome::kRollback);
    case StatementKind::kOther:
      MILLRACE_RETURN_IF_ERROR(visitor_.on_statement(at, group_, query, false));
      close_group();
      return {};
    default:
      return outside_of_transaction();
  }
}

Status GroupGrammar::on_query_inside(EventContext& at, const Query& query) {
  const Statement statement = classify_statement(query.sql);
  switch (statement.kind) {
    case StatementKind::kBegin:
    case StatementKind::kXaStart:
      return definite_error("a transaction begins before the one in front of it has ended");
    case StatementKind::kCommit:
      return end(at, TransactionOutcome::kCommit);
    case StatementKind::kRollback:
      return end(at, TransactionOutcome::kRollback);
    case StatementKind::kXaPrepare:
      return on_xa_statement_inside(at, statement.argument, TransactionOutcome::kXaPrepare);
    case StatementKind::kXaCommit:
    case StatementKind::kXaCommitOnePhase:
      return on_xa_statement_inside(at, statement.argument, TransactionOutcome::kXaOnePhase);
    case StatementKind::kXaRollback:
      return on_xa_statement_inside(at, statement.argument, TransactionOutcome::kRollback);
    case StatementKind::kSavepoint:
      set_savepoint(statement.argument);
      return {};
    case StatementKind::kRollbackToSavepoint:
      return rollback_to(at, statement.argument);
    case StatementKind::kReleaseSavepoint:
      savepoints_.erase(savepoint_key(statement.argument));
      return {};
    case StatementKind::kXaEnd:
      return {};
    case StatementKind::kOther:
      return visitor_.on_statement(at, group_, query, true);
  }
  return {};
}

Status GroupGrammar::on_xa_statement_inside(const EventContext& at, std::string_view xid_text,
                                            TransactionOutcome outcome) {
  MILLRACE_ASSIGN_OR_RETURN(const Xid xid, Xid::parse(xid_text));
  if (group_.xid != xid) {
    return definite_error("it ends XA transaction " + xid.to_text() + " inside another one");
  }
  return end(at, outcome);
}

Status GroupGrammar::on_xa_prepare(const EventContext& at, std::string_view body) {
  MILLRACE_ASSIGN_OR_RETURN(const XaPrepare prepare, decode_xa_prepare(body));
  if (group_.xid != prepare.xid) {
    return definite_error("it ends XA transaction " + prepare.xid.to_text() + ", but " +
                          (group_.xid ? group_.xid->to_text() : "one without XA") + " is open");
  }
  return end(at,
             prepare.one_phase ? TransactionOutcome::kXaOnePhase : TransactionOutcome::kXaPrepare);
}

Status GroupGrammar::on_table_map(EventContext& at, std::string_view body,
                                  const FormatDescription& format) {
  MILLRACE_ASSIGN_OR_RETURN(const TableMap map, decode_table_map(body, format));
  if (statement_ended_) tables_.clear();
  statement_ended_ = false;
  const auto known = std::find_if(tables_.begin(), tables_.end(),
                                  [&](const MappedTable& table) { return table.id == map.id; });
  if (known != tables_.end()) {
    known->column_count = map.column_count;
  } else {
    tables_.push_back(MappedTable{map.id, map.column_count});
  }
  return visitor_.on_table_map(at, map, body);
}

Status GroupGrammar::on_rows(EventContext& at, std::string_view body,
                             const FormatDescription& format) {
  MILLRACE_ASSIGN_OR_RETURN(const RowsEvent rows, decode_rows(body, at.header.type, format));
  const auto table =
      std::find_if(tables_.begin(), tables_.end(),
                   [&](const MappedTable& candidate) { return candidate.id == rows.table_id; });
  if (table == tables_.end()) {
    if (is_end_marker(rows)) {
      --index_;
      return visitor_.on_skipped(at.header);
    }
    return definite_error("no TABLE_MAP in its transaction describes table id " +
                          std::to_string(rows.table_id.value()));
  }
  if (table->column_count != rows.column_count) {
    return definite_error("it has " + std::to_string(rows.column_count) +
                          " columns, its TABLE_MAP " + std::to_string(table->column_count));
  }
  statement_ended_ = rows.statement_end;
  last_rows_index_ = at.index;
  return visitor_.on_rows(at, rows, body);
}

// What a group's first QUERY says; a GTID event may have said some of it before.
void GroupGrammar::open_group(const EventContext& at, const Query& query) {
  group_.begin = BinlogPosition{*at.file, at.start};
  if (state_ == State::kBetween) group_.group_begin = group_.begin;
  group_.thread_id = query.thread_id;
}

Status GroupGrammar::begin(const EventContext& at) {
  state_ = State::kInside;
  return visitor_.on_begin(at, group_);
}

Status GroupGrammar::end(const EventContext& at, TransactionOutcome outcome) {
  if (group_.xid && outcome == TransactionOutcome::kCommit)
    outcome = TransactionOutcome::kXaOnePhase;
  const TransactionEnd end{outcome, BinlogPosition{*at.file, at.end}, at.header.timestamp};
  MILLRACE_RETURN_IF_ERROR(visitor_.on_end(at, end));
  close_group();
  return {};
}

Status GroupGrammar::abandon() {
  const bool was_inside = state_ == State::kInside;
  close_group();
  return was_inside ? visitor_.on_abandoned() : Status();
}

void GroupGrammar::reset() { close_group(); }

void GroupGrammar::close_group() {
  state_ = State::kBetween;
  group_ = TransactionStart();
  index_ = 0;
  last_rows_index_ = 0;
  tables_.clear();
  statement_ended_ = false;
  if (!savepoints_.empty()) savepoints_.clear();
}

void GroupGrammar::set_savepoint(std::string_view name) {
  // Beyond that many names a savepoint counts as set at the transaction's begin, which errs on the
  // safe side.
  constexpr std::size_t kMaxSavepoints = 4096;
  if (savepoints_.size() < kMaxSavepoints) savepoints_[savepoint_key(name)] = index_;
}

Status GroupGrammar::rollback_to(const EventContext& at, std::string_view name) {
  const auto savepoint = savepoints_.find(savepoint_key(name));
  const std::uint64_t kept = savepoint == savepoints_.end() ? 0 : savepoint->second;
  if (last_rows_index_ <= kept) return {};
  last_rows_index_ = kept;
  return visitor_.on_rows_undone(at, kept);
}

}  // namespace millrace::binlog
