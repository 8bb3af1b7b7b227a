#pragma once

// Reads a table in chunks: each a SELECT of its own behind the key that the last one came to, so that no read holds the
// server for long and any of them can be the last. A table without a usable key is read by one SELECT, handed on in
// pieces.
//
// Blocks; belongs to one thread, but for interrupt().

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/mysql/connection.h"
#include "millrace/schema/table_schema.h"
#include "millrace/snapshot/row_image.h"
#include "millrace/snapshot/table_key.h"
#include "millrace/snapshot/table_reader.h"

namespace millrace::snapshot {

struct ChunkReaderOptions {
  mysql::ConnectionOptions connection;
  // The server that is meant: another one behind the same name is a transient error. Empty: any.
  std::string server_uuid;
  bool settles_json = true;  // types in doubt are asked for; else they make no difference
  // A copy that nobody writes to: what it has executed, now and for ever. More is a definite error.
  std::optional<gtid::GtidSet> frozen_at;
};

class ChunkReader final : public TableReader {
 public:
  explicit ChunkReader(ChunkReaderOptions options);
  ~ChunkReader() override;

  // Connects when it isn't connected; after an error it connects again.
  Result<Chunk> read(const ChunkRequest& request) override;
  void interrupt() override;

 private:
  class WholeTable;

  Status connect();
  Result<Chunk> read_connected(const ChunkRequest& request);
  Result<Chunk> read_whole_table(const ChunkRequest& request);
  Result<std::vector<std::string>> read_maximum(const ChunkRequest& request, const TableKey& key,
                                                const RowImageWriter& writer);
  Status check_frozen();
  Status wait_until_visible(const ChunkRequest& request);
  Status settle(const ChunkRequest& request, const TableKey& key, Chunk& chunk,
                std::vector<JsonDoubt>& doubts);

  const ChunkReaderOptions options_;
  std::mutex mutex_;  // connection_ as a whole, against interrupt()
  std::unique_ptr<mysql::Connection> connection_;
  bool is_interrupted_ = false;
  gtid::GtidSet seen_;  // what the server is known to have executed
  std::unique_ptr<WholeTable> whole_;
};

}  // namespace millrace::snapshot
