#pragma once

// The events inside a TRANSACTION_PAYLOAD, one by one. A payload of one gigabyte can hold many
// times that; it is decompressed as its events are asked for, and what is in memory at a time is
// one chunk or, where an event is larger than that, the event. Sizes that the payload claims are
// not believed: memory grows with bytes that have come.
//
// Single-threaded. One reader serves all payloads of a stream and keeps its buffers between them.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "millrace/base/result.h"

struct ZSTD_DCtx_s;

namespace millrace::binlog {

class PayloadReader {
 public:
  PayloadReader();
  ~PayloadReader();
  PayloadReader(const PayloadReader&) = delete;
  PayloadReader& operator=(const PayloadReader&) = delete;

  // Starts a payload. `body` is the TRANSACTION_PAYLOAD's and outlives the reading.
  Status open(std::string_view body);
  // The next whole event, a header and a body without checksum; empty after the last one. The view
  // lives until the next call.
  Result<std::string_view> next();

 private:
  struct ContextDeleter {
    void operator()(ZSTD_DCtx_s* context) const;
  };

  Status start_decompression();
  // Decompresses some more bytes to the end of the buffer.
  Status refill();
  void make_room();

  std::unique_ptr<ZSTD_DCtx_s, ContextDeleter> context_;
  std::string_view compressed_;  // what is left of the payload
  bool finished_ = true;         // nothing will be added to pending_
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  // Decompressed and not yet returned: in buffer_, or in the body where that is not compressed.
  std::string_view pending_;
};

}  // namespace millrace::binlog
