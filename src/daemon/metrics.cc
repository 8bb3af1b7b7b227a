#include "millrace/daemon/metrics.h"

#include <prometheus/family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <sstream>

#include "daemon/process_metrics.h"
#include "millrace/daemon/version.h"

namespace millrace::daemon {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using Labels = std::map<std::string, std::string>;

Family<Counter>& counters(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Family<Gauge>& gauges(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

// A commit to Kafka takes 2 to 50 ms; beyond seconds something is wrong.
Histogram::BucketBoundaries commit_buckets() {
  return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
}

Labels with(Labels labels, const char* name, std::string value) {
  labels.emplace(name, std::move(value));
  return labels;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

template <typename Metric>
void remove_all(Family<Metric>& family, const std::set<Metric*>& children) {
  for (Metric* child : children) family.Remove(child);
}

}  // namespace

struct MetricFamilies {
  prometheus::Registry registry;

  Family<Counter>& rows =
      counters(registry, "millrace_rows_total", "Row events published, by operation.");
  Family<Counter>& bytes = counters(registry, "millrace_bytes_total",
                                    "Bytes of keys and values published, before compression.");
  Family<Counter>& transactions = counters(registry, "millrace_transactions_total",
                                           "Source transactions committed to the sink.");
  Family<Counter>& commits = counters(registry, "millrace_commits_total", "Commits to the sink.");
  Family<Histogram>& commit_seconds = prometheus::BuildHistogram()
                                          .Name("millrace_commit_seconds")
                                          .Help("Time that a commit to the sink took.")
                                          .Register(registry);
  Family<Gauge>& lag_seconds =
      gauges(registry, "millrace_lag_seconds",
             "Time from the commit at the source to the commit in the sink, of the newest commit.");
  Family<Gauge>& transactions_behind =
      gauges(registry, "millrace_transactions_behind",
             "Transactions that the server has and the sink has not.");
  Family<Gauge>& queue_bytes =
      gauges(registry, "millrace_queue_bytes", "Bytes between reader and sink.");
  Family<Gauge>& memory_in_flight =
      gauges(registry, "millrace_memory_in_flight_bytes",
             "Rows in flight of all sources, until they are committed.");
  Family<Gauge>& memory_limit =
      gauges(registry, "millrace_memory_limit_bytes", "What they may take together.");
  Family<Counter>& reconnects = counters(registry, "millrace_reconnects_total",
                                         "Restarts of a source after a transient error.");
  Family<Counter>& skipped_events =
      counters(registry, "millrace_skipped_events_total", "Events left out as harmless, by type.");
  Family<Counter>& text_conversion_failures =
      counters(registry, "millrace_text_conversion_failures_total",
               "Values with bytes that their charset does not have, by table.");
  Family<Counter>& left_out =
      counters(registry, "millrace_left_out_total",
               "Rows or row events that a handling mode left out, by table and reason.");
  Family<Counter>& json_bases_missing =
      counters(registry, "millrace_json_bases_missing_total",
               "Partial JSON updates whose base document is not in the row image.");
  Family<Counter>& heartbeat_query_failures =
      counters(registry, "millrace_heartbeat_query_failures_total",
               "Times that heartbeat.action.query failed.");
  Family<Gauge>& snapshot_paused =
      gauges(registry, "millrace_snapshot_paused", "1 while a snapshot is paused.");
  Family<Gauge>& snapshot_tables =
      gauges(registry, "millrace_snapshot_tables", "Tables of the snapshot that goes on.");
  Family<Gauge>& snapshot_tables_left = gauges(registry, "millrace_snapshot_tables_left",
                                               "Tables that it has not read to their end.");
  Family<Gauge>& snapshot_rows_left =
      gauges(registry, "millrace_snapshot_rows_left",
             "Rows that it has not read, as far as the server can tell.");
  Family<Gauge>& snapshot_seconds_left =
      gauges(registry, "millrace_snapshot_seconds_left", "Time that they take at its pace so far.");
  Family<Gauge>& snapshot_table_rows = gauges(registry, "millrace_snapshot_table_rows",
                                              "Rows published of a table that is being read.");
  Family<Gauge>& snapshot_table_rows_expected =
      gauges(registry, "millrace_snapshot_table_rows_expected",
             "Rows that such a table has, as far as the server can tell.");
  Family<Gauge>& state =
      gauges(registry, "millrace_source_state", "1 for the state that a source is in.");
  Family<Gauge>& build_info =
      gauges(registry, "millrace_build_info", "1, with the version as a label.");
};

SourceMetrics::SourceMetrics(MetricFamilies& families, const std::string& source)
    : families_(families),
      labels_{{"source", source}},
      creates(families.rows.Add(with(labels_, "operation", "create"))),
      updates(families.rows.Add(with(labels_, "operation", "update"))),
      deletes(families.rows.Add(with(labels_, "operation", "delete"))),
      truncates(families.rows.Add(with(labels_, "operation", "truncate"))),
      reads(families.rows.Add(with(labels_, "operation", "read"))),
      bytes(families.bytes.Add(labels_)),
      transactions(families.transactions.Add(labels_)),
      commits(families.commits.Add(labels_)),
      commit_seconds(families.commit_seconds.Add(labels_, commit_buckets())),
      lag_seconds(families.lag_seconds.Add(labels_)),
      queue_bytes(families.queue_bytes.Add(labels_)),
      reconnects(families.reconnects.Add(labels_)),
      json_bases_missing(families.json_bases_missing.Add(labels_)),
      heartbeat_query_failures(families.heartbeat_query_failures.Add(labels_)) {
  for (const SourceState state : kAllSourceStates) {
    states_[state] = &families.state.Add(with(labels_, "state", lower_case(state_name(state))));
  }
  set_state(SourceState::kUnassigned);
}

SourceMetrics::~SourceMetrics() {
  remove_all(families_.rows, {&creates, &updates, &deletes, &truncates, &reads});
  families_.bytes.Remove(&bytes);
  families_.transactions.Remove(&transactions);
  families_.commits.Remove(&commits);
  families_.commit_seconds.Remove(&commit_seconds);
  families_.lag_seconds.Remove(&lag_seconds);
  families_.queue_bytes.Remove(&queue_bytes);
  families_.reconnects.Remove(&reconnects);
  families_.json_bases_missing.Remove(&json_bases_missing);
  families_.heartbeat_query_failures.Remove(&heartbeat_query_failures);
  for (const auto& [state, gauge] : states_) families_.state.Remove(gauge);
  remove_all(families_.skipped_events, skipped_events_);
  remove_all(families_.text_conversion_failures, text_conversion_failures_);
  remove_all(families_.left_out, left_out_);
  remove_all(families_.transactions_behind, transactions_behind_);
  for (const auto& [family, gauges] : snapshot_) remove_all(*family, gauges);
}

void SourceMetrics::snapshot(const pipeline::SnapshotReport& report) {
  const std::lock_guard lock(mutex_);
  for (const auto& [family, gauges] : std::exchange(snapshot_, {})) remove_all(*family, gauges);
  if (!report.is_running) return;
  const auto show = [this](Family<Gauge>& family, const std::map<std::string, std::string>& labels,
                           double value) {
    Gauge& gauge = family.Add(labels);
    gauge.Set(value);
    snapshot_[&family].insert(&gauge);
  };
  show(families_.snapshot_paused, labels_, report.is_paused ? 1 : 0);
  show(families_.snapshot_tables, labels_, static_cast<double>(report.tables));
  show(families_.snapshot_tables_left, labels_, static_cast<double>(report.tables_left));
  show(families_.snapshot_rows_left, labels_, static_cast<double>(report.estimate_left));
  show(families_.snapshot_seconds_left, labels_, report.seconds_left());
  for (const pipeline::SnapshotReport::Table& table : report.reading) {
    const auto labels = with(labels_, "table", table.name);
    show(families_.snapshot_table_rows, labels, static_cast<double>(table.rows));
    show(families_.snapshot_table_rows_expected, labels, static_cast<double>(table.estimate));
  }
}

void SourceMetrics::set_state(SourceState state) {
  for (const auto& [each, gauge] : states_) gauge->Set(each == state ? 1 : 0);
}

void SourceMetrics::skipped_event(const std::string& type) {
  const std::lock_guard lock(mutex_);
  Counter& counter = families_.skipped_events.Add(with(labels_, "type", type));
  counter.Increment();
  skipped_events_.insert(&counter);
}

void SourceMetrics::text_conversion_failures(const std::string& table, double count) {
  const std::lock_guard lock(mutex_);
  Counter& counter = families_.text_conversion_failures.Add(with(labels_, "table", table));
  counter.Increment(count);
  text_conversion_failures_.insert(&counter);
}

void SourceMetrics::left_out(const std::string& table, const std::string& reason, double count) {
  const std::lock_guard lock(mutex_);
  Counter& counter = families_.left_out.Add(with(with(labels_, "table", table), "reason", reason));
  counter.Increment(count);
  left_out_.insert(&counter);
}

void SourceMetrics::transactions_behind(double count) {
  const std::lock_guard lock(mutex_);
  Gauge& gauge = families_.transactions_behind.Add(labels_);
  gauge.Set(count);
  transactions_behind_.insert(&gauge);
}

void SourceMetrics::forget_transactions_behind() {
  const std::lock_guard lock(mutex_);
  remove_all(families_.transactions_behind, transactions_behind_);
  transactions_behind_.clear();
}

Metrics::Metrics(const pipeline::MemoryBudget* memory)
    : memory_(memory), families_(std::make_unique<MetricFamilies>()) {
  families_->build_info.Add({{"version", kVersion}}).Set(1);
}

Metrics::~Metrics() = default;

SourceMetrics& Metrics::source(const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<SourceMetrics>& metrics = sources_[name];
  if (!metrics) metrics = std::make_unique<SourceMetrics>(*families_, name);
  return *metrics;
}

void Metrics::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  sources_.erase(name);
}

std::string Metrics::expose() const {
  if (memory_ != nullptr) {
    families_->memory_in_flight.Add({}).Set(static_cast<double>(memory_->used_bytes()));
    families_->memory_limit.Add({}).Set(static_cast<double>(memory_->limit_bytes()));
  }
  std::vector<prometheus::MetricFamily> families = families_->registry.Collect();
  for (prometheus::MetricFamily& family : process_metrics()) families.push_back(std::move(family));
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace millrace::daemon
