#include "pipeline/touched_keys.h"

#include <string_view>

namespace millrace::pipeline {
namespace {

__extension__ using Wide = unsigned __int128;

// Two independent streams of multiply and fold over the same words (the constants are odd, with bits well spread).
class Hasher {
 public:
  void add(std::uint64_t word) {
    high_ = fold(high_ ^ word, 0x9e3779b97f4a7c15);
    low_ = fold(low_ + word, 0xd6e8feb86659fd93) ^ word;
  }
  void add(std::string_view bytes) {
    add(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
      std::uint64_t word = 0;
      for (std::size_t k = i; k < std::min(bytes.size(), i + 8); ++k) {
        word |= std::uint64_t{static_cast<std::uint8_t>(bytes[k])} << (8 * (k - i));
      }
      add(word);
    }
  }
  KeyHash finish() {
    add(high_ ^ (low_ << 1));
    return {high_, low_};
  }

 private:
  static std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
    const auto product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^ a;
  }

  std::uint64_t high_ = 0x243f6a8885a308d3, low_ = 0x13198a2e03707344;
};

std::uint64_t number_of(const row::CalendarTime& time) {
  return (((((std::uint64_t{time.year} * 16 + time.month) * 32 + time.day) * 32 + time.hour) * 64 +
           time.minute) *
              64 +
          time.second) *
             1'000'000 +
         time.microsecond;
}

}  // namespace

KeyHash hash_key(const row::Row& row, const std::vector<std::size_t>& columns) {
  using row::ValueKind;
  Hasher hasher;
  for (const std::size_t column : columns) {
    const row::Value& value = row.values[column];
    hasher.add(static_cast<std::uint64_t>(value.kind));
    switch (value.kind) {
      case ValueKind::kAbsent:
      case ValueKind::kNull:
        break;
      case ValueKind::kDecimal:
      case ValueKind::kText:
      case ValueKind::kBinary:
      case ValueKind::kJson:
      case ValueKind::kGeometry:
      case ValueKind::kVector:
        hasher.add(value.bytes);
        break;
      case ValueKind::kDate:
      case ValueKind::kDatetime:
        hasher.add(number_of(value.date));
        break;
      default:
        hasher.add(value.u64);
    }
  }
  return hasher.finish();
}

}  // namespace millrace::pipeline
