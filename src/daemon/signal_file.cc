#include "daemon/signal_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace millrace::daemon {
namespace {

// A line is a signal, some hundred bytes; a longer one is no signal, and is handed on cut off to be refused.
constexpr std::size_t kMaxLineBytes = 1U << 20;

}  // namespace

Status SignalFile::take(const std::function<void(std::string_view)>& on_line) const {
  MILLRACE_RETURN_IF_ERROR(read_taken(on_line));
  if (std::rename(path_.c_str(), taken_.c_str()) != 0) {
    if (errno == ENOENT) return {};
    return transient_error("the file of signals " + path_ + " can't be moved: " + strerror(errno));
  }
  return read_taken(on_line);
}

Status SignalFile::read_taken(const std::function<void(std::string_view)>& on_line) const {
  std::ifstream file(taken_, std::ios::binary);
  if (!file) return {};  // nothing was taken
  std::string line;
  const auto finish = [&] {
    if (line.find_first_not_of(" \t\r") != std::string::npos) on_line(line);
    line.clear();
  };
  for (int c = file.get(); c != std::ifstream::traits_type::eof(); c = file.get()) {
    if (c == '\n') {
      finish();
    } else if (line.size() < kMaxLineBytes) {
      line += static_cast<char>(c);
    }
  }
  finish();
  file.close();
  if (std::remove(taken_.c_str()) != 0) {
    return transient_error("the file of signals " + taken_ +
                           " can't be removed: " + strerror(errno));
  }
  return {};
}

}  // namespace millrace::daemon
