#include "pipeline/touched_keys.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace millrace::pipeline {
namespace {

row::Value text(std::string_view bytes, row::ValueKind kind = row::ValueKind::kText) {
  row::Value value{};
  value.kind = kind;
  value.bytes = bytes;
  return value;
}

row::Value number(std::uint64_t value, row::ValueKind kind = row::ValueKind::kUint) {
  row::Value result{};
  result.kind = kind;
  result.u64 = value;
  return result;
}

row::Value date(int year, int month, int day, row::ValueKind kind = row::ValueKind::kDate) {
  row::Value value{};
  value.kind = kind;
  value.date.year = static_cast<decltype(value.date.year)>(year);
  value.date.month = static_cast<decltype(value.date.month)>(month);
  value.date.day = static_cast<decltype(value.date.day)>(day);
  return value;
}

KeyHash hash(std::vector<row::Value> values) {
  std::vector<std::size_t> columns(values.size());
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = i;
  return hash_key(row::Row{std::move(values), {}}, columns);
}

struct Less {
  bool operator()(const KeyHash& a, const KeyHash& b) const {
    return std::pair(a.high, a.low) < std::pair(b.high, b.low);
  }
};

TEST(HashKey, TellsKeysApart) {
  std::set<KeyHash, Less> seen;
  std::size_t count = 0;
  const auto add = [&](std::vector<row::Value> values) {
    seen.insert(hash(std::move(values)));
    ++count;
  };
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    add({number(i)});
    add({number(i), number(1)});
    add({number(1), number(i + 10'000)});
  }
  // Where one text ends and the next begins, and how long they are.
  add({text("ab"), text("c")});
  add({text("a"), text("bc")});
  add({text("abc"), text("")});
  add({text("")});
  add({text("\0")});
  add({text(std::string_view("\0", 1))});
  add({text(std::string_view("\0\0", 2))});
  add({text("12345678")});
  add({text("123456789")});
  --count;  // text("\0") is text("")
  // A kind that differs, and what has no value.
  add({text("abc", row::ValueKind::kBinary)});
  add({row::Value{}});
  add({number(7, row::ValueKind::kEnum)});
  add({date(2024, 2, 29)});
  add({date(2024, 3, 1)});
  add({date(0, 0, 0)});
  add({date(0, 0, 0, row::ValueKind::kDatetime)});
  EXPECT_EQ(seen.size(), count);
}

TEST(HashKey, TakesTheColumnsInTheirOrder) {
  const row::Row row{{number(1), text("x"), number(2)}, {}};
  EXPECT_EQ(hash_key(row, {0, 2}), hash_key(row::Row{{number(1), number(2)}, {}}, {0, 1}));
  EXPECT_NE(hash_key(row, {0, 2}), hash_key(row, {2, 0}));
}

TEST(TouchedKeys, KnowsWhatCameSinceANumber) {
  TouchedKeys keys;
  EXPECT_EQ(keys.end(), 0U);
  EXPECT_FALSE(keys.any_since(0));
  keys.add({1, 1});
  const std::uint64_t middle = keys.end();
  EXPECT_FALSE(keys.any_since(middle));
  keys.add({2, 2});
  keys.add({2, 2});
  EXPECT_EQ(keys.size(), 3U);
  EXPECT_TRUE(keys.any_since(middle));
  EXPECT_EQ(keys.since(0).size(), 2U);
  EXPECT_EQ(keys.since(middle).count({1, 1}), 0U);
  EXPECT_EQ(keys.since(middle).count({2, 2}), 1U);
}

TEST(TouchedKeys, NumbersGoOnWhenKeysAreForgotten) {
  TouchedKeys keys;
  for (std::uint64_t i = 0; i < 10; ++i) keys.add({i, i});
  keys.forget_before(4);
  EXPECT_EQ(keys.size(), 6U);
  EXPECT_EQ(keys.end(), 10U);
  EXPECT_EQ(keys.since(0).size(), 6U);
  EXPECT_EQ(keys.since(9).count({9, 9}), 1U);
  keys.forget_before(2);
  EXPECT_EQ(keys.size(), 6U) << "what is forgotten stays so";
  keys.forget_before(keys.end());
  EXPECT_EQ(keys.size(), 0U);
  EXPECT_EQ(keys.end(), 10U);
  keys.add({10, 10});
  EXPECT_TRUE(keys.any_since(10));
  EXPECT_FALSE(keys.any_since(11));
}

}  // namespace
}  // namespace millrace::pipeline
