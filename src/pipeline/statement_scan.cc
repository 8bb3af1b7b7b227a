#include "millrace/pipeline/statement_scan.h"

#include <memory>
#include <string>
#include <utility>

#include "millrace/binlog/stream_grammar.h"
#include "millrace/ddl/statement.h"

namespace millrace::pipeline {
namespace {

using binlog::EventContext;

class StatementCollector final : public binlog::PartialVisitor {
 public:
  explicit StatementCollector(const BinlogPlace& from, const BinlogPlace& to)
      : by_gtid_(from.executed.has_value()), end_(to.position) {
    if (!by_gtid_ || !to.executed) return;
    missing_ = *to.executed;
    missing_.subtract(*from.executed);
  }

  bool has_all_transactions() const { return by_gtid_ ? missing_.empty() : passed_end_; }
  // A server shows what a statement did before the statement's GTID is in gtid_executed; but not before it is in the
  // binlog. So the position counts as well.
  bool finished() const { return has_all_transactions() && passed_end_; }
  TouchedTables take() && { return std::move(touched_); }
  // The stream has come to here.
  void reach(const std::string& file, std::uint64_t offset) {
    passed_end_ |= file == end_.file && offset >= end_.offset;
  }

  Status on_begin(const EventContext&, const binlog::TransactionStart& start) override {
    gtid_ = start.gtid.gtid;
    return {};
  }
  Status on_statement(const EventContext& at, const binlog::TransactionStart& group,
                      const binlog::Query& query, bool inside) override {
    collect(query);
    if (!inside) end_group(at, group.gtid.gtid);
    return {};
  }
  Status on_end(const EventContext& at, const binlog::TransactionEnd&) override {
    end_group(at, gtid_);
    return {};
  }
  Status on_xa_outcome(const EventContext& at, const binlog::TransactionStart& group,
                       const binlog::Xid&, bool) override {
    end_group(at, group.gtid.gtid);
    return {};
  }
  Status on_rows_undone(const EventContext&, std::uint64_t) override { return {}; }

 private:
  void collect(const binlog::Query& query) {
    const ddl::Statement statement =
        ddl::classify_statement(query.sql, query.database, query.sql_mode);
    using Kind = ddl::StatementKind;
    if (statement.temporary || statement.kind == Kind::kHarmless || statement.kind == Kind::kDml ||
        statement.kind == Kind::kTruncate) {
      return;
    }
    if (statement.kind == Kind::kUnknown || statement.tables.empty()) {
      touched_.databases.emplace(query.database);
    }
    for (const ddl::TableReference& table : statement.tables) {
      if (table.table.empty()) {
        touched_.databases.insert(table.database);
      } else {
        touched_.tables.insert({table.database, table.table});
      }
    }
  }

  void end_group(const EventContext& at, const std::optional<gtid::Gtid>& gtid) {
    if (gtid) missing_.remove(*gtid);
    if (at.file != nullptr) reach(*at.file, at.end);
  }

  const bool by_gtid_;
  const BinlogPosition end_;
  gtid::GtidSet missing_;
  std::optional<gtid::Gtid> gtid_;
  bool passed_end_ = false;
  TouchedTables touched_;
};

}  // namespace

Result<TouchedTables> scan_statements(EventStreamFactory& streams, const BinlogPlace& from,
                                      const BinlogPlace& to) {
  StatementCollector collector(from, to);
  // With GTIDs even an equal place is looked at: a transaction may be in the binlog before both positions and in neither set.
  if (!from.executed && from.position == to.position) return TouchedTables();
  StreamStart start;
  start.executed = from.executed;
  start.position = from.position;
  start.stop_at_end = true;
  start.auxiliary = true;
  MILLRACE_ASSIGN_OR_RETURN(const std::unique_ptr<EventStream> stream, streams.open(start));
  binlog::StreamGrammarOptions options;
  options.file = from.position.file;
  options.offset = from.position.offset;
  binlog::StreamGrammar grammar(collector, options);
  while (!collector.finished()) {
    MILLRACE_ASSIGN_OR_RETURN(const std::optional<std::string_view> event, stream->fetch());
    if (!event) break;
    MILLRACE_RETURN_IF_ERROR(grammar.feed(*event));
  }
  // Behind the last group a file may have a head alone.
  collector.reach(grammar.position().file, grammar.position().offset);
  if (!collector.has_all_transactions()) {
    return transient_error("the server ended its stream while the statements after " +
                           from.position.file + ":" + std::to_string(from.position.offset) +
                           " were read");
  }
  return std::move(collector).take();
}

}  // namespace millrace::pipeline
