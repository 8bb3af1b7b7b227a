#include "millrace/snapshot/chunk_reader.h"

#include <utility>

#include "millrace/base/mark.h"
#include "millrace/base/object_pool.h"
#include "millrace/mysql/row_stream.h"
#include "millrace/mysql/server_facts.h"

namespace millrace::snapshot {
namespace {

constexpr const char* kSession =
    "SET SESSION net_read_timeout = 3600, transaction_isolation = 'REPEATABLE-READ'";
// How long one question waits for transactions to be executed. They are in the binlog, so they are about to be.
constexpr const char* kVisibleSeconds = "5";

Status run(mysql::Connection& connection, std::string_view sql) {
  const auto changed = connection.execute(sql);
  return changed ? Status() : changed.error();
}

}  // namespace

// A table without a key, between two pieces: the SELECT goes on.
class ChunkReader::WholeTable {
 public:
  WholeTable(schema::TableSchemaPtr table, RowImageWriter writer, mysql::RowStream rows)
      : table_(std::move(table)), writer_(std::move(writer)), rows_(std::move(rows)) {}

  bool goes_on(const ChunkRequest& request) const {
    return table_ == request.table && count_ == key_as_count(request.after);
  }
  Status skip(std::uint64_t rows) {
    for (; count_ < rows; ++count_) {
      MILLRACE_ASSIGN_OR_RETURN(const bool more, rows_.next());
      if (!more) return definite_error("the table has fewer rows than were read of it before");
    }
    return {};
  }
  Status read(const ChunkRequest& request, Chunk& chunk) {
    while (chunk.rows.count() < request.most_rows && chunk.rows.bytes.size() < request.most_bytes) {
      MILLRACE_ASSIGN_OR_RETURN(const bool more, rows_.next());
      if (!more) {
        chunk.is_end = true;
        break;
      }
      ++count_;
      MILLRACE_RETURN_IF_ERROR(writer_.append(rows_.cells(), chunk.rows, nullptr));
    }
    chunk.last = count_as_key(count_);
    return {};
  }
  // Of the server's view that the rows are of; handed on with the first piece, and with the others.
  std::optional<BinlogPosition> high;

