#include "row/json_tree.h"

#include <algorithm>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/row/json_document.h"
#include "row/json_format.h"

namespace millrace::row {
namespace {

JsonTree encoded_tree(const JsonNode& node) {
  JsonTree tree;
  tree.type = node.type;
  tree.encoded = node.encoded;
  return tree;
}

bool key_before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

bool is_object(const JsonTree& tree) { return tree.kind == JsonTree::Kind::kObject; }

// Bytes of an offset, and of a count or size.
std::size_t width_of(bool is_large) { return is_large ? 4 : 2; }

// Bytes before the first key: count, size, and an entry for each key (offset, length) and value
// (type, offset).
std::uint64_t header_bytes(const JsonTree& tree, std::size_t width) {
  const std::uint64_t entry = (is_object(tree) ? width + 2 : 0) + 1 + width;
  return 2 * width + tree.children.size() * entry;
}

bool stands_in_entry(const JsonTree& tree, bool in_large_container) {
  return tree.kind == JsonTree::Kind::kEncoded &&
         is_inlined(static_cast<JsonType>(tree.type), in_large_container);
}

// Fills `bytes` and `is_large` from the leaves up. The recursion is bounded: paths and inserted
// documents are.
Status measure(JsonTree& tree, std::uint64_t max_bytes) {
  tree.bytes = tree.encoded.size();
  if (tree.kind == JsonTree::Kind::kEncoded) return {};
  std::uint64_t key_bytes = 0;
  for (const std::string_view key : tree.keys) {
    if (key.size() > UINT16_MAX) return definite_error("a JSON key has more than 65535 bytes");
    key_bytes += key.size();
  }
  for (JsonTree& child : tree.children) MILLRACE_RETURN_IF_ERROR(measure(child, max_bytes));
  for (const bool large : {false, true}) {
    tree.is_large = large;
    tree.bytes = header_bytes(tree, width_of(large)) + key_bytes;
    for (const JsonTree& child : tree.children) {
      if (!stands_in_entry(child, large)) tree.bytes += child.bytes;
    }
    if (tree.bytes <= UINT16_MAX) break;
  }
  if (tree.bytes > max_bytes) return definite_error("a JSON document is too large");
  return {};
}

std::uint8_t type_byte(const JsonTree& tree) {
  switch (tree.kind) {
    case JsonTree::Kind::kEncoded:
      return tree.type;
    case JsonTree::Kind::kObject:
      return static_cast<std::uint8_t>(tree.is_large ? JsonType::kLargeObject
                                                     : JsonType::kSmallObject);
    case JsonTree::Kind::kArray:
      return static_cast<std::uint8_t>(tree.is_large ? JsonType::kLargeArray
                                                     : JsonType::kSmallArray);
  }
  MILLRACE_ASSERT(false, "JSON tree of no kind");
}

void append_le(std::uint64_t value, std::size_t width, std::string& out) {
  for (std::size_t i = 0; i < width; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

// Count, size, key entries, value entries, keys, values; offsets count from the count.
void append_value(const JsonTree& tree, std::string& out) {
  if (tree.kind == JsonTree::Kind::kEncoded) {
    out += tree.encoded;
    return;
  }
  const std::size_t width = width_of(tree.is_large);
  append_le(tree.children.size(), width, out);
  append_le(tree.bytes, width, out);
  std::uint64_t offset = header_bytes(tree, width);
  for (const std::string_view key : tree.keys) {
    append_le(offset, width, out);
    append_le(key.size(), 2, out);
    offset += key.size();
  }
  for (const JsonTree& child : tree.children) {
    out.push_back(static_cast<char>(type_byte(child)));
    if (stands_in_entry(child, tree.is_large)) {
      const std::size_t used = std::min(width, child.encoded.size());
      out += child.encoded.substr(0, used);
      out.append(width - used, '\0');
    } else {
      append_le(offset, width, out);
      offset += child.bytes;
    }
  }
  for (const std::string_view key : tree.keys) out += key;
  for (const JsonTree& child : tree.children) {
    if (!stands_in_entry(child, tree.is_large)) append_value(child, out);
  }
}

}  // namespace

JsonTree* JsonTree::find_member(std::string_view key) {
  const auto found = std::find(keys.begin(), keys.end(), key);
  return found == keys.end() ? nullptr : &children[static_cast<std::size_t>(found - keys.begin())];
}

bool JsonTree::add_member(std::string_view key, JsonTree value) {
  if (find_member(key) != nullptr) return false;
  const auto at = std::find_if(keys.begin(), keys.end(),
                               [&](std::string_view other) { return key_before(key, other); });
  children.insert(children.begin() + (at - keys.begin()), std::move(value));
  keys.insert(at, key);
  return true;
}

bool JsonTree::remove_member(std::string_view key) {
  const auto found = std::find(keys.begin(), keys.end(), key);
  if (found == keys.end()) return false;
  children.erase(children.begin() + (found - keys.begin()));
  keys.erase(found);
  return true;
}

Result<JsonTree> parse_json_tree(std::string_view document) {
  JsonReader reader(document);
  MILLRACE_ASSIGN_OR_RETURN(const JsonNode root, reader.root());
  return encoded_tree(root);
}

Status expand_json_tree(JsonTree& tree) {
  if (tree.kind != JsonTree::Kind::kEncoded) return {};
  JsonReader reader(tree.type, tree.encoded);
  MILLRACE_ASSIGN_OR_RETURN(const JsonNode node, reader.root());
  if (!node.is_container()) return {};
  tree.kind = node.kind == JsonKind::kObject ? JsonTree::Kind::kObject : JsonTree::Kind::kArray;
  tree.encoded = {};
  tree.children.reserve(node.count);  // each has an entry in the document
  for (std::uint32_t i = 0; i < node.count; ++i) {
    if (is_object(tree)) {
      MILLRACE_ASSIGN_OR_RETURN(const std::string_view key, reader.key(node, i));
      tree.keys.push_back(key);
    }
    MILLRACE_ASSIGN_OR_RETURN(const JsonNode child, reader.value(node, i));
    tree.children.push_back(encoded_tree(child));
  }
  return {};
}

Result<std::string> serialize_json_tree(JsonTree& tree, std::uint64_t max_bytes) {
  MILLRACE_RETURN_IF_ERROR(measure(tree, std::min<std::uint64_t>(max_bytes, UINT32_MAX)));
  std::string document;
  document.reserve(tree.bytes + 1);
  document.push_back(static_cast<char>(type_byte(tree)));
  append_value(tree, document);
  return document;
}

}  // namespace millrace::row
