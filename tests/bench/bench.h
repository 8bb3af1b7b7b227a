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
  std::vector<std::string> cases = {"catch_up", "snapshot", "large_transaction", "many_tables",
                                    "million_tables"};
  std::vector<std::string> subjects = {"debezium", "kcat", "millrace"};

  bool measures(const std::string& subject) const;
};

// One subject's figures in one run.
struct Figures {
  std::string subject;
  std::uint64_t rows = 0;
  double rows_per_second = 0;
  double cpu_seconds_per_million_rows = 0;
  double peak_memory_mb = 0;
  double seconds = 0;  // from the start of the program to the last row
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

// Each prints a table and returns the figures, the median run of each subject.
std::vector<Figures> catch_up(const Options& options);
std::vector<Figures> snapshot(const Options& options);
std::vector<Figures> large_transaction(const Options& options);
// Each run of each subject.
std::vector<StartFigures> many_tables(const Options& options);
std::vector<CatalogFigures> million_tables(const Options& options);

// The median run of each subject, by rows a second, and the table of all of them.
std::vector<Figures> medians_of(const std::map<std::string, std::vector<Figures>>& runs);
void print(const std::vector<Figures>& all);

}  // namespace millrace::bench