 private:
  schema::TableSchemaPtr table_;
  RowImageWriter writer_;
  mysql::RowStream rows_;
  std::uint64_t count_ = 0;
};

ChunkReader::ChunkReader(ChunkReaderOptions options) : options_(std::move(options)) {}
ChunkReader::~ChunkReader() = default;

void ChunkReader::interrupt() {
  const std::lock_guard lock(mutex_);
  is_interrupted_ = true;
  if (connection_ != nullptr) connection_->interrupt();
}

Status ChunkReader::connect() {
  MILLRACE_ASSIGN_OR_RETURN(mysql::Connection made,
                            mysql::Connection::connect(options_.connection));
  auto connection = std::make_unique<mysql::Connection>(std::move(made));
  MILLRACE_ASSIGN_OR_RETURN(const auto uuid, connection->query_value("SELECT @@server_uuid"));
  if (!options_.server_uuid.empty() && uuid != options_.server_uuid) {
    return transient_error("the server at " + connection->endpoint() + " is another one now (" +
                           uuid.value_or("") + ") than the one that is streamed from (" +
                           options_.server_uuid + ")");
  }
  MILLRACE_RETURN_IF_ERROR(run(*connection, kSession));
  for (const std::string_view statement : reading_session_statements()) {
    MILLRACE_RETURN_IF_ERROR(run(*connection, statement));
  }
  const std::lock_guard lock(mutex_);
  if (is_interrupted_) return transient_error("the reading of tables was interrupted");
  seen_ = {};
  connection_ = std::move(connection);
  return {};
}

Result<Chunk> ChunkReader::read(const ChunkRequest& request) {
  if (whole_ != nullptr && !whole_->goes_on(request)) {
    whole_.reset();  // ends the connection
    const std::lock_guard lock(mutex_);
    connection_.reset();
  }
  if (connection_ == nullptr) MILLRACE_RETURN_IF_ERROR(connect());
  Result<Chunk> chunk = read_connected(request);
  if (chunk) return chunk;
  Error error = chunk.error().with_context("reading " + request.table->name.to_text());
  whole_.reset();
  {
    const std::lock_guard lock(mutex_);
    connection_.reset();
  }
  if (error.is_transient()) return error;
  // The table may have another shape by now: the stream will tell, up to here.
  Chunk failed;
  failed.failure = std::move(error);
  if (request.visible) {
    MILLRACE_RETURN_IF_ERROR(connect());
    MILLRACE_ASSIGN_OR_RETURN(failed.high, mysql::fetch_binlog_position(*connection_));
  }
  return failed;
}

Status ChunkReader::wait_until_visible(const ChunkRequest& request) {
  if (!request.visible || request.visible->is_subset_of(seen_)) return {};
  MILLRACE_ASSIGN_OR_RETURN(
      const auto left,
      connection_->query_value("SELECT WAIT_FOR_EXECUTED_GTID_SET('" + request.visible->to_text() +
                               "', " + kVisibleSeconds + ")"));
  if (left != "0") {
    return transient_error("the server has not executed what its binlog holds: " +
                           request.visible->to_text());
  }
  seen_ = *request.visible;
  return {};
}

// A row that was written since may have been read.
Status ChunkReader::check_frozen() {
  if (!options_.frozen_at) return {};
  MILLRACE_ASSIGN_OR_RETURN(gtid::GtidSet executed, mysql::fetch_gtid_executed(*connection_));
  executed.subtract(*options_.frozen_at);
  if (executed.empty()) return {};
  return definite_error("the copy at " + connection_->endpoint() +
                        " isn't frozen: since the snapshot began it has executed " +
                        executed.to_text() +
                        ". Stop what writes to it (replication, events, accounts), make a new copy "
                        "and begin anew");
}

Result<Chunk> ChunkReader::read_connected(const ChunkRequest& request) {
  MILLRACE_ASSIGN_OR_RETURN(const TableKey key,
                            reading_order(*request.table, request.surrogate_key));
  if (key.empty()) return read_whole_table(request);

  MILLRACE_RETURN_IF_ERROR(wait_until_visible(request));
  MILLRACE_ASSIGN_OR_RETURN(const RowImageWriter writer, RowImageWriter::make(request.table));
  Chunk chunk;
  chunk.rows = ObjectPool<RowImages>::take();
  if (request.wants_maximum) {
    MILLRACE_ASSIGN_OR_RETURN(chunk.maximum, read_maximum(request, key, writer));
  }
  std::vector<JsonDoubt> doubts;
  bool is_cut = false;
  bool has_more = false;
  {
    const std::string sql = to_sql({writer.select_list(), request.table.get(), &key, &request.after,
                                    request.condition, request.select, request.most_rows + 1});
    MILLRACE_ASSIGN_OR_RETURN(mysql::RowStream rows, mysql::RowStream::open(*connection_, sql));
    MILLRACE_RETURN_IF_ERROR(writer.check(rows.columns()));
    while (true) {
      MILLRACE_ASSIGN_OR_RETURN(const bool more, rows.next());
      if (!more) break;
      // The row behind the chunk only shows that there is one.
      has_more = chunk.rows.count() == request.most_rows;
      if (has_more) continue;
      if (chunk.rows.bytes.size() >= request.most_bytes) {
        is_cut = true;
        break;
      }
      MILLRACE_RETURN_IF_ERROR(
          writer.append(rows.cells(), chunk.rows, options_.settles_json ? &doubts : nullptr));
    }
  }
  chunk.is_end = !has_more && !is_cut;
  if (is_cut) {
    MILLRACE_MARK("chunk_cut");
    const std::lock_guard lock(mutex_);
    connection_.reset();
  }
  if (chunk.rows.count() == 0) {
    chunk.last = request.after;
  } else {
    MILLRACE_ASSIGN_OR_RETURN(
        chunk.last,
        key_literals_of_image(*request.table, key, chunk.rows.row(chunk.rows.count() - 1)));
  }
  if (connection_ == nullptr && (request.visible || !doubts.empty())) {
    MILLRACE_RETURN_IF_ERROR(connect());
  }
  if (!doubts.empty()) MILLRACE_RETURN_IF_ERROR(settle(request, key, chunk, doubts));
  if (connection_ != nullptr) MILLRACE_RETURN_IF_ERROR(check_frozen());
  if (request.visible) {
    MILLRACE_ASSIGN_OR_RETURN(chunk.high, mysql::fetch_binlog_position(*connection_));
  }
  return chunk;
}

// Nothing of an empty table.
Result<std::vector<std::string>> ChunkReader::read_maximum(const ChunkRequest& request,
                                                           const TableKey& key,
                                                           const RowImageWriter& writer) {
  const std::vector<std::string> beginning;
  const std::string sql = to_sql(
      {writer.select_list(), request.table.get(), &key, &beginning, "", request.select, 1, true});
  MILLRACE_ASSIGN_OR_RETURN(mysql::RowStream rows, mysql::RowStream::open(*connection_, sql));
  MILLRACE_RETURN_IF_ERROR(writer.check(rows.columns()));
  std::vector<std::string> maximum;
  RowImages images;
  while (true) {
    MILLRACE_ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) break;
    MILLRACE_RETURN_IF_ERROR(writer.append(rows.cells(), images, nullptr));
    MILLRACE_ASSIGN_OR_RETURN(maximum, key_literals_of_image(*request.table, key, images.row(0)));
  }
  return maximum;
}

