// The records around the rows. What is expected was read from Debezium 3.6.1's topics.

#include <gtest/gtest.h>

#include "encode/java_hash_order.h"
#include "millrace/encode/heartbeat_records.h"
#include "millrace/encode/notification_records.h"
#include "millrace/encode/schema_change_records.h"
#include "millrace/encode/transaction_records.h"
#include "unit/encode/fixture.h"

namespace millrace::encode {
namespace {

using testing::Encoding;
using testing::StandingClock;

constexpr const char* kGtid = "27808f5c-e5a8-11f1-bf90-02fc00000001:10";

EncoderOptions options_with(bool schemas) {
  EncoderOptions options = Encoding::default_options();
  options.transaction_topic = "srv1.transaction";
  options.schema_change_topic = "srv1";
  options.heartbeat_topic = "__debezium-heartbeat.srv1";
  options.key_converter.schemas_enable = options.value_converter.schemas_enable = schemas;
  return options;
}

change::TransactionInfo transaction() {
  change::TransactionInfo info;
  info.gtid = info.id = kGtid;
  info.commit_us = 1'795'264'595'936'945;
  info.file = "binlog.000001";
  return info;
}

std::string text(const RecordBatch& batch, std::size_t record = 0) {
  return batch.records[record].topic->name + " " +
         std::string(batch.view(batch.records[record].key)) + " " +
         std::string(batch.view(batch.records[record].value));
}

TEST(JavaHashOrder, IsTheOrderOfAHashMap) {
  const struct {
    const char* name;
    std::vector<std::string> keys;
    std::vector<std::string> order;
  } kRows[] = {
      {"none", {}, {}},
      {"two", {"records.customers", "records.orders"}, {"records.orders", "records.customers"}},
      {"six",
       {"records.a", "records.b", "records.zz", "records.A1", "records.orders",
        "records.customers"},
       {"records.zz", "records.A1", "records.orders", "records.customers", "records.a",
        "records.b"}},
      // Java: new HashSet<>(List.of("\u00e9", "\u4e2d", "\ud83d\ude00", "a"))
      {"beyond_ascii",
       {"\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x98\x80", "a"},
       {"a", "\xf0\x9f\x98\x80", "\xc3\xa9", "\xe4\xb8\xad"}},
  };
  for (const auto& row : kRows) {
    std::vector<std::string> order;
    for (const std::size_t i : java_hash_order(row.keys)) order.push_back(row.keys[i]);
    EXPECT_EQ(order, row.order) << row.name;
  }
}

TEST(TransactionRecords, BeginAndEnd) {
  const TransactionRecords records(options_with(false));
  change::TransactionCounts counts;
  counts.put("records.customers", {1, 1});
  counts.put("records.orders", {4, 3});
  counts.put("records.customers", {6, 3});
  counts.put("records.nothing", {6, 0});
  RecordBatch batch;
  records.append_begin(transaction(), 7, batch);
  records.append_end(transaction(), 7, counts, batch);
  const std::string id = std::string("{\"id\":\"") + kGtid + "\"}";
  EXPECT_EQ(text(batch, 0), "srv1.transaction " + id + R"( {"status":"BEGIN","id":")" + kGtid +
                                R"(","event_count":null,"data_collections":null,)"
                                R"("ts_ms":1795264595936})");
  EXPECT_EQ(text(batch, 1), "srv1.transaction " + id + R"( {"status":"END","id":")" + kGtid +
                                R"(","event_count":6,"data_collections":[)"
                                R"({"data_collection":"records.orders","event_count":3},)"
                                R"({"data_collection":"records.customers","event_count":3}],)"
                                R"("ts_ms":1795264595936})");
  EXPECT_EQ(batch.records[1].partition, Record::kAnyPartition);
}

