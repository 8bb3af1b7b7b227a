#include "binlog/payload_reader.h"

#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "binlog/field_reader.h"
#include "millrace/base/limits.h"
#include "millrace/binlog/events.h"

namespace millrace::binlog {
namespace {

enum class Compression : std::uint64_t { kZstd = 0, kNone = 255 };

struct PayloadHeader {
  std::uint64_t payload_bytes = 0;
  Compression compression = Compression::kNone;
  std::string_view payload;
};

// Fields of type, length, value in any order up to an end mark; then the payload. The uncompressed
// size is among them, but servers don't vouch for it.
Result<PayloadHeader> decode_payload_header(std::string_view body) {
  enum Field : std::uint64_t { kEnd = 0, kPayloadSize = 1, kCompression = 2 };
  FieldReader reader(body);
  PayloadHeader header;
  bool has_size = false;
  for (std::uint64_t field = reader.lenenc("field type"); field != kEnd && !reader.failed();
       field = reader.lenenc("field type")) {
    FieldReader value(reader.lenenc_bytes("field"));
    if (field == kPayloadSize) {
      header.payload_bytes = value.lenenc("payload size");
      has_size = true;
    } else if (field == kCompression) {
      header.compression = static_cast<Compression>(value.lenenc("compression"));
    }
    MILLRACE_RETURN_IF_ERROR(reader.status());
    MILLRACE_RETURN_IF_ERROR(value.status());
  }
  MILLRACE_RETURN_IF_ERROR(reader.status());
  header.payload = reader.rest();
  if (!has_size || header.payload_bytes != header.payload.size()) {
    return definite_error("a payload of " + std::to_string(header.payload_bytes) +
                          " bytes, but the event has " + std::to_string(header.payload.size()));
  }
  return header;
}

}  // namespace

void PayloadReader::ContextDeleter::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}

PayloadReader::PayloadReader() = default;
PayloadReader::~PayloadReader() = default;

Status PayloadReader::open(std::string_view body) {
  MILLRACE_ASSIGN_OR_RETURN(const PayloadHeader header, decode_payload_header(body));
  // A giant event came along once: don't keep its buffer for ever.
  if (capacity_ > 4 * limits::kPayloadChunkBytes) {
    buffer_.reset();
    capacity_ = 0;
  }
  pending_ = {};
  switch (header.compression) {
    case Compression::kNone:
      pending_ = header.payload;
      finished_ = true;
      return {};
    case Compression::kZstd:
      compressed_ = header.payload;
      finished_ = false;
      return start_decompression();
  }
  return definite_error("compression " +
                        std::to_string(static_cast<std::uint64_t>(header.compression)) +
                        " is unknown");
}

Status PayloadReader::start_decompression() {
  if (context_ == nullptr) context_.reset(ZSTD_createDCtx());
  if (context_ == nullptr) return transient_error("no memory to decompress a transaction");
  ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
  ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, limits::kZstdWindowLogMax);
  return {};
}

Result<std::string_view> PayloadReader::next() {
  while (true) {
    if (pending_.size() >= kEventHeaderBytes) {
      MILLRACE_ASSIGN_OR_RETURN(const EventHeader header, decode_header(pending_));
      if (header.event_bytes < kEventHeaderBytes || header.event_bytes > limits::kMaxEventBytes) {
        return definite_error("an event of " + std::to_string(header.event_bytes) +
                              " bytes inside the payload");
      }
      if (pending_.size() >= header.event_bytes) {
        const std::string_view event = pending_.substr(0, header.event_bytes);
        pending_.remove_prefix(header.event_bytes);
        return event;
      }
    }
    if (finished_) {
      if (pending_.empty()) return std::string_view();
      return definite_error("the payload ends inside an event");
    }
    MILLRACE_RETURN_IF_ERROR(refill());
  }
}

void PayloadReader::make_room() {
  // Doubling: an event's length is believed only as far as its bytes have come.
  if (pending_.size() >= capacity_ / 2) {
    const std::size_t capacity = std::max(limits::kPayloadChunkBytes, 2 * capacity_);
    auto buffer = std::make_unique_for_overwrite<char[]>(capacity);
    if (!pending_.empty()) std::memcpy(buffer.get(), pending_.data(), pending_.size());
    buffer_ = std::move(buffer);
    capacity_ = capacity;
  } else if (!pending_.empty()) {
    std::memmove(buffer_.get(), pending_.data(), pending_.size());
  }
  pending_ = std::string_view(buffer_.get(), pending_.size());
}

Status PayloadReader::refill() {
  make_room();
  ZSTD_inBuffer in{compressed_.data(), compressed_.size(), 0};
  ZSTD_outBuffer out{buffer_.get() + pending_.size(), capacity_ - pending_.size(), 0};
  const std::size_t wanted = ZSTD_decompressStream(context_.get(), &out, &in);
  if (ZSTD_isError(wanted) != 0) {
    return definite_error(std::string("the payload can't be decompressed: ") +
                          ZSTD_getErrorName(wanted));
  }
  compressed_.remove_prefix(in.pos);
  pending_ = std::string_view(buffer_.get(), pending_.size() + out.pos);
  const bool frame_done = wanted == 0;
  if (frame_done && compressed_.empty()) {
    finished_ = true;
  } else if (in.pos == 0 && out.pos == 0) {
    return definite_error("the compressed payload is cut short");
  }
  return {};
}

}  // namespace millrace::binlog
