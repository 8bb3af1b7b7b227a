#pragma once

// A record of either program, freed of what tells the two apart on purpose: the prefix of their topics, wherever it
// stands, is replaced by one word. Which row of which transaction it is about is read from its `source`, so that two
// topics can be laid side by side even where one lacks a record.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/kafka_reader.h"

namespace millrace::testing {

// What stands in the place of both prefixes.
inline constexpr const char* kNeutralPrefix = "PREFIX";

struct Record {
  int partition = 0;
  std::int64_t offset = 0;
  std::optional<std::string> key, value;
  std::vector<std::pair<std::string, std::string>> headers;
  // Of its source; a tombstone has those of the record before it.
  std::string gtid;
  std::uint64_t gno = 0;  // the GTID's number; 0 without one
  std::uint64_t pos = 0;
  std::uint32_t row = 0;
  std::string kind;  // its `op`, or "tombstone", "ddl", "BEGIN", "END", "other"
};

// The records of one topic, in the order given. `prefix` is that of the program that wrote them.
std::vector<Record> to_records(const std::vector<Message>& messages, const std::string& prefix);

// {"schema":..,"payload":..} cut in two; without a schema all is payload.
struct SchemaAndPayload {
  std::string schema;
  std::string payload;
};
SchemaAndPayload split_schema(const std::string& text);

std::string with_neutral_prefix(std::string text, const std::string& prefix);

}  // namespace millrace::testing
