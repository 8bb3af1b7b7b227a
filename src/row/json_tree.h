#pragma once

// A JSON document as a tree in memory, for the one place that changes documents: partial updates. Reading and writing
// MySQL's binary form; scalars keep their encoded bytes.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::row {

struct JsonTree {
  enum class Kind : std::uint8_t { kScalar, kObject, kArray };

  Kind kind = Kind::kScalar;
  std::uint8_t type = 0;   // kScalar: the type byte
  std::string scalar;      // kScalar: the encoded value behind it
  std::vector<std::pair<std::string, JsonTree>> members;  // by length, then bytes
  std::vector<JsonTree> elements;

  // The member with this key, or null.
  JsonTree* find(std::string_view key);
  void set_member(std::string_view key, JsonTree value);
  bool remove_member(std::string_view key);
};

Result<JsonTree> parse_json_tree(std::string_view document);
// The binary document; containers above 64 KiB in the large form. An error above 4 GiB.
Result<std::string> serialize_json_tree(const JsonTree& tree);

}  // namespace millrace::row
