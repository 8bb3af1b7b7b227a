#pragma once

// What a server is and how it is set, as far as a change stream depends on it: read once when a
// source starts (preflight, logs, status) and by `millrace check`. check_requirements() holds it
// against what a source needs and says of each thing that is not so how to make it so.
//
// fetch_server_facts() blocks on its connection; everything else is pure.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/base/strong_id.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/mysql/connection.h"
#include "millrace/mysql/grants.h"

namespace millrace::mysql {

// Texts are as the server prints them, and empty where its version doesn't have the variable.
struct ServerFacts {
  std::string version;               // "8.0.36-28"
  std::uint32_t version_number = 0;  // 80036
  bool is_mariadb = false;
  bool is_rds = false;  // RDS or Aurora: binlog retention is set by a procedure and not shown here
  std::string aurora_version;  // empty: not Aurora
  std::string server_uuid;
  std::uint32_t server_id = 0;

  bool log_bin = false;
  std::string gtid_mode, enforce_gtid_consistency;
  std::string binlog_format, binlog_row_image, binlog_row_metadata, binlog_row_value_options;
  bool binlog_transaction_compression = false;
  std::optional<std::chrono::seconds> binlog_retention;  // 0: kept for ever
  std::uint64_t max_allowed_packet = 0;
  int lower_case_table_names = 0;
  std::string time_zone, system_time_zone;

  gtid::GtidSet gtid_executed, gtid_purged;
  std::optional<BinlogPosition>
      position;  // the end of the binlog; none when off or not allowed to see
  Grants grants;

  bool is_aurora() const { return !aurora_version.empty(); }
};

Result<ServerFacts> fetch_server_facts(Connection& connection);

// gtid_executed alone: every transaction that a reader of a new snapshot sees.
Result<gtid::GtidSet> fetch_gtid_executed(Connection& connection);
// The end of the binlog; none when the binlog is off.
Result<std::optional<BinlogPosition>> fetch_binlog_position(Connection& connection);

enum class Severity : std::uint8_t { kRequired, kRecommended };

struct Requirement {
  std::string name;    // "binlog_format"
  std::string needed;  // "ROW"
  std::string found;   // "MIXED"
  std::string fix;     // what to do when it is not met: a sentence with the SQL
  Severity severity = Severity::kRequired;
  bool ok = false;
};

struct SourceNeeds {
  bool gtid = true;  // false: the source starts by file and position
  // Databases known to be captured: SELECT is needed on each. Empty: on everything.
  std::vector<std::string> databases;
  std::string user = "millrace";  // for the SQL of the fixes
};

// Every requirement, met or not, in the order in which a person would go through them.
std::vector<Requirement> check_requirements(const ServerFacts& facts, const SourceNeeds& needs);

}  // namespace millrace::mysql
