#include "daemon/file_streams.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "millrace/binlog/file_reader.h"

namespace millrace::daemon {
namespace {

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

bool is_format_description(std::string_view event) {
  const auto header = binlog::decode_header(event);
  return header && header->type == binlog::EventType::kFormatDescription;
}

// The files one after the other. Each ends with a ROTATE, which names the next, and begins with a
// FORMAT_DESCRIPTION, which tells the grammar that a file began.
class FileStream final : public pipeline::EventStream {
 public:
  FileStream(const std::vector<MappedFile>& files, std::size_t first, std::uint64_t offset)
      : files_(files), next_file_(first), skip_until_(offset) {}

  Result<std::optional<std::string_view>> fetch() override {
    while (true) {
      if (!reader_) {
        if (next_file_ == files_.size()) return std::optional<std::string_view>();
        open_next();
      }
      const std::uint64_t offset = reader_->offset();
      MILLRACE_ASSIGN_OR_RETURN(std::optional<std::string_view> event, reader_->next());
      if (!event) {
        reader_.reset();
        continue;
      }
      // A start inside the file: the format description counts, what stands before the start does not.
      if (offset >= skip_until_ || is_format_description(*event)) return event;
    }
  }
  bool likely_idle() override { return false; }
  void interrupt() override {}

 private:
  void open_next() {
    const MappedFile& file = files_[next_file_];
    if (next_file_++ != first_opened_) skip_until_ = 0;
    reader_.emplace(file.bytes(), binlog::BinlogFileOptions{file.path(), true});
  }

  const std::vector<MappedFile>& files_;
  std::size_t next_file_;
  const std::size_t first_opened_ = next_file_;
  std::uint64_t skip_until_;
  std::optional<binlog::BinlogFileReader> reader_;
};

}  // namespace

Result<MappedFile> MappedFile::open(const std::string& path) {
  const auto failed = [&](const char* what) {
    return definite_error(path + ": can't " + what + ": " + std::strerror(errno));
  };
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed("open");
  struct stat info {};
  if (fstat(fd, &info) != 0) {
    close(fd);
    return failed("stat");
  }
  const auto size = static_cast<std::size_t>(info.st_size);
  void* data = size == 0 ? nullptr : mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  if (data == MAP_FAILED) return failed("map");
  return MappedFile(path, std::string_view(static_cast<const char*>(data), size));
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)), bytes_(std::exchange(other.bytes_, {})) {}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

Result<std::unique_ptr<FileStreams>> FileStreams::open(const std::vector<std::string>& paths) {
  std::vector<MappedFile> files;
  files.reserve(paths.size());
  for (const std::string& path : paths) {
    MILLRACE_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
    files.push_back(std::move(file));
  }
  return std::unique_ptr<FileStreams>(new FileStreams(std::move(files)));
}

Result<std::unique_ptr<pipeline::EventStream>> FileStreams::open(
    const pipeline::StreamStart& start) {
  std::size_t first = 0;
  while (!start.position.file.empty() && first < files_.size() &&
         file_name(files_[first].path()) != start.position.file) {
    ++first;
  }
  if (first == files_.size())
    return definite_error("no file named " + start.position.file + " was given");
  return std::unique_ptr<pipeline::EventStream>(
      std::make_unique<FileStream>(files_, first, start.position.offset));
}

}  // namespace millrace::daemon
