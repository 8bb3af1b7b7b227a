#include "encode/avro_name.h"
#include "millrace/base/limits.h"
#include "millrace/encode/debezium_encoder.h"

namespace millrace::encode {
namespace {

bool is_allowed(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::string with_underscores(std::string_view name) {
  std::string topic;
  topic.reserve(name.size());
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 && byte < 0xC0) continue;  // inside a character
    if (byte >= 0xF0) topic.push_back('_');     // a pair in UTF-16
    topic.push_back(is_allowed(c) ? c : '_');
  }
  if (topic == "." || topic == "..") topic.assign(topic.size(), '_');
  return topic;
}

std::string with_numbers(std::string_view name) {
  std::string topic;
  for (std::size_t i = 0; i < name.size();) {
    std::size_t size = 1;
    while (i + size < name.size() && (static_cast<unsigned char>(name[i + size]) & 0xC0U) == 0x80U)
      ++size;
    if (size == 1 && is_allowed(name[i]) && name[i] != '_') {
      topic.push_back(name[i]);
    } else {
      topic += unicode_replacement(name.substr(i, size));
    }
    i += size;
  }
  if (topic == "." || topic == "..") {
    const bool is_one = topic.size() == 1;
    topic = unicode_replacement(".");
    if (!is_one) topic += topic;
  }
  return topic;
}

}  // namespace

std::string topic_name(std::string_view prefix, const schema::TableName& table,
                       const TopicNaming& naming) {
  std::string name(prefix);
  if (naming.has_database) name.append(naming.delimiter).append(table.database);
  name.append(naming.delimiter).append(table.table);
  std::string topic = naming.writes_unicode ? with_numbers(name) : with_underscores(name);
  if (topic.size() > limits::kMaxTopicNameBytes) topic.resize(limits::kMaxTopicNameBytes);
  return topic;
}

}  // namespace millrace::encode
