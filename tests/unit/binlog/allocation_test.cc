// The hot path allocates nothing: row events go through the grammar as views.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <new>

#include "millrace/binlog/stream_grammar.h"
#include "support/binlog/binlog_builder.h"

namespace {

std::uint64_t allocations = 0;

}  // namespace

// Not inlined: g++ takes a malloc that it sees through for a mismatch with delete.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  void* const memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace millrace::binlog {
namespace {

// Sees that the rows are inside the event that was fed, not a copy.
class ViewVisitor final : public PartialVisitor {
 public:
  Status on_rows(const EventContext&, const RowsEvent& event, std::string_view body) override {
    views += event.rows.data() >= fed.data() && event.rows.data() < fed.data() + fed.size() &&
             body.data() == fed.data() + kEventHeaderBytes;
    return {};
  }

  std::string_view fed;
  int views = 0;
};

TEST(HotPath, RowEventsAreNeitherCopiedNorAllocatedFor) {
  const test::Table table{.columns = {test::int_column("id")}};
  test::BinlogBuilder binlog;
  binlog.start_stream().begin().table_map(table);
  const std::size_t head = binlog.events().size();
  constexpr int kEvents = 100;
  for (int i = 0; i < kEvents; ++i) binlog.write_rows(table, {{test::le(1, 4)}});

  ViewVisitor visitor;
  StreamGrammar grammar(visitor, {});
  for (std::size_t i = 0; i < head; ++i) ASSERT_TRUE(grammar.feed(binlog.events()[i]));
  const std::uint64_t before = allocations;
  bool good = true;
  for (std::size_t i = head; i < binlog.events().size(); ++i) {
    visitor.fed = binlog.events()[i];
    good = good && grammar.feed(visitor.fed);
  }
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_TRUE(good);
  EXPECT_EQ(visitor.views, kEvents);
}

}  // namespace
}  // namespace millrace::binlog
