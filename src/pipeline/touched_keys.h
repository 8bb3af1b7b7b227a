#pragma once

// The keys of a table that the stream has brought lately, in order: what a chunk that was read meanwhile is held against.
// A key is remembered by 128 bits of hash, so that two keys that are taken for one are as likely as a broken disk that
// nobody notices.
//
// Belongs to the reader of the stream.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <unordered_set>
#include <vector>

#include "millrace/row/value.h"

namespace millrace::pipeline {

struct KeyHash {
  std::uint64_t high = 0, low = 0;
  friend bool operator==(const KeyHash&, const KeyHash&) = default;
};

struct KeyHashHasher {
  std::size_t operator()(const KeyHash& hash) const { return hash.low; }
};

// Of the values in these columns.
KeyHash hash_key(const row::Row& row, const std::vector<std::size_t>& columns);

class TouchedKeys {
 public:
  // Numbers only grow: that of the next key.
  std::uint64_t end() const { return begin_ + keys_.size(); }
  std::size_t size() const { return keys_.size(); }
  void add(const KeyHash& key) { keys_.push_back(key); }
  // The keys from number `begin` on.
  std::unordered_set<KeyHash, KeyHashHasher> since(std::uint64_t begin) const {
    const auto from = static_cast<std::ptrdiff_t>(std::max(begin, begin_) - begin_);
    return {keys_.begin() + from, keys_.end()};
  }
  bool any_since(std::uint64_t begin) const { return begin < end(); }
  // Nobody asks for keys before number `begin` any more.
  void forget_before(std::uint64_t begin) {
    while (!keys_.empty() && begin_ < begin) {
      keys_.pop_front();
      ++begin_;
    }
    begin_ = std::max(begin_, begin);
  }

 private:
  std::deque<KeyHash> keys_;
  std::uint64_t begin_ = 0;
};

}  // namespace millrace::pipeline
