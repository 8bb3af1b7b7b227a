#include "encode/java_hash_order.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string_view>

namespace millrace::encode {
namespace {

constexpr std::size_t kFirstBuckets = 16;

// The character at `at`, which moves behind it; a byte that begins none stands for itself.
std::uint32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at);
  const std::size_t size = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t character = size == 1 ? first : first & (0x7FU >> size);
  const std::size_t end = std::min(at + size, text.size());
  for (++at; at < end; ++at) character = character << 6U | (byte(at) & 0x3FU);
  return character;
}

// String.hashCode(), over UTF-16.
std::uint32_t java_hash(std::string_view text) {
  std::uint32_t hash = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t character = next_character(text, at);
    if (character > 0xFFFF) {
      hash = 31 * hash + (0xD800U + ((character - 0x10000U) >> 10U));
      hash = 31 * hash + (0xDC00U + ((character - 0x10000U) & 0x3FFU));
    } else {
      hash = 31 * hash + character;
    }
  }
  return hash;
}

}  // namespace

std::vector<std::size_t> java_hash_order(const std::vector<std::string>& keys) {
  // Three quarters full, it grows to twice the size; keys of one bucket stay in order.
  std::size_t buckets = kFirstBuckets;
  while (keys.size() > buckets / 4 * 3) buckets *= 2;
  std::vector<std::size_t> bucket_of(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::uint32_t hash = java_hash(keys[i]);
    bucket_of[i] = (hash ^ hash >> 16U) & (buckets - 1);
  }
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return bucket_of[a] < bucket_of[b]; });
  return order;
}

}  // namespace millrace::encode
