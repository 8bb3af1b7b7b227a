#include "millrace/base/limits.h"
#include "millrace/encode/debezium_encoder.h"

namespace millrace::encode {
namespace {

bool is_allowed(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

std::string topic_name(std::string_view prefix, const schema::TableName& table,
                       std::string_view delimiter) {
  std::string name(prefix);
  name.append(delimiter).append(table.database).append(delimiter).append(table.table);
  std::string topic;
  topic.reserve(name.size());
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 && byte < 0xC0) continue;  // inside a character
    if (byte >= 0xF0) topic.push_back('_');     // a pair in UTF-16
    topic.push_back(is_allowed(c) ? c : '_');
  }
  if (topic == "." || topic == "..") topic.assign(topic.size(), '_');
  if (topic.size() > limits::kMaxTopicNameBytes) topic.resize(limits::kMaxTopicNameBytes);
  return topic;
}

}  // namespace millrace::encode
