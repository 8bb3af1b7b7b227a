#pragma once

// The process's metrics in Prometheus' text form: per source (label source), and of the process. docs/metrics.md lists
// them; a test holds the list to this code. Counters of a source live as long as the source: remove() forgets them.
//
// Threads: everything may be called from any thread. A SourceMetrics belongs to one source; its counters and gauges
// are atomics, cheap enough for once a batch, not meant for once a row. The functions with a label take a lock.

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "millrace/daemon/status.h"
#include "millrace/pipeline/memory_budget.h"
#include "millrace/pipeline/snapshot.h"

namespace millrace::daemon {

struct MetricFamilies;

class SourceMetrics {
 public:
  // Made by Metrics::source(). `families` outlives it.
  SourceMetrics(MetricFamilies& families, const std::string& source);
  ~SourceMetrics();
  SourceMetrics(const SourceMetrics&) = delete;
  SourceMetrics& operator=(const SourceMetrics&) = delete;

  void set_state(SourceState state);
  // An event type that the stream left out as harmless.
  void skipped_event(const std::string& type);
  // Values of a table that hold bytes their charset doesn't have.
  void text_conversion_failures(const std::string& table, double count);
  // Rows or row events of a table that a handling mode left out.
  void left_out(const std::string& table, const std::string& reason, double count);
  // How many transactions the server has that aren't committed yet; shown from here until it is forgotten.
  void transactions_behind(double count);
  void forget_transactions_behind();
  // How a snapshot gets on; while none does, nothing of it is shown.
  void snapshot(const pipeline::SnapshotReport& report);

 private:
  MetricFamilies& families_;
  const std::map<std::string, std::string> labels_;
  std::map<SourceState, prometheus::Gauge*> states_;
  // What appears with its first value.
  std::mutex mutex_;
  std::set<prometheus::Counter*> skipped_events_, text_conversion_failures_, left_out_;
  std::set<prometheus::Gauge*> transactions_behind_;
  std::map<prometheus::Family<prometheus::Gauge>*, std::set<prometheus::Gauge*>> snapshot_;

 public:
  // Rows published, by operation.
  prometheus::Counter &creates, &updates, &deletes, &truncates, &reads;
  prometheus::Counter& bytes;  // of keys and values, before compression
  prometheus::Counter& transactions;
  prometheus::Counter& commits;
  prometheus::Histogram& commit_seconds;
  prometheus::Gauge&
      lag_seconds;  // from the commit at the source to the commit in the sink, of the newest commit
  prometheus::Gauge& queue_bytes;
  prometheus::Counter& reconnects;
  prometheus::Counter& json_bases_missing;
  prometheus::Counter& heartbeat_query_failures;
};

class Metrics {
 public:
  // `memory` is what the sources share; borrowed, and left out where there is none.
  explicit Metrics(const pipeline::MemoryBudget* memory = nullptr);
  ~Metrics();

  // The metrics of a source, made at the first call; valid until remove().
  SourceMetrics& source(const std::string& name);
  void remove(const std::string& name);
  // Everything, as Prometheus' text format 0.0.4.
  std::string expose() const;

 private:
  const pipeline::MemoryBudget* const memory_;
  std::unique_ptr<MetricFamilies> families_;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<SourceMetrics>> sources_;
};

}  // namespace millrace::daemon
