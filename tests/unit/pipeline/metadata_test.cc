// The records around the rows, on a scripted server and over restarts at every commit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "millrace/base/mark.h"
#include "scripted_source.h"

namespace millrace::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

test::Table table_of(const std::string& name) {
  test::Table table;
  table.database = "shop";
  table.name = name;
  table.columns = {test::int_column("id").key(), test::varchar_column("name", 200)};
  return table;
}

test::Row row(int id, const std::string& name) {
  return {test::le(static_cast<std::uint64_t>(id), 4), test::sized(name)};
}

Source transactional_source(ScriptedServer& server) {
  Source source(server);
  source.encoder.transaction_topic = "p.transaction";
  source.excluded_tables = {"shop.secret"};
  return source;
}

// "begin", "end {...}" and "topic total/of_table" of each record.
std::vector<std::string> outline(const std::vector<std::string>& records) {
  const auto number = [](const std::string& text, const std::string& name) {
    const auto at = text.find("\"" + name + "\":");
    return at == std::string::npos ? std::string("-")
                                   : std::to_string(std::stoi(text.substr(at + name.size() + 3)));
  };
  std::vector<std::string> lines;
  for (const std::string& record : records) {
    const std::string topic = record.substr(0, record.find(' '));
    if (const auto ddl = record.find("\"ddl\":\""); ddl != std::string::npos) {
      lines.push_back(topic + " " + record.substr(ddl + 7, record.find('"', ddl + 7) - ddl - 7));
    } else if (record.find("\"status\":\"BEGIN\"") != std::string::npos) {
      lines.emplace_back("begin");
    } else if (const auto end = record.find("\"event_count\""); end != std::string::npos) {
      lines.push_back("end " + record.substr(end, record.rfind(",\"ts_ms\"") - end));
    } else {
      lines.push_back(topic + " " + number(record, "total_order") + "/" +
                      number(record, "data_collection_order"));
    }
  }
  return lines;
}

TEST(TransactionMetadata, CountsEventsInAllAndByTable) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) {
    binlog.begin()
        .table_map(table_of("items"))
        .write_rows(table_of("items"), {row(1, "a"), row(2, "b")})
        .table_map(table_of("orders"))
        .write_rows(table_of("orders"), {row(1, "c")})
        .table_map(table_of("secret"))
        .write_rows(table_of("secret"), {row(1, "d")})
        .table_map(table_of("items"))
        .write_rows(table_of("items"), {row(3, "e")})
        .xid();
  });
  server.group(gtid(2), [](auto& binlog) {
    binlog.begin()
        .table_map(table_of("secret"))
        .write_rows(table_of("secret"), {row(2, "f")})
        .xid();
  });
  Source source = transactional_source(server);
  ASSERT_TRUE(source.live());
  EXPECT_THAT(
      outline(source.store.records),
      ElementsAre("begin", "p.shop.items 1/1", "p.shop.items 2/2", "p.shop.orders 3/1",
                  "p.shop.items 4/3",
                  R"(end "event_count":4,"data_collections":[{"data_collection":"shop.items",)"
                  R"("event_count":3},{"data_collection":"shop.orders","event_count":1}])",
                  "begin", R"(end "event_count":0,"data_collections":[])"));
  EXPECT_THAT(source.store.records[1], HasSubstr(R"("transaction":{"id":")" + gtid(1) + "\""));
}

TEST(TransactionMetadata, NothingOfItWithoutTheProperty) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) {
    binlog.begin().table_map(table_of("items")).write_rows(table_of("items"), {row(1, "a")}).xid();
  });
  Source source(server);
  source.encoder.transaction_topic.clear();
  ASSERT_TRUE(source.live());
  EXPECT_THAT(source.store.records, ElementsAre(HasSubstr("\"transaction\":null")));
}

// Rows of two tables in many events, so that it passes through several batches.
void long_transaction(test::BinlogBuilder& binlog, int events) {
  binlog.begin();
  for (int i = 0; i < events; ++i) {
    const test::Table table = table_of(i % 3 == 0 ? "orders" : "items");
    std::vector<test::Row> rows;
    for (int n = 0; n < 40; ++n) rows.push_back(row(i * 40 + n, std::string(150, 'y')));
    test::RowsOptions options;
    options.statement_end = true;
    binlog.table_map(table).write_rows(table, rows, options);
  }
  binlog.xid();
}