TEST(TransactionRecords, WithoutCommitTimeTheEventsSecond) {
  change::TransactionInfo old = transaction();
  old.commit_us = 0;
  old.id = "file=binlog.000001,pos=157";
  RecordBatch batch;
  TransactionRecords(options_with(false)).append_end(old, 1'795'264'595, {}, batch);
  EXPECT_EQ(text(batch),
            R"(srv1.transaction {"id":"file=binlog.000001,pos=157"} {"status":"END",)"
            R"("id":"file=binlog.000001,pos=157","event_count":0,"data_collections":[],)"
            R"("ts_ms":1795264595000})");
}

TEST(TransactionRecords, Schemas) {
  RecordBatch batch;
  TransactionRecords(options_with(true)).append_begin(transaction(), 7, batch);
  EXPECT_EQ(
      text(batch),
      std::string("srv1.transaction ") +
          R"({"schema":{"type":"struct","fields":[{"type":"string","optional":false,"field":"id"}],)"
          R"("optional":false,"name":"io.debezium.connector.common.TransactionMetadataKey",)"
          R"("version":1},"payload":{"id":")" +
          kGtid +
          R"("}} {"schema":{"type":"struct","fields":[)"
          R"({"type":"string","optional":false,"field":"status"},)"
          R"({"type":"string","optional":false,"field":"id"},)"
          R"({"type":"int64","optional":true,"field":"event_count"},)"
          R"({"type":"array","items":{"type":"struct","fields":[)"
          R"({"type":"string","optional":false,"field":"data_collection"},)"
          R"({"type":"int64","optional":false,"field":"event_count"}],"optional":true,)"
          R"("name":"event.collection","version":1},"optional":true,"field":"data_collections"},)"
          R"({"type":"int64","optional":false,"field":"ts_ms"}],"optional":false,)"
          R"("name":"io.debezium.connector.common.TransactionMetadataValue","version":1},)"
          R"("payload":{"status":"BEGIN","id":")" +
          kGtid + R"(","event_count":null,"data_collections":null,"ts_ms":1795264595936}})");
}

TEST(Rows, CarryTheirOrder) {
  Encoding encoding(testing::table_of({testing::column("id", schema::ColumnType::kLong)}, {0}));
  encoding.transaction.id = "tx";
  const row::Row one = testing::row_of({testing::integer(1)});
  const row::Row two = testing::row_of({testing::integer(2)});
  change::ChangeEvent event;
  event.table = &encoding.plan.table();
  event.source.transaction = &encoding.transaction;
  change::TransactionOrder order{4, 1};
  event.order = &order;
  event.operation = change::Operation::kUpdate;  // of the key: two records and a tombstone
  event.before = &one;
  event.after = &two;
  RecordBatch batch;
  ASSERT_TRUE(encoding.encoder.encode(event, encoding.plan, batch));
  ASSERT_EQ(batch.records.size(), 3U);
  EXPECT_NE(text(batch, 0).find(R"(},"transaction":{"id":"tx","total_order":5,)"
                                R"("data_collection_order":2},"op":"d","ts_ms")"),
            std::string::npos);
  EXPECT_NE(text(batch, 2).find(R"("total_order":6,"data_collection_order":3},"op":"c")"),
            std::string::npos);
  EXPECT_EQ(order.total, 6U);
  EXPECT_EQ(order.of_table, 3U);
}

TEST(HeartbeatRecords, SayTheTime) {
  const StandingClock clock;
  RecordBatch batch;
  HeartbeatRecords(options_with(false), clock).append(batch);
  EXPECT_EQ(text(batch),
            R"(__debezium-heartbeat.srv1 {"serverName":"srv1"} {"ts_ms":1795231795063})");
  EXPECT_EQ(batch.records[0].partition, 0);
  batch.clear();
  HeartbeatRecords(options_with(true), clock).append(batch);
  EXPECT_EQ(text(batch),
            R"(__debezium-heartbeat.srv1 {"schema":{"type":"struct","fields":[{"type":"string",)"
            R"("optional":false,"field":"serverName"}],"optional":false,)"
            R"("name":"io.debezium.connector.common.ServerNameKey","version":1},)"
            R"("payload":{"serverName":"srv1"}} {"schema":{"type":"struct","fields":[)"
            R"({"type":"int64","optional":false,"field":"ts_ms"}],"optional":false,)"
            R"("name":"io.debezium.connector.common.Heartbeat","version":1},)"
            R"("payload":{"ts_ms":1795231795063}})");
}

