#pragma once

// A table's structure from the server, certain for a place in its binlog: information_schema says what it is now, and
// the binlog from the place to now says whether anything has changed it. Each call makes its own connection and its own
// stream; calls are rare. From the source's thread.

#include <string>

#include "daemon/mysql_streams.h"
#include "millrace/config/config.h"
#include "millrace/pipeline/catalog_statement.h"
#include "millrace/pipeline/structure_source.h"

namespace millrace::daemon {

class ServerStructures final : public pipeline::StructureSource {
 public:
  // `source` outlives the object.
  ServerStructures(const config::SourceConfig& source, const std::string& group,
                   const pipeline::CatalogServer& server);

  Result<schema::TableSchemaPtr> structure_at(const schema::TableName& table,
                                              const pipeline::BinlogPlace& place) override;

 private:
  const config::SourceConfig& source_;
  const pipeline::CatalogServer server_;
  MysqlStreams streams_;
};

}  // namespace millrace::daemon
