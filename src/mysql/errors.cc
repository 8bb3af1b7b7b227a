#include "millrace/mysql/errors.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

namespace millrace::mysql {
namespace {

// A dump's errors, and whatever a server of old calls fatal while it reads its binlog.
constexpr unsigned kFatalReadingBinlog = 1236;
constexpr unsigned kTlsConnectionError = 2026;

struct Meaning {
  ErrorCause cause;
  ErrorKind kind;
  std::string_view sentence;  // "{}" stands for the server's name
};

struct NumberRule {
  unsigned number;
  Meaning meaning;
};

constexpr Meaning kUnreachable{ErrorCause::kUnreachable, ErrorKind::kTransient,
                               "cannot reach MySQL at {}: check that the server runs and that "
                               "host, port and firewall are right"};
constexpr Meaning kLost{ErrorCause::kLost, ErrorKind::kTransient,
                        "the connection to MySQL at {} was lost"};
constexpr Meaning kTooManyConnections{
    ErrorCause::kBusy, ErrorKind::kTransient,
    "MySQL at {} has no connection left: raise max_connections or the user's limit"};
constexpr Meaning kOutOfResources{ErrorCause::kBusy, ErrorKind::kTransient,
                                  "MySQL at {} is out of memory, disk or threads"};
constexpr Meaning kStatementAborted{ErrorCause::kBusy, ErrorKind::kTransient,
                                    "MySQL at {} aborted a statement"};
constexpr Meaning kHostBlocked{
    ErrorCause::kUnreachable, ErrorKind::kTransient,
    "MySQL at {} blocks this host after too many failed connections: run "
    "TRUNCATE TABLE performance_schema.host_cache there"};
constexpr Meaning kWrongPassword{
    ErrorCause::kAccessDenied, ErrorKind::kDefinite,
    "MySQL at {} denied access: check user, password and the hosts the account is allowed from"};
constexpr Meaning kAccountUnusable{ErrorCause::kAccessDenied, ErrorKind::kDefinite,
                                   "MySQL at {} refuses the account until its password is renewed "
                                   "or its lock removed (ALTER USER)"};
constexpr Meaning kAuthPlugin{ErrorCause::kAccessDenied, ErrorKind::kDefinite,
                              "the account's authentication method can't be used with MySQL at {}: "
                              "use caching_sha2_password, over TLS or "
                              "with the server's public key allowed"};
constexpr Meaning kPrivilege{ErrorCause::kMissingPrivilege, ErrorKind::kDefinite,
                             "the account lacks a privilege on MySQL at {}: GRANT SELECT, "
                             "REPLICATION SLAVE, REPLICATION CLIENT ON *.* to it"};
constexpr Meaning kUnknownObject{ErrorCause::kUnknownObject, ErrorKind::kDefinite,
                                 "MySQL at {} has no such database, table or column"};
constexpr Meaning kTlsRequired{
    ErrorCause::kTls, ErrorKind::kDefinite,
    "MySQL at {} accepts the account over TLS only: set the TLS mode to required"};
constexpr Meaning kTlsSettings{
    ErrorCause::kTls, ErrorKind::kDefinite,
    "no TLS connection to MySQL at {}: check the TLS mode, the CA, the certificate and the key"};
constexpr Meaning kCompressionSettings{
    ErrorCause::kUnsupported, ErrorKind::kDefinite,
    "MySQL at {} doesn't offer the compression asked for: choose another, or none"};
constexpr Meaning kNoSuchCommand{
    ErrorCause::kUnsupported, ErrorKind::kDefinite,
    "the server at {} can't send its binlog this way: it is not a MySQL server"};
constexpr Meaning kPacketTooLarge{
    ErrorCause::kTooLarge, ErrorKind::kDefinite,
    "MySQL at {} sent a packet above the largest size an event can have (1 GiB)"};
constexpr Meaning kDuplicateIdentity{ErrorCause::kDuplicateIdentity, ErrorKind::kDefinite,
                                     "another reader has connected to MySQL at {} with this "
                                     "source's replica identity; most likely a second daemon "
                                     "runs the same source, or a replica uses the same server id: "
                                     "stop it, or give the source another name or "
                                     "server id"};
constexpr Meaning kMalformedGtids{
    ErrorCause::kOther, ErrorKind::kDefinite,
    "MySQL at {} can't read the GTID set it was sent: its version may not know tags"};

constexpr auto kNumberRules = std::to_array<NumberRule>({
    // The client library's own.
    {2001, kUnreachable},  // socket can't be made
    {2002, kUnreachable},  // unix socket
    {2003, kUnreachable},  // TCP
    {2004, kUnreachable},  // IP socket can't be made
    {2005, kUnreachable},  // unknown host: a name server may be away, so it is asked again
    {2006, kLost},         // gone away
    {2012, kUnreachable},  // handshake
    {2013, kLost},         // lost during a query
    {2020, kPacketTooLarge},
    {2027, kLost},        // malformed packet: only a new connection helps
    {2055, kLost},        // lost, with the system's reason
    {2059, kAuthPlugin},  // plugin can't be loaded
    {2061, kAuthPlugin},  // plugin reports an error
    {2066, kCompressionSettings},
    // The server is busy, ending or ended a session.
    {1021, kOutOfResources},
    {1037, kOutOfResources},
    {1038, kOutOfResources},
    {1040, kTooManyConnections},
    {1041, kOutOfResources},
    {1053, kLost},
    {1129, kHostBlocked},
    {1135, kOutOfResources},
    {1152, kLost},
    {1158, kLost},
    {1159, kLost},
    {1160, kLost},
    {1161, kLost},
    {1184, kLost},
    {1203, kTooManyConnections},
    {1205, kStatementAborted},  // lock wait
    {1213, kStatementAborted},  // deadlock
    {1226, kTooManyConnections},
    {1317, kStatementAborted},  // interrupted
    {1412, kStatementAborted},  // table definition changed in the transaction
    {1927, kLost},              // MariaDB: connection was killed
    {3024, kStatementAborted},  // execution time exceeded
    {3032, kLost},              // offline mode
    {3169, kLost},              // session was killed
    {4031, kLost},              // ended for inactivity
    // Accounts and privileges.
    {1044, kPrivilege},
    {1045, kWrongPassword},
    {1130, kWrongPassword},  // host not allowed
    {1142, kPrivilege},
    {1143, kPrivilege},
    {1227, kPrivilege},
    {1251, kAuthPlugin},
    {1698, kWrongPassword},
    {1820, kAccountUnusable},
    {1862, kAccountUnusable},
    {3118, kAccountUnusable},
    {3159, kTlsRequired},
    // What is asked for isn't there.
    {1047, kNoSuchCommand},
    {1049, kUnknownObject},
    {1054, kUnknownObject},
    {1146, kUnknownObject},
    {1773, kMalformedGtids},
    {4052, kDuplicateIdentity},  // MariaDB tells the newcomer
});

struct TextRule {
  std::string_view keyword;         // lower case
  std::string_view second_keyword;  // must be there too, unless empty
  Meaning meaning;
};

constexpr Meaning kPurged{ErrorCause::kPurged, ErrorKind::kDefinite,
                          "MySQL at {} has purged the binlog that this source needs next: take a "
                          "new snapshot, or start from the current "
                          "position and accept the gap; keep binlogs longer "
                          "(binlog_expire_logs_seconds, on RDS and Aurora 'binlog "
                          "retention hours')"};
constexpr Meaning kResetWhileReading{
    ErrorCause::kPurged, ErrorKind::kDefinite,
    "the binlogs of MySQL at {} were reset or removed while they were read: take a new snapshot"};
constexpr Meaning kAhead{
    ErrorCause::kAheadOfServer, ErrorKind::kDefinite,
    "this source has published transactions that MySQL at {} doesn't have: the server was restored "
    "from a backup or "
    "its binlogs were reset, or a replica that lagged was promoted; take a new snapshot"};
constexpr Meaning kBadPosition{ErrorCause::kBadPosition, ErrorKind::kDefinite,
                               "the stored binlog position doesn't point to an event on MySQL at "
                               "{}: it belongs to another server, the files "
                               "were reset, or the file is damaged; take a new snapshot"};
constexpr Meaning kGtidModeOff{ErrorCause::kGtidModeOff, ErrorKind::kDefinite,
                               "MySQL at {} has transactions without GTID: set gtid_mode=ON and "
                               "enforce_gtid_consistency=ON, or start the "
                               "source by file and position"};
constexpr Meaning kGtidTransaction{ErrorCause::kGtidModeOff, ErrorKind::kDefinite,
                                   "MySQL at {} has gtid_mode=OFF but its binlog holds "
                                   "transactions with GTID: set gtid_mode=ON, or start after "
                                   "them"};
constexpr Meaning kChecksum{ErrorCause::kChecksum, ErrorKind::kDefinite,
                            "MySQL at {} wasn't told that this reader knows binlog checksums"};
constexpr Meaning kEventTooLarge{ErrorCause::kTooLarge, ErrorKind::kDefinite,
                                 "the binlog of MySQL at {} holds an event above the server's "
                                 "limit: the file is damaged there, or "
                                 "max_allowed_packet is too small"};
constexpr Meaning kBinlogOff{ErrorCause::kBinlogOff, ErrorKind::kDefinite,
                             "MySQL at {} writes no binlog: start it with log_bin (on RDS and "
                             "Aurora: turn on automated backups or "
                             "set binlog_format=ROW)"};
constexpr Meaning kNoServerId{
    ErrorCause::kUnsupported, ErrorKind::kDefinite,
    "MySQL at {} has server_id=0 and sends no binlog: set a server_id there"};
constexpr Meaning kSlowReader{
    ErrorCause::kLost, ErrorKind::kTransient,
    "MySQL at {} ended the stream because it was read too slowly (net_write_timeout)"};

// In this order: the first match decides. Servers before 8.0.26 say master and slave for source and
// replica, so no keyword holds these words.
constexpr auto kDumpRules = std::to_array<TextRule>({
    {"same server_uuid", "", kDuplicateIdentity},
    {"same server_id", "", kDuplicateIdentity},
    {"first log file name", "", kPurged},
    {"first log file", "index file", kPurged},
    {"purged", "", kPurged},
    {"could not find gtid state", "", kPurged},  // MariaDB
    {"more gtids than", "", kAhead},
    {"> file size", "", kBadPosition},
    {"position < 4", "", kBadPosition},
    {"auto_position mode", "gtid_mode", kGtidModeOff},
    {"replicate anonymous transaction", "", kGtidModeOff},
    {"replicate gtid-transaction", "", kGtidTransaction},
    {"can not handle replication events with the checksum", "", kChecksum},
    {"exceeded max_allowed_packet", "", kEventTooLarge},
    {"binary log is not open", "", kBinlogOff},
    {"could not find next log", "", kResetWhileReading},
    {"truncated in the middle of event", "", kBadPosition},
    {"bogus data in log event", "", kBadPosition},
    {"crc check", "", kBadPosition},
    {"server_id is 0", "", kNoServerId},
    {"server_id was not set", "", kNoServerId},
    {"my_net_write", "", kSlowReader},
    {"memory allocation failed", "", kOutOfResources},
    {"server shutdown", "", kLost},
});

constexpr Meaning kTlsInterrupted{ErrorCause::kUnreachable, ErrorKind::kTransient,
                                  "the TLS handshake with MySQL at {} was cut off"};
// A handshake that the network cut looks like a TLS error; everything else under that number is a
// setting.
constexpr auto kTlsRules = std::to_array<TextRule>({
    {"unexpected eof", "", kTlsInterrupted},
    {"connection reset", "", kTlsInterrupted},
    {"error:00000000", "", kTlsInterrupted},
    {"timed out", "", kTlsInterrupted},
    {"unknown error number", "", kTlsInterrupted},
});

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

const Meaning* find_by_text(std::span<const TextRule> rules, std::string_view text) {
  const std::string lower = to_lower(text);
  for (const TextRule& rule : rules) {
    if (lower.find(rule.keyword) != std::string::npos &&
        lower.find(rule.second_keyword) != std::string::npos) {
      return &rule.meaning;
    }
  }
  return nullptr;
}

Meaning find_meaning(unsigned number, std::string_view text) {
  constexpr Meaning kUnknownDump{ErrorCause::kOther, ErrorKind::kDefinite,
                                 "MySQL at {} can't go on sending its binlog"};
  constexpr Meaning kUnknown{ErrorCause::kOther, ErrorKind::kDefinite,
                             "MySQL at {} reports an error"};
  if (number == kFatalReadingBinlog) {
    const Meaning* meaning = find_by_text(kDumpRules, text);
    return meaning != nullptr ? *meaning : kUnknownDump;
  }
  if (number == kTlsConnectionError) {
    const Meaning* meaning = find_by_text(kTlsRules, text);
    return meaning != nullptr ? *meaning : kTlsSettings;
  }
  const auto* rule = std::find_if(kNumberRules.begin(), kNumberRules.end(),
                                  [number](const NumberRule& r) { return r.number == number; });
  return rule != kNumberRules.end() ? rule->meaning : kUnknown;
}

}  // namespace

std::string_view to_text(ErrorCause cause) {
  switch (cause) {
    case ErrorCause::kNone:
      return "none";
    case ErrorCause::kUnreachable:
      return "unreachable";
    case ErrorCause::kLost:
      return "lost";
    case ErrorCause::kInterrupted:
      return "interrupted";
    case ErrorCause::kBusy:
      return "busy";
    case ErrorCause::kAccessDenied:
      return "access_denied";
    case ErrorCause::kMissingPrivilege:
      return "missing_privilege";
    case ErrorCause::kTls:
      return "tls";
    case ErrorCause::kPurged:
      return "purged";
    case ErrorCause::kAheadOfServer:
      return "ahead_of_server";
    case ErrorCause::kDuplicateIdentity:
      return "duplicate_identity";
    case ErrorCause::kBadPosition:
      return "bad_position";
    case ErrorCause::kBinlogOff:
      return "binlog_off";
    case ErrorCause::kGtidModeOff:
      return "gtid_mode_off";
    case ErrorCause::kChecksum:
      return "checksum";
    case ErrorCause::kTooLarge:
      return "too_large";
    case ErrorCause::kUnknownObject:
      return "unknown_object";
    case ErrorCause::kUnsupported:
      return "unsupported";
    case ErrorCause::kOther:
      return "other";
  }
  return "other";
}

MysqlError classify_error(unsigned number, std::string_view text, std::string_view server) {
  const Meaning meaning = find_meaning(number, text);
  std::string sentence(meaning.sentence);
  if (const std::size_t hole = sentence.find("{}"); hole != std::string::npos) {
    sentence.replace(hole, 2, server);
  }
  sentence += " (MySQL error " + std::to_string(number);
  if (!text.empty()) sentence.append(": ").append(text);
  sentence += ")";
  return {meaning.cause, number, Error(meaning.kind, std::move(sentence))};
}

}  // namespace millrace::mysql
