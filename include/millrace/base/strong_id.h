#pragma once

// Integers that must not be mixed up get a type each. A StrongId compares and hashes like its number and converts
// only when asked: value().

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace millrace {

template <typename Tag, typename Integer>
class StrongId {
 public:
  using integer_type = Integer;
  constexpr StrongId() = default;
  constexpr explicit StrongId(Integer value) : value_(value) {}
  constexpr Integer value() const { return value_; }
  friend constexpr auto operator<=>(StrongId, StrongId) = default;

 private:
  Integer value_ = 0;
};

using ServerId = StrongId<struct ServerIdTag, std::uint32_t>;
// The number a TABLE_MAP gives a table; unique only until the next format description event.
using TableId = StrongId<struct TableIdTag, std::uint64_t>;

// A place in the source's binlog files. `offset` is 64 bits: files pass 4 GiB although the wire's field does not.
struct BinlogPosition {
  std::string file;
  std::uint64_t offset = 0;
  friend bool operator==(const BinlogPosition&, const BinlogPosition&) = default;
};

}  // namespace millrace

template <typename Tag, typename Integer>
struct std::hash<millrace::StrongId<Tag, Integer>> {
  std::size_t operator()(millrace::StrongId<Tag, Integer> id) const noexcept {
    return std::hash<Integer>()(id.value());
  }
};
