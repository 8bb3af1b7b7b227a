#include <algorithm>
#include <cstdio>

#include "bench/bench.h"

namespace millrace::bench {
namespace {

Figures median(std::vector<Figures> runs) {
  std::sort(runs.begin(), runs.end(), [](const Figures& a, const Figures& b) {
    return a.rows_per_second < b.rows_per_second;
  });
  return runs[runs.size() / 2];
}

}  // namespace

double per_million(double seconds, std::uint64_t rows) {
  return seconds / static_cast<double>(rows) * 1e6;
}

std::vector<Figures> medians_of(const std::map<std::string, std::vector<Figures>>& runs) {
  std::vector<Figures> medians;
  medians.reserve(runs.size());
  for (const auto& [name, figures] : runs) medians.push_back(median(figures));
  return medians;
}

void print(const std::vector<Figures>& all) {
  std::printf("\n%-10s %12s %10s %16s %8s %8s %14s %10s %8s\n", "", "rows", "rows/s",
              "CPU s per M rows", "mysqld's", "kafka's", "peak memory MB", "seconds", "stolen");
  for (const Figures& one : all) {
    std::printf("%-10s %12llu %10.0f %16.1f %8.1f %8.1f %14.0f %10.1f %6.0f %%\n",
                one.subject.c_str(), static_cast<unsigned long long>(one.rows), one.rows_per_second,
                one.cpu_seconds_per_million_rows, one.mysql_cpu_seconds_per_million_rows,
                one.kafka_cpu_seconds_per_million_rows, one.peak_memory_mb, one.seconds,
                one.stolen_percent);
  }
  const auto find = [&](const char* name) {
    return std::find_if(all.begin(), all.end(),
                        [&](const Figures& one) { return one.subject == name; });
  };
  const auto debezium = find("debezium"), millrace_figures = find("millrace");
  if (debezium == all.end() || millrace_figures == all.end()) return;
  std::printf(
      "\nmillrace beside debezium: %.1f times the rows a second, %.1f times the rows a CPU second, "
      "1/%.1f of the memory\n",
      millrace_figures->rows_per_second / debezium->rows_per_second,
      debezium->cpu_seconds_per_million_rows / millrace_figures->cpu_seconds_per_million_rows,
      debezium->peak_memory_mb / millrace_figures->peak_memory_mb);
  if (debezium->rows != millrace_figures->rows)
    std::printf("the subjects did NOT publish the same number of rows\n");
}

}  // namespace millrace::bench
