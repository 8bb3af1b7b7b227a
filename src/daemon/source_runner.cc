#include "daemon/source_runner.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "daemon/behind_probe.h"
#include "daemon/catalog_loading.h"
#include "daemon/clone_deletion.h"
#include "daemon/encoder_options.h"
#include "daemon/heartbeat_query.h"
#include "daemon/mysql_streams.h"
#include "daemon/notifications.h"
#include "daemon/server_structures.h"
#include "daemon/signal_channels.h"
#include "daemon/sinks.h"
#include "daemon/snapshot_plan.h"
#include "daemon/snapshot_signals.h"
#include "daemon/source_filters.h"
#include "daemon/source_start.h"
#include "daemon/table_readers.h"
#include "daemon/takeover.h"
#include "millrace/base/encoding.h"
#include "millrace/daemon/logging.h"
#include "millrace/mysql/server_facts.h"

namespace millrace::daemon {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{500};

pipeline::OnFailure on_failure(config::FailureMode mode) {
  return mode == config::FailureMode::kFail ? pipeline::OnFailure::kStop
                                            : pipeline::OnFailure::kLeaveOut;
}

pipeline::PipelineOptions pipeline_options(const config::SourceConfig& source,
                                           const SourceFilters& filters,
                                           const mysql::ServerFacts& facts) {
  pipeline::PipelineOptions options;
  if (source.gtid_filters_rows && !filters.servers.takes_all()) {
    options.publishes_server = [&servers = filters.servers](const gtid::Uuid& server) {
      return servers.takes(server);
    };
  }
  options.source_name = source.name;
  options.commit_interval = source.commit_interval;
  options.commit_max_bytes = source.commit_max_bytes;
  options.transaction_split_bytes = source.transaction_split_bytes;
  options.heartbeat_interval = source.metadata.heartbeat_interval;
  options.include_query = source.include_query;
  options.skip_creates = source.skip_creates;
  options.skip_updates = source.skip_updates;
  options.skip_deletes = source.skip_deletes;
  options.skip_truncates = source.skip_truncates;
  options.undecodable = on_failure(source.undecodable);
  options.unprocessable = on_failure(source.unprocessable);
  options.leaves_out_tables = source.inconsistent_schema != config::FailureMode::kFail;
  options.server_uuid = facts.server_uuid;
  options.gtid_mode = facts.gtid_mode == "ON";
  options.updates_may_vanish = source.skip_unchanged;
  return options;
}

// What a signal's row asks of a snapshot; what it says wrong is told when it is committed, with the other signals.
std::optional<pipeline::SnapshotOrder> order_of_row(const pipeline::SignalRow& row) {
  auto order = parse_snapshot_order(Signal{row.id, row.type, row.data});
  return order ? std::move(*order) : std::nullopt;
}

pipeline::TableRegistryOptions registry_options(const config::SourceConfig& source,
                                                const mysql::ServerFacts& facts) {
  pipeline::TableRegistryOptions options;
  options.source_name = source.name;
  options.topic_prefix = source.topic_prefix;
  options.topics.delimiter = source.metadata.topic_delimiter;
  options.topics.has_database = source.metadata.topics_have_database;
  options.topics.writes_unicode = source.metadata.topics_write_unicode;
  options.tells_captured_statements_only = source.metadata.captured_schema_changes_only;
  options.full_metadata = facts.binlog_row_metadata == "FULL";
  options.server = catalog_server(facts);
  if (source.signals.source_enabled) options.signal_table = source.signals.table;
  if (source.inconsistent_schema != config::FailureMode::kFail)
    options.inconsistent_schema = pipeline::InconsistentSchema::kLeaveOut;
  return options;
}

// Null without heartbeat.action.query.
std::unique_ptr<HeartbeatQuery> start_heartbeat_query(const config::SourceConfig& source,
                                                      SourceMetrics& metrics) {
  const config::MetadataConfig& metadata = source.metadata;
  if (metadata.heartbeat_query.empty() || metadata.heartbeat_interval.count() == 0) return nullptr;
  return std::make_unique<HeartbeatQuery>(
      HeartbeatQueryOptions{source.name, metadata.heartbeat_query, metadata.heartbeat_interval,
                            connection_options(source)},
      metrics);
}

std::string position_text(const state::Offset& offset) {
  return offset.position.file + ":" + std::to_string(offset.position.offset);
}

}  // namespace

