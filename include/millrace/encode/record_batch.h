#pragma once

// Records ready for a sink: contiguous bytes and an index. A decode worker fills a RecordBatch from one batch of row
// events; the committer hands it to the sink, which borrows key and value bytes until the commit that holds them is
// done. Not synchronised: one owner at a time.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/base/object_pool.h"

namespace millrace::encode {

// Where records go. One object a topic name and source; lives as long as the source.
struct Topic {
  std::string name;
};

// A range of RecordBatch::bytes; absent() is a null key or a tombstone's value.
struct ByteRange {
  static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
  std::size_t offset = kAbsent;
  std::size_t size = 0;
  bool absent() const { return offset == kAbsent; }
};

struct Header {
  std::string_view name;  // lives as long as the batch's owners
  ByteRange value;
  bool is_text = false;  // the bytes of a string, else JSON
};

struct Record {
  static constexpr std::int32_t kAnyPartition = -1;  // by the key

  const Topic* topic = nullptr;
  ByteRange key;
  ByteRange value;
  std::uint32_t first_header = 0;
  std::uint32_t header_count = 0;
  std::int64_t timestamp_ms = 0;  // since 1970; 0: the time of sending
  std::int32_t partition = kAnyPartition;
};

struct RecordBatch {
  std::string bytes;
  std::vector<Record> records;
  std::vector<Header> headers;
  // Keeps plans (and their topics) alive that records point to.
  std::vector<std::shared_ptr<const void>> owners;
  // Sentences for the log that came up while encoding: a text value that isn't valid in its charset, and the like.
  std::vector<std::string> notices;
  // Values with bytes that their charset doesn't have, by table ("shop.orders"). A value counts each time that it is
  // printed: in the key, in `before` and in `after`.
  std::map<std::string, std::uint64_t> invalid_texts;
  // Values that couldn't be converted and are null instead (EncoderOptions::null_for_failures), by table: how many, and
  // what was wrong with the first.
  struct Unconverted {
    std::uint64_t count = 0;
    std::string first;
  };
  std::map<std::string, Unconverted> unconverted;

  std::string_view view(const ByteRange& range) const {
    return range.absent() ? std::string_view()
                          : std::string_view(bytes).substr(range.offset, range.size);
  }
  void clear() {
    bytes.clear();
    records.clear();
    headers.clear();
    owners.clear();
    notices.clear();
    invalid_texts.clear();
    unconverted.clear();
  }
  std::size_t capacity_bytes() const {
    return bytes.capacity() + records.capacity() * sizeof(Record) +
           headers.capacity() * sizeof(Header);
  }
};

// A batch's buffers serve others behind it.
struct ReturnToPool {
  void operator()(RecordBatch* batch) const {
    ObjectPool<RecordBatch>::give(std::move(*batch));
    delete batch;
  }
};
using RecordBatchPtr = std::unique_ptr<RecordBatch, ReturnToPool>;
inline RecordBatchPtr new_record_batch() {
  return RecordBatchPtr(new RecordBatch(ObjectPool<RecordBatch>::take()));
}

}  // namespace millrace::encode
