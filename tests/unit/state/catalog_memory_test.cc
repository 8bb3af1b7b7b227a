// What a table costs in memory: a million of them are to fit. Counted byte by byte, as the allocator gives them out.

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>

#include "millrace/state/source_state.h"

namespace {

std::size_t live_bytes = 0;
std::size_t peak_bytes = 0;

}  // namespace

// Not inlined: g++ takes a malloc that it sees through for a mismatch with delete.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  live_bytes += malloc_usable_size(memory);
  if (live_bytes > peak_bytes) peak_bytes = live_bytes;
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  live_bytes -= malloc_usable_size(memory);
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace millrace::state {
namespace {

constexpr int kDatabases = 100;
constexpr int kTablesOfEach = 1000;
constexpr std::size_t kTables = std::size_t{kDatabases} * kTablesOfEach;

schema::TableSchema structure(int number) {
  schema::TableSchema structure;
  for (int i = 0; i < 20; ++i) {
    schema::Column& column = structure.columns.emplace_back();
    column.name = "column_" + std::to_string(number) + "_" + std::to_string(i);
    column.type = schema::ColumnType::kVarchar;
    column.length = 400;
    column.column_type = "varchar(100)";
  }
  return structure;
}

// Tenants with the same tables.
SourceState load(StateLoader loader) {
  const auto take = [&loader](const StateRecord& record) {
    ASSERT_TRUE(loader.apply(record.key, *record.value));
  };
  for (int table = 0; table < kTablesOfEach; ++table) {
    const std::string serialized = schema::serialize_structure(structure(table % 10));
    take(structure_record("shop", serialized));
    for (int database = 0; database < kDatabases; ++database) {
      const schema::TableName name{"tenant_" + std::to_string(database),
                                   "module_" + std::to_string(table)};
      take(table_record("shop", name, schema::structure_hash(serialized)));
    }
  }
  auto state = std::move(loader).finish();
  EXPECT_TRUE(state);
  return state ? std::move(*state) : SourceState();
}

TEST(CatalogMemory, ATableCostsItsNameAndAFewBytes) {
  const std::size_t before = live_bytes;
  peak_bytes = live_bytes;
  const SourceState state = load(StateLoader("shop", "shop"));
  EXPECT_EQ(state.catalog.table_count(), kTables);
  // 11 bytes of name, two slots of 8 bytes at half load, and room to grow.
  EXPECT_LT((live_bytes - before) / kTables, 60U);
  // A database grows for itself, so loading takes hardly more than what is loaded.
  EXPECT_LT((peak_bytes - before) / kTables, 65U);
}

TEST(CatalogMemory, TablesThatComeAndGoLeaveNothing) {
  schema::Catalog catalog;
  const schema::TableSchema table = structure(0);
  const auto churn = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      const schema::TableName name{"shop", "_orders_" + std::to_string(i) + "_new"};
      catalog.put(name, table);
      catalog.erase(name);
    }
  };
  churn(0, 1000);
  const std::size_t before = live_bytes;
  churn(1000, 20000);
  EXPECT_LE(live_bytes, before + 1024);
}

}  // namespace
}  // namespace millrace::state