SourceRunner::SourceRunner(config::SourceConfig source,
                           std::shared_ptr<const config::Config> config, pipeline::DecodePool& pool,
                           pipeline::MemoryBudget& memory, SourceMetrics& metrics,
                           std::function<void()> on_end)
    : source_(std::move(source)),
      config_(std::move(config)),
      pool_(pool),
      memory_(memory),
      metrics_(metrics),
      on_end_(std::move(on_end)),
      backoff_(kFirstRetry, source_.retry_delay_max, fnv1a_64(source_.name)) {
  status_.name = source_.name;
}

SourceRunner::~SourceRunner() {
  stop();
  join();
}

void SourceRunner::start() {
  thread_ = std::thread([this] { run(); });
}

void SourceRunner::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  interrupted_ = true;
  if (pipeline_ != nullptr) {
    pipeline_->stop();
  } else if (sink_ != nullptr) {
    sink_->interrupt();  // it may wait for a broker that isn't there
  }
  stop_wake_.notify_all();
}

void SourceRunner::join() {
  if (thread_.joinable()) thread_.join();
}

SourceStatus SourceRunner::status() const {
  const std::lock_guard lock(mutex_);
  SourceStatus status = status_;
  status.gtids = committed_.to_text();
  return status;
}

gtid::GtidSet SourceRunner::committed() const {
  const std::lock_guard lock(mutex_);
  return committed_;
}

bool SourceRunner::wait_until_ended(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return ended_.wait_until(lock, deadline, [this] { return end_.has_value(); });
}

std::optional<SourceEnd> SourceRunner::end() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

void SourceRunner::set_state(SourceState state, std::string trace) {
  const std::lock_guard lock(mutex_);
  status_.state = state;
  status_.trace = std::move(trace);
  metrics_.set_state(state);
}

bool SourceRunner::wait_for(std::chrono::milliseconds delay) {
  std::unique_lock lock(mutex_);
  return !stop_wake_.wait_for(lock, delay, [this] { return stopping_; });
}

void SourceRunner::run() {
  const SourceEnd end = run_until_end();
  {
    const std::lock_guard lock(mutex_);
    end_ = end;
  }
  ended_.notify_all();
  on_end_();
}

SourceEnd SourceRunner::run_until_end() {
  const auto log = logger("source");
  while (true) {
    const Status status = run_once();
    {
      const std::lock_guard lock(mutex_);
      if ((stopping_ && (status || status.error().is_transient())) || is_done_) {
        status_.state = SourceState::kStopped;
        metrics_.set_state(SourceState::kStopped);
        log->info("stopped source={} position={}", source_.name, status_.position);
        return SourceEnd::kStopped;
      }
    }
    MILLRACE_ASSERT(!status, "a pipeline ended without stop and without error");
    if (!status.error().is_transient()) {
      set_state(SourceState::kFailed, status.error().message());
      log->error("source failed for good source={} reason=\"{}\"", source_.name,
                 status.error().message());
      return SourceEnd::kFailed;
    }
    if (source_.errors_max_retries >= 0 && backoff_.attempts() >= source_.errors_max_retries) {
      set_state(SourceState::kFailed, "gave up after " + std::to_string(backoff_.attempts()) +
                                          " retries: " + status.error().message());
      log->error("retries used up source={} reason=\"{}\"", source_.name, status.error().message());
      return SourceEnd::kGaveUp;
    }
    const auto delay = backoff_.next();
    set_state(SourceState::kRestarting, status.error().message());
    metrics_.reconnects.Increment();
    log->warn("trying again source={} delay_ms={} reason=\"{}\"", source_.name, delay.count(),
              status.error().message());
    wait_for(delay);
  }
}

