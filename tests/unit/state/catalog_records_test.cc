#include "millrace/state/catalog_records.h"

#include <gtest/gtest.h>

#include <map>

namespace millrace::state {
namespace {

// A compacted topic.
using Store = std::map<std::string, std::string>;

schema::TableSchema structure(const std::string& column) {
  schema::TableSchema structure;
  structure.columns.emplace_back().name = column;
  return structure;
}

schema::Catalog catalog_of(int databases, int tables, const std::string& column) {
  schema::Catalog catalog;
  for (int database = 0; database < databases; ++database) {
    const std::string name = "d" + std::to_string(database);
    catalog.put_database(name, 255);
    for (int table = 0; table < tables; ++table) {
      catalog.put({name, "t" + std::to_string(table)}, structure(column));
    }
  }
  return catalog;
}

Status write(const schema::Catalog& catalog, const schema::Catalog& stored, Store& store) {
  return write_catalog("shop", catalog, stored, [&](const std::vector<StateRecord>& records) {
    EXPECT_FALSE(records.empty());
    EXPECT_LE(records.size(), 1000U);
    for (const StateRecord& record : records) {
      if (record.value) {
        store.insert_or_assign(record.key, *record.value);
      } else {
        store.erase(record.key);
      }
    }
    return Status();
  });
}

schema::Catalog load(const Store& store) {
  StateLoader loader("shop", "shop");
  for (const auto& [key, value] : store) {
    const Status status = loader.apply(key, value);
    EXPECT_TRUE(status) << status.error().message();
  }
  auto state = std::move(loader).finish();
  EXPECT_TRUE(state);
  return state ? std::move(state->catalog) : schema::Catalog();
}

TEST(CatalogRecords, BringTheCatalogBack) {
  Store store;
  ASSERT_TRUE(write(catalog_of(5, 500, "a"), {}, store));
  EXPECT_EQ(store.size(), 5U + 5 * 500 + 1);
  const schema::Catalog loaded = load(store);
  EXPECT_EQ(loaded.table_count(), 2500U);
  EXPECT_EQ(loaded.structure_count(), 1U);
  ASSERT_NE(loaded.find({"d4", "t499"}), nullptr);
  EXPECT_EQ(loaded.find({"d4", "t499"})->columns[0].name, "a");
}

TEST(CatalogRecords, LeaveNothingOfAnEarlierLife) {
  Store store;
  ASSERT_TRUE(write(catalog_of(3, 4, "old"), {}, store));
  schema::Catalog now = catalog_of(2, 2, "new");
  now.put_unknown({"d0", "t3"}, "a reason");
  ASSERT_TRUE(write(now, load(store), store));
  EXPECT_EQ(store.size(), 2U + 2 * 2 + 1);
  EXPECT_EQ(load(store).table_count(), 4U);
  Store fresh;
  ASSERT_TRUE(write(now, {}, fresh));
  EXPECT_EQ(store, fresh);
}

TEST(CatalogRecords, EndWithAnError) {
  int calls = 0;
  const Status status =
      write_catalog("shop", catalog_of(5, 500, "a"), {}, [&](const std::vector<StateRecord>&) {
        ++calls;
        return Status(transient_error("the broker went away"));
      });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message(), "the broker went away");
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace millrace::state
