#pragma once

// The pipeline's event streams over a MySQL server: how a source's configuration becomes connections, and a connection
// becomes an EventStream. One object a source; open() is called from the source's thread.

#include <memory>

#include "millrace/config/config.h"
#include "millrace/mysql/binlog_stream.h"
#include "millrace/mysql/connection.h"
#include "millrace/mysql/identity.h"
#include "millrace/pipeline/event_stream.h"

namespace millrace::daemon {

mysql::ConnectionOptions connection_options(const config::SourceConfig& source);

class MysqlStreams final : public pipeline::EventStreamFactory {
 public:
  // `source` outlives the factory. `group` keeps the identities of two groups that use one source name apart.
  MysqlStreams(const config::SourceConfig& source, const std::string& group);

  Result<std::unique_ptr<pipeline::EventStream>> open(const pipeline::StreamStart& start) override;

 private:
  mysql::Identity identity(bool auxiliary) const;

  const config::SourceConfig& source_;
  const std::string name_;
};

}  // namespace millrace::daemon
