// Rows a second of one core, decoding only: an INSERT and an UPDATE of a table of 13 columns, an
// event of 8 KiB as the server cuts them; and the text of a JSON document.
//
//   build/release/bench/row_bench

#include <benchmark/benchmark.h>

#include <string>
#include <utility>

#include "millrace/row/json_text.h"
#include "millrace/row/row_decoder.h"

namespace {

using namespace millrace;  // NOLINT(google-build-using-namespace)
using schema::ColumnType;

schema::TableSchema orders() {
  const std::pair<ColumnType, std::uint32_t> kColumns[] = {
      {ColumnType::kLongLong, 0},  {ColumnType::kLong, 0},        {ColumnType::kVarchar, 400},
      {ColumnType::kVarchar, 100}, {ColumnType::kNewDecimal, 12}, {ColumnType::kTiny, 0},
      {ColumnType::kDatetime2, 6}, {ColumnType::kTimestamp2, 0},  {ColumnType::kDate, 0},
      {ColumnType::kDouble, 8},    {ColumnType::kEnum, 1},        {ColumnType::kBlob, 2},
      {ColumnType::kLong, 0},
  };
  schema::TableSchema schema;
  for (const auto& [type, length] : kColumns) {
    schema::Column column;
    column.name = "c" + std::to_string(schema.columns.size());
    column.type = type;
    column.length = length;
    column.scale = type == ColumnType::kNewDecimal ? 2 : 0;
    schema.columns.push_back(column);
  }
  return schema;
}

// Column 12 is NULL.
std::string image() {
  using namespace std::string_literals;  // NOLINT(google-build-using-namespace)
  return "\x00\x10"s + "\x01\x02\x03\x04\x05\x06\x07\x00"s + "\x2a\x00\x00\x00"s +
         "\x14\x00 a name of 20 bytes."s + "\x0a" + "0123456789" + "\x80\x00\x00\x00\x0c\x32"s +
         "\x01" + "\x99\xb2\xba\x10\x83\x01\xe2\x40" + "\x65\x92\x00\x80"s + "\x5d\xd0\x0f" +
         "\x00\x00\x00\x00\x00\x00\xf8\x3f"s + "\x02" + "\x10\x00 sixteen letters"s;
}

void decode(benchmark::State& state, binlog::RowsKind kind) {
  const schema::TableSchema schema = orders();
  const row::RowPlan plan(schema);
  std::string images;
  const std::size_t per_row = kind == binlog::RowsKind::kUpdate ? 2 : 1;
  while (images.size() < 8192) {
    for (std::size_t i = 0; i < per_row; ++i) images += image();
  }
  binlog::RowsEvent event;
  event.kind = kind;
  event.column_count = schema.columns.size();
  event.columns_before = event.columns_after = "\xff\x1f";
  event.rows = images;
  row::Row before, after;
  std::int64_t rows = 0;
  for (auto _ : state) {
    row::RowDecoder decoder(plan, event);
    while (true) {
      const Result<bool> more = decoder.next(before, after);
      if (!more) {
        state.SkipWithError(more.error().message().c_str());
        return;
      }
      if (!*more) break;
      benchmark::DoNotOptimize(after.values.data());
      ++rows;
    }
  }
  state.SetItemsProcessed(rows);
}

void BM_DecodeInsert(benchmark::State& state) { decode(state, binlog::RowsKind::kWrite); }
BENCHMARK(BM_DecodeInsert);

void BM_DecodeUpdate(benchmark::State& state) { decode(state, binlog::RowsKind::kUpdate); }
BENCHMARK(BM_DecodeUpdate);

void BM_JsonText(benchmark::State& state) {
  using namespace std::string_literals;  // NOLINT(google-build-using-namespace)
  // {"a": [1, 2.5, "x"], "b": 1}
  const std::string document =
      "\x00\x02\x00\x34\x00\x12\x00\x01\x00\x13\x00\x01\x00\x02\x14\x00\x05\x01\x00"s + "ab" +
      "\x03\x00\x17\x00\x05\x01\x00\x0b\x0d\x00\x0c\x15\x00\x00\x00\x00\x00\x00\x00\x04\x40\x01x"s +
      std::string(9, '\0');
  std::string text;
  for (auto _ : state) {
    text.clear();
    const Status status = row::append_json_text(document, row::JsonTextForm::kDebezium, text);
    if (!status) {
      state.SkipWithError(status.error().message().c_str());
      return;
    }
    benchmark::DoNotOptimize(text.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * document.size()));
}
BENCHMARK(BM_JsonText);

}  // namespace
