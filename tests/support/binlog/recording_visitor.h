#pragma once

// A visitor that writes down every call as a line of text, so that a test compares what a stream
// means:
//
//   begin 3457d932-...:5 thread=7
//   map shop.orders id=100 columns=2 #1
//   write id=100 000100000001 61 end #2
//   end commit #3

#include <string>
#include <vector>

#include "millrace/binlog/stream_grammar.h"

namespace millrace::test {

class RecordingVisitor : public binlog::StreamVisitor {
 public:
  // With the positions at the ends of the lines. Off, the lines are the same for any encoding of a
  // stream.
  explicit RecordingVisitor(bool with_positions = false) : with_positions_(with_positions) {}

  const std::vector<std::string>& lines() const { return lines_; }
  std::vector<std::string> take() { return std::move(lines_); }
  // Without the lines of the events that carry no change.
  std::vector<std::string> changes() const;

  Status on_format_description(const binlog::FormatDescription& format) override;
  Status on_begin(const binlog::EventContext& at, const binlog::TransactionStart& start) override;
  Status on_rows_query(const binlog::EventContext& at, std::string_view sql) override;
  Status on_table_map(const binlog::EventContext& at, const binlog::TableMap& map,
                      std::string_view body) override;
  Status on_rows(const binlog::EventContext& at, const binlog::RowsEvent& rows,
                 std::string_view body) override;
  Status on_statement(const binlog::EventContext& at, const binlog::TransactionStart& group,
                      const binlog::Query& query, bool inside) override;
  Status on_end(const binlog::EventContext& at, const binlog::TransactionEnd& end) override;
  Status on_xa_outcome(const binlog::EventContext& at, const binlog::TransactionStart& group,
                       const binlog::Xid& xid, bool committed) override;
  Status on_abandoned() override;
  Status on_heartbeat(const BinlogPosition& position) override;
  Status on_skipped(const binlog::EventHeader& header) override;
  Status on_previous_gtids(const gtid::GtidSet& set) override;

 private:
  Status add(std::string line);
  Status add(const binlog::EventContext& at, std::string line);

  bool with_positions_;
  std::vector<std::string> lines_;
};

}  // namespace millrace::test
