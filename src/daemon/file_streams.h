#pragma once

// Binlog files as the pipeline's event streams: `decode` runs the same pipeline as `run`, fed from mapped files and
// ending with the last one. A second stream (a prepared XA group that is read again) starts at its file and offset.

#include <memory>
#include <string>
#include <vector>

#include "millrace/pipeline/event_stream.h"

namespace millrace::daemon {

// A file in memory, read-only. Moves; the bytes stay where they are.
class MappedFile {
 public:
  static Result<MappedFile> open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  const std::string& path() const { return path_; }
  std::string_view bytes() const { return bytes_; }

 private:
  MappedFile(std::string path, std::string_view bytes) : path_(std::move(path)), bytes_(bytes) {}

  std::string path_;
  std::string_view bytes_;
};

class FileStreams final : public pipeline::EventStreamFactory {
 public:
  // Definite error when a file can't be read.
  static Result<std::unique_ptr<FileStreams>> open(const std::vector<std::string>& paths);

  // Starts at the position's file (the first one when it names none), at the position when it is not 0.
  Result<std::unique_ptr<pipeline::EventStream>> open(const pipeline::StreamStart& start) override;

 private:
  explicit FileStreams(std::vector<MappedFile> files) : files_(std::move(files)) {}

  std::vector<MappedFile> files_;
};

}  // namespace millrace::daemon
