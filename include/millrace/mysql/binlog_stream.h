#pragma once

// A server's binlog as a stream of events: connects, introduces itself as a replica, asks for the
// dump and hands on one event after the other, as bytes. What the bytes mean is the business of the
// binlog module.
//
// The session announces CRC32 checksums, so events before the first FORMAT_DESCRIPTION carry one
// whatever the server is set to; after it the event says so itself. Heartbeats arrive as events
// while the server is idle; when neither comes for twice the heartbeat period the connection counts
// as lost.
//
// Threads: one thread at a time fetches; interrupt() may come from any other while the object
// neither moves nor dies. Failure: an Error; last_cause() says what to branch on. A stream that
// failed or ended is not used again. Errors of the start itself (purged, access to the binlog
// denied, wrong position) show at the first fetch(). Memory: the library's buffer grows to the
// largest event seen and keeps that size until the stream is closed.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "millrace/base/result.h"
#include "millrace/base/strong_id.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/mysql/connection.h"
#include "millrace/mysql/errors.h"

namespace millrace::mysql {

struct BinlogStreamOptions {
  // Who we are to the server (identity.h). Two streams with the same replica_uuid end each other.
  ServerId server_id;
  gtid::Uuid replica_uuid;
  // The transactions not to send, or the place to start at (offset 0: the file's beginning).
  std::variant<gtid::GtidSet, BinlogPosition> start;
  std::chrono::milliseconds heartbeat_period{10000};
  // After so long without a sign the connection counts as lost; 0: twice the period.
  std::chrono::milliseconds silence_limit{0};
  // End at the end of the binlog instead of waiting for more.
  bool stop_at_end = false;
};

class BinlogStream {
 public:
  // connection.read_timeout is not used: silence is measured by heartbeats. On failure `cause`,
  // where given, says why.
  static Result<BinlogStream> open(ConnectionOptions connection, const BinlogStreamOptions& options,
                                   ErrorCause* cause = nullptr);

  BinlogStream(BinlogStream&&) noexcept;
  BinlogStream& operator=(BinlogStream&&) noexcept;
  ~BinlogStream();

  // The next event from its header to its checksum, valid until the next call. Blocks. Nothing at
  // the end of the binlog with stop_at_end; a server that shuts down ends the stream in the same
  // way, so who reads up to something checks that it was there.
  Result<std::optional<std::string_view>> fetch();

  // True when the next fetch() would probably wait. It sees the socket and, with compression, what
  // is unpacked; not what the library has read ahead (up to 16 KiB, or one TLS record). Being wrong
  // costs latency or batch size, nothing else.
  bool likely_idle();

  // From any thread: a blocked fetch() and all later ones fail soon with kInterrupted.
  void interrupt();

  ErrorCause last_cause() const;
  const std::string& server_version() const;
  // The server's number for this session, to find it in SHOW PROCESSLIST.
  std::uint64_t thread_id() const;

 private:
  class Impl;
  explicit BinlogStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::mysql
