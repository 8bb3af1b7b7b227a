#pragma once

// The end-to-end bench: what the cases share.

#include <cstdint>
#include <string>
#include <vector>

namespace millrace::bench {

struct Options {
  int runs = 1;
  double rows = 1.0;  // factor over the standard data
  std::vector<std::string> cases = {"catch_up", "large_transaction"};
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

// Each prints a table and returns the figures, the median run of each subject.
std::vector<Figures> catch_up(const Options& options);
std::vector<Figures> large_transaction(const Options& options);

}  // namespace millrace::bench
