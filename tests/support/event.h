#pragma once

// A message of a data topic as a test sees it: Debezium's envelope, cut into raw JSON. Independent of the product's
// encoder on purpose.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/kafka_reader.h"

namespace millrace::testing {

struct Event {
  std::string topic;
  int partition = 0;
  std::int64_t offset = 0;
  std::string key;  // raw JSON; empty for a table without a key
  bool tombstone = false;
  char op = 0;
  std::optional<std::string> before, after;  // raw JSON of the row; nothing for null
  std::string source;                        // raw JSON
  // Of the source block.
  std::string file;
  std::uint64_t pos = 0;
  std::uint32_t row = 0;
  std::string gtid;
  // The create of a key change: a header names the old key.
  bool follows_key_change = false;

  // "shop.t {"id":1} u @binlog.000002:1234/0": for messages of failed checks.
  std::string describe() const;
};

// Throws std::runtime_error with the message's text when it isn't an event or a tombstone.
Event parse_event(const Message& message);
std::vector<Event> parse_events(const std::vector<Message>& messages);

// A line of the file and stdout sinks: {"topic":..,"partition":..,"key":..,"value":..,"headers":{..}}.
Message parse_line(std::string_view line);
std::vector<Message> parse_lines(std::string_view text);

}  // namespace millrace::testing
