#pragma once

// The channel `file`: signals as lines of JSON that somebody appends to a file. The file is moved aside, read, and
// removed when its signals have been taken; what is left of an interrupted turn is read first, so a signal may come
// twice and is never lost. Belongs to the thread of SignalChannels.

#include <functional>
#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::daemon {

class SignalFile {
 public:
  explicit SignalFile(std::string path) : path_(std::move(path)), taken_(path_ + ".taken") {}

  // Calls `on_line` for each line that isn't empty. No file: no signals.
  Status take(const std::function<void(std::string_view)>& on_line) const;

 private:
  Status read_taken(const std::function<void(std::string_view)>& on_line) const;

  std::string path_;
  std::string taken_;
};

}  // namespace millrace::daemon
