#pragma once

// The end-to-end bench: what the cases share.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace millrace::bench {

struct Options {
  int runs = 1;
  double rows = 1.0;  // factor over the standard data
  int minutes = 60;   // of the soak
  std::vector<std::string> cases = {
      "catch_up", "small_transactions", "wide_rows",   "large_values",   "compressed",  "latency",
      "snapshot", "large_transaction",  "many_tables", "million_tables", "many_sources"};
  std::vector<std::string> subjects = {"debezium", "kcat", "millrace"};

  bool measures(const std::string& subject) const;
};

// One subject's figures in one run.
struct Figures {
  std::string subject;
  std::uint64_t rows = 0;
  double rows_per_second = 0;
  double cpu_seconds_per_million_rows = 0;
  // Of the servers meanwhile, on the same cores: what is left to gain is at most the rest.
  double mysql_cpu_seconds_per_million_rows = 0, kafka_cpu_seconds_per_million_rows = 0;
  double peak_memory_mb = 0;
  double seconds = 0;         // from the start of the program to the last row
  double stolen_percent = 0;  // of the processors' time, by the machine's host
};

// One subject that was started twice.
struct StartFigures {
  std::string subject;
  double first_start_seconds = 0;  // from the start of the program until it streams
  double restart_seconds = 0;
  double first_start_cpu_seconds = 0;  // of the program alone
  double restart_cpu_seconds = 0;
  double peak_memory_mb = 0;
  double memory_mb = 0;  // while it streams
  double idle_cpu_percent = 0;
};

// A catalog that the state topic holds.
struct CatalogFigures {
  std::string subject;
  double tables = 0;
  double structures = 0;
  double write_seconds = 0;  // of the state topic, as a first start does
  double state_mb = 0;       // on the broker's disk
  double restart_seconds = 0;
  double peak_memory_mb = 0;
  double memory_mb = 0;
  double alter_records = 0;
  double alter_bytes = 0;
};

// Sources that share a process.
struct SourcesFigures {
  std::string subject;
  int sources = 0;
  double idle_memory_mb = 0;
  double idle_cpu_percent = 0;  // of a core
  // While all are behind:
  double rows_per_second = 0;  // of all together
  double cpu_seconds_per_million_rows = 0;
  double peak_memory_mb = 0;
  // Of the rows from when all had begun until half of all, over those of an average source.
  double least_share = 0, most_share = 0;
};

// Of a soak: the samples of one minute.
struct SoakMinute {
  double least_memory_mb = 0;
  double memory_mb = 0;  // the middle
};

// A long run: what the process had soon after its begin, and at its end.
struct SoakFigures {
  std::string subject;
  int minutes = 0;
  double rows_per_second = 0;  // of the source
  double early_memory_mb = 0, late_memory_mb = 0;
  std::vector<SoakMinute> by_minute;
  int early_descriptors = 0, late_descriptors = 0;
  int early_threads = 0, late_threads = 0;
  double reconnects = 0, alters = 0;
  double lag_seconds = 0;  // at the end
  double stolen_percent = 0;
};

// From a commit until a consumer has its row.
struct LatencyFigures {
  std::string subject;
  int rate = 0;  // transactions a second, as wished
  std::size_t transactions = 0;
  double p50_ms = 0, p99_ms = 0, max_ms = 0;
  double stolen_percent = 0;
};

// Each prints a table and returns the figures, the median run of each subject.
// catch_up and its kin, which differ in what is read.
bool is_catch_up(const std::string& name);
std::vector<Figures> catch_up(const std::string& name, const Options& options);
std::vector<Figures> snapshot(const Options& options);
std::vector<Figures> large_transaction(const Options& options);
// Each run of each subject.
std::vector<StartFigures> many_tables(const Options& options);
std::vector<CatalogFigures> million_tables(const Options& options);
std::vector<SourcesFigures> many_sources(const Options& options);
// Only when it is asked for.
std::vector<SoakFigures> soak(const Options& options);
// Each rate of each run.
std::vector<LatencyFigures> latency(const Options& options);

// CPU seconds a million rows.
double per_million(double seconds, std::uint64_t rows);

// The median run of each subject, by rows a second, and the table of all of them.
std::vector<Figures> medians_of(const std::map<std::string, std::vector<Figures>>& runs);
void print(const std::vector<Figures>& all);

}  // namespace millrace::bench
