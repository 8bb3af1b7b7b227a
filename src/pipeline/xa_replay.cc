#include "pipeline/xa_replay.h"

#include <optional>
#include <utility>

namespace millrace::pipeline {
namespace {

using binlog::EventContext;

// Passes on what belongs to the wanted group, and notices its end.
class GroupFilter final : public binlog::PartialVisitor {
 public:
  GroupFilter(const binlog::Xid& xid, binlog::StreamVisitor& inner) : xid_(xid), inner_(inner) {}

  bool finished() const { return finished_; }

  Status on_format_description(const binlog::FormatDescription& format) override {
    return inner_.on_format_description(format);
  }
  Status on_begin(const EventContext& at, const binlog::TransactionStart& start) override {
    inside_ = start.xid == xid_;
    return inside_ ? inner_.on_begin(at, start) : Status();
  }
  Status on_rows_query(const EventContext& at, std::string_view sql) override {
    return inside_ ? inner_.on_rows_query(at, sql) : Status();
  }
  Status on_table_map(const EventContext& at, const binlog::TableMap& map,
                      std::string_view body) override {
    return inside_ ? inner_.on_table_map(at, map, body) : Status();
  }
  Status on_rows(const EventContext& at, const binlog::RowsEvent& rows,
                 std::string_view body) override {
    return inside_ ? inner_.on_rows(at, rows, body) : Status();
  }
  Status on_end(const EventContext& at, const binlog::TransactionEnd& end) override {
    if (!inside_) return {};
    inside_ = false;
    finished_ = true;
    return inner_.on_end(at, end);
  }
  Status on_abandoned() override { return inner_.on_abandoned(); }

 private:
  const binlog::Xid& xid_;
  binlog::StreamVisitor& inner_;
  bool inside_ = false;
  bool finished_ = false;
};

}  // namespace

Status replay_xa_group(EventStreamFactory& streams, const state::PreparedXa& prepared,
                       gtid::GtidSet executed, binlog::StreamVisitor& visitor) {
  StreamStart start;
  start.position = prepared.begin;
  start.stop_at_end = true;
  start.auxiliary = true;
  if (prepared.gtid) {
    executed.remove(*prepared.gtid);
    start.executed = std::move(executed);
  }
  MILLRACE_ASSIGN_OR_RETURN(const std::unique_ptr<EventStream> stream, streams.open(start));
  GroupFilter filter(prepared.xid, visitor);
  binlog::StreamGrammarOptions options;
  options.file = prepared.begin.file;
  options.offset = prepared.begin.offset;
  binlog::StreamGrammar grammar(filter, options);
  while (!filter.finished()) {
    MILLRACE_ASSIGN_OR_RETURN(const std::optional<std::string_view> event, stream->fetch());
    if (!event) {
      return definite_error("its prepared group is not in the source's binlog");
    }
    MILLRACE_RETURN_IF_ERROR(grammar.feed(*event));
  }
  return {};
}

}  // namespace millrace::pipeline
