#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>

#include "millrace/base/mark.h"
#include "sink/line_output.h"
#include "sink/log.h"

namespace millrace::sink {
namespace {

class FileOutput final : public LineOutput {
 public:
  FileOutput(std::string path, std::uint64_t rotate_bytes)
      : path_(std::move(path)), rotate_bytes_(rotate_bytes) {}

  Status open(const OutputState& committed) override;
  Status append(std::string_view lines) override;
  Status make_durable() override;
  OutputState state() const override { return state_; }
  const std::string& name() const override { return path_; }
  Result<bool> rotate() override;

 private:
  Status open_file();
  Status cut_back(std::uint64_t size);
  // Makes the names in the file's folder durable.
  Status sync_folder() const;
  std::string rotated_name(std::uint64_t number) const {
    return path_ + "." + std::to_string(number);
  }

  std::string path_;
  std::uint64_t rotate_bytes_;
  Descriptor file_;
  OutputState state_;
};

Status FileOutput::open(const OutputState& committed) {
  state_ = committed;
  std::error_code code;
  const bool exists = std::filesystem::exists(path_, code);
  if (!exists && state_.length > 0) {
    // Rotated away and not yet noted, or moved by somebody: either way its lines are delivered.
    MILLRACE_MARK("sink.file_gone");
    logger()->info("the output file was moved away, beginning a new one path={} committed_bytes={}",
                   path_, state_.length);
    state_.length = 0;
  }
  MILLRACE_RETURN_IF_ERROR(open_file());
  struct stat facts = {};
  if (::fstat(file_.get(), &facts) != 0) return errno_error("file " + path_);
  return cut_back(static_cast<std::uint64_t>(facts.st_size));
}

Status FileOutput::open_file() {
  Descriptor file(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (!file) return errno_error("file " + path_);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return errno_error("file " + path_);
    return definite_error("file " + path_ +
                          " is written by another source or daemon; give each source its own");
  }
  file_ = std::move(file);
  return sync_folder();
}

Status FileOutput::cut_back(std::uint64_t size) {
  if (size < state_.length) {
    return definite_error(
        "file " + path_ + " has " + std::to_string(size) + " bytes, fewer than the " +
        std::to_string(state_.length) +
        " that are committed: it was changed from outside; move it away to begin a new one");
  }
  if (size > state_.length) {
    MILLRACE_MARK("sink.tail_cut");
    logger()->info("cutting off lines that were never committed path={} bytes={}", path_,
                   size - state_.length);
    if (::ftruncate(file_.get(), static_cast<off_t>(state_.length)) != 0)
      return errno_error("file " + path_);
    if (::fsync(file_.get()) != 0) return errno_error("file " + path_);
  }
  return {};
}

Status FileOutput::append(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t written = ::write(file_.get(), lines.data(), lines.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno_error("file " + path_);
    }
    lines.remove_prefix(static_cast<std::size_t>(written));
    state_.length += static_cast<std::uint64_t>(written);
  }
  return {};
}

Status FileOutput::make_durable() {
  if (::fdatasync(file_.get()) != 0) return errno_error("file " + path_);
  return {};
}

Result<bool> FileOutput::rotate() {
  if (rotate_bytes_ == 0 || state_.length < rotate_bytes_) return false;
  // Numbers rise, so that a rotation is one rename; a name that somebody else took is stepped over.
  std::uint64_t number = state_.rotations + 1;
  std::error_code code;
  while (std::filesystem::exists(rotated_name(number), code)) ++number;
  if (::rename(path_.c_str(), rotated_name(number).c_str()) != 0)
    return errno_error("file " + path_);
  marks::crash_point("sink.rotated");
  state_ = {.length = 0, .rotations = number};
  MILLRACE_RETURN_IF_ERROR(open_file());
  return true;
}

Status FileOutput::sync_folder() const {
  auto folder = std::filesystem::path(path_).parent_path();
  if (folder.empty()) folder = ".";
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor || ::fsync(descriptor.get()) != 0)
    return errno_error("folder " + folder.string());
  return {};
}

}  // namespace

std::unique_ptr<LineOutput> make_file_output(std::string path, std::uint64_t rotate_bytes) {
  return std::make_unique<FileOutput>(std::move(path), rotate_bytes);
}

}  // namespace millrace::sink
