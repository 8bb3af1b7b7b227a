#include "millrace/base/object_pool.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

// A type of its own for each test: a pool lives as long as the process.
template <int kTest>
struct Buffer {
  std::string bytes;
  void clear() { bytes.clear(); }
  std::size_t capacity_bytes() const { return bytes.capacity(); }
};

TEST(ObjectPool, HandsOutAnEarlierBufferEmpty) {
  using Pool = ObjectPool<Buffer<1>>;
  Buffer<1> buffer = Pool::take();
  EXPECT_TRUE(buffer.bytes.empty());
  buffer.bytes.assign(100'000, 'x');
  const char* const at = buffer.bytes.data();
  Pool::give(std::move(buffer));
  EXPECT_GE(Pool::kept_bytes(), 100'000U);
  const Buffer<1> again = Pool::take();
  EXPECT_EQ(again.bytes.data(), at);
  EXPECT_TRUE(again.bytes.empty());
  EXPECT_EQ(Pool::kept_bytes(), 0U);
}

TEST(ObjectPool, KeepsNoMoreThanItsLimit) {
  using Pool = ObjectPool<Buffer<2>>;
  for (std::size_t bytes = 0; bytes < 3 * limits::kPoolBytes; bytes += 1U << 20) {
    Buffer<2> buffer;
    buffer.bytes.reserve(1U << 20);
    Pool::give(std::move(buffer));
  }
  EXPECT_LE(Pool::kept_bytes(), limits::kPoolBytes);
  EXPECT_GT(Pool::kept_bytes(), limits::kPoolBytes / 2);
}

TEST(ObjectPool, FreesWhatGrewBeyondUse) {
  using Pool = ObjectPool<Buffer<3>>;
  Buffer<3> buffer;
  buffer.bytes.reserve(limits::kPooledObjectBytes + 1);
  Pool::give(std::move(buffer));
  EXPECT_EQ(Pool::kept_bytes(), 0U);
}

}  // namespace
}  // namespace millrace