// A row that is gone or changed by now leaves its types as they were taken: the stream has the change, behind which the
// row isn't published.
Status ChunkReader::settle(const ChunkRequest& request, const TableKey& key, Chunk& chunk,
                           std::vector<JsonDoubt>& doubts) {
  MILLRACE_MARK("json_types_asked");
  std::vector<JsonTypes> types;
  types.reserve(doubts.size());
  for (const JsonDoubt& doubt : doubts) {
    MILLRACE_ASSIGN_OR_RETURN(
        const auto literals, key_literals_of_image(*request.table, key, chunk.rows.row(doubt.row)));
    MILLRACE_ASSIGN_OR_RETURN(const mysql::ResultSet result,
                              connection_->query(json_types_sql(*request.table, key, literals,
                                                                doubt.column, doubt.paths)));
    JsonTypes& known = types.emplace_back();
    for (std::size_t i = 0; i < doubt.paths.size(); ++i) {
      known.push_back(result.rows.empty() ? std::string() : result.rows[0][i].value_or(""));
    }
  }
  return settle_doubts(doubts, types, chunk.rows);
}

// The rows are of the view that the transaction begins with, so what the stream must have brought is known before the
// first row.
Result<Chunk> ChunkReader::read_whole_table(const ChunkRequest& request) {
  Chunk chunk;
  chunk.rows = ObjectPool<RowImages>::take();
  chunk.has_key = false;
  if (whole_ == nullptr) {
    MILLRACE_MARK("table_without_key");
    MILLRACE_RETURN_IF_ERROR(wait_until_visible(request));
    MILLRACE_ASSIGN_OR_RETURN(RowImageWriter writer, RowImageWriter::make(request.table));
    std::optional<BinlogPosition> high;
    if (request.visible) {
      MILLRACE_RETURN_IF_ERROR(
          run(*connection_, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));
      MILLRACE_ASSIGN_OR_RETURN(high, mysql::fetch_binlog_position(*connection_));
    }
    const TableKey none;
    const std::vector<std::string> beginning;
    const std::string sql = to_sql({writer.select_list(), request.table.get(), &none, &beginning,
                                    request.condition, request.select, std::nullopt});
    MILLRACE_ASSIGN_OR_RETURN(mysql::RowStream rows, mysql::RowStream::open(*connection_, sql));
    MILLRACE_RETURN_IF_ERROR(writer.check(rows.columns()));
    whole_ = std::make_unique<WholeTable>(request.table, std::move(writer), std::move(rows));
    whole_->high = std::move(high);
    MILLRACE_RETURN_IF_ERROR(whole_->skip(key_as_count(request.after)));
  }
  MILLRACE_RETURN_IF_ERROR(whole_->read(request, chunk));
  chunk.high = whole_->high;
  if (!chunk.is_end) return chunk;
  whole_.reset();
  MILLRACE_RETURN_IF_ERROR(check_frozen());
  if (request.visible) MILLRACE_RETURN_IF_ERROR(run(*connection_, "COMMIT"));
  return chunk;
}

}  // namespace millrace::snapshot
