#include "mysql/session.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <utility>

#include "millrace/base/limits.h"

namespace millrace::mysql {
namespace {

// Once in a process, before the first handle and not by two threads at a time. It also makes the
// process ignore SIGPIPE. There is no end to it: handles live as long as the process.
bool initialize_library() {
  static const bool initialized = mysql_library_init(0, nullptr, nullptr) == 0;
  return initialized;
}

unsigned to_whole_seconds(std::chrono::milliseconds duration) {
  return static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(duration).count());
}

unsigned to_ssl_mode(TlsMode mode) {
  switch (mode) {
    case TlsMode::kDisabled:
      return SSL_MODE_DISABLED;
    case TlsMode::kPreferred:
      return SSL_MODE_PREFERRED;
    case TlsMode::kRequired:
      return SSL_MODE_REQUIRED;
    case TlsMode::kVerifyCa:
      return SSL_MODE_VERIFY_CA;
    case TlsMode::kVerifyIdentity:
      return SSL_MODE_VERIFY_IDENTITY;
  }
  return SSL_MODE_REQUIRED;
}

const char* null_if_empty(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

}  // namespace

std::string endpoint_text(const ConnectionOptions& options) {
  if (!options.unix_socket.empty()) return options.unix_socket;
  return options.host + ":" + std::to_string(options.port);
}

Result<std::unique_ptr<Session>> Session::open(const ConnectionOptions& options,
                                               ErrorCause* cause) {
  std::unique_ptr<Session> session(new Session(endpoint_text(options)));
  if (Status status = session->connect(options); !status) {
    if (cause != nullptr) *cause = session->last_cause();
    return status.error();
  }
  return session;
}

Session::~Session() {
  if (socket_ >= 0) close(socket_);
}

Result<Session::KeyStores> Session::read_stores(const ConnectionOptions& options) {
  KeyStores stores;
  if (options.tls_mode == TlsMode::kDisabled) return stores;
  if (!options.key_store.empty()) {
    auto identity = read_key_store(options.key_store, options.key_store_password);
    if (!identity) return failure(ErrorCause::kTls, identity.error());
    stores.identity.emplace(std::move(*identity));
  }
  if (!options.trust_store.empty()) {
    auto trusted = read_trust_store(options.trust_store, options.trust_store_password);
    if (!trusted) return failure(ErrorCause::kTls, trusted.error());
    stores.trusted.emplace(std::move(*trusted));
  }
  return stores;
}

Status Session::apply_options(const ConnectionOptions& options, const KeyStores& stores) {
  MYSQL* handle = handle_.get();
  const unsigned connect_timeout = to_whole_seconds(options.connect_timeout);
  const unsigned long max_packet = limits::kMaxPacketBytes;
  const unsigned ssl_mode = to_ssl_mode(options.tls_mode);
  const bool get_key = options.get_server_public_key;
  // "localhost" means the library's default unix socket unless the protocol is said.
  const unsigned protocol =
      options.unix_socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
  // A server could otherwise ask for any file of ours.
  const unsigned local_infile = 0;

  bool failed = false;
  const auto set = [&](mysql_option option, const void* value) {
    failed |= mysql_options(handle, option, value) != 0;
  };
  set(MYSQL_OPT_PROTOCOL, &protocol);
  set(MYSQL_OPT_CONNECT_TIMEOUT, &connect_timeout);
  set(MYSQL_OPT_MAX_ALLOWED_PACKET, &max_packet);
  set(MYSQL_OPT_LOCAL_INFILE, &local_infile);
  set(MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &get_key);
  set(MYSQL_SET_CHARSET_NAME, "utf8mb4");
  if (options.read_timeout.count() > 0) {
    const unsigned read_timeout = to_whole_seconds(options.read_timeout);
    set(MYSQL_OPT_READ_TIMEOUT, &read_timeout);
    set(MYSQL_OPT_WRITE_TIMEOUT, &read_timeout);
  }
  set(MYSQL_OPT_SSL_MODE, &ssl_mode);
  const auto set_file = [&](mysql_option option, const std::string& path) {
    if (!path.empty()) set(option, path.c_str());
  };
  set_file(MYSQL_OPT_SSL_CA, stores.trusted ? stores.trusted->path() : options.tls_ca);
  set_file(MYSQL_OPT_SSL_CERT,
           stores.identity ? stores.identity->certificate.path() : options.tls_cert);
  set_file(MYSQL_OPT_SSL_KEY, stores.identity ? stores.identity->key.path() : options.tls_key);
  if (!options.compression.empty() && options.compression != "none") {
    set(MYSQL_OPT_COMPRESSION_ALGORITHMS, options.compression.c_str());
  }
  failed |= mysql_options4(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "millrace") != 0;
  if (!options.name.empty()) {
    failed |= mysql_options4(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "millrace_source",
                             options.name.c_str()) != 0;
  }
  if (failed) return failure();
  return {};
}

Status Session::connect(const ConnectionOptions& options) {
  if (!initialize_library()) {
    return failure(ErrorCause::kOther, definite_error("libmysqlclient can't be initialised"));
  }
  if (const std::string& c = options.compression;
      !c.empty() && c != "none" && c != "zlib" && c != "zstd") {
    return failure(ErrorCause::kUnsupported,
                   definite_error("unknown compression \"" + c + "\": use none, zlib or zstd"));
  }
  handle_.reset(mysql_init(nullptr));
  if (handle_ == nullptr) {
    return failure(ErrorCause::kBusy, transient_error("out of memory for a MySQL connection"));
  }
  // Until the handshake is over: the library opens its files in there.
  MILLRACE_ASSIGN_OR_RETURN(const KeyStores stores, read_stores(options));
  MILLRACE_RETURN_IF_ERROR(apply_options(options, stores));

  const bool by_socket = !options.unix_socket.empty();
  if (mysql_real_connect(handle_.get(), by_socket ? nullptr : options.host.c_str(),
                         options.user.c_str(), options.password.reveal().c_str(), nullptr,
                         options.port, null_if_empty(options.unix_socket), 0) == nullptr) {
    Error error = failure();
    // Nobody was connected yet, so nothing was lost: there is no server that answers as one.
    if (last_cause_ == ErrorCause::kLost) last_cause_ = ErrorCause::kUnreachable;
    return error;
  }
  socket_ = fcntl(handle_->net.fd, F_DUPFD_CLOEXEC, 0);
  if (socket_ < 0) {
    return failure(ErrorCause::kOther, transient_error("out of file descriptors (see ulimit -n)"));
  }
  server_version_ = mysql_get_server_info(handle_.get());
  for (const std::string& statement : options.initial_statements) {
    if (const Status status = run(statement); !status) {
      return status.error().with_context("database.initial.statements: " + statement);
    }
  }
  // The handshake names a collation that servers before 8.0 don't know, and they fall back to
  // latin1 in silence.
  return run("SET NAMES utf8mb4, SESSION sql_mode = ''");
}

Status Session::run(std::string_view sql) {
  if (mysql_real_query(handle_.get(), sql.data(), sql.size()) != 0) return failure();
  if (MYSQL_RES* result = mysql_store_result(handle_.get()); result != nullptr) {
    mysql_free_result(result);
  } else if (mysql_errno(handle_.get()) != 0) {
    return failure();
  }
  return {};
}

Error Session::failure() {
  MysqlError error =
      classify_error(mysql_errno(handle_.get()), mysql_error(handle_.get()), endpoint_);
  return failure(error.cause, std::move(error.error));
}

Error Session::failure(ErrorCause cause, Error error) {
  if (is_interrupted()) {
    last_cause_ = ErrorCause::kInterrupted;
    return transient_error("the connection to MySQL at " + endpoint_ +
                           " was interrupted on purpose");
  }
  last_cause_ = cause;
  return error;
}

void Session::shut_down() { ::shutdown(socket_, SHUT_RDWR); }

void Session::interrupt() {
  interrupted_.store(true, std::memory_order_relaxed);
  shut_down();
}

}  // namespace millrace::mysql
