#include "millrace/daemon/metrics.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "millrace/daemon/version.h"

namespace millrace::daemon {
namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

pipeline::SnapshotReport running_snapshot() {
  pipeline::SnapshotReport report;
  report.is_running = true;
  report.is_paused = true;
  report.tables = 12;
  report.tables_left = 5;
  report.estimate_left = 3000;
  report.rows_per_second = 60;
  report.reading = {{"shop.orders", 700, 1000}, {"shop.items", 1, 0}};
  return report;
}

// A source with every metric that there is.
void touch_all(SourceMetrics& source) {
  source.set_state(SourceState::kRunning);
  source.skipped_event("AURORA_100");
  source.left_out("shop.orders", "undecodable", 3);
  source.text_conversion_failures("shop.orders", 2);
  source.transactions_behind(7);
  source.commit_seconds.Observe(0.02);
  source.snapshot(running_snapshot());
}

TEST(Metrics, Values) {
  Metrics metrics;
  SourceMetrics& shop = metrics.source("shop");
  EXPECT_EQ(&metrics.source("shop"), &shop);
  shop.creates.Increment(5);
  shop.updates.Increment(4);
  shop.deletes.Increment(3);
  shop.truncates.Increment();
  shop.reads.Increment(700);
  shop.bytes.Increment(1e9);
  shop.lag_seconds.Set(0.25);
  shop.queue_bytes.Set(4096);
  touch_all(shop);
  shop.skipped_event("AURORA_100");
  const std::string text = metrics.expose();
  for (const char* line :
       {"millrace_rows_total{operation=\"create\",source=\"shop\"} 5",
        "millrace_rows_total{operation=\"update\",source=\"shop\"} 4",
        "millrace_rows_total{operation=\"delete\",source=\"shop\"} 3",
        "millrace_rows_total{operation=\"truncate\",source=\"shop\"} 1",
        "millrace_rows_total{operation=\"read\",source=\"shop\"} 700",
        "millrace_bytes_total{source=\"shop\"} 1000000000",
        "millrace_lag_seconds{source=\"shop\"} 0.25", "millrace_queue_bytes{source=\"shop\"} 4096",
        "millrace_source_state{source=\"shop\",state=\"running\"} 1",
        "millrace_source_state{source=\"shop\",state=\"failed\"} 0",
        "millrace_source_state{source=\"shop\",state=\"unassigned\"} 0",
        "millrace_skipped_events_total{source=\"shop\",type=\"AURORA_100\"} 2",
        "millrace_text_conversion_failures_total{source=\"shop\",table=\"shop.orders\"} 2",
        "millrace_left_out_total{reason=\"undecodable\",source=\"shop\",table=\"shop.orders\"} 3",
        "millrace_transactions_behind{source=\"shop\"} 7",
        "millrace_commit_seconds_count{source=\"shop\"} 1",
        "millrace_commit_seconds_bucket{source=\"shop\",le=\"0.025\"} 1",
        "millrace_commit_seconds_bucket{source=\"shop\",le=\"0.01\"} 0"}) {
    EXPECT_TRUE(has_line(text, line)) << line << "\n" << text;
  }
  EXPECT_TRUE(has_line(text, "millrace_build_info{version=\"" + std::string(kVersion) + "\"} 1"));
}

TEST(Metrics, WhatAllSourcesHaveInFlight) {
  pipeline::MemoryBudget memory(1U << 20);
  pipeline::MemoryBudget::Share share(&memory);
  const Metrics metrics(&memory);
  share.add(700);
  EXPECT_TRUE(has_line(metrics.expose(), "millrace_memory_in_flight_bytes 700"));
  EXPECT_TRUE(has_line(metrics.expose(), "millrace_memory_limit_bytes 1048576"));
  share.give(700);
  EXPECT_TRUE(has_line(metrics.expose(), "millrace_memory_in_flight_bytes 0"));
}

TEST(Metrics, WhatIsNotKnownIsNotShown) {
  Metrics metrics;
  metrics.source("shop");
  EXPECT_EQ(metrics.expose().find("millrace_transactions_behind{"), std::string::npos);
}

TEST(Metrics, ASnapshotIsShownWhileItGoesOn) {
  Metrics metrics;
  SourceMetrics& shop = metrics.source("shop");
  EXPECT_EQ(metrics.expose().find("millrace_snapshot_tables{"), std::string::npos);
  pipeline::SnapshotReport report = running_snapshot();
  shop.snapshot(report);
  std::string text = metrics.expose();
  for (const char* line :
       {"millrace_snapshot_paused{source=\"shop\"} 1",
        "millrace_snapshot_tables{source=\"shop\"} 12",
        "millrace_snapshot_tables_left{source=\"shop\"} 5",
        "millrace_snapshot_rows_left{source=\"shop\"} 3000",
        "millrace_snapshot_seconds_left{source=\"shop\"} 50",
        "millrace_snapshot_table_rows{source=\"shop\",table=\"shop.orders\"} 700",
        "millrace_snapshot_table_rows_expected{source=\"shop\",table=\"shop.orders\"} 1000",
        "millrace_snapshot_table_rows{source=\"shop\",table=\"shop.items\"} 1"}) {
    EXPECT_TRUE(has_line(text, line)) << line << "\n" << text;
  }
  report.is_paused = false;
  report.reading = {{"shop.items", 2, 0}};
  shop.snapshot(report);
  text = metrics.expose();
  EXPECT_TRUE(has_line(text, "millrace_snapshot_paused{source=\"shop\"} 0")) << text;
  EXPECT_EQ(text.find("shop.orders"), std::string::npos) << "it is read";
  shop.snapshot({});
  EXPECT_EQ(metrics.expose().find("millrace_snapshot_tables{"), std::string::npos);
}

TEST(Metrics, ARemovedSourceLeavesNothing) {
  Metrics metrics;
  touch_all(metrics.source("gone"));
  metrics.source("stays");
  metrics.remove("gone");
  metrics.remove("never was");
  const std::string text = metrics.expose();
  EXPECT_EQ(text.find("gone"), std::string::npos) << text;
  EXPECT_NE(text.find("stays"), std::string::npos);
  metrics.source("gone").creates.Increment();
  EXPECT_TRUE(
      has_line(metrics.expose(), "millrace_rows_total{operation=\"create\",source=\"gone\"} 1"))
      << "counts from the start again";
}

TEST(Metrics, NamesOfSourcesAreEscaped) {
  Metrics metrics;
  metrics.source("a\"b\\c");
  EXPECT_NE(metrics.expose().find("source=\"a\\\"b\\\\c\""), std::string::npos);
}

TEST(Metrics, Process) {
  const std::string text = Metrics().expose();
  const auto value = [&](const std::string& name) {
    const std::size_t at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::strtod(text.c_str() + at + name.size() + 2, nullptr);
  };
  EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(value("process_virtual_memory_bytes"), value("process_resident_memory_bytes"));
  EXPECT_GE(value("process_cpu_seconds_total"), 0);
  EXPECT_GE(value("process_open_fds"), 3);
  EXPECT_GT(value("process_max_fds"), 3);
  EXPECT_GT(value("process_start_time_seconds"), 1.7e9);
}

TEST(Metrics, ManyThreads) {
  Metrics metrics;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 50; ++n) {
        metrics.source("shared").creates.Increment();
        metrics.source("shared").skipped_event("X");
        touch_all(metrics.source("own" + std::to_string(i)));
        metrics.remove("own" + std::to_string(i));
        EXPECT_FALSE(metrics.expose().empty());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(has_line(metrics.expose(),
                       "millrace_rows_total{operation=\"create\",source=\"shared\"} 200"));
}

// "a{x="1",y="2"} 3" to "x, y".
std::string labels_of(const std::string& sample) {
  std::string labels;
  std::size_t at = sample.find('{');
  while (at != std::string::npos) {
    const std::size_t equals = sample.find("=\"", at);
    if (equals == std::string::npos) break;
    labels += (labels.empty() ? "" : ", ") + sample.substr(at + 1, equals - at - 1);
    at = sample.find("\",", equals);
    if (at != std::string::npos) ++at;
  }
  return labels.empty() ? "–" : labels;
}

// The cells of a line "| a | b |".
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  for (std::size_t at = 2, end = 0; (end = line.find(" |", at)) != std::string::npos;
       at = end + 3) {
    cells.push_back(line.substr(at, end - at));
  }
  return cells;
}

// docs/metrics.md lists exactly what is exposed, each with its type and labels.
TEST(Metrics, Documentation) {
  std::set<std::string> documented;
  std::ifstream file("docs/metrics.md");
  ASSERT_TRUE(file) << "run from the repository's root";
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() != 4 || cells[0][0] != '`') continue;
    EXPECT_FALSE(cells[3].empty()) << line;
    documented.insert(cells[0].substr(1, cells[0].size() - 2) + " " + cells[1] + " " + cells[2]);
  }

  const pipeline::MemoryBudget memory(1);
  Metrics metrics(&memory);
  touch_all(metrics.source("shop"));
  std::set<std::string> exposed;
  std::istringstream lines(metrics.expose());
  std::string type;  // of the family that was announced last
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) {
      type = line.substr(7);
    } else if (!type.empty() && !line.starts_with("#")) {
      exposed.insert(type + " " +
                     labels_of(line));  // a histogram's first sample is its count, without "le"
      type.clear();
    }
  }
  EXPECT_EQ(documented, exposed);
}

}  // namespace
}  // namespace millrace::daemon
