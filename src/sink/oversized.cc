#include "sink/oversized.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace millrace::sink {
namespace {

// Message format 2: 61 bytes before a batch's first record; a record's own fields are varints of at most 5 bytes
// each (length, key, value, header count) and 10 (timestamp), and each header has two more.
constexpr std::uint64_t kBatchOverheadBytes = 61 + 40;
constexpr std::uint64_t kHeaderOverheadBytes = 10;
constexpr std::size_t kQuotedKeyBytes = 200;
// A key above this is no longer repeated in a dead letter, which must itself be small.
constexpr std::size_t kDeadLetterKeyBytes = 64U << 10;

std::string_view cut(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  // Not within a UTF-8 sequence.
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

// The event's `source` block: file, position, GTID and table. Empty where the value has none.
std::string source_block(std::string_view value) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(value.data(), value.size());
  if (document.HasParseError() || !document.IsObject()) return {};
  const rapidjson::Value* envelope = &document;
  if (const auto payload = document.FindMember("payload");
      payload != document.MemberEnd() && payload->value.IsObject()) {
    envelope = &payload->value;  // with schemas
  }
  const auto source = envelope->FindMember("source");
  if (source == envelope->MemberEnd() || !source->value.IsObject()) return {};
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  source->value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

std::uint64_t wire_size(const encode::RecordBatch& batch, const encode::Record& record) {
  std::uint64_t size = kBatchOverheadBytes + record.key.size + record.value.size;
  for (std::uint32_t i = 0; i < record.header_count; ++i) {
    const auto& header = batch.headers[record.first_header + i];
    size += kHeaderOverheadBytes + header.name.size() + header.value.size;
  }
  return size;
}

std::string describe(const OversizedRecord& record) {
  std::string text = "topic " + std::string(record.topic) + " key ";
  text += record.has_key ? cut(record.key, kQuotedKeyBytes) : "null";
  if (record.key.size() > kQuotedKeyBytes) text += "...";
  text += ": the record has " + std::to_string(record.size) + " bytes, above " +
          std::string(record.limit_name);
  if (record.limit) text += " of " + std::to_string(*record.limit);
  if (const std::string source = source_block(record.value); !source.empty())
    text += "; source: " + source;
  return text;
}

std::string dead_letter(const OversizedRecord& record) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  const auto write = [&writer](const char* name, std::string_view text) {
    writer.Key(name);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  };
  writer.StartObject();
  write("reason", "too large");
  write("topic", record.topic);
  if (record.has_key) {
    write("key", cut(record.key, kDeadLetterKeyBytes));
  } else {
    writer.Key("key");
    writer.Null();
  }
  writer.Key("size");
  writer.Uint64(record.size);
  writer.Key("limit");
  writer.Uint64(record.limit.value_or(0));
  write("limit_name", record.limit_name);
  writer.Key("source");
  if (const std::string source = source_block(record.value); source.empty()) {
    writer.Null();
  } else {
    writer.RawValue(source.data(), source.size(), rapidjson::kObjectType);
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace millrace::sink
