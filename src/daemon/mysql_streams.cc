#include "daemon/mysql_streams.h"

#include <utility>

namespace millrace::daemon {
namespace {

mysql::TlsMode tls_mode(config::TlsMode mode) {
  switch (mode) {
    case config::TlsMode::kDisabled:
      return mysql::TlsMode::kDisabled;
    case config::TlsMode::kPreferred:
      return mysql::TlsMode::kPreferred;
    case config::TlsMode::kRequired:
      return mysql::TlsMode::kRequired;
    case config::TlsMode::kVerifyCa:
      return mysql::TlsMode::kVerifyCa;
    case config::TlsMode::kVerifyIdentity:
      return mysql::TlsMode::kVerifyIdentity;
  }
  MILLRACE_ASSERT(false, "TLS mode out of range");
}

class MysqlStream final : public pipeline::EventStream {
 public:
  explicit MysqlStream(mysql::BinlogStream stream) : stream_(std::move(stream)) {}

  Result<std::optional<std::string_view>> fetch() override { return stream_.fetch(); }
  bool likely_idle() override { return stream_.likely_idle(); }
  void interrupt() override { stream_.interrupt(); }

 private:
  mysql::BinlogStream stream_;
};

}  // namespace

mysql::ConnectionOptions connection_options(const config::SourceConfig& source) {
  mysql::ConnectionOptions options;
  options.host = source.hostname;
  options.port = source.port;
  options.unix_socket = source.unix_socket;
  options.user = source.user;
  options.password = source.password;
  options.tls_mode = tls_mode(source.tls_mode);
  options.tls_ca = source.tls_ca;
  options.tls_cert = source.tls_cert;
  options.tls_key = source.tls_key;
  options.key_store = source.key_store;
  options.key_store_password = source.key_store_password;
  options.trust_store = source.trust_store;
  options.trust_store_password = source.trust_store_password;
  options.compression = source.compression;
  options.connect_timeout = source.connect_timeout;
  options.initial_statements = source.initial_statements;
  options.name = source.name;
  return options;
}

MysqlStreams::MysqlStreams(const config::SourceConfig& source, const std::string& group)
    : source_(source), name_(group + "/" + source.name) {}

mysql::Identity MysqlStreams::identity(bool auxiliary) const {
  const auto role = auxiliary ? mysql::IdentityRole::kAuxiliary : mysql::IdentityRole::kMain;
  mysql::Identity identity = mysql::derive_identity(name_, role);
  // A given number is the main stream's alone: the server would end one of two streams that share it.
  if (source_.server_id && !auxiliary) identity.server_id = ServerId(*source_.server_id);
  return identity;
}

Result<std::unique_ptr<pipeline::EventStream>> MysqlStreams::open(
    const pipeline::StreamStart& start) {
  const mysql::Identity self = identity(start.auxiliary);
  mysql::BinlogStreamOptions options;
  options.server_id = self.server_id;
  options.replica_uuid = self.replica_uuid;
  if (start.executed) {
    options.start = *start.executed;
  } else {
    options.start = start.position;
  }
  options.silence_limit = 2 * source_.server_heartbeat;
  options.heartbeat_period = start.heartbeat.value_or(source_.server_heartbeat);
  options.stop_at_end = start.stop_at_end;
  MILLRACE_ASSIGN_OR_RETURN(mysql::BinlogStream stream,
                            mysql::BinlogStream::open(connection_options(source_), options));
  return std::unique_ptr<pipeline::EventStream>(std::make_unique<MysqlStream>(std::move(stream)));
}

}  // namespace millrace::daemon
