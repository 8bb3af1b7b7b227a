// Rows a second of the standard table: decode and encode on one core, and the whole pipeline into a sink that drops what
// it gets, by the number of decode workers.
//
//   build/release/bench/pipeline_bench

#include <benchmark/benchmark.h>

#include <string>

#include "bench/pipeline/standard_stream.h"
#include "millrace/pipeline/pipeline.h"

namespace {

using namespace millrace;  // NOLINT(google-build-using-namespace)

constexpr int kTransactions = 200;

class NullSink final : public sink::Sink {
 public:
  Result<state::SourceState> open() override {
    state::SourceState state;
    state.offset.emplace();
    state.offset->position = {"mysql-bin.000001", 4};
    return state;
  }
  Status write(encode::RecordBatchPtr batch) override {
    rows += batch->records.size();
    return {};
  }
  Status write_state(const std::vector<state::StateRecord>&) override { return {}; }
  Status commit(const sink::Commit&) override { return {}; }
  std::size_t pending_bytes() const override { return 0; }
  void interrupt() override {}
  void close() override {}

  std::size_t rows = 0;
};

class NullObserver final : public pipeline::Observer {
 public:
  void on_streaming() override {}
  void on_commit(const pipeline::CommitReport&, const state::Offset&) override {}
  void on_skipped_event(binlog::EventType) override {}
  void on_queue_bytes(std::size_t) override {}
  void on_notice(const std::string&) override {}
};

void BM_Pipeline(benchmark::State& state) {
  bench::StandardStreams streams(kTransactions);
  encode::EncoderOptions encoder;
  encoder.logical_name = "shop";
  encoder.version = "0.1.0";
  encoder.connector_name = "mysql";
  const auto filter = transform::TableFilter::compile({});
  const auto columns = transform::ColumnRules::compile({});
  pipeline::TableRegistryOptions tables;
  tables.source_name = tables.topic_prefix = "shop";
  tables.full_metadata = true;
  pipeline::PipelineOptions options;
  options.source_name = "shop";
  options.stop_at_end = true;
  pipeline::DecodePool pool(static_cast<unsigned>(state.range(0)));
  std::size_t rows = 0;
  for (auto _ : state) {
    pipeline::TableRegistry registry(tables, encoder, *filter, *columns);
    NullSink sink;
    NullObserver observer;
    const Status status =
        pipeline::Pipeline(options, *sink.open(), registry, streams, sink, pool, observer).run();
    if (!status || sink.rows != std::size_t{kTransactions} * bench::kRowsOfTransaction) {
      state.SkipWithError(status ? "rows are missing" : status.error().message().c_str());
      return;
    }
    rows += sink.rows;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(rows));
}
BENCHMARK(BM_Pipeline)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
