#include "daemon/source_runner.h"

#include <malloc.h>
#include <spdlog/spdlog.h>

#include <map>
#include <set>
#include <utility>

#include "daemon/behind_probe.h"
#include "daemon/catalog_loading.h"
#include "daemon/encoder_options.h"
#include "daemon/heartbeat_query.h"
#include "daemon/mysql_streams.h"
#include "daemon/notifications.h"
#include "daemon/server_structures.h"
#include "daemon/signal_channels.h"
#include "daemon/sinks.h"
#include "daemon/source_filters.h"
#include "daemon/start_point.h"
#include "daemon/takeover.h"
#include "millrace/base/encoding.h"
#include "millrace/daemon/logging.h"
#include "millrace/mysql/server_facts.h"
#include "millrace/state/catalog_records.h"

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
  return options;
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
  options.server_version = facts.version_number;
  options.lower_case_names = facts.lower_case_table_names != 0;
  if (source.signals.source_enabled) options.signal_table = source.signals.table;
  if (source.inconsistent_schema != config::FailureMode::kFail)
    options.inconsistent_schema = pipeline::InconsistentSchema::kLeaveOut;
  return options;
}

// Which tables the catalog holds: also those that aren't captured, because one may be renamed into capture. The patterns
// are asked once a database.
discovery::TablePredicate followed_by(const transform::TableFilter& filter) {
  return [&filter, known = std::map<std::string, bool>()](const schema::TableName& name) mutable {
    const auto [it, is_new] = known.try_emplace(name.database, false);
    if (is_new) it->second = filter.captures_database(name.database);
    return it->second;
  };
}

using StateRecords = std::vector<state::StateRecord>;

// Gives `state` what it lacks: an offset and the catalog at a first start, what a connector's offset leaves out, a
// catalog where only an offset is stored. When it did, the catalog must be stored, beside these records and in the place
// of `stored`.
Result<std::optional<StateRecords>> complete_state(const Takeover& takeover, bool full_metadata,
                                                   state::SourceState& state,
                                                   schema::Catalog& stored) {
  const discovery::TablePredicate is_followed = followed_by(takeover.filter);
  const auto connect = [&takeover] {
    return mysql::Connection::connect(connection_options(takeover.source));
  };
  if (!state.offset) {
    stored = std::exchange(state.catalog, {});
    MILLRACE_ASSIGN_OR_RETURN(const state::Offset start, first_offset(takeover.facts));
    if (full_metadata) {
      MILLRACE_ASSIGN_OR_RETURN(state.catalog,
                                read_catalog(takeover.connection, is_followed, connect));
      state.offset = start;
      return std::optional(StateRecords());
    }
    MILLRACE_ASSIGN_OR_RETURN(
        LoadedCatalog loaded,
        load_first_catalog(takeover.connection, takeover.streams, start, is_followed, connect));
    state.offset = std::move(loaded.offset);
    state.catalog = std::move(loaded.catalog);
    return std::optional(StateRecords());
  }
  if (!state.offset->own) {
    MILLRACE_ASSIGN_OR_RETURN(StateRecords records, takeover.run(state));
    return std::optional(std::move(records));
  }
  leave_out_servers(takeover.servers, takeover.facts, *state.offset);
  MILLRACE_RETURN_IF_ERROR(check_offset(*state.offset, takeover.facts));
  if (full_metadata || state.catalog.table_count() != 0) return std::optional<StateRecords>();
  MILLRACE_ASSIGN_OR_RETURN(state.catalog, load_catalog_at(takeover.connection, takeover.streams,
                                                           *state.offset, is_followed, connect));
  return std::optional(StateRecords());
}

// All requirements that aren't met, as one error.
Status require_fit(const config::SourceConfig& source, const mysql::ServerFacts& facts) {
  std::string unmet;
  mysql::SourceNeeds needs;
  needs.gtid =
      false;  // without GTIDs a source starts by file and position; start_point.cc minds the offset
  needs.user = source.user;
  for (const mysql::Requirement& requirement : mysql::check_requirements(facts, needs)) {
    if (requirement.ok || requirement.severity != mysql::Severity::kRequired) continue;
    unmet += (unmet.empty() ? "" : "; ") + requirement.name + " must be " + requirement.needed +
             ", is " + requirement.found + ": " + requirement.fix;
  }
  return unmet.empty() ? Status() : definite_error("the server is not fit: " + unmet);
}

// guardrail.collections.max: more tables than somebody meant are better noticed before their topics are made.
Status check_guardrail(const config::SourceConfig& source, const transform::TableFilter& filter,
                       const schema::Catalog& catalog) {
  const std::uint64_t most = source.guardrail.most_tables;
  if (most == 0) return {};
  std::uint64_t count = 0;
  catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr&) {
    if (filter.captures(name)) ++count;
  });
  if (count <= most) return {};
  const std::string sentence =
      std::to_string(count) +
      " tables are captured, above guardrail.collections.max=" + std::to_string(most);
  if (source.guardrail.fails) {
    return definite_error(sentence + ": narrow table.include.list, or raise the limit");
  }
  logger("source")->warn("{} source={}", sentence, source.name);
  return {};
}

