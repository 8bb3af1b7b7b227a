#include <array>

#include "millrace/binlog/events.h"

namespace millrace::binlog {
namespace {

// By number, as the servers' SHOW BINLOG EVENTS and their manuals write them.
constexpr std::array<const char*, 43> kNames = {
    "UNKNOWN",
    "START_V3",
    "QUERY",
    "STOP",
    "ROTATE",
    "INTVAR",
    "LOAD",
    "SLAVE",
    "CREATE_FILE",
    "APPEND_BLOCK",
    "EXEC_LOAD",
    "DELETE_FILE",
    "NEW_LOAD",
    "RAND",
    "USER_VAR",
    "FORMAT_DESCRIPTION",
    "XID",
    "BEGIN_LOAD_QUERY",
    "EXECUTE_LOAD_QUERY",
    "TABLE_MAP",
    "PRE_GA_WRITE_ROWS",
    "PRE_GA_UPDATE_ROWS",
    "PRE_GA_DELETE_ROWS",
    "WRITE_ROWS_V1",
    "UPDATE_ROWS_V1",
    "DELETE_ROWS_V1",
    "INCIDENT",
    "HEARTBEAT",
    "IGNORABLE",
    "ROWS_QUERY",
    "WRITE_ROWS",
    "UPDATE_ROWS",
    "DELETE_ROWS",
    "GTID",
    "ANONYMOUS_GTID",
    "PREVIOUS_GTIDS",
    "TRANSACTION_CONTEXT",
    "VIEW_CHANGE",
    "XA_PREPARE",
    "PARTIAL_UPDATE_ROWS",
    "TRANSACTION_PAYLOAD",
    "HEARTBEAT_V2",
    "GTID_TAGGED",
};

constexpr std::array<const char*, 13> kMariadbNames = {
    "ANNOTATE_ROWS",
    "BINLOG_CHECKPOINT",
    "GTID",
    "GTID_LIST",
    "START_ENCRYPTION",
    "QUERY_COMPRESSED",
    "WRITE_ROWS_COMPRESSED_V1",
    "UPDATE_ROWS_COMPRESSED_V1",
    "DELETE_ROWS_COMPRESSED_V1",
    "WRITE_ROWS_COMPRESSED",
    "UPDATE_ROWS_COMPRESSED",
    "DELETE_ROWS_COMPRESSED",
    "PARTIAL_ROW_DATA",
};

}  // namespace

std::string event_type_name(EventType type) {
  const auto number = static_cast<std::size_t>(type);
  constexpr auto kFirst = static_cast<std::size_t>(EventType::kMariadbFirst);
  if (number < kNames.size()) return kNames[number];
  if (type == EventType::kAuroraPadding) return "AURORA_PADDING";
  if (number >= kFirst && number - kFirst < kMariadbNames.size())
    return kMariadbNames[number - kFirst];
  return "event type " + std::to_string(number);
}

}  // namespace millrace::binlog
