#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "daemon/file_streams.h"
#include "millrace/daemon/daemon.h"
#include "millrace/daemon/version.h"
#include "millrace/pipeline/pipeline.h"
#include "millrace/transform/table_filter.h"

namespace millrace::daemon {
namespace {

// Prints committed records; remembers nothing.
class PrintingSink final : public sink::Sink {
 public:
  Result<state::SourceState> open() override {
    state::SourceState state;
    state.offset.emplace();
    return state;
  }
  Status write(encode::RecordBatchPtr batch) override {
    for (const encode::Record& record : batch->records) {
      encode::append_record_line(*batch, record, lines_);
      if (lines_.size() >= kFlushBytes) MILLRACE_RETURN_IF_ERROR(print());
    }
    return {};
  }
  Status write_state(const std::vector<state::StateRecord>&) override { return {}; }
  Status commit(const sink::Commit&) override { return print(); }
  std::size_t pending_bytes() const override { return lines_.size(); }
  void interrupt() override {}
  void close() override {}

 private:
  static constexpr std::size_t kFlushBytes = 1U << 20;

  Status print() {
    const bool written = std::fwrite(lines_.data(), 1, lines_.size(), stdout) == lines_.size() &&
                         std::fflush(stdout) == 0;
    lines_.clear();
    return written ? Status() : definite_error("can't write to standard output");
  }

  std::string lines_;
};

// Tells on standard error what a person should know.
class PrintingObserver final : public pipeline::Observer {
 public:
  void on_streaming() override {}
  void on_commit(const pipeline::CommitReport&, const state::Offset&) override {}
  void on_skipped_event(binlog::EventType) override {}
  void on_queue_bytes(std::size_t) override {}
  void on_notice(const std::string& sentence) override {
    std::fprintf(stderr, "warning: %s\n", sentence.c_str());
  }
};

Status decode_files(const std::vector<std::string>& files) {
  encode::EncoderOptions encoder;
  encoder.logical_name = "binlog";
  encoder.version = kVersion;
  encoder.connector_name = "mysql";
  MILLRACE_ASSIGN_OR_RETURN(const transform::TableFilter filter,
                            transform::TableFilter::compile({}));
  MILLRACE_ASSIGN_OR_RETURN(const transform::ColumnRules columns,
                            transform::ColumnRules::compile({}));
  pipeline::TableRegistryOptions table_options;
  table_options.source_name = encoder.logical_name;
  table_options.topic_prefix = encoder.logical_name;
  table_options.allow_unnamed = true;
  pipeline::TableRegistry tables(table_options, encoder, filter, columns);

  MILLRACE_ASSIGN_OR_RETURN(const std::unique_ptr<FileStreams> streams, FileStreams::open(files));
  PrintingSink sink;
  PrintingObserver observer;
  pipeline::DecodePool pool(1);
  MILLRACE_ASSIGN_OR_RETURN(state::SourceState state, sink.open());
  state.offset->position = {std::filesystem::path(files.front()).filename().string(), 4};
  pipeline::PipelineOptions options;
  options.source_name = encoder.logical_name;
  options.gtid_mode = false;
  options.stop_at_end = true;
  options.skip_truncates = false;
  options.include_query = true;
  return pipeline::Pipeline(options, std::move(state), tables, *streams, sink, pool, observer)
      .run();
}

}  // namespace

int decode(const std::vector<std::string>& files) {
  const Status status = decode_files(files);
  if (status) return kExitStopped;
  std::fprintf(stderr, "%s\n", status.error().message().c_str());
  return kExitOperatorMustAct;
}

}  // namespace millrace::daemon
