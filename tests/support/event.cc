#include "support/event.h"

#include <stdexcept>

#include "support/json_text.h"

namespace millrace::testing {
namespace {

std::optional<std::string> row_or_null(const std::vector<JsonMember>& members, const char* name) {
  auto raw = json_member(members, name);
  if (!raw) throw std::runtime_error(std::string("no member ") + name);
  if (*raw == "null") return std::nullopt;
  return raw;
}

std::string text_or_empty(const std::vector<JsonMember>& members, const char* name) {
  const auto raw = json_member(members, name);
  return !raw || *raw == "null" ? "" : json_unquote(*raw);
}

void read_envelope(const std::string& value, Event& event) {
  const auto members = json_members(value);
  event.before = row_or_null(members, "before");
  event.after = row_or_null(members, "after");
  event.op = text_or_empty(members, "op").at(0);
  event.source = json_member(members, "source").value_or("{}");
  const auto source = json_members(event.source);
  event.file = text_or_empty(source, "file");
  event.gtid = text_or_empty(source, "gtid");
  event.pos = std::stoull(json_member(source, "pos").value_or("0"));
  event.row = static_cast<std::uint32_t>(std::stoul(json_member(source, "row").value_or("0")));
}

}  // namespace

std::string Event::describe() const {
  std::string text = topic + " " + (key.empty() ? "(no key)" : key) + " ";
  if (tombstone) return text + "tombstone, offset " + std::to_string(offset);
  text += op;
  return text + " @" + file + ":" + std::to_string(pos) + "/" + std::to_string(row) + " gtid " +
         gtid + ", offset " + std::to_string(offset);
}

Event parse_event(const Message& message) {
  Event event;
  event.topic = message.topic;
  event.partition = message.partition;
  event.offset = message.offset;
  event.key = message.key.value_or("");
  event.tombstone = !message.value.has_value();
  for (const auto& [name, value] : message.headers)
    event.follows_key_change |= name == "__debezium.oldkey";
  if (event.tombstone) return event;
  try {
    read_envelope(*message.value, event);
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string(error.what()) +
                             "\n  in: " + message.value->substr(0, 2000));
  }
  return event;
}

std::vector<Event> parse_events(const std::vector<Message>& messages) {
  std::vector<Event> events;
  events.reserve(messages.size());
  for (const Message& message : messages) events.push_back(parse_event(message));
  return events;
}

Message parse_line(std::string_view line) {
  const auto members = json_members(line);
  Message message;
  message.topic = text_or_empty(members, "topic");
  const auto part = [&](const char* name) -> std::optional<std::string> {
    return row_or_null(members, name);
  };
  message.key = part("key");
  message.value = part("value");
  for (const auto& [name, value] : json_members(json_member(members, "headers").value_or("{}"))) {
    message.headers.emplace_back(name, value);
  }
  return message;
}

std::vector<Message> parse_lines(std::string_view text) {
  std::vector<Message> messages;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!line.empty()) messages.push_back(parse_line(line));
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
  return messages;
}

}  // namespace millrace::testing