// information_schema shows characters above U+FFFF as '?'; only TABLE_MAPs with full metadata have them.
void warn_of_doubtful_labels(const std::string& source, const schema::Catalog& catalog) {
  std::set<const schema::TableSchema*> seen;
  catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr& table) {
    if (table == nullptr || !seen.insert(table.get()).second) return;
    for (const schema::Column& column : table->columns) {
      for (const std::string& label : column.labels) {
        if (label.find('?') == std::string::npos) continue;
        logger("source")->warn(
            "a label of {}.{} holds '?', which may stand for a character above U+FFFF that the "
            "server doesn't show: {}; binlog_row_metadata=FULL brings the label as it is source={}",
            name.to_text(), column.name, label, source);
      }
    }
  });
}

// A million tables' records passed through: what they took isn't needed again.
void give_memory_back() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
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
                           SourceMetrics& metrics, std::function<void()> on_end)
    : source_(std::move(source)),
      config_(std::move(config)),
      pool_(pool),
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
      if (stopping_ && (status || status.error().is_transient())) {
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
  const bool is_first_start = !state.offset.has_value();
  const Takeover takeover{source_,    config_->kafka, filters.tables, filters.servers,
                          connection, facts,          streams,        interrupted_};
  schema::Catalog stored;
  MILLRACE_ASSIGN_OR_RETURN(std::optional<StateRecords> records,
                            complete_state(takeover, table_options.full_metadata, state, stored));
  MILLRACE_RETURN_IF_ERROR(check_guardrail(source_, filters.tables, state.catalog));
  if (records && !table_options.full_metadata) {
    warn_of_doubtful_labels(source_.name, state.catalog);
  }
  MILLRACE_ASSIGN_OR_RETURN(const bool has_notified,
                            notify_start(source_, encoder, is_first_start, *sink));
  if (has_notified && !records) MILLRACE_RETURN_IF_ERROR(sink->commit({*state.offset, {}}));
  if (records) {
    MILLRACE_RETURN_IF_ERROR(
        state::write_catalog(source_.name, state.catalog, stored,
                             [&](const auto& portion) { return sink->write_state(portion); }));
    MILLRACE_RETURN_IF_ERROR(sink->commit({*state.offset, std::move(*records)}));
    log->info("structures read source={} tables={}", source_.name, state.catalog.table_count());
    stored = {};
  }
  pipeline::TableRegistry tables(table_options, encoder, filters.tables, filters.columns);
  tables.load(std::move(state.catalog));
  give_memory_back();
  log->info("streaming source={} server={} version={} position={} gtids={}", source_.name,
            connection.endpoint(), facts.version, position_text(*state.offset),
            state.offset->gtids.to_text());

  const state::Offset start = *state.offset;
  ServerStructures structures(source_, config_->daemon.group_id);
  pipeline::PipelineOptions options = pipeline_options(source_, filters, facts);
  options.structures = &structures;
  pipeline::Pipeline pipeline(std::move(options), std::move(state), tables, streams, *sink, pool_,
                              *this);
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
  Status status;
  {
    const SignalChannels channels(
        source_, *config_, [this](std::string_view channel, std::string_view json) {
          take_signal(channel, parse_signal(json), this->status().position);
        });
    status = pipeline.run();
  }
  {
    // stop() must not reach a pipeline that is going.
    const std::lock_guard lock(mutex_);
    pipeline_ = nullptr;
  }
  sink->close();
  return status;
}

void SourceRunner::on_streaming() { set_state(SourceState::kRunning, ""); }

void SourceRunner::on_commit(const pipeline::CommitReport& report, const state::Offset& offset) {
  backoff_.reset();
  metrics_.creates.Increment(static_cast<double>(report.creates));
  metrics_.updates.Increment(static_cast<double>(report.updates));
  metrics_.deletes.Increment(static_cast<double>(report.deletes));
  metrics_.truncates.Increment(static_cast<double>(report.truncates));
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
  for (const pipeline::SignalRow& row : report.signals)
    take_signal("source", Signal{row.id, row.type, row.data}, row.place);
  if (report.commit_us != 0) {
    const double now_us = static_cast<double>(system_clock().wall_ns()) / 1000;
    metrics_.lag_seconds.Set((now_us - static_cast<double>(report.commit_us)) / 1e6);
  }
  const std::lock_guard lock(mutex_);
  status_.position = position_text(offset);
  committed_ = offset.gtids;
}

void SourceRunner::take_signal(std::string_view channel, const Result<Signal>& signal,
                               const std::string& place) {
  const auto log = logger("source");
  if (!signal) {
    log->warn("a signal {} source={} channel={}", signal.error().message(), source_.name, channel);
    return;
  }
  const SignalAnswer answer = answer_signal(*signal, place);
  log->log(answer.is_warning ? spdlog::level::warn : spdlog::level::info,
           "{}: signal id={} type={} source={} channel={} position=\"{}\"", answer.sentence,
           signal->id, signal->type, source_.name, channel, place);
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
