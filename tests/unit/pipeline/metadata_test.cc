// The records around the rows, on a scripted server and over restarts at every commit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "millrace/base/mark.h"
#include "millrace/pipeline/pipeline.h"
#include "scripted_server.h"

namespace millrace::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kServer = "3457d932-e55a-11f1-a4af-02fc00000001";

std::string gtid(int number) { return std::string(kServer) + ":" + std::to_string(number); }

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

class NullObserver final : public Observer {
 public:
  void on_streaming() override {}
  void on_commit(const CommitReport&, const state::Offset&) override {}
  void on_skipped_event(binlog::EventType) override {}
  void on_queue_bytes(std::size_t) override {}
  void on_notice(const std::string&) override {}
};

// A source over its lives: what it remembers is in `store`, everything else is new each time.
class Source {
 public:
  explicit Source(ScriptedServer& server) : server_(server) {
    encoder.logical_name = "p";
    encoder.version = "test";
    encoder.transaction_topic = "p.transaction";
    state::Offset start;
    start.has_gtids = true;
    start.position = {"mysql-bin.000001", 4};
    store.offsets.push_back(start);
    options.source_name = "s";
    options.server_uuid = kServer;
    options.idle_commit_interval = std::chrono::milliseconds(0);
  }

  // Until an error, or until the stream is idle and everything is committed.
  Status live(ScriptedSink::Failure failure = {}) {
    transform::TableFilterOptions captured;
    captured.table_exclude = {"shop.secret"};
    auto filter = transform::TableFilter::compile(captured);
    auto columns = transform::ColumnRules::compile({});
    TableRegistryOptions table_options;
    table_options.source_name = "s";
    table_options.topic_prefix = "p";
    table_options.full_metadata = true;
    TableRegistry tables(table_options, encoder, *filter, *columns);
    ScriptedSink sink(store, failure);
    NullObserver observer;
    DecodePool pool(3);
    PipelineOptions ending = options;
    ending.stop_at_end = true;
    state::StateLoader loader("s", "p");
    MILLRACE_RETURN_IF_ERROR(loader.apply(state::offset_key("s", "p"),
                                          std::string_view(store.offsets.back().to_json())));
    auto state = std::move(loader).finish();
    if (!state) return state.error();
    return Pipeline(ending, std::move(*state), tables, server_, sink, pool, observer).run();
  }

  MemoryStore store;
  PipelineOptions options;
  encode::EncoderOptions encoder;

 private:
  ScriptedServer& server_;
};

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
    if (record.find("\"status\":\"BEGIN\"") != std::string::npos) {
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
  Source source(server);
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
  Source undisturbed(server);
  ASSERT_TRUE(undisturbed.live());
  const auto lines = outline(undisturbed.store.records);
  ASSERT_EQ(lines.size(), 602U * 40 + 4);
  EXPECT_EQ(lines[24'000], "p.shop.items 24000/16000");
  EXPECT_THAT(lines[24'001], HasSubstr("\"event_count\":24000"));

  const auto resumed = marks::count("resume_counts");
  for (const bool after : {false, true}) {
    Source source(server);
    source.options.transaction_split_bytes = 100'000;
    source.options.commit_max_bytes = 100'000;
    int failures = 0;
    while (!source.live({failures < 6 ? 2 : 0, after})) ++failures;
    EXPECT_GE(failures, 1);
    EXPECT_EQ(source.store.records, undisturbed.store.records) << "after=" << after;
    EXPECT_TRUE(source.store.offsets.back().transaction_id.empty());
  }
  EXPECT_GT(marks::count("resume_counts"), resumed);
}

}  // namespace
}  // namespace millrace::pipeline
