#pragma once

// MySQL's binary JSON, read where it lies. A document is a type byte and a value; containers hold
// tables of offsets to their keys and values. In-place updates leave holes, shared and out-of-order
// offsets, so everything is found by offset and nothing is read in sequence.
//
// A JsonNode is a view into the document. JsonReader checks every offset, and bounds the whole
// walk: a document that shares so many values that a walk would visit several times its size is an
// error, or a few kilobytes could stand for gigabytes of text. Nesting is the walker's to bound
// (limits::kMaxJsonDepth).
//
// Pure; a reader belongs to one walk.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::row {

enum class JsonKind : std::uint8_t {
  kObject,
  kArray,
  kNull,
  kTrue,
  kFalse,
  kInt,
  kUint,
  kDouble,
  kString,
  kOpaque
};

struct JsonNode {
  JsonKind kind = JsonKind::kNull;
  bool is_large = false;         // containers: offsets of four bytes
  std::uint8_t opaque_type = 0;  // kOpaque: MySQL's field type
  std::uint32_t count = 0;       // members or elements
  union {
    std::int64_t i64;
    std::uint64_t u64 = 0;
    double f64;
  };
  std::string_view bytes;  // text, opaque data, or the container from its count on
  // The value as it stands behind its type byte, and that byte: what a copy of it is made of.
  std::uint8_t type = 0;
  std::string_view encoded;

  bool is_container() const { return kind == JsonKind::kObject || kind == JsonKind::kArray; }
};

class JsonReader {
 public:
  // An empty document is the null literal.
  explicit JsonReader(std::string_view document);
  // The value `encoded` of type `type`: a part of a document, as JsonNode describes it.
  JsonReader(std::uint8_t type, std::string_view encoded);

  Result<JsonNode> root();
  // The i-th key of an object.
  Result<std::string_view> key(const JsonNode& object, std::uint32_t index);
  // The i-th value of an object or element of an array.
  Result<JsonNode> value(const JsonNode& container, std::uint32_t index);

 private:
  Result<JsonNode> read_node(std::uint8_t type, std::string_view bytes);
  Result<JsonNode> read_container(std::uint8_t type, std::string_view bytes);
  Status spend(std::uint64_t nodes, std::uint64_t bytes);

  std::uint8_t type_;
  std::string_view encoded_;
  std::uint64_t nodes_left_;
  std::uint64_t bytes_left_;
};

}  // namespace millrace::row
