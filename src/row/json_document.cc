#include "millrace/row/json_document.h"

#include <bit>
#include <cmath>
#include <string>

#include "millrace/base/byte_cursor.h"
#include "row/json_format.h"

namespace millrace::row {
namespace {

Error malformed(const char* what) {
  return definite_error(std::string("malformed JSON document: ") + what);
}

// How many times its size a walk may visit. In-place updates of the server leave a few shared
// values at most.
constexpr std::uint64_t kSharingAllowance = 4;

constexpr std::string_view kNullDocument("\x04\x00", 2);

std::uint64_t sign_extended(std::uint64_t value, unsigned bits) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value << (64 - bits)) >> (64 - bits));
}

// Seven bits a byte, low bits first, high bit set while more follow; at most five bytes.
std::uint64_t read_variable_length(ByteCursor& cursor) {
  std::uint64_t length = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const std::uint8_t byte = cursor.read_u8();
    length |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80) == 0) return length;
  }
  cursor.fail();
  return 0;
}

JsonNode node_of(JsonKind kind) {
  JsonNode node;
  node.kind = kind;
  return node;
}

JsonNode integer_node(JsonKind kind, std::uint64_t value) {
  JsonNode node = node_of(kind);
  node.u64 = value;
  return node;
}

std::size_t offset_bytes(const JsonNode& container) { return container.is_large ? 4 : 2; }

}  // namespace

// Without a document (NULL made NOT NULL by INSERT IGNORE) it is the null literal.
JsonReader::JsonReader(std::string_view document)
    : JsonReader(static_cast<std::uint8_t>(document.empty() ? kNullDocument[0] : document[0]),
                 document.empty() ? kNullDocument.substr(1) : document.substr(1)) {}

JsonReader::JsonReader(std::uint8_t type, std::string_view encoded)
    : type_(type),
      encoded_(encoded),
      nodes_left_(kSharingAllowance * (encoded.size() + 1)),
      bytes_left_(kSharingAllowance * encoded.size()) {}

Status JsonReader::spend(std::uint64_t nodes, std::uint64_t bytes) {
  if (nodes > nodes_left_ || bytes > bytes_left_) return malformed("values overlap");
  nodes_left_ -= nodes;
  bytes_left_ -= bytes;
  return {};
}

Result<JsonNode> JsonReader::root() { return read_node(type_, encoded_); }

Result<JsonNode> JsonReader::read_node(std::uint8_t type, std::string_view bytes) {
  MILLRACE_RETURN_IF_ERROR(spend(1, 0));
  ByteCursor cursor(bytes);
  JsonNode node;
  switch (static_cast<JsonType>(type)) {
    case JsonType::kSmallObject:
    case JsonType::kLargeObject:
    case JsonType::kSmallArray:
    case JsonType::kLargeArray:
      return read_container(type, bytes);
    case JsonType::kLiteral: {
      const std::uint8_t literal = cursor.read_u8();
      if (literal > 2) return malformed("unknown literal");
      constexpr JsonKind kLiterals[] = {JsonKind::kNull, JsonKind::kTrue, JsonKind::kFalse};
      node = node_of(kLiterals[literal]);
      break;
    }
    case JsonType::kInt16:
      node = integer_node(JsonKind::kInt, sign_extended(cursor.read_u16(), 16));
      break;
    case JsonType::kUint16:
      node = integer_node(JsonKind::kUint, cursor.read_u16());
      break;
    case JsonType::kInt32:
      node = integer_node(JsonKind::kInt, sign_extended(cursor.read_u32(), 32));
      break;
    case JsonType::kUint32:
      node = integer_node(JsonKind::kUint, cursor.read_u32());
      break;
    case JsonType::kInt64:
      node = integer_node(JsonKind::kInt, cursor.read_u64());
      break;
    case JsonType::kUint64:
      node = integer_node(JsonKind::kUint, cursor.read_u64());
      break;
    case JsonType::kDouble:
      node = node_of(JsonKind::kDouble);
      node.f64 = std::bit_cast<double>(cursor.read_u64());
      if (!std::isfinite(node.f64)) return malformed("a number that is none");
      break;
    case JsonType::kString:
      node = node_of(JsonKind::kString);
      node.bytes = cursor.read_bytes(read_variable_length(cursor));
      break;
    case JsonType::kOpaque:
      node = node_of(JsonKind::kOpaque);
      node.opaque_type = cursor.read_u8();
      node.bytes = cursor.read_bytes(read_variable_length(cursor));
      break;
    default:
      return malformed("unknown value type");
  }
  if (cursor.failed()) return malformed("a value ends early");
  MILLRACE_RETURN_IF_ERROR(spend(0, node.bytes.size()));
  node.type = type;
  node.encoded = bytes.substr(0, cursor.position());
  return node;
}

Result<JsonNode> JsonReader::read_container(std::uint8_t type, std::string_view bytes) {
  const auto json_type = static_cast<JsonType>(type);
  const bool is_object = json_type == JsonType::kSmallObject || json_type == JsonType::kLargeObject;
  JsonNode node = node_of(is_object ? JsonKind::kObject : JsonKind::kArray);
  node.is_large = json_type == JsonType::kLargeObject || json_type == JsonType::kLargeArray;
  ByteCursor cursor(bytes);
  const std::size_t width = offset_bytes(node);
  node.count = static_cast<std::uint32_t>(cursor.read_le(width));
  const std::uint64_t size = cursor.read_le(width);
  const std::uint64_t entries = node.count * (is_object ? width + 2 + width + 1 : width + 1);
  if (cursor.failed() || size > bytes.size() || 2 * width + entries > size) {
    return malformed("a container ends early");
  }
  node.bytes = bytes.substr(0, size);
  node.type = type;
  node.encoded = node.bytes;
  return node;
}

Result<std::string_view> JsonReader::key(const JsonNode& object, std::uint32_t index) {
  const std::size_t width = offset_bytes(object);
  ByteCursor entry(object.bytes);
  entry.skip(2 * width + std::uint64_t{index} * (width + 2));
  const std::uint64_t offset = entry.read_le(width);
  const std::uint64_t length = entry.read_u16();
  ByteCursor text(object.bytes);
  text.skip(offset);
  const std::string_view key = text.read_bytes(length);
  if (entry.failed() || text.failed()) return malformed("a key ends early");
  MILLRACE_RETURN_IF_ERROR(spend(0, key.size()));
  return key;
}

Result<JsonNode> JsonReader::value(const JsonNode& container, std::uint32_t index) {
  const std::size_t width = offset_bytes(container);
  const std::uint64_t keys =
      container.kind == JsonKind::kObject ? std::uint64_t{container.count} * (width + 2) : 0;
  ByteCursor entry(container.bytes);
  entry.skip(2 * width + keys + std::uint64_t{index} * (width + 1));
  const std::uint8_t type = entry.read_u8();
  const std::string_view inlined = entry.peek(width);
  const std::uint64_t offset = entry.read_le(width);
  if (entry.failed()) return malformed("a value entry ends early");
  if (is_inlined(static_cast<JsonType>(type), container.is_large)) return read_node(type, inlined);
  if (offset >= container.bytes.size())
    return malformed("a value's offset is outside its container");
  return read_node(type, container.bytes.substr(offset));
}

}  // namespace millrace::row
