#pragma once

// What a MySQL error means for a change stream. A server or the client library reports a number and
// a text; most of what can go wrong with a dump shares one number (1236), so the text decides. Each
// becomes a cause, which callers branch on, and one sentence for a person: what happened and what
// to do, with the server's own words at its end.
//
// Transient causes heal by themselves or by somebody else's hand (server away, too many
// connections); the source keeps trying. Definite causes give the same answer every time (purged
// GTIDs, access denied); the source stops.
//
// Pure; thread-safe.

#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::mysql {

enum class ErrorCause : std::uint8_t {
  kNone,         // no error so far
  kUnreachable,  // no server answered: refused, unknown host, no handshake
  kLost,         // an established connection ended
  kInterrupted,  // we ended it ourselves: interrupt()
  kBusy,  // the server refuses or aborts for now: connection limits, lock waits, out of resources
  kAccessDenied,       // user, password, host or authentication plugin
  kMissingPrivilege,   // known user, not allowed
  kTls,                // certificate or TLS settings
  kPurged,             // the binlog that is asked for is gone
  kAheadOfServer,      // the offset holds transactions that the server doesn't have
  kDuplicateIdentity,  // another reader uses our replica identity
  kBadPosition,        // file and position don't point to an event
  kBinlogOff,          // the server writes no binlog
  kGtidModeOff,        // a start by GTID, and the server has transactions without
  kChecksum,           // the session didn't announce that it knows checksums
  kTooLarge,           // an event or a result above the limit
  kUnknownObject,      // database, table or column that doesn't exist
  kUnsupported,        // the server can't do what is asked
  kOther,
};

// The cause's name in logs and metrics: "purged", "access_denied".
std::string_view to_text(ErrorCause cause);

struct MysqlError {
  ErrorCause cause;
  unsigned number;  // as the server or libmysqlclient numbers it; 0 for our own
  Error error;      // kind and sentence
};

// `number` and `text` as the client library reports them; `server` names the server in the sentence
// ("db1:3306").
MysqlError classify_error(unsigned number, std::string_view text, std::string_view server);

}  // namespace millrace::mysql
