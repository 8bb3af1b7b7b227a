#include "row/json_tree.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "millrace/base/limits.h"
#include "millrace/row/json_document.h"
#include "row/json_format.h"

namespace millrace::row {
namespace {

void append_le(std::uint64_t value, std::size_t width, std::string& out) {
  for (std::size_t i = 0; i < width; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

void put_le(std::uint64_t value, std::size_t width, std::string& out, std::size_t at) {
  for (std::size_t i = 0; i < width; ++i) out[at + i] = static_cast<char>(value >> (8 * i));
}

void append_variable_length(std::uint64_t length, std::string& out) {
  for (; length > 0x7f; length >>= 7) out.push_back(static_cast<char>(0x80 | (length & 0x7f)));
  out.push_back(static_cast<char>(length));
}

JsonTree scalar(JsonType type, std::string bytes) {
  JsonTree tree;
  tree.type = static_cast<std::uint8_t>(type);
  tree.scalar = std::move(bytes);
  return tree;
}

JsonTree integer(JsonType type, std::uint64_t value, std::size_t width) {
  std::string bytes;
  append_le(value, width, bytes);
  return scalar(type, std::move(bytes));
}

// The smallest type that holds the number, as the server chooses.
JsonTree signed_integer(std::int64_t value) {
  const auto raw = static_cast<std::uint64_t>(value);
  if (value >= INT16_MIN && value <= INT16_MAX) return integer(JsonType::kInt16, raw, 2);
  if (value >= INT32_MIN && value <= INT32_MAX) return integer(JsonType::kInt32, raw, 4);
  return integer(JsonType::kInt64, raw, 8);
}

JsonTree unsigned_integer(std::uint64_t value) {
  if (value <= UINT16_MAX) return integer(JsonType::kUint16, value, 2);
  if (value <= UINT32_MAX) return integer(JsonType::kUint32, value, 4);
  return integer(JsonType::kUint64, value, 8);
}

JsonTree scalar_tree(const JsonNode& node) {
  std::string bytes;
  switch (node.kind) {
    case JsonKind::kNull:
    case JsonKind::kTrue:
    case JsonKind::kFalse:
      bytes.push_back(static_cast<char>(node.kind == JsonKind::kNull ? 0 : node.kind == JsonKind::kTrue ? 1 : 2));
      return scalar(JsonType::kLiteral, std::move(bytes));
    case JsonKind::kInt:
      return signed_integer(node.i64);
    case JsonKind::kUint:
      return unsigned_integer(node.u64);
    case JsonKind::kDouble:
      append_le(std::bit_cast<std::uint64_t>(node.f64), 8, bytes);
      return scalar(JsonType::kDouble, std::move(bytes));
    case JsonKind::kString:
      append_variable_length(node.bytes.size(), bytes);
      bytes += node.bytes;
      return scalar(JsonType::kString, std::move(bytes));
    case JsonKind::kOpaque:
      bytes.push_back(static_cast<char>(node.opaque_type));
      append_variable_length(node.bytes.size(), bytes);
      bytes += node.bytes;
      return scalar(JsonType::kOpaque, std::move(bytes));
    case JsonKind::kObject:
    case JsonKind::kArray:
      break;
  }
  MILLRACE_ASSERT(false, "a container is no scalar");
}

Result<JsonTree> parse_node(JsonReader& reader, const JsonNode& node, int depth) {
  if (!node.is_container()) return scalar_tree(node);
  if (depth >= limits::kMaxJsonDepth) return definite_error("malformed JSON document: nested too deeply");
  JsonTree tree;
  tree.kind = node.kind == JsonKind::kObject ? JsonTree::Kind::kObject : JsonTree::Kind::kArray;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    std::string key;
    if (node.kind == JsonKind::kObject) {
      MILLRACE_ASSIGN_OR_RETURN(key, reader.key(node, i));
    }
    MILLRACE_ASSIGN_OR_RETURN(const JsonNode value, reader.value(node, i));
    MILLRACE_ASSIGN_OR_RETURN(JsonTree child, parse_node(reader, value, depth + 1));
    if (node.kind == JsonKind::kObject) {
      tree.members.emplace_back(std::move(key), std::move(child));
    } else {
      tree.elements.push_back(std::move(child));
    }
  }
  return tree;
}

bool key_before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

struct Encoded {
  std::uint8_t type = 0;
  std::string bytes;
};

Result<Encoded> encode(const JsonTree& tree);

// A container in the form whose offsets have `width` bytes; an error when something doesn't fit into them.
Result<std::string> encode_container(const JsonTree& tree, const std::vector<Encoded>& values,
                                     std::size_t width) {
  const bool is_object = tree.kind == JsonTree::Kind::kObject;
  const std::size_t count = values.size();
  std::string out;
  append_le(count, width, out);
  append_le(0, width, out);  // the size, when it is known
  const std::size_t keys_at = out.size();
  const std::size_t values_at = keys_at + (is_object ? count * (width + 2) : 0);
  out.resize(values_at + count * (width + 1));
  for (std::size_t i = 0; is_object && i < count; ++i) {
    const std::string& key = tree.members[i].first;
    put_le(out.size(), width, out, keys_at + i * (width + 2));
    put_le(key.size(), 2, out, keys_at + i * (width + 2) + width);
    out += key;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = values_at + i * (width + 1);
    out[entry] = static_cast<char>(values[i].type);
    if (is_inlined(static_cast<JsonType>(values[i].type), width == 4)) {
      std::memcpy(out.data() + entry + 1, values[i].bytes.data(), std::min(width, values[i].bytes.size()));
    } else {
      put_le(out.size(), width, out, entry + 1);
      out += values[i].bytes;
    }
  }
  if (out.size() > (width == 2 ? UINT16_MAX : UINT32_MAX)) return definite_error("a JSON document is too large");
  put_le(out.size(), width, out, width);
  return out;
}

Result<Encoded> encode(const JsonTree& tree) {
  if (tree.kind == JsonTree::Kind::kScalar) return Encoded{tree.type, tree.scalar};
  std::vector<Encoded> values;
  for (const auto& [key, value] : tree.members) {
    MILLRACE_ASSIGN_OR_RETURN(Encoded encoded, encode(value));
    values.push_back(std::move(encoded));
  }
  for (const JsonTree& value : tree.elements) {
    MILLRACE_ASSIGN_OR_RETURN(Encoded encoded, encode(value));
    values.push_back(std::move(encoded));
  }
  const bool is_object = tree.kind == JsonTree::Kind::kObject;
  if (Result<std::string> small = encode_container(tree, values, 2)) {
    return Encoded{static_cast<std::uint8_t>(is_object ? JsonType::kSmallObject : JsonType::kSmallArray),
                   std::move(*small)};
  }
  MILLRACE_ASSIGN_OR_RETURN(std::string large, encode_container(tree, values, 4));
  return Encoded{static_cast<std::uint8_t>(is_object ? JsonType::kLargeObject : JsonType::kLargeArray),
                 std::move(large)};
}

}  // namespace

JsonTree* JsonTree::find(std::string_view key) {
  for (auto& [name, value] : members) {
    if (name == key) return &value;
  }
  return nullptr;
}

void JsonTree::set_member(std::string_view key, JsonTree value) {
  if (JsonTree* old = find(key)) {
    *old = std::move(value);
    return;
  }
  const auto at = std::find_if(members.begin(), members.end(),
                               [&](const auto& member) { return key_before(key, member.first); });
  members.emplace(at, std::string(key), std::move(value));
}

bool JsonTree::remove_member(std::string_view key) {
  const auto removed = std::remove_if(members.begin(), members.end(),
                                      [&](const auto& member) { return member.first == key; });
  const bool found = removed != members.end();
  members.erase(removed, members.end());
  return found;
}

Result<JsonTree> parse_json_tree(std::string_view document) {
  JsonReader reader(document);
  MILLRACE_ASSIGN_OR_RETURN(const JsonNode root, reader.root());
  return parse_node(reader, root, 0);
}

Result<std::string> serialize_json_tree(const JsonTree& tree) {
  MILLRACE_ASSIGN_OR_RETURN(Encoded encoded, encode(tree));
  std::string document(1, static_cast<char>(encoded.type));
  document += encoded.bytes;
  return document;
}

}  // namespace millrace::row
