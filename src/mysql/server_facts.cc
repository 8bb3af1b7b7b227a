#include "millrace/mysql/server_facts.h"

#include <charconv>
#include <functional>
#include <map>
#include <utility>

namespace millrace::mysql {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

// SHOW leaves out what a version doesn't have, where a SELECT would fail. It cuts values at 1024
// characters, so GTID sets are not read this way.
constexpr std::string_view kVariables =
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ("
    "'aurora_version', 'basedir', 'server_uuid', 'server_id', 'log_bin', 'gtid_mode', "
    "'enforce_gtid_consistency', "
    "'binlog_format', 'binlog_row_image', 'binlog_row_metadata', 'binlog_row_value_options', "
    "'binlog_transaction_compression', 'binlog_expire_logs_seconds', 'expire_logs_days', "
    "'max_allowed_packet', "
    "'lower_case_table_names', 'time_zone', 'system_time_zone')";

Result<Variables> fetch_variables(Connection& connection) {
  MILLRACE_ASSIGN_OR_RETURN(const ResultSet result, connection.query(kVariables));
  Variables variables;
  for (const Row& row : result.rows) {
    if (row.size() >= 2 && row[0] && row[1]) variables.emplace(*row[0], *row[1]);
  }
  return variables;
}

std::string text_of(const Variables& variables, std::string_view name) {
  const auto at = variables.find(name);
  return at == variables.end() ? std::string() : at->second;
}

// Zero where the variable is absent or not a number.
std::uint64_t number_of(const Variables& variables, std::string_view name) {
  const std::string text = text_of(variables, name);
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_on(const Variables& variables, std::string_view name) {
  const std::string text = text_of(variables, name);
  return text == "ON" || text == "1";
}

std::optional<std::chrono::seconds> retention_of(const Variables& variables) {
  if (variables.contains("binlog_expire_logs_seconds")) {
    const auto seconds = number_of(variables, "binlog_expire_logs_seconds");
    if (seconds != 0) return std::chrono::seconds(seconds);
  }
  if (variables.contains("expire_logs_days")) {
    return std::chrono::seconds(number_of(variables, "expire_logs_days") * 86400);
  }
  if (variables.contains("binlog_expire_logs_seconds")) return std::chrono::seconds(0);
  return std::nullopt;
}

void take_variables(const Variables& variables, ServerFacts& facts) {
  facts.aurora_version = text_of(variables, "aurora_version");
  facts.is_rds =
      facts.is_aurora() || text_of(variables, "basedir").find("rdsdbbin") != std::string::npos;
  facts.server_uuid = text_of(variables, "server_uuid");
  facts.server_id = static_cast<std::uint32_t>(number_of(variables, "server_id"));
  facts.log_bin = is_on(variables, "log_bin");
  facts.gtid_mode = text_of(variables, "gtid_mode");
  facts.enforce_gtid_consistency = text_of(variables, "enforce_gtid_consistency");
  facts.binlog_format = text_of(variables, "binlog_format");
  facts.binlog_row_image = text_of(variables, "binlog_row_image");
  facts.binlog_row_metadata = text_of(variables, "binlog_row_metadata");
  facts.binlog_row_value_options = text_of(variables, "binlog_row_value_options");
  facts.binlog_transaction_compression = is_on(variables, "binlog_transaction_compression");
  facts.binlog_retention = retention_of(variables);
  facts.max_allowed_packet = number_of(variables, "max_allowed_packet");
  facts.lower_case_table_names = static_cast<int>(number_of(variables, "lower_case_table_names"));
  facts.time_zone = text_of(variables, "time_zone");
  facts.system_time_zone = text_of(variables, "system_time_zone");
}

Result<gtid::GtidSet> fetch_gtid_set(Connection& connection, std::string_view variable) {
  MILLRACE_ASSIGN_OR_RETURN(const std::optional<std::string> text,
                            connection.query_value("SELECT @@GLOBAL." + std::string(variable)));
  auto set = gtid::GtidSet::parse(text.value_or(""));
  if (!set)
    return set.error().with_context(std::string(variable) + " of MySQL at " +
                                    connection.endpoint());
  return set;
}

// A plain SHOW GRANTS tells of the session itself: with the roles that are active in it.
Status fetch_grants(Connection& connection, Grants& grants) {
  MILLRACE_ASSIGN_OR_RETURN(const ResultSet result, connection.query("SHOW GRANTS"));
  for (const Row& row : result.rows) {
    if (row.empty() || !row[0]) continue;
    MILLRACE_RETURN_IF_ERROR(grants.add_line(*row[0]));
  }
  return {};
}

}  // namespace

Result<gtid::GtidSet> fetch_gtid_executed(Connection& connection) {
  return fetch_gtid_set(connection, "gtid_executed");
}

Result<std::optional<BinlogPosition>> fetch_binlog_position(Connection& connection) {
  // 8.2 brought the new statement, 8.4 took the old one away.
  const bool has_new_name = !is_mariadb_version(connection.server_version()) &&
                            parse_version_number(connection.server_version()) >= 80200;
  MILLRACE_ASSIGN_OR_RETURN(
      const ResultSet result,
      connection.query(has_new_name ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS"));
  const auto file = result.find_column("File");
  const auto offset = result.find_column("Position");
  if (result.rows.empty() || !file || !offset) return std::optional<BinlogPosition>();
  const Row& row = result.rows.front();
  BinlogPosition position;
  position.file = row[*file].value_or("");
  const std::string number = row[*offset].value_or("");
  std::from_chars(number.data(), number.data() + number.size(), position.offset);
  return std::optional<BinlogPosition>(std::move(position));
}

Result<ServerFacts> fetch_server_facts(Connection& connection) {
  ServerFacts facts;
  facts.version = connection.server_version();
  facts.version_number = parse_version_number(facts.version);
  facts.is_mariadb = is_mariadb_version(facts.version);
  MILLRACE_ASSIGN_OR_RETURN(const Variables variables, fetch_variables(connection));
  take_variables(variables, facts);
  if (!facts.is_mariadb) {
    MILLRACE_ASSIGN_OR_RETURN(facts.gtid_executed, fetch_gtid_executed(connection));
    MILLRACE_ASSIGN_OR_RETURN(facts.gtid_purged, fetch_gtid_set(connection, "gtid_purged"));
  }
  auto position = fetch_binlog_position(connection);
  if (position) {
    facts.position = std::move(*position);
  } else if (connection.last_cause() != ErrorCause::kMissingPrivilege) {
    return position
        .error();  // a missing privilege is found again, and explained, among the requirements
  }
  // MariaDB's grants read differently, and nothing but its name will be asked about it.
  if (!facts.is_mariadb) MILLRACE_RETURN_IF_ERROR(fetch_grants(connection, facts.grants));
  return facts;
}

}  // namespace millrace::mysql