TEST(NotificationRecords, SayWhatHappened) {
  const Notification started{"c2540023-e33e-4f1f-85ee-4d1531e765ae",
                             "STARTED",
                             "Initial Snapshot",
                             {{"connector_name", "srv1"}},
                             1795264594908};
  const std::string key = R"({"id":"c2540023-e33e-4f1f-85ee-4d1531e765ae"})";
  const std::string value =
      R"({"id":"c2540023-e33e-4f1f-85ee-4d1531e765ae","type":"STARTED",)"
      R"("aggregate_type":"Initial Snapshot","additional_data":{"connector_name":"srv1"},)"
      R"("timestamp":1795264594908})";
  RecordBatch batch;
  NotificationRecords("n", options_with(false)).append(started, batch);
  EXPECT_EQ(text(batch), "n " + key + " " + value);
  batch.clear();
  NotificationRecords("n", options_with(true)).append(started, batch);
  EXPECT_EQ(
      text(batch),
      R"(n {"schema":{"type":"struct","fields":[{"type":"string","optional":false,"field":"id"}],)"
      R"("optional":false,"name":"io.debezium.connector.common.NotificationKey","version":1},)"
      R"("payload":)" +
          key +
          R"(} {"schema":{"type":"struct","fields":[)"
          R"({"type":"string","optional":false,"field":"id"},)"
          R"({"type":"string","optional":false,"field":"type"},)"
          R"({"type":"string","optional":false,"field":"aggregate_type"},)"
          R"({"type":"map","keys":{"type":"string","optional":false},)"
          R"("values":{"type":"string","optional":false},"optional":true,)"
          R"("field":"additional_data"},)"
          R"({"type":"int64","optional":false,"field":"timestamp"}],"optional":false,)"
          R"("name":"io.debezium.connector.common.Notification","version":1},"payload":)" +
          value + "}");
}

schema::TableSchemaPtr made_table() {
  schema::TableSchema table;
  table.default_collation = 255;
  table.columns = {testing::column("id", schema::ColumnType::kLong),
                   testing::text_column("name", "utf8mb4")};
  table.columns[0].column_type = "int";
  table.columns[0].is_auto_increment = true;
  table.columns[1].column_type = "varchar(20)";
  table.columns[1].default_value = "x";
  table.columns[1].comment = "the name";
  schema::Column label = testing::nullable(testing::column("e", schema::ColumnType::kEnum, 1));
  label.column_type = "enum('a','b,c','it''s')";
  label.labels = {"a", "b,c", "it's"};
  label.collation = 255;
  label.charset = charset::find_charset("utf8mb4");
  table.columns.push_back(label);
  table.key_columns = {0};
  return std::make_shared<const schema::TableSchema>(std::move(table));
}

change::SchemaChangeEvent made() {
  change::SchemaChangeEvent event;
  event.transaction = std::make_shared<const change::TransactionInfo>(transaction());
  event.server_id = ServerId(22435);
  event.position = 4529;
  event.database = "records";
  event.tables = {{{"records", "renamed_3"}, {"records", "odd"}}};
  event.ddl = "CREATE TABLE made \"x\"";
  event.change =
      change::TableChange{change::TableChange::Type::kCreate, {"records", "m\"e"}, made_table()};
  return event;
}

TEST(SchemaChangeRecords, DescribeTheTable) {
  EncoderOptions options = options_with(false);
  options.schema_comments = true;
  const StandingClock clock;
  RecordBatch batch;
  SchemaChangeRecords(options, clock).append(made(), batch);
  EXPECT_EQ(
      text(batch),
      std::string(R"(srv1 {"databaseName":"records"} {"source":{"version":"0.1.0",)") +
          R"("connector":"mysql","name":"srv1","ts_ms":1795264595936,"snapshot":"false",)"
          R"("db":"records","sequence":null,"ts_us":1795264595936000,)"
          R"("ts_ns":1795264595936000000,"table":"odd,renamed_3","server_id":22435,"gtid":")" +
          kGtid +
          R"(","file":"binlog.000001","pos":4529,"row":0,"thread":null,"query":null},)"
          R"("ts_ms":1795231795063,"databaseName":"records","schemaName":null,)"
          R"("ddl":"CREATE TABLE made \"x\"","tableChanges":[{"type":"CREATE",)"
          R"("id":"\"records\".\"m\"\"e\"","table":{"defaultCharsetName":"utf8mb4",)"
          R"("primaryKeyColumnNames":["id"],"columns":[)"
          R"({"name":"id","jdbcType":4,"nativeType":null,"typeName":"INT","typeExpression":"INT",)"
          R"("charsetName":null,"length":null,"scale":null,"position":1,"optional":false,)"
          R"("autoIncremented":true,"generated":true,"comment":null,)"
          R"("defaultValueExpression":null,"enumValues":null},)"
          R"({"name":"name","jdbcType":12,"nativeType":null,"typeName":"VARCHAR",)"
          R"("typeExpression":"VARCHAR","charsetName":"utf8mb4","length":20,"scale":null,)"
          R"("position":2,"optional":false,"autoIncremented":false,"generated":false,)"
          R"("comment":"the name","defaultValueExpression":"x","enumValues":null},)"
          R"({"name":"e","jdbcType":1,"nativeType":null,"typeName":"ENUM",)"
          R"("typeExpression":"ENUM","charsetName":"utf8mb4","length":1,"scale":null,)"
          R"("position":3,"optional":true,"autoIncremented":false,"generated":false,)"
          R"("comment":null,"defaultValueExpression":null,)"
          R"("enumValues":["'a'","'b,c'","'it''s'"]}],"comment":null}}]})");
  EXPECT_EQ(batch.records[0].partition, 0);
}

