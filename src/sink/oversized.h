#pragma once

// Records that are too large for their topic: how they are measured, and what is told about them. Only the measure is
// in a record's usual path.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/encode/record_batch.h"

namespace millrace::sink {

// Of one record on the wire, in a batch of its own and without compression: never less than the broker counts.
std::uint64_t wire_size(const encode::RecordBatch& batch, const encode::Record& record);

struct OversizedRecord {
  std::string_view topic;
  std::string_view key;
  std::string_view value;
  bool has_key = false;
  std::uint64_t size = 0;
  std::optional<std::uint64_t> limit;
  std::string_view limit_name;  // the setting that it comes from
};

// "topic t key k: the record has n bytes, above ... of m; source: {...}". The key is cut at 200 characters.
std::string describe(const OversizedRecord& record);
// What goes to the dead letter topic: a JSON object with all of the above and the record's source block.
std::string dead_letter(const OversizedRecord& record);

}  // namespace millrace::sink