Status SourceRunner::run_once() {
  const auto log = logger("source");
  encode::EncoderOptions encoder = encoder_options(source_);
  MILLRACE_ASSIGN_OR_RETURN(encoder.transforms, transform_chain(source_));
  MILLRACE_ASSIGN_OR_RETURN(const SourceFilters filters, compile_filters(source_));

  // The sink first: it fences an older instance before anything is read.
  MILLRACE_ASSIGN_OR_RETURN(const std::unique_ptr<sink::Sink> sink, make_sink(source_, *config_));
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return {};
    sink_ = sink.get();
  }
  const auto forget = [this](void*) {
    const std::lock_guard lock(mutex_);
    sink_ = nullptr;
    pipeline_ = nullptr;
  };
  const std::unique_ptr<void, decltype(forget)> guard(this, forget);
  MILLRACE_ASSIGN_OR_RETURN(state::SourceState state, sink->open());

  MILLRACE_ASSIGN_OR_RETURN(mysql::Connection connection,
                            mysql::Connection::connect(connection_options(source_)));
  MILLRACE_ASSIGN_OR_RETURN(const mysql::ServerFacts facts, mysql::fetch_server_facts(connection));
  MILLRACE_RETURN_IF_ERROR(require_fit(source_, facts));

  const pipeline::TableRegistryOptions table_options = registry_options(source_, facts);
  MysqlStreams streams(source_, config_->daemon.group_id);
  const Takeover takeover{source_,    config_->kafka, filters.tables, filters.servers,
                          connection, facts,          streams,        interrupted_};
  MILLRACE_ASSIGN_OR_RETURN(SourceStart begun,
                            start_source(takeover, filters, table_options.full_metadata, encoder,
                                         std::move(state), *sink));
  if (begun.is_done) {
    log->info("the snapshot is complete, and nothing else was asked for source={}", source_.name);
    is_done_ = true;
    return {};
  }
  pipeline::TableRegistry tables(table_options, encoder, filters.tables, filters.columns);
  tables.load(std::move(begun.state.catalog));
  log->info("{} source={} server={} version={} position={} gtids={}",
            begun.state.snapshot ? "streaming and reading tables" : "streaming", source_.name,
            connection.endpoint(), facts.version, position_text(*begun.state.offset),
            begun.state.offset->gtids.to_text());

  const state::Offset start = *begun.state.offset;
  ServerStructures structures(source_, config_->daemon.group_id, table_options.server);
  pipeline::PipelineOptions options = pipeline_options(source_, filters, facts);
  options.structures = &structures;
  options.memory = &memory_;
  options.order_of_signal = order_of_row;
  options.snapshot = snapshot_options(begun, facts);
  CloneDeletion clone_deletion(source_);
  options.snapshot.on_copy_read = [&] { clone_deletion.begin(); };
  const bool has_old_copy =
      !begun.state.clone_name.empty() && !(begun.state.snapshot && begun.state.snapshot->is_frozen);
  pipeline::Pipeline pipeline(std::move(options), std::move(begun.state), tables, streams, *sink,
                              pool_, *this);
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return {};
    pipeline_ = &pipeline;
    committed_ = start.gtids;
  }
  std::optional<BehindProbe> probe;
  if (start.has_gtids) {
    probe.emplace(
        std::move(connection), [this] { return committed(); }, metrics_);
  }
  const auto heartbeat_query = start_heartbeat_query(source_, metrics_);
  clone_deletion.on_deleted([&] { pipeline.note(state::clone_deletion(source_.name)); });
  if (has_old_copy) clone_deletion.begin();
  Status status;
  {
    const SignalChannels channels(
        source_, *config_, [this, &pipeline](std::string_view channel, std::string_view json) {
          take_signal(channel, parse_signal(json), this->status().position, pipeline);
        });
    status = pipeline.run();
  }
  {
    // stop() must not reach a pipeline that is going.
    const std::lock_guard lock(mutex_);
    pipeline_ = nullptr;
  }
  clone_deletion.stop();
  sink->close();
  is_done_ = status && begun.stops_after;
  return status;
}

