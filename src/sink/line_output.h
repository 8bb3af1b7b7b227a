#pragma once

// Where the lines of a line sink go.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "sink/state_database.h"

namespace millrace::sink {

class LineOutput {
 public:
  virtual ~LineOutput() = default;
  // Goes back to where the last commit left off.
  virtual Status open(const OutputState& committed) = 0;
  virtual Status append(std::string_view lines) = 0;
  // Everything appended survives a power cut, as far as the output can promise that.
  virtual Status make_durable() = 0;
  // What a commit stores; the next open() gets it back. Kept under name(), which is empty where nothing is kept.
  virtual OutputState state() const = 0;
  virtual const std::string& name() const = 0;
  // Right after a commit: true when a new file was begun, so that state() must be stored at once.
  virtual Result<bool> rotate() = 0;
};

// A file that is appended to and cut back.
std::unique_ptr<LineOutput> make_file_output(std::string path, std::uint64_t rotate_bytes);
// A pipe, a terminal, a socket: what is written is gone. References outlive the output.
std::unique_ptr<LineOutput> make_stream_output(int descriptor,
                                               const std::atomic<bool>& interrupted);

}  // namespace millrace::sink
