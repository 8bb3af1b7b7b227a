#pragma once

// The type bytes of MySQL's binary JSON (sql-common/json_binary.h of MySQL 8 and 9).

#include <cstdint>

namespace millrace::row {

enum class JsonType : std::uint8_t {
  kSmallObject = 0x00,
  kLargeObject = 0x01,
  kSmallArray = 0x02,
  kLargeArray = 0x03,
  kLiteral = 0x04,
  kInt16 = 0x05,
  kUint16 = 0x06,
  kInt32 = 0x07,
  kUint32 = 0x08,
  kInt64 = 0x09,
  kUint64 = 0x0a,
  kDouble = 0x0b,
  kString = 0x0c,
  kOpaque = 0x0f,
};

// Whether a value of this type stands in its container's entry instead of behind an offset.
inline bool is_inlined(JsonType type, bool in_large_container) {
  switch (type) {
    case JsonType::kLiteral:
    case JsonType::kInt16:
    case JsonType::kUint16:
      return true;
    case JsonType::kInt32:
    case JsonType::kUint32:
      return in_large_container;
    default:
      return false;
  }
}

}  // namespace millrace::row
