#pragma once

// Sinks that print a JSON object a line (encode::append_record_line): into a file, or to standard output. They need no
// broker: what the source remembers is in an SQLite database, <state_dir>/<source>.db.
//
// File: exactly once. A commit writes the lines, makes them durable, and then stores offset, state and the file's
// length in one SQLite transaction. open() cuts the file back to the stored length, so lines that no offset covers are
// gone, also after kill -9 or a power cut. With rotate_bytes, a file that has reached that size at a commit is renamed
// to path.1, path.2 ... (rising) and a new one begun; a line never straddles two files, nor does a commit.
//
// Standard output: at least once. A pipe can't be cut back, so lines after the last stored offset come again.
//
// One daemon: the state is locked while a sink is open, and so is the file, which only one source may write to. A
// second one gets a definite error.
//
// Threads: a Sink's (sink.h). interrupt() ends a write to a pipe that nobody reads; it holds for the object's life.

#include <cstdint>
#include <memory>
#include <string>

#include "millrace/sink/sink.h"
#include "millrace/sink/statistics.h"

namespace millrace::sink {

struct LineSinkOptions {
  std::string source;
  std::string topic_prefix;
  std::string state_dir;  // made when missing
  // Counted into when given.
  std::shared_ptr<Statistics> statistics;
};

struct FileSinkOptions : LineSinkOptions {
  std::string path;
  std::uint64_t rotate_bytes = 0;  // 0: never
};

struct StdoutSinkOptions : LineSinkOptions {
  int descriptor = 1;  // borrowed
};

std::unique_ptr<Sink> make_file_sink(FileSinkOptions options);
std::unique_ptr<Sink> make_stdout_sink(StdoutSinkOptions options);

}  // namespace millrace::sink
