#include "millrace/mysql/binlog_stream.h"

#include <poll.h>

#include <limits>
#include <utility>

#include "mysql/session.h"

namespace millrace::mysql {
namespace {

// Bits of the dump command's flags (mysql.h names only the second).
constexpr unsigned kDumpNonBlock = 1U << 0;
constexpr unsigned kDumpHeartbeatV2 = USE_HEARTBEAT_EVENT_V2;
// Heartbeats of the second version carry 64-bit positions. The same bit means something else to
// older servers' forks.
constexpr std::uint32_t kHeartbeatV2Since = 80026;
constexpr std::uint32_t kOldestServer = 50700;

// How long the server waits for a slow reader before it gives up (its default is 60 s). A pipeline
// may stop reading for as long as Kafka is away, and reconnecting would not help it.
constexpr std::chrono::seconds kNetWriteTimeout{3600};

std::chrono::milliseconds silence_limit(const BinlogStreamOptions& options) {
  return options.silence_limit.count() > 0 ? options.silence_limit : 2 * options.heartbeat_period;
}

constexpr std::uint64_t kFirstOffset = 4;  // after the file's magic number

// Both names of each variable: servers since 8.0.26 read the first, older ones the second.
std::string introduction(const BinlogStreamOptions& options) {
  const auto heartbeat =
      std::chrono::duration_cast<std::chrono::nanoseconds>(options.heartbeat_period).count();
  const std::string period = std::to_string(heartbeat);
  const std::string uuid = quote_string(options.replica_uuid.to_text());
  return "SET @source_binlog_checksum = 'CRC32', @master_binlog_checksum = 'CRC32'"
         ", @source_heartbeat_period = " +
         period + ", @master_heartbeat_period = " + period + ", @replica_uuid = " + uuid +
         ", @slave_uuid = " + uuid +
         ", SESSION net_write_timeout = " + std::to_string(kNetWriteTimeout.count());
}

}  // namespace

class BinlogStream::Impl {
 public:
  explicit Impl(std::unique_ptr<Session> session) : session_(std::move(session)) {}
  ~Impl() {
    if (dumping_) mysql_binlog_close(session_->handle(), &dump_);
  }

  Status start(const BinlogStreamOptions& options);
  Result<std::optional<std::string_view>> fetch();
  bool likely_idle();
  Session& session() { return *session_; }

 private:
  Status check_server();
  Status set_start(const BinlogStreamOptions& options);
  Error fetch_failure(std::chrono::steady_clock::time_point began);

  std::unique_ptr<Session> session_;
  MYSQL_RPL dump_{};
  bool dumping_ = false;
  bool stop_at_end_ = false;
  bool ended_ = false;
  std::chrono::steady_clock::duration silence_limit_{};
  // What the dump command points into.
  std::string file_;
  std::string executed_;
};

Status BinlogStream::Impl::check_server() {
  const std::string& version = session_->server_version();
  if (is_mariadb_version(version)) {
    return session_->failure(
        ErrorCause::kUnsupported,
        definite_error("the server at " + session_->endpoint() + " is MariaDB (" + version +
                       "), which is not supported yet: use MySQL 5.7 or later"));
  }
  if (parse_version_number(version) < kOldestServer) {
    return session_->failure(ErrorCause::kUnsupported,
                             definite_error("the server at " + session_->endpoint() + " is MySQL " +
                                            version + ": 5.7 is the oldest that is supported"));
  }
  return {};
}

Status BinlogStream::Impl::set_start(const BinlogStreamOptions& options) {
  if (const auto* executed = std::get_if<gtid::GtidSet>(&options.start)) {
    // No file name: with one the server skips its checks for purged and unknown transactions and
    // starts right there.
    executed_ = executed->encode();
    dump_.flags |= MYSQL_RPL_GTID;
    dump_.start_position = kFirstOffset;
    dump_.gtid_set_encoded_size = executed_.size();
    dump_.gtid_set_arg = executed_.data();
    return {};
  }
  const auto& position = std::get<BinlogPosition>(options.start);
  if (position.offset > std::numeric_limits<std::uint32_t>::max()) {
    return session_->failure(
        ErrorCause::kBadPosition,
        definite_error("can't start at " + position.file + ":" + std::to_string(position.offset) +
                       ": MySQL's protocol has no offsets above 4 GiB; start by GTID, or at an "
                       "earlier offset of "
                       "that file"));
  }
  file_ = position.file;
  dump_.file_name = file_.c_str();
  dump_.file_name_length = file_.size();
  dump_.start_position = position.offset == 0 ? kFirstOffset : position.offset;
  return {};
}

Status BinlogStream::Impl::start(const BinlogStreamOptions& options) {
  MILLRACE_RETURN_IF_ERROR(check_server());
  MILLRACE_RETURN_IF_ERROR(set_start(options));
  MILLRACE_RETURN_IF_ERROR(session_->run(introduction(options)));
  silence_limit_ = silence_limit(options);
  stop_at_end_ = options.stop_at_end;
  dump_.server_id = options.server_id.value();
  if (stop_at_end_) dump_.flags |= kDumpNonBlock;
  if (parse_version_number(session_->server_version()) >= kHeartbeatV2Since) {
    dump_.flags |= kDumpHeartbeatV2;
  }
  if (mysql_binlog_open(session_->handle(), &dump_) != 0) return session_->failure();
  dumping_ = true;
  return {};
}

Error BinlogStream::Impl::fetch_failure(std::chrono::steady_clock::time_point began) {
  // The library reports a time-out like any lost connection; only the clock tells them apart.
  const auto waited = std::chrono::steady_clock::now() - began;
  Error error = session_->failure();
  if (session_->last_cause() == ErrorCause::kLost && waited >= silence_limit_) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(waited).count();
    return session_->failure(
        ErrorCause::kLost,
        transient_error("MySQL at " + session_->endpoint() +
                        " sent neither an event nor a heartbeat for " + std::to_string(seconds) +
                        " s: the connection counts as lost"));
  }
  return error;
}

