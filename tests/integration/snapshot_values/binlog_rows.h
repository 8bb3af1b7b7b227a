#pragma once

// The rows of all tables as the binlog tells them: every change is folded into what was there before.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "integration/snapshot_values/row_printer.h"
#include "millrace/binlog/stream_grammar.h"
#include "millrace/mysql/binlog_stream.h"
#include "millrace/mysql/connection.h"
#include "millrace/row/row_plan.h"

namespace millrace::testing {

class BinlogRows final : public binlog::PartialVisitor {
 public:
  // Begins with what the server writes from now on.
  BinlogRows(const mysql::ConnectionOptions& options, RowPrinter& printer);

  // Reads up to where the server is.
  void follow();
  // Rows that came there by no statement: what changes has to be one of them.
  void begin_with(const schema::TableName& table, const std::vector<std::string>& rows) {
    rows_[table] = {rows.begin(), rows.end()};
  }
  // Sorted.
  std::vector<std::string> rows(const schema::TableName& table) const;
  // A table's structure as the server describes it, and as its binlog does (since it has rows).
  schema::TableSchemaPtr structure(const schema::TableName& table);
  schema::TableSchemaPtr structure_in_binlog(const schema::TableName& table) const;

  Status on_begin(const binlog::EventContext&, const binlog::TransactionStart& start) override;
  Status on_table_map(const binlog::EventContext&, const binlog::TableMap& map,
                      std::string_view body) override;
  Status on_rows(const binlog::EventContext&, const binlog::RowsEvent& rows,
                 std::string_view body) override;
  Status on_statement(const binlog::EventContext&, const binlog::TransactionStart& group,
                      const binlog::Query& query, bool inside) override;

 private:
  struct Mapped {
    schema::TableSchemaPtr table;
    std::unique_ptr<row::RowPlan> plan;
  };
  void see(const binlog::TransactionStart& start);

  mysql::Connection connection_;
  RowPrinter& printer_;
  gtid::GtidSet seen_;
  std::map<schema::TableName, schema::TableSchemaPtr> structures_;
  std::map<TableId, Mapped> maps_;
  std::map<schema::TableName, std::multiset<std::string>> rows_;
  binlog::StreamGrammar grammar_;
  mysql::BinlogStream stream_;
};

}  // namespace millrace::testing
