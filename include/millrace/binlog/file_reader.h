#pragma once

// Binlog files, event by event: for `millrace decode` and tests. The reader walks the bytes of a
// whole file, checks the magic number and every length, and hands out raw events, just as they come
// in the packets of a server; checksums and grammar are the stream grammar's matter. Relay logs are
// binlog files too.
//
// Pure; borrows the bytes (usually a mapped file); events are views into them. Errors are definite
// and name the file and the offset.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/binlog/stream_grammar.h"

namespace millrace::binlog {

struct BinlogFileOptions {
  // For messages, and the grammar's first position.
  std::string file = {};
  // A file that a server is writing, or that a crash cut off, ends inside an event: take that as
  // its end.
  bool allow_truncated_tail = false;
};

class BinlogFileReader {
 public:
  BinlogFileReader(std::string_view bytes, BinlogFileOptions options);

  // The next event, whole; nothing at the end of the file.
  Result<std::optional<std::string_view>> next();

  // Where the next event starts; after the end: where the whole events end.
  std::uint64_t offset() const { return offset_; }
  // Bytes behind the last whole event. Never zero by accident: only with allow_truncated_tail.
  std::uint64_t truncated_bytes() const { return truncated_bytes_; }

 private:
  Status check_magic();
  Error error(const std::string& what) const;

  std::string_view bytes_;
  BinlogFileOptions options_;
  std::uint64_t offset_ = 0;
  std::uint64_t truncated_bytes_ = 0;
};

// Feeds a whole file to a new grammar with `visitor`. A transaction that the file's end cuts off is
// an error, or, where the tail may be cut, one whose end the visitor doesn't see.
Status read_binlog_file(std::string_view bytes, const BinlogFileOptions& options,
                        StreamVisitor& visitor);

}  // namespace millrace::binlog
