#include <gtest/gtest.h>

#include "millrace/state/source_state.h"

namespace millrace::state {
namespace {

schema::TableSchema orders() {
  schema::TableSchema table;
  table.name = {"shop", "orders"};
  schema::Column id;
  id.name = "id";
  id.type = schema::ColumnType::kLong;
  table.columns.push_back(id);
  table.key_columns = {0};
  return table;
}

Status apply(StateLoader& loader, const StateRecord& record) {
  return loader.apply(record.key,
                      record.value ? std::optional<std::string_view>(*record.value) : std::nullopt);
}

PreparedXa prepared_xa() {
  PreparedXa prepared;
  prepared.xid = {1, "a'b", ""};
  prepared.gtid = *gtid::Gtid::parse("a8c0d2b9-e55b-11f1-885b-02fc00000001:9");
  prepared.begin = {"binlog.000007", 1234};
  return prepared;
}

TEST(StateKeys, AreCompactJson) {
  EXPECT_EQ(offset_key("shop", "pre\"fix"), R"(["shop",{"server":"pre\"fix"}])");
  EXPECT_EQ(structure_key("shop", "00ff"), R"(["shop","structure","00ff"])");
  EXPECT_EQ(table_record("shop", {"d.b", "t"}, "00ff").key, R"(["shop","table","d.b","t"])");
  EXPECT_EQ(*table_record("shop", {"d.b", "t"}, "00ff").value, R"({"structure":"00ff"})");
  EXPECT_FALSE(table_deletion("shop", {"d.b", "t"}).value);
  EXPECT_EQ(xa_deletion("shop", {1, "ab", ""}).key, R"(["shop","xa","X'6162',X'',1"])");
}

TEST(StateLoader, FoldsRecords) {
  const std::string structure = schema::serialize_structure(orders());
  const std::string hash = schema::structure_hash(structure);
  Offset offset;
  offset.position = {"binlog.000007", 4};

  StateLoader loader("shop", "prefix");
  const std::vector<StateRecord> records = {
      {offset_key("shop", "prefix"), R"({"file":"old","pos":1})"},
      structure_record("shop", structure),
      table_record("shop", {"shop", "orders"}, hash),
      table_record("shop", {"shop", "copy"}, hash),
      table_record("shop", {"shop", "dropped"}, hash),
      table_deletion("shop", {"shop", "dropped"}),
      database_record("shop", "shop", 45),
      xa_record("shop", prepared_xa()),
      {offset_key("shop", "prefix"), offset.to_json()},
  };
  for (const auto& record : records) {
    const Status status = apply(loader, record);
    ASSERT_TRUE(status) << record.key << ": " << status.error().message();
  }
  EXPECT_EQ(loader.structures().count(hash), 1u);

  const auto state = std::move(loader).finish();
  ASSERT_TRUE(state) << state.error().message();
  EXPECT_EQ(state->offset, offset);
  EXPECT_EQ(state->catalog.table_count(), 2u);
  const auto copy = state->catalog.find({"shop", "copy"});
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(copy, state->catalog.find({"shop", "orders"}));  // one structure, two names
  EXPECT_EQ(schema::serialize_structure(*copy), structure);
  state->catalog.for_each_database([](const std::string& name, std::uint32_t collation) {
    EXPECT_EQ(name, "shop");
    EXPECT_EQ(collation, 45u);
  });
  ASSERT_EQ(state->prepared.size(), 1u);
  EXPECT_EQ(state->prepared.begin()->second, prepared_xa());
}

TEST(StateLoader, RemembersThatASourceWasTakenOver) {
  Offset connectors;
  connectors.position = {"binlog.000007", 4};
  const StateRecord record = taken_over_record("shop", connectors);
  EXPECT_EQ(record.key, R"(["shop","taken_over"])");
  for (const char* source : {"shop", "other"}) {
    StateLoader loader(source, "prefix");
    ASSERT_TRUE(apply(loader, record));
    const auto state = std::move(loader).finish();
    ASSERT_TRUE(state);
    EXPECT_EQ(state->taken_over, std::string_view(source) == "shop");
  }
}

TEST(StateLoader, DeletionsTakeBack) {
  StateLoader loader("shop", "prefix");
  ASSERT_TRUE(loader.apply(offset_key("shop", "prefix"), R"({"file":"old","pos":1})"));
  ASSERT_TRUE(loader.apply(offset_key("shop", "prefix"), std::nullopt));
  ASSERT_TRUE(apply(loader, xa_record("shop", prepared_xa())));
  ASSERT_TRUE(apply(loader, xa_deletion("shop", prepared_xa().xid)));
  const auto state = std::move(loader).finish();
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->offset);
  EXPECT_TRUE(state->prepared.empty());
}

TEST(StateLoader, PassesOverWhatIsNotItsOwn) {
  StateLoader loader("shop", "prefix");
  for (const char* key :
       {R"(["other","table","a","b"])", R"(["shop",{"server":"another"}])", "not json", "", "[]",
        "{}", "7", R"([7,"table"])", R"(["other","new kind"])"}) {
    const Status status = loader.apply(key, "garbage");
    EXPECT_TRUE(status) << key << ": " << status.error().message();
  }
  const auto state = std::move(loader).finish();
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->offset);
  EXPECT_EQ(state->catalog.table_count(), 0u);
}

struct RefuseCase {
  const char* name;
  const char* key;
  const char* value;
};

class StateLoaderRefuse : public testing::TestWithParam<RefuseCase> {};

TEST_P(StateLoaderRefuse, NamesTheKey) {
  StateLoader loader("shop", "prefix");
  const Status status = loader.apply(GetParam().key, GetParam().value);
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient());
  EXPECT_NE(status.error().message().find(GetParam().key), std::string::npos)
      << status.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    Table, StateLoaderRefuse,
    testing::Values(RefuseCase{"unknown_kind", R"(["shop","novelty","x"])", "{}"},
                    RefuseCase{"table_without_name", R"(["shop","table","x"])",
                               R"({"structure":"a"})"},
                    RefuseCase{"table_no_json", R"(["shop","table","x","y"])", "nonsense"},
                    RefuseCase{"table_no_pointer", R"(["shop","table","x","y"])", "{}"},
                    RefuseCase{"wrong_hash", R"(["shop","structure","0000000000000000"])", "{}"},
                    RefuseCase{"xa_bad_xid", R"(["shop","xa","x"])", R"({"file":"f","pos":1})"},
                    RefuseCase{"xa_no_json", R"(["shop","xa","X'61',X'',1"])", "x"},
                    RefuseCase{"xa_no_file", R"(["shop","xa","X'61',X'',1"])", R"({"pos":1})"},
                    RefuseCase{"xa_bad_gtid", R"(["shop","xa","X'61',X'',1"])",
                               R"({"gtid":"zz","file":"f","pos":1})"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(StateLoader, OffsetErrorPassesOn) {
  StateLoader loader("shop", "prefix");
  const Status status =
      loader.apply(offset_key("shop", "prefix"), R"({"file":"b","pos":1,"snapshot":true})");
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient());
}

TEST(StateLoader, MissingStructureIsAnError) {
  StateLoader loader("shop", "prefix");
  ASSERT_TRUE(apply(loader, table_record("shop", {"shop", "orders"}, "00000000000000aa")));
  const auto state = std::move(loader).finish();
  ASSERT_FALSE(state);
  EXPECT_FALSE(state.error().is_transient());
  EXPECT_NE(state.error().message().find("shop.orders"), std::string::npos);
  EXPECT_NE(state.error().message().find("00000000000000aa"), std::string::npos);
}

}  // namespace
}  // namespace millrace::state
