#include <limits.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>

#include "sink/line_output.h"

namespace millrace::sink {
namespace {

// How long a wait for a reader lasts before interrupt() is looked at again.
constexpr int kSliceMs = 100;
constexpr std::size_t kFileChunkBytes = 256U << 10;

class StreamOutput final : public LineOutput {
 public:
  StreamOutput(int descriptor, const std::atomic<bool>& interrupted)
      : descriptor_(descriptor), interrupted_(interrupted) {}

  Status open(const OutputState&) override {
    struct stat facts = {};
    if (::fstat(descriptor_, &facts) != 0) return errno_error("standard output");
    // A pipe that polls as writable takes this much without blocking, so interrupt() is always seen.
    chunk_ = S_ISREG(facts.st_mode) ? kFileChunkBytes : static_cast<std::size_t>(PIPE_BUF);
    return {};
  }

  Status append(std::string_view lines) override {
    while (!lines.empty()) {
      if (interrupted_.load(std::memory_order_relaxed))
        return transient_error("standard output: interrupted");
      pollfd ready = {.fd = descriptor_, .events = POLLOUT, .revents = 0};
      const int count = ::poll(&ready, 1, kSliceMs);
      if (count == 0 || (count < 0 && errno == EINTR)) continue;
      const ssize_t written = ::write(descriptor_, lines.data(), std::min(lines.size(), chunk_));
      if (written < 0) {
        if (errno == EINTR || errno == EAGAIN) continue;
        return errno_error("standard output");  // EPIPE, a definite one: nobody reads
      }
      lines.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Status make_durable() override { return {}; }
  OutputState state() const override { return {}; }
  const std::string& name() const override { return name_; }
  Result<bool> rotate() override { return false; }

 private:
  int descriptor_;
  const std::atomic<bool>& interrupted_;
  std::size_t chunk_ = PIPE_BUF;
  std::string name_;
};

}  // namespace

std::unique_ptr<LineOutput> make_stream_output(int descriptor,
                                               const std::atomic<bool>& interrupted) {
  return std::make_unique<StreamOutput>(descriptor, interrupted);
}

}  // namespace millrace::sink
