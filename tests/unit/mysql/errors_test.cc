#include "millrace/mysql/errors.h"

#include <gtest/gtest.h>

#include <ostream>
#include <set>
#include <string>

namespace millrace::mysql {
namespace {

struct Case {
  std::string name;
  unsigned number;
  std::string text;
  ErrorCause cause;
  ErrorKind kind;
  std::string advice;  // part of the sentence
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

constexpr auto kTransient = ErrorKind::kTransient;
constexpr auto kDefinite = ErrorKind::kDefinite;

class ClassifyError : public testing::TestWithParam<Case> {};

TEST_P(ClassifyError, GivesCauseKindAndAdvice) {
  const Case& c = GetParam();
  const MysqlError error = classify_error(c.number, c.text, "db1:3306");
  EXPECT_EQ(to_text(error.cause), to_text(c.cause));
  EXPECT_EQ(error.number, c.number);
  EXPECT_EQ(error.error.kind(), c.kind);
  const std::string& sentence = error.error.message();
  EXPECT_NE(sentence.find("db1:3306"), std::string::npos) << sentence;
  EXPECT_NE(sentence.find(c.text), std::string::npos) << sentence;
  EXPECT_NE(sentence.find(c.advice), std::string::npos) << sentence;
  EXPECT_EQ(sentence.find("{}"), std::string::npos) << sentence;
}

// The texts are those of servers 5.7 (master, slave) and 9.7 (source, replica), as they arrive.
const Case kDumpErrors[] = {
    {"purged_file", 1236, "Could not find first log file name in binary log index file",
     ErrorCause::kPurged, kDefinite, "take a new snapshot"},
    {"purged_gtids", 1236,
     "Cannot replicate because the source purged required binary logs. Replicate the missing "
     "transactions from "
     "elsewhere, or provision a new replica from backup. Consider increasing the source's binary "
     "log expiration "
     "period. The GTID set sent by the replica is '', and the missing transactions are "
     "'3457d932-e55a-11f1-a4af-02fc00000001:1-5'",
     ErrorCause::kPurged, kDefinite, "binlog_expire_logs_seconds"},
    {"purged_gtids_5_7", 1236,
     "The slave is connecting using CHANGE MASTER TO MASTER_AUTO_POSITION = 1, but the master has "
     "purged binary logs "
     "containing GTIDs that the slave requires. Replicate the missing transactions from elsewhere, "
     "or provision a new "
     "slave from backup.",
     ErrorCause::kPurged, kDefinite, "new snapshot"},
    {"ahead", 1236,
     "Replica has more GTIDs than the source has, using the source's SERVER_UUID. This may "
     "indicate that the end of "
     "the binary log was truncated or that the last binary log file was lost, e.g., after a power "
     "or disk failure "
     "when sync_binlog != 1. The source may or may not have rolled back transactions that were "
     "already replicated to "
     "the replica.",
     ErrorCause::kAheadOfServer, kDefinite, "restored from a backup"},
    {"ahead_5_7", 1236, "Slave has more GTIDs than the master has, using the master's SERVER_UUID.",
     ErrorCause::kAheadOfServer, kDefinite, "restored from a backup"},
    {"same_identity", 1236,
     "A replica with the same server_uuid/server_id as this replica has connected to the source; "
     "the first event "
     "'binlog.000001' at 4, the last event read from './binlog.000003' at 158, the last byte read "
     "from "
     "'./binlog.000003' at 158.",
     ErrorCause::kDuplicateIdentity, kDefinite, "second daemon"},
    {"same_identity_5_7", 1236,
     "A slave with the same server_uuid/server_id as this slave has connected to the master",
     ErrorCause::kDuplicateIdentity, kDefinite, "second daemon"},
    {"same_identity_mariadb", 4052, "A slave with the same server_id is already connected",
     ErrorCause::kDuplicateIdentity, kDefinite, "second daemon"},
    {"position_past_end", 1236,
     "Client requested source to start replication from position > file size; the first event "
     "'binlog.000002' at "
     "99999, the last event read from './binlog.000002' at 4",
     ErrorCause::kBadPosition, kDefinite, "doesn't point to an event"},
    {"position_below_4", 1236, "Client requested source to start replication from position < 4",
     ErrorCause::kBadPosition, kDefinite, "doesn't point to an event"},
    {"position_inside_event", 1236,
     "bogus data in log event; the first event 'binlog.000002' at 200", ErrorCause::kBadPosition,
     kDefinite, "doesn't point to an event"},
    {"truncated", 1236,
     "binlog truncated in the middle of event; consider out of disk space on source",
     ErrorCause::kBadPosition, kDefinite, "damaged"},
    {"crc", 1236,
     "event read from binlog did not pass crc check; the first event 'binlog.000002' at 200",
     ErrorCause::kBadPosition, kDefinite, "damaged"},
    {"gtid_mode_off", 1236,
     "The replication sender thread cannot start in AUTO_POSITION mode: this server has GTID_MODE "
     "= OFF instead of "
     "ON.",
     ErrorCause::kGtidModeOff, kDefinite, "gtid_mode=ON"},
    {"anonymous", 1236,
     "Cannot replicate anonymous transaction when AUTO_POSITION = 1, at file ./binlog.000002, "
     "position 158.",
     ErrorCause::kGtidModeOff, kDefinite, "file and position"},
    {"gtid_transaction_mode_off", 1236,
     "Cannot replicate GTID-transaction when @@GLOBAL.GTID_MODE = OFF, at file ./binlog.000002, "
     "position 158.",
     ErrorCause::kGtidModeOff, kDefinite, "gtid_mode=OFF"},
    {"checksum", 1236,
     "Replica can not handle replication events with the checksum that source is configured to log",
     ErrorCause::kChecksum, kDefinite, "checksums"},
    {"event_too_big", 1236,
     "log event entry exceeded max_allowed_packet; Increase max_allowed_packet on source",
     ErrorCause::kTooLarge, kDefinite, "max_allowed_packet"},
    {"binlog_off", 1236, "Binary log is not open", ErrorCause::kBinlogOff, kDefinite, "log_bin"},
    {"files_reset", 1236, "could not find next log; the first event 'binlog.000001' at 4",
     ErrorCause::kPurged, kDefinite, "reset or removed"},
    {"slow_reader", 1236, "Failed on my_net_write()", ErrorCause::kLost, kTransient, "too slowly"},
    {"server_id_zero", 1236, "Misconfigured source - source server_id is 0",
     ErrorCause::kUnsupported, kDefinite, "server_id"},
    {"out_of_memory", 1236, "memory allocation failed reading log event", ErrorCause::kBusy,
     kTransient, "memory"},
    {"unknown_text", 1236, "something that no version said before", ErrorCause::kOther, kDefinite,
     "binlog"},
    {"malformed_gtids", 1773, "Malformed GTID set encoding.", ErrorCause::kOther, kDefinite,
     "tags"},
};
INSTANTIATE_TEST_SUITE_P(Dump, ClassifyError, testing::ValuesIn(kDumpErrors),
                         [](const auto& row) { return row.param.name; });

const Case kConnectionErrors[] = {
    {"no_socket", 2002, "Can't connect to local MySQL server through socket '/run/x.sock' (2)",
     ErrorCause::kUnreachable, kTransient, "check that the server runs"},
    {"refused", 2003, "Can't connect to MySQL server on 'db1:3306' (111)", ErrorCause::kUnreachable,
     kTransient, "firewall"},
    {"unknown_host", 2005, "Unknown MySQL server host 'db1' (-2)", ErrorCause::kUnreachable,
     kTransient, "host"},
    {"gone_away", 2006, "MySQL server has gone away", ErrorCause::kLost, kTransient, "lost"},
    {"lost", 2013, "Lost connection to MySQL server during query", ErrorCause::kLost, kTransient,
     "lost"},
    {"shutdown", 1053, "Server shutdown in progress", ErrorCause::kLost, kTransient, "lost"},
    {"net_error", 1159, "Got timeout reading communication packets", ErrorCause::kLost, kTransient,
     "lost"},
    {"idle_too_long", 4031, "The client was disconnected by the server because of inactivity.",
     ErrorCause::kLost, kTransient, "lost"},
    {"too_many_connections", 1040, "Too many connections", ErrorCause::kBusy, kTransient,
     "max_connections"},
    {"too_many_for_user", 1203,
     "User cdc already has more than 'max_user_connections' active connections", ErrorCause::kBusy,
     kTransient, "limit"},
    {"host_blocked", 1129, "Host '10.0.0.1' is blocked because of many connection errors",
     ErrorCause::kUnreachable, kTransient, "host_cache"},
    {"lock_wait", 1205, "Lock wait timeout exceeded; try restarting transaction", ErrorCause::kBusy,
     kTransient, "aborted"},
    {"deadlock", 1213, "Deadlock found when trying to get lock", ErrorCause::kBusy, kTransient,
     "aborted"},
    {"wrong_password", 1045, "Access denied for user 'cdc'@'localhost' (using password: YES)",
     ErrorCause::kAccessDenied, kDefinite, "password"},
    {"no_such_host_entry", 1130, "Host '10.0.0.1' is not allowed to connect to this MySQL server",
     ErrorCause::kAccessDenied, kDefinite, "hosts"},
    {"expired", 1862, "Your password has expired.", ErrorCause::kAccessDenied, kDefinite,
     "ALTER USER"},
    {"plugin", 2061,
     "Authentication plugin 'caching_sha2_password' reported error: Authentication requires secure "
     "connection.",
     ErrorCause::kAccessDenied, kDefinite, "TLS"},
    {"no_database_access", 1044, "Access denied for user 'cdc'@'%' to database 'shop'",
     ErrorCause::kMissingPrivilege, kDefinite, "GRANT"},
    {"no_dump_privilege", 1227,
     "Access denied; you need (at least one of) the REPLICATION SLAVE privilege(s) for this "
     "operation",
     ErrorCause::kMissingPrivilege, kDefinite, "GRANT"},
    {"no_select", 1142, "SELECT command denied to user 'cdc'@'%' for table 't'",
     ErrorCause::kMissingPrivilege, kDefinite, "GRANT"},
    {"unknown_database", 1049, "Unknown database 'shop'", ErrorCause::kUnknownObject, kDefinite,
     "no such"},
    {"unknown_table", 1146, "Table 'shop.t' doesn't exist", ErrorCause::kUnknownObject, kDefinite,
     "no such"},
    {"bad_ca", 2026, "SSL connection error: error:0A000086:SSL routines::certificate verify failed",
     ErrorCause::kTls, kDefinite, "check the TLS mode, the CA"},
    {"no_tls_at_server", 2026,
     "SSL connection error: SSL is required, but the server does not support it", ErrorCause::kTls,
     kDefinite, "TLS"},
    {"tls_cut_off", 2026,
     "SSL connection error: error:0A000126:SSL routines::unexpected eof while reading",
     ErrorCause::kUnreachable, kTransient, "handshake"},
    {"tls_only", 3159, "Connections using insecure transport are prohibited", ErrorCause::kTls,
     kDefinite, "TLS"},
    {"no_such_command", 1047, "Unknown command", ErrorCause::kUnsupported, kDefinite,
     "not a MySQL server"},
    {"unknown_number", 64999, "nobody knows", ErrorCause::kOther, kDefinite, "reports an error"},
};
INSTANTIATE_TEST_SUITE_P(Connection, ClassifyError, testing::ValuesIn(kConnectionErrors),
                         [](const auto& row) { return row.param.name; });

TEST(ClassifyErrorText, LetterCaseDoesNotMatter) {
  EXPECT_EQ(classify_error(1236, "BINARY LOG IS NOT OPEN", "x").cause, ErrorCause::kBinlogOff);
}

TEST(ClassifyErrorText, KeywordsOfTheDumpCountForItsNumberOnly) {
  EXPECT_EQ(classify_error(1105, "Binary log is not open", "x").cause, ErrorCause::kOther);
}

TEST(ErrorCauseText, IsDifferentForEachCause) {
  std::set<std::string_view> texts;
  const int count = static_cast<int>(ErrorCause::kOther) + 1;
  for (int i = 0; i < count; ++i) texts.insert(to_text(static_cast<ErrorCause>(i)));
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(count));
}

}  // namespace
}  // namespace millrace::mysql