Result<std::optional<std::string_view>> BinlogStream::Impl::fetch() {
  if (ended_) return std::optional<std::string_view>();
  const auto began = std::chrono::steady_clock::now();
  if (mysql_binlog_fetch(session_->handle(), &dump_) != 0) return fetch_failure(began);
  if (dump_.size == 0) {  // an EOF packet
    if (stop_at_end_) {
      ended_ = true;
      return std::optional<std::string_view>();
    }
    return session_->failure(
        ErrorCause::kLost,
        transient_error("MySQL at " + session_->endpoint() +
                        " ended the stream: it shuts down, or the dump was killed"));
  }
  // Every packet of a dump starts with an OK byte. (With semi-synchronous replication two more
  // bytes would follow; this session never asks for it.)
  if (dump_.buffer[0] != 0) {
    return session_->failure(
        ErrorCause::kOther,
        definite_error("MySQL at " + session_->endpoint() +
                       " sent a packet in its dump that is not an event (first byte " +
                       std::to_string(dump_.buffer[0]) + ")"));
  }
  return std::optional<std::string_view>(
      std::in_place, reinterpret_cast<const char*>(dump_.buffer) + 1, dump_.size - 1);
}

bool BinlogStream::Impl::likely_idle() {
  const NET& net = session_->handle()->net;
  if (ended_ || net.vio == nullptr) return false;  // fetch() returns at once
  if (net.remain_in_buf > 0) return false;         // unpacked, not yet handed on
  pollfd socket{net.fd, POLLIN, 0};
  return poll(&socket, 1, 0) == 0;
}

BinlogStream::BinlogStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BinlogStream::BinlogStream(BinlogStream&&) noexcept = default;
BinlogStream& BinlogStream::operator=(BinlogStream&&) noexcept = default;
BinlogStream::~BinlogStream() = default;

Result<BinlogStream> BinlogStream::open(ConnectionOptions connection,
                                        const BinlogStreamOptions& options, ErrorCause* cause) {
  MILLRACE_ASSERT(options.server_id.value() != 0, "a dump needs a server id");
  MILLRACE_ASSERT(options.heartbeat_period.count() > 0, "a dump needs heartbeats");
  connection.read_timeout = silence_limit(options);
  connection.initial_statements.clear();  // a dump sees no rows, and its session is its own
  MILLRACE_ASSIGN_OR_RETURN(std::unique_ptr<Session> session, Session::open(connection, cause));
  auto impl = std::make_unique<Impl>(std::move(session));
  if (Status status = impl->start(options); !status) {
    if (cause != nullptr) *cause = impl->session().last_cause();
    return status.error();
  }
  return BinlogStream(std::move(impl));
}

Result<std::optional<std::string_view>> BinlogStream::fetch() { return impl_->fetch(); }
bool BinlogStream::likely_idle() { return impl_->likely_idle(); }
void BinlogStream::interrupt() { impl_->session().interrupt(); }
ErrorCause BinlogStream::last_cause() const { return impl_->session().last_cause(); }
const std::string& BinlogStream::server_version() const {
  return impl_->session().server_version();
}
std::uint64_t BinlogStream::thread_id() const { return impl_->session().handle()->thread_id; }

}  // namespace millrace::mysql