TEST(SchemaChangeRecords, WithoutATable) {
  const StandingClock clock;
  change::SchemaChangeEvent event = made();
  event.change.reset();
  event.tables.reset();
  RecordBatch batch;
  EncoderOptions options = options_with(false);
  options.extended_headers = true;
  SchemaChangeRecords(options, clock).append(event, batch);
  EXPECT_NE(text(batch).find(R"("table":null,)"), std::string::npos);
  EXPECT_NE(text(batch).find(R"("tableChanges":[]})"), std::string::npos);
  EXPECT_EQ(batch.records[0].header_count, 4U);
  EXPECT_EQ(batch.headers[0].name, "__debezium.context.connectorLogicalName");
  EXPECT_EQ(batch.view(batch.headers[0].value), "\"srv1\"");

  event.tables.emplace();
  SchemaChangeRecords(options, clock).append(event, batch);
  EXPECT_NE(text(batch, 1).find(R"("table":"",)"), std::string::npos);
}

TEST(SchemaChangeRecords, AreOfAllTypes) {
  using schema::ColumnType;
  const struct {
    ColumnType type;
    std::uint32_t collation;
    int jdbc;
  } kRows[] = {
      {ColumnType::kTiny, 0, 5},          {ColumnType::kShort, 0, 5},
      {ColumnType::kInt24, 0, 4},         {ColumnType::kLongLong, 0, -5},
      {ColumnType::kFloat, 0, 6},         {ColumnType::kDouble, 0, 8},
      {ColumnType::kNewDecimal, 0, 3},    {ColumnType::kBit, 0, -7},
      {ColumnType::kYear, 0, 4},          {ColumnType::kDate, 0, 91},
      {ColumnType::kTime2, 0, 92},        {ColumnType::kDatetime2, 0, 93},
      {ColumnType::kTimestamp2, 0, 2014}, {ColumnType::kString, 255, 1},
      {ColumnType::kString, 63, -2},      {ColumnType::kVarchar, 255, 12},
      {ColumnType::kVarchar, 63, -3},     {ColumnType::kBlob, 255, 12},
      {ColumnType::kBlob, 63, 2004},      {ColumnType::kSet, 255, 1},
      {ColumnType::kJson, 0, 1111},       {ColumnType::kGeometry, 0, 1111},
  };
  const StandingClock clock;
  const EncoderOptions options = options_with(false);
  const SchemaChangeRecords records(options, clock);
  for (const auto& row : kRows) {
    schema::TableSchema table;
    table.columns = {testing::column("c", row.type)};
    table.columns[0].collation = row.collation;
    change::SchemaChangeEvent event = made();
    event.change->table = std::make_shared<const schema::TableSchema>(std::move(table));
    RecordBatch batch;
    records.append(event, batch);
    EXPECT_NE(text(batch).find("\"jdbcType\":" + std::to_string(row.jdbc) + ","), std::string::npos)
        << static_cast<int>(row.type) << " of collation " << row.collation;
  }
}

}  // namespace
}  // namespace millrace::encode
