// Records a second of one core, encoding only: an INSERT of a table of 8 columns, without transforms and with chains of
// them.
//
//   build/release/bench/transforms_bench

#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <vector>

#include "millrace/charset/charset.h"
#include "millrace/encode/debezium_encoder.h"

namespace {

using namespace millrace;  // NOLINT(google-build-using-namespace)
using encode::TransformSpec;
using schema::ColumnType;

const std::string kKafka = "org.apache.kafka.connect.transforms.";
const std::string kUnwrap = "io.debezium.transforms.ExtractNewRecordState";

schema::TableSchemaPtr orders() {
  const std::pair<const char*, ColumnType> kColumns[] = {
      {"id", ColumnType::kLongLong},    {"customer_id", ColumnType::kLong},
      {"name", ColumnType::kVarchar},   {"note", ColumnType::kVarchar},
      {"made", ColumnType::kDatetime2}, {"amount", ColumnType::kDouble},
      {"paid", ColumnType::kTiny},      {"region", ColumnType::kVarchar}};
  schema::TableSchema table;
  table.name = {"shop", "orders"};
  for (const auto& [name, type] : kColumns) {
    schema::Column column;
    column.name = name;
    column.type = type;
    column.charset = charset::find_charset("utf8mb4");
    column.collation = 255;
    table.columns.push_back(std::move(column));
  }
  table.key_columns = {0};
  return std::make_shared<const schema::TableSchema>(std::move(table));
}

row::Row a_row() {
  row::Row row;
  row.reset(8);
  const auto set = [&row](std::size_t at, row::ValueKind kind, std::int64_t number,
                          std::string_view bytes = {}) {
    row.values[at].kind = kind;
    row.values[at].i64 = number;
    row.values[at].bytes = bytes;
  };
  set(0, row::ValueKind::kInt, 1'234'567);
  set(1, row::ValueKind::kInt, 42);
  set(2, row::ValueKind::kText, 0, "a name of 20 bytes..");
  set(3, row::ValueKind::kText, 0, "a note that has about fifty bytes, all of them ASCII");
  row.values[4].kind = row::ValueKind::kDatetime;
  row.values[4].date = {2024, 2, 29, 13, 14, 15, 0};
  row.values[5].kind = row::ValueKind::kDouble;
  row.values[5].f64 = 12.34;
  set(6, row::ValueKind::kInt, 1);
  set(7, row::ValueKind::kText, 0, "eu-central");
  return row;
}

void encode_rows(benchmark::State& state, std::vector<TransformSpec> transforms) {
  encode::EncoderOptions options;
  options.logical_name = "srv1";
  options.version = "0.1.0";
  if (!transforms.empty()) {
    auto chain =
        encode::TransformChain::compile({.transforms = std::move(transforms), .predicates = {}});
    if (!chain) {
      state.SkipWithError(chain.error().message().c_str());
      return;
    }
    options.transforms = *chain;
  }
  const encode::TablePlan plan(orders(), {"srv1.shop.orders"}, options);
  encode::DebeziumEncoder encoder(options, system_clock());
  change::TransactionInfo transaction;
  transaction.gtid = "a8c0d2b9-e55b-11f1-885b-02fc00000001:11";
  transaction.commit_us = 1'795'231'795'025'925;
  transaction.file = "mysql-bin.000001";
  const row::Row row = a_row();
  change::ChangeEvent event;
  event.table = &plan.table();
  event.after = &row;
  event.source.transaction = &transaction;
  encode::RecordBatch batch;
  for (auto _ : state) {
    if (batch.bytes.size() > (1U << 20)) batch.clear();
    const Status status = encoder.encode(event, plan, batch);
    if (!status) {
      state.SkipWithError(status.error().message().c_str());
      return;
    }
    benchmark::DoNotOptimize(batch.bytes.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

TransformSpec link(std::string type, std::map<std::string, std::string> options) {
  const std::string name = "t_" + type.substr(type.rfind('.') + 1);
  return {name, std::move(type), std::move(options), "", false};
}

const TransformSpec kFlat = link(kUnwrap, {{"add.fields", "op,source.ts_ms"}});

void BM_Plain(benchmark::State& state) { encode_rows(state, {}); }
BENCHMARK(BM_Plain);

void BM_RegexRouter(benchmark::State& state) {
  encode_rows(state,
              {link(kKafka + "RegexRouter", {{"regex", "srv1.(.*)"}, {"replacement", "$1"}})});
}
BENCHMARK(BM_RegexRouter);

void BM_Unwrap(benchmark::State& state) { encode_rows(state, {kFlat}); }
BENCHMARK(BM_Unwrap);

void BM_UnwrapRouteByField(benchmark::State& state) {
  encode_rows(state, {link(kUnwrap, {{"route.by.field", "region"}})});
}
BENCHMARK(BM_UnwrapRouteByField);

void BM_FiveTransforms(benchmark::State& state) {
  encode_rows(
      state,
      {kFlat,
       link(kKafka + "ReplaceField$Value", {{"exclude", "note"}, {"renames", "amount:total"}}),
       link(kKafka + "MaskField$Value", {{"fields", "name"}}),
       link(kKafka + "TimestampConverter$Value",
            {{"field", "made"}, {"target.type", "string"}, {"format", "yyyy-MM-dd HH:mm:ss"}}),
       link(kKafka + "ValueToKey", {{"fields", "id,region"}})});
}
BENCHMARK(BM_FiveTransforms);

}  // namespace
