// Rows a second of one core: row events of the standard table to records, as a decode worker does it. And on two threads
// that share nothing, which is the most that the machine gives two decode workers.
//
//   build/release/bench/decode_bench

#include <benchmark/benchmark.h>

#include "bench/pipeline/decode_input.h"

namespace {

using namespace millrace;  // NOLINT(google-build-using-namespace)

void BM_DecodeAndEncode(benchmark::State& state) {
  constexpr int kRows = 2000;  // about as many as a batch has
  const bench::DecodeInput input = bench::DecodeInput::inserts(kRows);
  std::uint64_t rows = 0;
  for (auto _ : state) rows += input.run();
  state.SetItemsProcessed(static_cast<std::int64_t>(rows));
}
BENCHMARK(BM_DecodeAndEncode)->ThreadRange(1, 2)->UseRealTime();

}  // namespace
