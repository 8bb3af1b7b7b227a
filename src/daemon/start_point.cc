#include "daemon/start_point.h"

#include <utility>

namespace millrace::daemon {
namespace {

gtid::GtidSet difference(gtid::GtidSet from, const gtid::GtidSet& what) {
  from.subtract(what);
  return from;
}

// gtid_mode ON_PERMISSIVE still lets transactions without GTID in: only ON can be resumed by GTID.
bool gtids_on(const mysql::ServerFacts& facts) { return facts.gtid_mode == "ON"; }

Status check_gtids(const state::Offset& offset, const mysql::ServerFacts& facts) {
  const gtid::GtidSet lost = difference(facts.gtid_purged, offset.gtids);
  if (!lost.empty()) {
    return definite_error(
        "the server has purged binlogs that were not read yet: the missing transactions are " +
        lost.to_text() +
        ". Take a new snapshot or start from a new offset, and keep binlogs longer "
        "(binlog_expire_logs_seconds; on RDS 'binlog retention hours')");
  }
  const gtid::GtidSet ahead = difference(offset.gtids, facts.gtid_executed);
  if (!ahead.empty()) {
    return definite_error(
        "the server is behind the offset: it lacks transactions that were published, " +
        ahead.to_text() +
        ". It is an older copy, another server, or a replica that was promoted without "
        "them; start from a new offset when its history is the right one");
  }
  return {};
}

}  // namespace

Result<state::Offset> first_offset(const mysql::ServerFacts& facts) {
  state::Offset offset;
  offset.own = true;
  offset.server_uuid = facts.server_uuid;
  offset.has_gtids = gtids_on(facts);
  if (offset.has_gtids) offset.gtids = facts.gtid_executed;
  if (!facts.position && !offset.has_gtids) {
    return definite_error(
        "the server tells no binlog position: the account needs REPLICATION CLIENT");
  }
  if (facts.position) offset.position = *facts.position;
  offset.server_id = facts.server_id;
  return offset;
}

state::Offset with_purged_of_unknown_servers(state::Offset offset,
                                             const mysql::ServerFacts& facts) {
  if (offset.has_gtids) offset.gtids.add(facts.gtid_purged.of_servers_unknown_to(offset.gtids));
  return offset;
}

std::string describe_start(const std::optional<state::Offset>& offset,
                           const mysql::ServerFacts& facts) {
  const auto place = [](const BinlogPosition& position) {
    return position.file + ":" + std::to_string(position.offset);
  };
  if (!offset) {
    return "first start, behind everything that the server has executed: " +
           (gtids_on(facts)  ? "GTIDs " + facts.gtid_executed.to_text()
            : facts.position ? place(*facts.position)
                             : std::string("its position can't be seen"));
  }
  std::string text =
      offset->own ? "goes on from its offset: " : "goes on from a Debezium connector's offset: ";
  text += offset->has_gtids ? "GTIDs " + offset->gtids.to_text() + ", " : std::string();
  text += place(offset->position);
  if (offset->in_transaction()) {
    text += ", inside the transaction there: event " + std::to_string(offset->event) + ", row " +
            std::to_string(offset->row);
  }
  return text;
}

Status check_offset(const state::Offset& offset, const mysql::ServerFacts& facts) {
  if (!gtids_on(facts)) {
    if (!offset.has_gtids && !offset.position.file.empty()) return {};
    return definite_error("the offset names transactions by GTID and the server's gtid_mode is " +
                          facts.gtid_mode + ": switch gtid_mode ON, or start from a new offset");
  }
  if (!offset.has_gtids)
    return {};  // written while GTIDs were off: file and position of the same server
  return check_gtids(offset, facts);
}

}  // namespace millrace::daemon
