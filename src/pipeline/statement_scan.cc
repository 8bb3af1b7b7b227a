#include "millrace/pipeline/statement_scan.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "millrace/binlog/stream_grammar.h"

namespace millrace::pipeline {
namespace {

using binlog::EventContext;

class StatementFinder final : public binlog::PartialVisitor {
 public:
  StatementFinder(const BinlogPlace& from, const BinlogPlace& to, const StatementCallback& take)
      : by_gtid_(from.executed.has_value()), end_(to.position), take_(take) {
    if (!by_gtid_ || !to.executed) return;
    missing_ = *to.executed;
    missing_.subtract(*from.executed);
  }

  bool has_all_transactions() const { return by_gtid_ ? missing_.empty() : passed_end_; }
  // A server shows what a statement did before the statement's GTID is in gtid_executed; but not before it is in the
  // binlog. So the position counts as well.
  bool finished() const { return has_all_transactions() && passed_end_; }
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
    take_if_it_shapes(at, inside ? gtid_ : group.gtid.gtid, query);
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
  void take_if_it_shapes(const EventContext& at, const std::optional<gtid::Gtid>& gtid,
                         const binlog::Query& query) {
    const ddl::Statement statement =
        ddl::classify_statement(query.sql, query.database, query.sql_mode);
    using Kind = ddl::StatementKind;
    if (statement.temporary || statement.kind == Kind::kHarmless || statement.kind == Kind::kDml ||
        statement.kind == Kind::kTruncate) {
      return;
    }
    take_(
        {query, statement, gtid, by_gtid_ ? gtid && missing_.contains(*gtid) : is_before_end(at)});
  }

  bool is_before_end(const EventContext& at) const {
    return !passed_end_ && (at.file == nullptr || *at.file != end_.file || at.end <= end_.offset);
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
  const StatementCallback& take_;
};

}  // namespace

bool TouchedTables::overlaps(const TouchedTables& other) const {
  const auto touches = [&other](const schema::TableName& name) { return other.contains(name); };
  const auto touches_some_of = [](const TouchedTables& touched, const std::string& database) {
    const auto table = touched.tables.lower_bound({database, ""});
    return touched.databases.contains(database) ||
           (table != touched.tables.end() && table->database == database);
  };
  return std::ranges::any_of(tables, touches) ||
         std::ranges::any_of(databases,
                             [&](const auto& each) { return touches_some_of(other, each); });
}

std::vector<schema::TableName> TouchedTables::names_in(const schema::Catalog& catalog) const {
  std::vector<schema::TableName> names(tables.begin(), tables.end());
  if (databases.empty()) return names;
  catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr&) {
    if (databases.contains(name.database)) names.push_back(name);
  });
  return names;
}

void TouchedTables::merge(TouchedTables other) {
  tables.merge(other.tables);
  databases.merge(other.databases);
}

TouchedTables tables_of(const ScannedStatement& scanned, const CatalogServer& server) {
  const ddl::Statement& statement = scanned.statement;
  TouchedTables touched;
  if (statement.kind == ddl::StatementKind::kUnknown || statement.tables.empty()) {
    touched.databases.insert(
        schema::name_of({std::string(scanned.query.database), ""}, server.lower_case_names)
            .database);
  }
  for (const ddl::TableReference& table : statement.tables) {
    schema::TableName name = schema::name_of(table, server.lower_case_names);
    if (name.table.empty()) {
      touched.databases.insert(std::move(name.database));
    } else {
      touched.tables.insert(std::move(name));
    }
  }
  return touched;
}

Status scan_statements(EventStreamFactory& streams, const BinlogPlace& from, const BinlogPlace& to,
                       const StatementCallback& take) {
  StatementFinder finder(from, to, take);
  // With GTIDs even an equal place is looked at: a transaction may be in the binlog before both positions and in neither set.
  if (!from.executed && from.position == to.position) return {};
  StreamStart start;
  start.executed = from.executed;
  start.position = from.position;
  start.stop_at_end = true;
  start.auxiliary = true;
  MILLRACE_ASSIGN_OR_RETURN(const std::unique_ptr<EventStream> stream, streams.open(start));
  binlog::StreamGrammarOptions options;
  options.file = from.position.file;
  options.offset = from.position.offset;
  binlog::StreamGrammar grammar(finder, options);
  while (!finder.finished()) {
    MILLRACE_ASSIGN_OR_RETURN(const std::optional<std::string_view> event, stream->fetch());
    if (!event) break;
    MILLRACE_RETURN_IF_ERROR(grammar.feed(*event));
  }
  // Behind the last group a file may have a head alone.
  finder.reach(grammar.position().file, grammar.position().offset);
  if (!finder.has_all_transactions()) {
    return transient_error("the server ended its stream while the statements after " +
                           from.position.file + ":" + std::to_string(from.position.offset) +
                           " were read");
  }
  return {};
}

Result<TouchedTables> scan_touched_tables(EventStreamFactory& streams, const BinlogPlace& from,
                                          const BinlogPlace& to, const CatalogServer& server) {
  TouchedTables touched;
  MILLRACE_RETURN_IF_ERROR(scan_statements(streams, from, to, [&](const ScannedStatement& scanned) {
    touched.merge(tables_of(scanned, server));
  }));
  return touched;
}

}  // namespace millrace::pipeline