void SourceRunner::on_streaming() { set_state(SourceState::kRunning, ""); }

void SourceRunner::on_commit(const pipeline::CommitReport& report, const state::Offset& offset) {
  backoff_.reset();
  metrics_.creates.Increment(static_cast<double>(report.creates));
  metrics_.updates.Increment(static_cast<double>(report.updates));
  metrics_.deletes.Increment(static_cast<double>(report.deletes));
  metrics_.truncates.Increment(static_cast<double>(report.truncates));
  metrics_.reads.Increment(static_cast<double>(report.reads));
  metrics_.bytes.Increment(static_cast<double>(report.bytes));
  metrics_.transactions.Increment(static_cast<double>(report.transactions));
  metrics_.commits.Increment();
  metrics_.commit_seconds.Observe(std::chrono::duration<double>(report.duration).count());
  metrics_.json_bases_missing.Increment(static_cast<double>(report.json_bases_missing));
  for (const auto& [table, values] : report.invalid_texts) {
    metrics_.text_conversion_failures(table, static_cast<double>(values));
  }
  for (const auto& [what, count] : report.left_out.counts()) {
    metrics_.left_out(what.table, std::string(to_text(what.reason)),
                      static_cast<double>(count.count));
    tell_left_out(what, count);
  }
  for (const pipeline::SignalRow& row : report.signals) {
    const Signal signal{row.id, row.type, row.data};
    const auto order = parse_snapshot_order(signal);
    if (order && *order) {
      log_signal("source", signal, {false, "a signal about snapshots was taken"}, row.place);
    } else {
      answer("source", signal, order, row.place);
    }
  }
  if (report.commit_us != 0) {
    const double now_us = static_cast<double>(system_clock().wall_ns()) / 1000;
    metrics_.lag_seconds.Set((now_us - static_cast<double>(report.commit_us)) / 1e6);
  }
  const std::lock_guard lock(mutex_);
  status_.position = position_text(offset);
  committed_ = offset.gtids;
}

// From the thread of the channels: an order to the pipeline returns when it is committed, so that the channel goes on
// only behind it.
void SourceRunner::take_signal(std::string_view channel, const Result<Signal>& signal,
                               const std::string& place, pipeline::Pipeline& pipeline) {
  if (!signal) {
    logger("source")->warn("a signal {} source={} channel={}", signal.error().message(),
                           source_.name, channel);
    return;
  }
  auto order = parse_snapshot_order(*signal);
  if (!order || !*order) {
    answer(channel, *signal, order, place);
    return;
  }
  log_signal(channel, *signal, {false, "a signal about snapshots was taken"}, place);
  if (!pipeline.order(std::move(**order))) {
    log_signal(channel, *signal, {true, "the source ends before it could be acted upon"}, place);
  }
}

void SourceRunner::answer(std::string_view channel, const Signal& signal,
                          const Result<std::optional<pipeline::SnapshotOrder>>& order,
                          const std::string& place) {
  log_signal(channel, signal,
             order ? answer_signal(signal, place) : SignalAnswer{true, order.error().message()},
             place);
}

void SourceRunner::log_signal(std::string_view channel, const Signal& signal,
                              const SignalAnswer& answer, const std::string& place) {
  logger("source")->log(answer.is_warning ? spdlog::level::warn : spdlog::level::info,
                        "{}: signal id={} type={} source={} channel={} position=\"{}\"",
                        answer.sentence, signal.id, signal.type, source_.name, channel, place);
}