TEST(TransactionMetadata, CountsGoOnFromBatchToBatchAndOverRestarts) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) { long_transaction(binlog, 600); });
  server.group(gtid(2), [](auto& binlog) { long_transaction(binlog, 2); });
  Source undisturbed = transactional_source(server);
  ASSERT_TRUE(undisturbed.live());
  const auto lines = outline(undisturbed.store.records);
  ASSERT_EQ(lines.size(), 602U * 40 + 4);
  EXPECT_EQ(lines[24'000], "p.shop.items 24000/16000");
  EXPECT_THAT(lines[24'001], HasSubstr("\"event_count\":24000"));

  const auto resumed = marks::count("resume_counts");
  for (const bool after : {false, true}) {
    Source source = transactional_source(server);
    source.options.transaction_split_bytes = 100'000;
    source.options.commit_max_bytes = 100'000;
    int failures = 0;
    while (!source.live({failures < 6 ? 2 : 0, after})) ++failures;
    EXPECT_GE(failures, 1);
    const auto& records = source.store.records;
    ASSERT_EQ(records.size(), undisturbed.store.records.size()) << "after=" << after;
    for (std::size_t i = 0; i < records.size(); ++i) {
      ASSERT_EQ(records[i], undisturbed.store.records[i]) << "record " << i << " after=" << after;
    }
    EXPECT_TRUE(source.store.offsets.back().transaction_id.empty());
  }
  EXPECT_GT(marks::count("resume_counts"), resumed);
}

TEST(TransactionMetadata, AnXaTransactionBeginsAtItsCommit) {
  const binlog::Xid kept{1, "kept", ""}, dropped{1, "dropped", ""};
  const auto prepare = [](test::BinlogBuilder& binlog, const binlog::Xid& xid, int id) {
    binlog.xa_start(xid)
        .table_map(table_of("items"))
        .write_rows(table_of("items"), {row(id, "xa")})
        .xa_end(xid)
        .xa_prepare(xid);
  };
  ScriptedServer server;
  server.group(gtid(1), [&](auto& binlog) { prepare(binlog, kept, 1); });
  server.group(gtid(2), [&](auto& binlog) { prepare(binlog, dropped, 2); });
  server.group(gtid(3), [&](auto& binlog) { binlog.xa_rollback(dropped); });
  server.group(gtid(4), [&](auto& binlog) { binlog.xa_commit(kept); });
  Source source = transactional_source(server);
  ASSERT_TRUE(source.live());
  EXPECT_THAT(outline(source.store.records),
              ElementsAre("begin", "p.shop.items 1/1",
                          R"(end "event_count":1,"data_collections":[{"data_collection":)"
                          R"("shop.items","event_count":1}])"));
  EXPECT_THAT(source.store.records[0], HasSubstr(gtid(4)));
}

TEST(SchemaChanges, StandBetweenTheRows) {
  ScriptedServer server;
  const auto insert = [](test::BinlogBuilder& binlog) {
    binlog.begin().table_map(table_of("items")).write_rows(table_of("items"), {row(1, "a")}).xid();
  };
  server.group(gtid(1), insert);
  server.group(gtid(2), [](auto& binlog) { binlog.query("ALTER TABLE items COMMENT 'x'"); });
  server.group(gtid(3), insert);
  server.group(gtid(4), [](auto& binlog) {
    binlog.query("CREATE TABLE t (id INT)", {.database = "elsewhere"});
  });
  server.group(gtid(5), [](auto& binlog) { binlog.query("GRANT SELECT ON shop.* TO somebody"); });
  server.group(gtid(6), [](auto& binlog) { binlog.query("TRUNCATE TABLE items"); });
  Source source(server);
  source.encoder.transaction_topic.clear();
  source.encoder.schema_change_topic = "p";
  ASSERT_TRUE(source.live());
  EXPECT_THAT(outline(source.store.records),
              ElementsAre("p.shop.items -/-", "p ALTER TABLE items COMMENT 'x'", "p.shop.items -/-",
                          "p CREATE TABLE t (id INT)"));
  EXPECT_THAT(source.store.records[1], HasSubstr(R"("tableChanges":[{"type":"ALTER",)"));
  EXPECT_THAT(source.store.records[1], HasSubstr(gtid(2)));
}

TEST(SchemaChanges, OfCapturedDatabasesOnly) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) {
    binlog.query("CREATE TABLE t (id INT)", {.database = "mysql"});
  });
  Source source = transactional_source(server);
  source.encoder.schema_change_topic = "p";
  ASSERT_TRUE(source.live());
  EXPECT_TRUE(source.store.records.empty());
}

