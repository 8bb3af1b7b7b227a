#include "support/binlog/recording_visitor.h"

#include <algorithm>
#include <iterator>

#include "support/binlog/table_builder.h"

namespace millrace::test {
namespace {

std::string name_of(const binlog::TransactionStart& group) {
  std::string text = group.gtid.gtid ? group.gtid.gtid->to_text() : "anonymous";
  if (group.xid) text += " xa=" + group.xid->to_text();
  return text + " thread=" + std::to_string(group.thread_id);
}

const char* name_of(binlog::TransactionOutcome outcome) {
  switch (outcome) {
    case binlog::TransactionOutcome::kCommit:
      return "commit";
    case binlog::TransactionOutcome::kRollback:
      return "rollback";
    case binlog::TransactionOutcome::kXaPrepare:
      return "xa_prepare";
    case binlog::TransactionOutcome::kXaOnePhase:
      return "xa_one_phase";
  }
  return "?";
}

const char* name_of(const binlog::RowsEvent& rows) {
  if (rows.partial_json) return "partial_update";
  if (rows.kind == binlog::RowsKind::kWrite) return "write";
  return rows.kind == binlog::RowsKind::kUpdate ? "update" : "delete";
}

std::string text_of(const BinlogPosition& position) {
  return position.file + ":" + std::to_string(position.offset);
}

}  // namespace

std::vector<std::string> RecordingVisitor::changes() const {
  std::vector<std::string> out;
  std::copy_if(lines_.begin(), lines_.end(), std::back_inserter(out), [](const std::string& line) {
    for (const char* noise : {"format ", "skipped ", "heartbeat", "previous_gtids "}) {
      if (line.starts_with(noise)) return false;
    }
    return true;
  });
  return out;
}

Status RecordingVisitor::add(std::string line) {
  lines_.push_back(std::move(line));
  return {};
}

Status RecordingVisitor::add(const binlog::EventContext& at, std::string line) {
  line += " #" + std::to_string(at.index);
  if (with_positions_) {
    line += " @" + *at.file + ":" + std::to_string(at.start) + "-" + std::to_string(at.end);
  }
  return add(std::move(line));
}

Status RecordingVisitor::on_format_description(const binlog::FormatDescription& format) {
  return add("format " + format.server_version);
}

Status RecordingVisitor::on_begin(const binlog::EventContext& at,
                                  const binlog::TransactionStart& start) {
  std::string line = "begin " + name_of(start);
  if (with_positions_) line += " from " + text_of(start.group_begin) + " " + text_of(start.begin);
  return add(at, std::move(line));
}

Status RecordingVisitor::on_rows_query(const binlog::EventContext& at, std::string_view sql) {
  return add(at, "rows_query " + std::string(sql));
}

Status RecordingVisitor::on_table_map(const binlog::EventContext& at, const binlog::TableMap& map,
                                      std::string_view) {
  return add(at, "map " + std::string(map.database) + "." + std::string(map.table) +
                     " id=" + std::to_string(map.id.value()) +
                     " columns=" + std::to_string(map.column_count));
}

Status RecordingVisitor::on_rows(const binlog::EventContext& at, const binlog::RowsEvent& rows,
                                 std::string_view) {
  std::string line = std::string(name_of(rows)) + " id=" + std::to_string(rows.table_id.value());
  line += " " + to_hex(rows.columns_before) + " " + to_hex(rows.columns_after) + " " +
          to_hex(rows.rows);
  return add(at, line + (rows.statement_end ? " end" : ""));
}

Status RecordingVisitor::on_statement(const binlog::EventContext& at,
                                      const binlog::TransactionStart& group,
                                      const binlog::Query& query, bool inside) {
  return add(at, std::string(inside ? "inside " : "statement ") + name_of(group) + " " +
                     std::string(query.database) + ": " + std::string(query.sql));
}

Status RecordingVisitor::on_end(const binlog::EventContext& at, const binlog::TransactionEnd& end) {
  std::string line = std::string("end ") + name_of(end.outcome);
  if (with_positions_) line += " " + text_of(end.end);
  return add(at, std::move(line));
}

Status RecordingVisitor::on_xa_outcome(const binlog::EventContext& at,
                                       const binlog::TransactionStart& group,
                                       const binlog::Xid& xid, bool committed) {
  return add(at, std::string(committed ? "xa_commit " : "xa_rollback ") + name_of(group) + " " +
                     xid.to_text());
}

Status RecordingVisitor::on_abandoned() { return add("abandoned"); }

Status RecordingVisitor::on_heartbeat(const BinlogPosition& position) {
  return add(with_positions_ ? "heartbeat " + text_of(position) : "heartbeat");
}

Status RecordingVisitor::on_skipped(const binlog::EventHeader& header) {
  return add("skipped " + binlog::event_type_name(header.type));
}

Status RecordingVisitor::on_previous_gtids(const gtid::GtidSet& set) {
  return add("previous_gtids " + set.to_text());
}

}  // namespace millrace::test
