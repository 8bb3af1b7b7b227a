#include "conformance/record.h"

#include <cstdlib>

#include "support/json_text.h"

namespace millrace::testing {
namespace {

std::string text_of(const std::vector<JsonMember>& members, const char* name) {
  const auto raw = json_member(members, name);
  return raw && raw->starts_with('"') ? json_unquote(*raw) : "";
}

void read_source(const std::string& raw, Record& record) {
  const auto members = json_members(raw);
  record.gtid = text_of(members, "gtid");
  const auto number = [&](const char* name) {
    return std::strtoull(json_member(members, name).value_or("0").c_str(), nullptr, 10);
  };
  record.pos = number("pos");
  record.row = static_cast<std::uint32_t>(number("row"));
}

// What the record is about, from its value.
void read_origin(Record& record) {
  const std::string payload = split_schema(*record.value).payload;
  record.kind = "other";
  if (!payload.starts_with('{')) return;
  const auto members = json_members(payload);
  if (json_member(members, "ddl")) record.kind = "ddl";
  if (const std::string op = text_of(members, "op"); !op.empty()) record.kind = op;
  if (const std::string status = text_of(members, "status"); !status.empty()) {
    record.kind = status;
    record.gtid = text_of(members, "id");
  }
  if (const auto source = json_member(members, "source"); source && source->starts_with('{'))
    read_source(*source, record);
}

}  // namespace

SchemaAndPayload split_schema(const std::string& text) {
  if (!text.starts_with("{\"schema\":{\"type\":\"")) return {"", text};
  const auto members = json_members(text);
  return {json_member(members, "schema").value_or(""),
          json_member(members, "payload").value_or("")};
}

std::string with_neutral_prefix(std::string text, const std::string& prefix) {
  const std::string neutral = kNeutralPrefix;
  for (std::size_t at = text.find(prefix); at != std::string::npos;
       at = text.find(prefix, at + neutral.size()))
    text.replace(at, prefix.size(), neutral);
  return text;
}

std::vector<Record> to_records(const std::vector<Message>& messages, const std::string& prefix) {
  std::vector<Record> records;
  records.reserve(messages.size());
  for (const Message& message : messages) {
    Record record;
    record.partition = message.partition;
    record.offset = message.offset;
    if (message.key) record.key = with_neutral_prefix(*message.key, prefix);
    if (message.value) record.value = with_neutral_prefix(*message.value, prefix);
    for (const auto& [name, value] : message.headers)
      record.headers.emplace_back(name, with_neutral_prefix(value, prefix));
    if (record.value) {
      read_origin(record);
    } else {
      record.kind = "tombstone";
      // Its delete stands before it in the same partition.
      for (auto before = records.rbegin(); before != records.rend(); ++before) {
        if (before->partition != record.partition) continue;
        record.gtid = before->gtid;
        record.pos = before->pos;
        record.row = before->row;
        break;
      }
    }
    const auto colon = record.gtid.rfind(':');
    if (colon != std::string::npos)
      record.gno = std::strtoull(record.gtid.c_str() + colon + 1, nullptr, 10);
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace millrace::testing
