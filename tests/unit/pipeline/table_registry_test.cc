// What the registry tells the state store: as little as a change is worth.

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "millrace/binlog/events.h"
#include "millrace/pipeline/captured_table.h"
#include "support/binlog/table_builder.h"

namespace millrace::pipeline {
namespace {

class TableRegistryTest : public ::testing::Test {
 protected:
  TableRegistryTest()
      : filter_(*transform::TableFilter::compile({})),
        columns_(*transform::ColumnRules::compile({})) {
    TableRegistryOptions options;
    options.source_name = options.topic_prefix = "shop";
    options.server.version = 80036;
    registry_.emplace(options, encoder_, filter_, columns_);
    schema::Catalog tenants;
    for (const char* name : {"a", "b", "c"}) {
      tenants.put_database(name, 255);
      tenants.put({name, "orders"}, orders());
    }
    registry_->load(std::move(tenants));
  }

  static schema::TableSchema orders() {
    schema::TableSchema table;
    for (int i = 0; i < 20; ++i) {
      schema::Column& column = table.columns.emplace_back();
      column.name = "column_" + std::to_string(i);
      column.type = schema::ColumnType::kLong;
      column.column_type = "int";
      column.is_nullable = true;
    }
    return table;
  }

  // What is to be stored after the statement.
  std::vector<state::StateRecord> run(const std::string& sql) {
    binlog::Query query;
    query.database = "a";
    query.sql = sql;
    query.server_collation = 255;
    const auto emptied = registry_->apply_statement(query);
    EXPECT_TRUE(emptied) << sql;
    return registry_->take_state_changes();
  }

  encode::EncoderOptions encoder_;
  transform::TableFilter filter_;
  transform::ColumnRules columns_;
  std::optional<TableRegistry> registry_;
};

std::size_t size_of(const state::StateRecord& record) {
  return record.key.size() + (record.value ? record.value->size() : 0);
}

TEST_F(TableRegistryTest, AnAlterCostsThePointerAndItsStructureOnce) {
  const auto first = run("ALTER TABLE a.orders ADD extra INT");
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].key.rfind(R"(["shop","structure",)", 0), 0U);
  EXPECT_LT(size_of(first[0]), 2500U);
  EXPECT_EQ(first[1].key, R"(["shop","table","a","orders"])");
  const auto second = run("ALTER TABLE b.orders ADD extra INT");
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].key, R"(["shop","table","b","orders"])");
  EXPECT_EQ(second[0].value, first[1].value);
  EXPECT_LT(size_of(second[0]), 100U);
  // What it was before is stored too.
  EXPECT_EQ(run("ALTER TABLE a.orders DROP extra").size(), 1U);
}

TEST_F(TableRegistryTest, AStatementThatChangesNothingCostsNothing) {
  EXPECT_TRUE(run("CREATE TABLE IF NOT EXISTS a.orders (id INT)").empty());
  EXPECT_TRUE(run("DROP TABLE IF EXISTS a.nothing").empty());
  EXPECT_TRUE(run("ANALYZE TABLE a.orders").empty());
}

TEST_F(TableRegistryTest, StructuresThatNoTableHasAreDeletedSometime) {
  constexpr int kAlters = 5000;
  std::size_t structures = 0, deletions = 0, most_at_once = 0;
  for (int i = 19; i < 19 + kAlters; ++i) {  // column_19 becomes column_20 becomes ...
    for (const auto& record : run("ALTER TABLE a.orders RENAME COLUMN column_" + std::to_string(i) +
                                  " TO column_" + std::to_string(i + 1))) {
      if (record.key.rfind(R"(["shop","structure",)", 0) != 0) continue;
      ++(record.value ? structures : deletions);
    }
    most_at_once = std::max(most_at_once, structures - deletions);
  }
  EXPECT_GT(deletions, 0U);
  EXPECT_LT(most_at_once, 100U);
}

TEST_F(TableRegistryTest, WhatAnEarlierRunLeftUnusedIsDeletedAtTheStart) {
  schema::Catalog stored;
  stored.put({"a", "orders"}, orders());
  stored.erase({"a", "orders"});
  registry_->load(std::move(stored));
  const auto records = registry_->take_state_changes();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(
      records[0].key,
      state::structure_key("shop", schema::structure_hash(schema::serialize_structure(orders()))));
  EXPECT_FALSE(records[0].value);
}

// A server with more tables than it keeps open gives them a new id again and again.
TEST_F(TableRegistryTest, MapsOfEarlierStatementsAreForgottenWhenTheyAreMany) {
  constexpr std::uint64_t kIds = 5000;
  test::Table table{.database = "a", .name = "orders"};
  for (int i = 0; i < 20; ++i) {
    table.columns.push_back(test::int_column("column_" + std::to_string(i)));
  }
  CapturedTablePtr first;
  for (std::uint64_t id = 1; id <= kIds; ++id) {
    table.id = id;
    const std::string body = table.encode(test::Metadata::kMinimal);
    const auto map = binlog::decode_table_map(body, {});
    ASSERT_TRUE(map) << map.error().message();
    const auto resolved = registry_->resolve(*map, body);
    ASSERT_TRUE(resolved) << resolved.error().message();
    if (id == 1) first = *resolved;
    EXPECT_EQ(*resolved, first);  // one table, whatever its number
    const auto found = registry_->find(TableId(id));
    ASSERT_TRUE(found);
    EXPECT_EQ(**found, first);
    registry_->end_statement();
    EXPECT_EQ(registry_->find(TableId(1)).has_value(), id <= 4096);
  }
  EXPECT_TRUE(registry_->find(TableId(kIds)));
}

// An ALTER gives its table a new id as well, and what the rows before it needed isn't needed again.
TEST_F(TableRegistryTest, PlansOfTablesThatHaveChangedAreForgotten) {
  constexpr int kAlters = 1000;
  std::vector<std::weak_ptr<const CapturedTable>> plans;
  for (int i = 19; i < 19 + kAlters; ++i) {
    run("ALTER TABLE a.orders RENAME COLUMN column_" + std::to_string(i) + " TO column_" +
        std::to_string(i + 1));
    test::Table table{.id = static_cast<std::uint64_t>(i), .database = "a", .name = "orders"};
    for (int column = 0; column < 20; ++column) {
      table.columns.push_back(test::int_column("unnamed"));
    }
    const std::string body = table.encode(test::Metadata::kMinimal);
    const auto resolved = registry_->resolve(*binlog::decode_table_map(body, {}), body);
    ASSERT_TRUE(resolved) << resolved.error().message();
    plans.emplace_back(*resolved);
    registry_->end_statement();
    EXPECT_TRUE(registry_->find(TableId(table.id)));
  }
  EXPECT_LT(
      std::count_if(plans.begin(), plans.end(), [](const auto& plan) { return !plan.expired(); }),
      100);
}

TEST_F(TableRegistryTest, ATruncateNeedsNoRowsBefore) {
  binlog::Query query;
  query.sql = "TRUNCATE TABLE a.orders";
  const auto emptied = registry_->apply_statement(query);
  ASSERT_TRUE(emptied) << emptied.error().message();
  ASSERT_EQ(emptied->size(), 1U);
  EXPECT_EQ((*emptied)[0]->schema->name.to_text(), "a.orders");
  EXPECT_EQ((*emptied)[0]->schema->columns.size(), 20U);
}

}  // namespace
}  // namespace millrace::pipeline