void SourceRunner::on_snapshot(const pipeline::SnapshotReport& report) {
  metrics_.snapshot(report);
  tell_snapshot(report);
  const std::lock_guard lock(mutex_);
  status_.snapshot = report;
}

// A line a minute: a snapshot may take days.
void SourceRunner::tell_snapshot(const pipeline::SnapshotReport& report) {
  constexpr std::chrono::seconds kPause{60};
  const auto now = std::chrono::steady_clock::now();
  if (!report.is_running || now - snapshot_told_ < kPause) return;
  const bool is_first = snapshot_told_ == std::chrono::steady_clock::time_point();
  const std::uint64_t rows = report.rows - std::min(report.rows, snapshot_rows_told_);
  const double seconds = std::chrono::duration<double>(now - snapshot_told_).count();
  snapshot_told_ = now;
  snapshot_rows_told_ = report.rows;
  if (is_first) return;
  logger("snapshot")
      ->info("{} source={} tables={}/{} rows={} rows_per_second={:.0f} estimated_rows_left={}",
             report.is_paused ? "paused" : "reading", source_.name,
             report.tables - report.tables_left, report.tables, report.rows,
             static_cast<double>(rows) / seconds, report.estimate_left);
}

void SourceRunner::on_table_read(const pipeline::TableReadReport& report) {
  const bool is_good = report.outcome == "SUCCEEDED" || report.outcome == "EMPTY";
  logger("snapshot")
      ->log(is_good ? spdlog::level::info : spdlog::level::warn,
            "table read source={} table={} rows={} outcome={}{}", source_.name, report.table,
            report.rows, report.outcome,
            report.why.empty() ? "" : " reason=\"" + report.why + "\"");
}

void SourceRunner::on_notification(const encode::Notification& notification) {
  log_notification(source_, notification);
}

pipeline::SnapshotOptions SourceRunner::snapshot_options(const SourceStart& begun,
                                                         const mysql::ServerFacts& facts) const {
  pipeline::SnapshotOptions options;
  if (begun.clone) options.frozen_reader = clone_table_readers(source_, *begun.clone);
  options.why_not_live = why_not_live(facts);
  if (options.why_not_live.empty()) options.live_reader = live_table_readers(source_, facts);
  options.threads = source_.snapshot.threads;
  options.chunk_rows = source_.snapshot.chunk_rows;
  options.rows_per_second = source_.snapshot.rows_per_second;
  options.stops_after = begun.stops_after;
  options.streaming_delay = source_.snapshot.streaming_delay;
  options.connector_name = source_.topic_prefix;
  if (source_.metadata.notifies_sink) {
    options.notification_topic = source_.metadata.notification_topic;
  }
  return options;
}

// At most one line a table and reason in this time; the metric has them all.
void SourceRunner::tell_left_out(const pipeline::LeftOut::What& what,
                                 const pipeline::LeftOut::Count& count) {
  constexpr std::chrono::seconds kPause{60};
  LeftOutLog& known = left_out_[what];
  known.untold += count.count;
  const auto now = std::chrono::steady_clock::now();
  if (known.told && now - *known.told < kPause) return;
  logger("source")->warn("rows were left out source={} table={} reason={} count={} first=\"{}\"",
                         source_.name, what.table, to_text(what.reason), known.untold, count.first);
  known.told = now;
  known.untold = 0;
}

void SourceRunner::on_skipped_event(binlog::EventType type) {
  metrics_.skipped_event(binlog::event_type_name(type));
}

void SourceRunner::on_queue_bytes(std::size_t bytes) {
  metrics_.queue_bytes.Set(static_cast<double>(bytes));
}

void SourceRunner::on_notice(const std::string& sentence) {
  logger("source")->warn("{} source={}", sentence, source_.name);
}

}  // namespace millrace::daemon
