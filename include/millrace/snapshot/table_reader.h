#pragma once

// What a snapshot asks of a server: a table in chunks. Chunks are read by threads of the pipeline, which knows nothing of
// MySQL; chunk_reader.h is the reader that does.
//
// Nothing is locked and nothing is written. A chunk of a live server is true for some place of its binlog between two
// that are known: behind `visible`, which the server is asked to have executed before the read, and before `high`, the
// end of the binlog after it. (The end, not gtid_executed: a transaction stands in the binlog before its rows are seen,
// and in gtid_executed after.)

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/base/strong_id.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/schema/table_schema.h"
#include "millrace/snapshot/row_image.h"

namespace millrace::snapshot {

struct ChunkRequest {
  schema::TableSchemaPtr table;  // with its name
  std::string condition, select, surrogate_key;
  // What the last chunk gave as `last`; empty: from the beginning.
  std::vector<std::string> after;
  std::uint64_t most_rows = 1024;
  std::size_t most_bytes = 1U << 20;  // a chunk ends with the row that passes it
  bool wants_maximum = false;
  // Live servers: transactions that the read must see.
  std::optional<gtid::GtidSet> visible;
};

struct Chunk {
  RowImages rows;
  std::vector<std::string> last;  // where the next begins
  std::vector<std::string>
      maximum;          // the table's last key, whatever the condition, where it was asked for
  bool is_end = false;  // no rows are behind it
  bool has_key = true;  // else rows can't be told apart by `last`
  std::optional<BinlogPosition> high;
  // A definite error in the place of rows. Of a live server it counts only if the table is still the same to the stream
  // at `high`.
  std::optional<Error> failure;
};

// One connection's worth of reading; belongs to one thread, but for interrupt().
class TableReader {
 public:
  virtual ~TableReader() = default;
  // Blocks. A transient error is worth another try; a definite one comes in the chunk.
  virtual Result<Chunk> read(const ChunkRequest& request) = 0;
  // From any thread: a read fails soon, and so do all that follow.
  virtual void interrupt() = 0;
};

using MakeTableReader = std::function<std::unique_ptr<TableReader>()>;

}  // namespace millrace::snapshot
