#include "daemon/table_readers.h"

#include <memory>
#include <utility>

#include "daemon/mysql_streams.h"
#include "millrace/snapshot/chunk_reader.h"

namespace millrace::daemon {
namespace {

snapshot::MakeTableReader readers(snapshot::ChunkReaderOptions options) {
  return [options = std::move(options)]() -> std::unique_ptr<snapshot::TableReader> {
    return std::make_unique<snapshot::ChunkReader>(options);
  };
}

}  // namespace

snapshot::MakeTableReader live_table_readers(const config::SourceConfig& source,
                                             const mysql::ServerFacts& facts) {
  snapshot::ChunkReaderOptions options;
  options.connection = connection_options(source);
  options.server_uuid = facts.server_uuid;
  options.settles_json = !source.json_mysql_form;
  return readers(std::move(options));
}

snapshot::MakeTableReader clone_table_readers(const config::SourceConfig& source,
                                              const CloneServer& clone) {
  snapshot::ChunkReaderOptions options;
  options.connection = clone.options;
  options.server_uuid = clone.facts.server_uuid;
  options.settles_json = !source.json_mysql_form;
  options.frozen_at = clone.facts.gtid_executed;
  return readers(std::move(options));
}

}  // namespace millrace::daemon
