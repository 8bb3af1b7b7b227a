// Rows a second of one core, from the cells of a SELECT to row images: a table of 12 columns, and documents of 150 bytes.
//
//   build/release/bench/row_image_bench

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "millrace/snapshot/row_image.h"

namespace {

using namespace millrace;  // NOLINT(google-build-using-namespace)
using mysql::Cell;
using schema::ColumnType;

struct TableRow {
  schema::TableSchema table;
  std::vector<Cell> cells;

  Cell& add(ColumnType type, std::uint32_t length, Cell::Kind kind) {
    schema::Column column;
    column.name = "c" + std::to_string(cells.size());
    column.type = type;
    column.length = length;
    column.scale = type == ColumnType::kNewDecimal ? 2 : 0;
    table.columns.push_back(column);
    cells.emplace_back().kind = kind;
    return cells.back();
  }
};

TableRow orders() {
  TableRow row;
  row.add(ColumnType::kLongLong, 0, Cell::Kind::kSigned).i64 = 1'000'000;
  row.add(ColumnType::kLong, 0, Cell::Kind::kSigned).i64 = 42;
  row.add(ColumnType::kVarchar, 400, Cell::Kind::kBytes).bytes = "customer number 1000";
  row.add(ColumnType::kVarchar, 400, Cell::Kind::kBytes).bytes = "mail1000@example.com";
  row.add(ColumnType::kNewDecimal, 12, Cell::Kind::kBytes).bytes = "12345.67";
  row.add(ColumnType::kTiny, 0, Cell::Kind::kSigned).i64 = 1;
  row.add(ColumnType::kDatetime2, 6, Cell::Kind::kTemporal).time = {2024, 2, 29, 1, 2, 3, 123456};
  row.add(ColumnType::kTimestamp2, 0, Cell::Kind::kTemporal).time = {2024, 2, 29, 1, 2, 3};
  row.add(ColumnType::kDate, 0, Cell::Kind::kTemporal).time = {2024, 2, 29};
  row.add(ColumnType::kDouble, 8, Cell::Kind::kDouble).f64 = 1.5;
  row.add(ColumnType::kBlob, 2, Cell::Kind::kBytes).bytes =
      "a note of some length, a note of some length";
  row.add(ColumnType::kLong, 0, Cell::Kind::kNull);
  return row;
}

void append(benchmark::State& state, const TableRow& row) {
  auto writer = snapshot::RowImageWriter::make(std::make_shared<schema::TableSchema>(row.table));
  if (!writer) {
    state.SkipWithError(writer.error().message().c_str());
    return;
  }
  snapshot::RowImages images;
  std::vector<snapshot::JsonDoubt> doubts;
  for (auto _ : state) {
    if (!writer->append(row.cells, images, &doubts)) {
      state.SkipWithError("the row has no image");
      return;
    }
    if (images.bytes.size() < 1U << 20) continue;
    images.bytes.clear();
    images.begins.clear();
  }
  state.SetItemsProcessed(state.iterations());
}

void BM_AppendRow(benchmark::State& state) { append(state, orders()); }
BENCHMARK(BM_AppendRow);

void BM_AppendDocument(benchmark::State& state) {
  TableRow row;
  row.add(ColumnType::kJson, 4, Cell::Kind::kBytes).bytes =
      R"({"a": 17, "b": [1, 2.5, "x"], "d": 1.25, "t": 14285.714285714286, "ok": true, "name": "n1000", )"
      R"("tags": ["red", "green", "blue"]})";
  append(state, row);
}
BENCHMARK(BM_AppendDocument);

}  // namespace
