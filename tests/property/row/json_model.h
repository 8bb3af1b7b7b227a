#pragma once

// A model of JSON documents: a plain tree, its text, its binary form as a server may leave it (large
// or small containers, gaps, values in any order, shared values), and partial updates done the
// obvious way.

#include <string>
#include <string_view>
#include <vector>

#include "generator.h"

namespace millrace::row::test {

struct Json {
  enum class Kind { kNull, kTrue, kFalse, kInt, kUint, kText, kArray, kObject };

  Kind kind = Kind::kNull;
  std::uint64_t number = 0;       // kInt (two's complement), kUint
  std::string text;               // kText
  std::vector<std::string> keys;  // kObject, of each child, in MySQL's order
  std::vector<Json> children;

  // Objects: the member's index, or children.size().
  std::size_t find(std::string_view key) const;
  // Objects: keeps MySQL's order, replaces a member of this key.
  void set(std::string_view key, Json value);
};

Json random_json(Generator& generator, int depth);

// CAST(... AS CHAR), of the kinds above.
std::string to_text(const Json& json);

// A document. `loose` leaves gaps, shuffles, shares and writes large containers where small ones
// would do.
std::string encode(const Json& json, Generator& generator, bool loose);

// One random operation of a partial update, as the server encodes it, applied to `root`.
std::string random_operation(Json& root, Generator& generator);

}  // namespace millrace::row::test
