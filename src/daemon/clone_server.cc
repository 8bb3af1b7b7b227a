#include "daemon/clone_server.h"

#include <spdlog/spdlog.h>

#include <charconv>
#include <utility>

#include "daemon/clone_provider.h"
#include "daemon/mysql_streams.h"
#include "millrace/daemon/logging.h"

namespace millrace::daemon {
namespace {

gtid::GtidSet difference(gtid::GtidSet from, const gtid::GtidSet& what) {
  from.subtract(what);
  return from;
}

// The source's account and TLS, but for what is said of the copy.
mysql::ConnectionOptions clone_options(const config::SourceConfig& source,
                                       const std::optional<CloneEndpoint>& made) {
  const config::CloneConfig& clone = source.snapshot.clone;
  config::SourceConfig as_source = source;
  as_source.hostname = made ? made->host : clone.hostname;
  as_source.port = made ? made->port : clone.port;
  as_source.unix_socket = made ? std::string() : clone.unix_socket;
  if (!clone.user.empty()) {
    as_source.user = clone.user;
    as_source.password = clone.password;
  }
  if (made && made->user) as_source.user = *made->user;
  if (made && made->password) as_source.password = *made->password;
  if (clone.tls_mode) as_source.tls_mode = *clone.tls_mode;
  if (!clone.tls_ca.empty()) as_source.tls_ca = clone.tls_ca;
  if (!clone.tls_cert.empty()) as_source.tls_cert = clone.tls_cert;
  if (!clone.tls_key.empty()) as_source.tls_key = clone.tls_key;
  return connection_options(as_source);
}

std::optional<BinlogPosition> parse_position(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  BinlogPosition position{text.substr(0, colon), 0};
  std::from_chars(text.data() + colon + 1, text.data() + text.size(), position.offset);
  return position;
}

// What MySQL's CLONE plugin notes in the copy that it makes.
struct CloneStatus {
  gtid::GtidSet executed;
  std::optional<BinlogPosition> position;
};

Result<std::optional<CloneStatus>> fetch_clone_status(mysql::Connection& connection) {
  const auto result = connection.query(
      "SELECT BINLOG_FILE, BINLOG_POSITION, GTID_EXECUTED FROM performance_schema.clone_status "
      "WHERE STATE = 'Completed'");
  if (!result) {
    // No such table, or not for this account: the copy was made in another way.
    if (result.error().is_transient()) return result.error();
    return std::optional<CloneStatus>();
  }
  if (result->rows.empty()) return std::optional<CloneStatus>();
  const mysql::Row& row = result->rows.front();
  CloneStatus status;
  if (row[0] && !row[0]->empty() && row[1]) {
    status.position = BinlogPosition{*row[0], 0};
    std::from_chars(row[1]->data(), row[1]->data() + row[1]->size(), status.position->offset);
  }
  MILLRACE_ASSIGN_OR_RETURN(status.executed, gtid::GtidSet::parse(row[2].value_or("")));
  return std::optional(std::move(status));
}

// The transactions that the copy holds of the server. What it wrote itself (an account that was made, a plugin) isn't
// the server's, and is passed over.
Result<gtid::GtidSet> executed_of_server(const CloneServer& clone, mysql::Connection& server) {
  MILLRACE_ASSIGN_OR_RETURN(const gtid::GtidSet at_server, mysql::fetch_gtid_executed(server));
  const std::string& endpoint = clone.connection.endpoint();
  const gtid::GtidSet& in_copy = clone.facts.gtid_executed;
  const gtid::GtidSet foreign = difference(in_copy, at_server);
  const gtid::GtidSet others = foreign.of_servers(
      [&](const gtid::Uuid& uuid) { return uuid.to_text() != clone.facts.server_uuid; });
  if (!others.empty()) {
    return definite_error("the server at " + endpoint + " is no copy of " + server.endpoint() +
                          ": it has executed transactions that are not known there, " +
                          others.to_text());
  }
  gtid::GtidSet executed = difference(in_copy, foreign);
  if (executed.empty() && !at_server.empty()) {
    return definite_error("the server at " + endpoint + " is no copy of " + server.endpoint() +
                          ": it has executed none of its transactions");
  }
  if (!foreign.empty()) {
    logger("snapshot")
        ->warn("the copy at {} was written to, beside what it was made of: {}", endpoint,
               foreign.to_text());
  }
  return executed;
}

Status check_not_purged(mysql::Connection& server, const gtid::GtidSet& executed) {
  MILLRACE_ASSIGN_OR_RETURN(const auto text, server.query_value("SELECT @@GLOBAL.gtid_purged"));
  MILLRACE_ASSIGN_OR_RETURN(const gtid::GtidSet purged, gtid::GtidSet::parse(text.value_or("")));
  const gtid::GtidSet lost = difference(purged, executed);
  if (lost.empty()) return {};
  return definite_error(
      "the server has purged binlogs that follow the copy: the missing transactions are " +
      lost.to_text() +
      ". Make a new copy, and keep binlogs longer (binlog_expire_logs_seconds; on RDS 'binlog "
      "retention hours')");
}

Status check_not_purged(mysql::Connection& server, const BinlogPosition& position) {
  MILLRACE_ASSIGN_OR_RETURN(const mysql::ResultSet files, server.query("SHOW BINARY LOGS"));
  for (const mysql::Row& row : files.rows) {
    if (row[0] == position.file) return {};
  }
  return definite_error("the server has purged the binlog " + position.file +
                        ", at which its stream would go on behind the copy. Make a new copy, and "
                        "keep binlogs longer");
}

Result<gtid::GtidSet> place_in_gtids(const config::CloneConfig& config,
                                     const std::optional<CloneEndpoint>& made,
                                     const std::optional<CloneStatus>& status,
                                     const CloneServer& clone, mysql::Connection& server) {
  if (!config.gtids.empty()) return gtid::GtidSet::parse(config.gtids);
  MILLRACE_ASSIGN_OR_RETURN(gtid::GtidSet executed, executed_of_server(clone, server));
  const auto compare = [&](const gtid::GtidSet& other, const char* whose) {
    if (other == executed) return;
    logger("snapshot")
        ->warn(
            "the copy's transactions aren't those that {} names: what it holds now counts. now={} "
            "{}={}",
            whose, executed.to_text(), whose, other.to_text());
  };
  if (made && made->gtid_executed) compare(*made->gtid_executed, "its provider");
  if (status && !status->executed.empty()) compare(status->executed, "clone_status");
  return executed;
}

}  // namespace

Result<CloneServer> open_clone(const config::SourceConfig& source, mysql::Connection& server,
                               const mysql::ServerFacts& server_facts,
                               const std::atomic<bool>& interrupted) {
  const config::CloneConfig& config = source.snapshot.clone;
  std::optional<CloneEndpoint> made;
  if (!config.provider.empty()) {
    MILLRACE_ASSIGN_OR_RETURN(made, create_clone(source, interrupted));
  }
  mysql::ConnectionOptions options = clone_options(source, made);
  auto connection = mysql::Connection::connect(options);
  if (!connection) return connection.error().with_context("the copy for the snapshot");
  MILLRACE_ASSIGN_OR_RETURN(mysql::ServerFacts facts, mysql::fetch_server_facts(*connection));
  CloneServer clone{std::move(options), std::move(*connection), std::move(facts), {}, {}};
  if (made) clone.name = clone_name(source);
  if (clone.facts.server_uuid == server_facts.server_uuid) {
    return definite_error("snapshot.clone: " + clone.connection.endpoint() +
                          " is the server itself, not a copy of it (both have the server_uuid " +
                          server_facts.server_uuid + ")");
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto status, fetch_clone_status(clone.connection));

  state::Offset& offset = clone.offset;
  offset.own = true;
  offset.server_uuid = server_facts.server_uuid;
  offset.server_id = server_facts.server_id;
  offset.has_gtids = server_facts.gtid_mode == "ON";
  auto position = parse_position(config.position);
  if (!position && made) position = made->position;
  if (!position && status) position = status->position;
  if (position) offset.position = *position;
  if (offset.has_gtids) {
    MILLRACE_ASSIGN_OR_RETURN(offset.gtids, place_in_gtids(config, made, status, clone, server));
    MILLRACE_RETURN_IF_ERROR(check_not_purged(server, offset.gtids));
    return clone;
  }
  if (!position) {
    return definite_error(
        "where the stream goes on behind the copy isn't known: the server has no GTIDs, and "
        "neither snapshot.clone.position nor a provider nor the copy's "
        "performance_schema.clone_status names a binlog file and position");
  }
  MILLRACE_RETURN_IF_ERROR(check_not_purged(server, *position));
  return clone;
}

std::string describe_change(const CloneServer& clone, const state::Snapshot& snapshot,
                            const state::Offset& offset) {
  if (clone.facts.server_uuid != snapshot.clone_server_uuid) {
    return "the copy at " + clone.connection.endpoint() +
           " is another one than the snapshot began with: rows that it reads now may be newer "
           "than the stream that follows, which brings them up to date";
  }
  if (offset.has_gtids && clone.offset.gtids != offset.gtids) {
    return "the copy at " + clone.connection.endpoint() +
           " holds other transactions than when the snapshot began: " +
           clone.offset.gtids.to_text();
  }
  return {};
}

}  // namespace millrace::daemon
