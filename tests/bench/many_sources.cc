// 36 sources in one process: what they take while nothing happens, and whether each gets its part while all are behind.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/bench.h"
#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/workload.h"

namespace millrace::bench {
namespace {

using std::chrono::steady_clock;

constexpr int kSources = 36;
// Each source reads them all, so that one server stands for as many as there are sources.
constexpr double kTransactions = 200;
constexpr int kRowsOfEach = 1000;
constexpr std::chrono::seconds kIdle{20};

std::string source_name(int number) { return "s" + std::to_string(100 + number); }

// Rows that each source has published, as the metrics say.
std::vector<double> rows_of_sources(const testing::DaemonProcess& daemon) {
  std::vector<double> rows(kSources);
  std::istringstream metrics(daemon.get("/metrics").value_or(""));
  constexpr const char* kSeries = "millrace_rows_total{operation=\"create\",source=\"s";
  for (std::string line; std::getline(metrics, line);) {
    if (!line.starts_with(kSeries)) continue;
    const std::size_t number = std::stoul(line.substr(std::string_view(kSeries).size(), 3)) - 100;
    rows.at(number) = std::stod(line.substr(line.find(' ')));
  }
  return rows;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double megabytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

void wait_until_running(const testing::DaemonProcess& daemon) {
  for (int i = 0; i < kSources; ++i) {
    if (!daemon.wait_for_state(source_name(i), "RUNNING")) throw std::runtime_error(daemon.log());
  }
}

SourcesFigures measure(testing::DaemonProcess& daemon, testing::SqlClient& client, double factor) {
  SourcesFigures figures;
  figures.subject = "millrace";
  figures.sources = kSources;
  daemon.start();
  wait_until_running(daemon);
  // What a start needs is given back soon after.
  std::this_thread::sleep_for(std::chrono::seconds(5));
  const double cpu = daemon.process().cpu_seconds();
  std::this_thread::sleep_for(kIdle);
  figures.idle_cpu_percent = (daemon.process().cpu_seconds() - cpu) * 100 / kIdle.count();
  figures.idle_memory_mb = megabytes(daemon.process().memory_bytes());
  daemon.stop();

  const long transactions = std::max(1L, std::lround(kTransactions * factor));
  client.execute("CALL shop.bulk(" + std::to_string(transactions) + ", " +
                 std::to_string(kRowsOfEach) + ")");
  const double all = static_cast<double>(transactions) * kRowsOfEach * kSources;
  const auto begin = steady_clock::now();
  daemon.start();
  std::vector<double> at_first;  // when the last of them had begun
  for (double rows = 0; rows < all;) {
    std::vector<double> now = rows_of_sources(daemon);
    rows = sum(now);
    if (at_first.empty() && *std::min_element(now.begin(), now.end()) > 0) at_first = now;
    // Half-way: nobody has come to an end for want of rows.
    if (figures.least_share == 0 && !at_first.empty() && rows >= all / 2) {
      std::transform(now.begin(), now.end(), at_first.begin(), now.begin(), std::minus<>());
      const double since_first = sum(now);
      const auto [least, most] = std::minmax_element(now.begin(), now.end());
      figures.least_share = *least * kSources / since_first;
      figures.most_share = *most * kSources / since_first;
    }
    if (!daemon.running()) throw std::runtime_error(daemon.log());
    if (steady_clock::now() - begin > std::chrono::minutes(15))
      throw std::runtime_error("the sources don't get to the end");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const std::chrono::duration<double> time = steady_clock::now() - begin;
  figures.rows_per_second = all / time.count();
  figures.cpu_seconds_per_million_rows =
      per_million(daemon.process().cpu_seconds(), static_cast<std::uint64_t>(all));
  figures.peak_memory_mb = megabytes(daemon.process().peak_memory_bytes());
  daemon.stop();
  return figures;
}

}  // namespace

std::vector<SourcesFigures> many_sources(const Options& options) {
  const testing::TempFolder folder("bench");
  const testing::MiniMysql mysql({.buffer_pool_mib = 512});
  const testing::MiniKafka kafka({.heap = "1g", .life = testing::JavaLife::kLong});
  testing::SqlClient client = mysql.root();
  testing::create_orders(client);
  std::vector<testing::SourceText> sources(kSources);
  for (int i = 0; i < kSources; ++i) {
    sources[static_cast<std::size_t>(i)].name = source_name(i);
    sources[static_cast<std::size_t>(i)].mysql_port = mysql.port();
  }
  testing::DaemonProcess daemon(folder.path(),
                                testing::kafka_configuration(kafka.bootstrap(), sources));
  std::vector<SourcesFigures> runs;
  for (int run = 0; run < options.runs; ++run) {
    runs.push_back(measure(daemon, client, options.rows));
    const SourcesFigures& one = runs.back();
    std::printf(
        "%d sources: idle %.0f MB, %.2f %% of a core; behind %.0f rows/s, %.1f CPU s per M rows, "
        "peak %.0f MB, half-way %.2f to %.2f of a fair share\n",
        one.sources, one.idle_memory_mb, one.idle_cpu_percent, one.rows_per_second,
        one.cpu_seconds_per_million_rows, one.peak_memory_mb, one.least_share, one.most_share);
  }
  return runs;
}

}  // namespace millrace::bench
