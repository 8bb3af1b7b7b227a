#pragma once

// A JSON document that is being changed, for the one place that does: partial updates. Documents
// that are updated in parts are large and their updates small, so a part that no operation touched
// stays a view of its encoded bytes, and is copied whole: a container's offsets count from its own
// start. Only containers on an operation's path are taken apart, by expand_json_tree().
//
// Views: the documents that a tree was made of, and the keys given to add_member(), outlive it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::row {

struct JsonTree {
  enum class Kind : std::uint8_t { kEncoded, kObject, kArray };

  Kind kind = Kind::kEncoded;
  std::uint8_t type = 0;               // kEncoded: type byte
  std::string_view encoded;            // kEncoded: the value behind it
  std::vector<std::string_view> keys;  // kObject: of each child; by length, then bytes
  std::vector<JsonTree> children;

  // The member with this key, or null.
  JsonTree* find_member(std::string_view key);
  // Adds a member; false when there is one with this key.
  bool add_member(std::string_view key, JsonTree value);
  bool remove_member(std::string_view key);

  // The two below are for serialize_json_tree().
  bool is_large = false;
  std::uint64_t bytes = 0;
};

// The whole document, unexpanded. Empty is the null literal.
Result<JsonTree> parse_json_tree(std::string_view document);
// Takes an encoded container apart by one level; leaves everything else as it is.
Status expand_json_tree(JsonTree& tree);
// The binary document. An error above `max_bytes`: values that share their bytes in the base would
// be copied out.
Result<std::string> serialize_json_tree(JsonTree& tree, std::uint64_t max_bytes);

}  // namespace millrace::row
