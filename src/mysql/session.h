#pragma once

// One handle of libmysqlclient with what every user of it needs: making it from options, turning
// its errors into ours, and ending it from another thread. Connection and BinlogStream are built on
// it.
//
// The only private header that shows mysql.h. Threads: as connection.h says.

#include <mysql.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/mysql/connection.h"
#include "millrace/mysql/errors.h"
#include "mysql/key_store.h"

namespace millrace::mysql {

struct HandleCloser {
  void operator()(MYSQL* handle) const { mysql_close(handle); }
};
using Handle = std::unique_ptr<MYSQL, HandleCloser>;

class Session {
 public:
  static Result<std::unique_ptr<Session>> open(const ConnectionOptions& options, ErrorCause* cause);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  MYSQL* handle() { return handle_.get(); }
  const MYSQL* handle() const { return handle_.get(); }
  const std::string& endpoint() const { return endpoint_; }
  const std::string& server_version() const { return server_version_; }

  // Runs a statement whose result, if any, is of no interest.
  Status run(std::string_view sql);

  // The handle's last error, as ours; last_cause() remembers it.
  Error failure();
  // An error that we found ourselves; last_cause() remembers it.
  Error failure(ErrorCause cause, Error error);
  ErrorCause last_cause() const { return last_cause_; }

  // Ends the conversation: reads and writes, running or to come, fail. Any thread.
  void shut_down();
  // The same, and failures then say that it was on purpose. Any thread.
  void interrupt();
  bool is_interrupted() const { return interrupted_.load(std::memory_order_relaxed); }

 private:
  explicit Session(std::string endpoint) : endpoint_(std::move(endpoint)) {}
  Status connect(const ConnectionOptions& options);
  struct KeyStores {
    std::optional<ClientIdentity> identity;
    std::optional<MemoryFile> trusted;
  };
  Result<KeyStores> read_stores(const ConnectionOptions& options);
  Status apply_options(const ConnectionOptions& options, const KeyStores& stores);

  Handle handle_;
  std::string endpoint_;
  std::string server_version_;
  ErrorCause last_cause_ = ErrorCause::kNone;
  std::atomic<bool> interrupted_{false};
  // A duplicate of the socket's descriptor. The library closes its own as soon as a read fails, and
  // the number may then belong to somebody else's file; this one stays ours until the end, so
  // shutting it down is always safe.
  int socket_ = -1;
};

}  // namespace millrace::mysql