TEST(SchemaChanges, OfCapturedTablesOnlyWhereAskedFor) {
  ScriptedServer server;
  for (int i = 1; const char* sql : {"CREATE DATABASE other", "CREATE TABLE items (id INT)",
                                     "CREATE TABLE secret (id INT)", "CREATE INDEX i ON items (id)",
                                     "DROP TABLE items, secret"}) {
    server.group(gtid(i++), [sql](auto& binlog) { binlog.query(sql); });
  }
  Source source = transactional_source(server);
  source.encoder.schema_change_topic = "p";
  source.captured_statements_only = true;
  ASSERT_TRUE(source.live());
  EXPECT_THAT(outline(source.store.records),
              ElementsAre("p CREATE DATABASE other", "p CREATE TABLE items (id INT)",
                          "p DROP TABLE `shop`.`items`"));
}

TEST(Topics, OfATableAreNeverThoseOfOtherRecords) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) {
    const test::Table table = table_of("transaction");
    binlog.begin().table_map(table).write_rows(table, {row(1, "a")}).xid();
  });
  Source source = transactional_source(server);
  source.topics_lack_databases = true;
  const Status status = source.live();
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message(), HasSubstr("would share the topic p.transaction"));
}

// CREATE TABLE ... SELECT: the statement is in the transaction of the rows.
TEST(SchemaChanges, ArePublishedOnceThoughTheirTransactionIsInParts) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) {
    binlog.begin().query(
        "CREATE TABLE `items` (id INT PRIMARY KEY, name VARCHAR(200)) START TRANSACTION");
    for (int i = 0; i < 200; ++i) {
      std::vector<test::Row> rows;
      for (int n = 0; n < 40; ++n) rows.push_back(row(i * 40 + n, std::string(150, 'y')));
      binlog.table_map(table_of("items")).write_rows(table_of("items"), rows);
    }
    binlog.xid();
  });
  Source undisturbed = transactional_source(server);
  undisturbed.encoder.schema_change_topic = "p";
  ASSERT_TRUE(undisturbed.live());
  EXPECT_THAT(outline(undisturbed.store.records)[1], HasSubstr("p CREATE TABLE `items`"));

  Source source = transactional_source(server);
  source.encoder.schema_change_topic = "p";
  source.options.transaction_split_bytes = 100'000;
  source.options.commit_max_bytes = 100'000;
  ASSERT_FALSE(source.live({2, true}));
  ASSERT_TRUE(source.store.offsets.back().in_transaction());
  ASSERT_TRUE(source.live());
  EXPECT_EQ(source.store.records.size(), undisturbed.store.records.size());
  EXPECT_EQ(outline(source.store.records), outline(undisturbed.store.records));
}

TEST(Heartbeats, AreCommittedWithTheOffset) {
  ScriptedServer server;
  server.group(gtid(1), [](auto& binlog) {
    binlog.begin().table_map(table_of("items")).write_rows(table_of("items"), {row(1, "a")}).xid();
  });
  Source source(server);
  source.encoder.transaction_topic.clear();
  source.encoder.heartbeat_topic = "beats";
  source.options.heartbeat_interval = std::chrono::milliseconds(1);
  // The first write takes longer than the interval.
  ASSERT_TRUE(source.live({}, [] { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }));
  ASSERT_GE(source.store.records.size(), 2U);
  EXPECT_THAT(source.store.records.back(), HasSubstr(R"(beats {"serverName":"p"} -> {"ts_ms":)"));
  EXPECT_EQ(source.store.offsets.back().gtids.to_text(), gtid(1));
}

}  // namespace
}  // namespace millrace::pipeline
