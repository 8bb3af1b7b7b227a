// A long run at a steady rate, with structures that change and a connection that is cut every minute: does the process stay
// as it is?

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/bench.h"
#include "bench/stolen_time.h"
#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/fault_proxy.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/reshaper.h"
#include "support/workload.h"

namespace millrace::bench {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kRows = 100'000;
constexpr int kRowsOfEach = 1000;
constexpr milliseconds kPause{50};  // 20,000 rows a second
constexpr std::chrono::seconds kSampleEvery{5};
constexpr std::chrono::seconds kCutEvery{60};

// Updates a thousand rows a statement, so many a second, over and over.
class Updates {
 public:
  explicit Updates(const testing::MiniMysql& mysql)
      : thread_([this, client = mysql.root()]() mutable { run(client); }) {}
  ~Updates() {
    ends_ = true;
    thread_.join();
  }
  Updates(const Updates&) = delete;
  Updates& operator=(const Updates&) = delete;
  std::uint64_t rows() const { return rows_; }

 private:
  void run(testing::SqlClient& client) {
    auto next = steady_clock::now();
    for (int first = 1; !ends_; first = first + kRowsOfEach > kRows ? 1 : first + kRowsOfEach) {
      client.execute("UPDATE shop.orders SET qty = (qty + 1) % 1000 WHERE id BETWEEN " +
                     std::to_string(first) + " AND " + std::to_string(first + kRowsOfEach - 1));
      rows_ += kRowsOfEach;
      next += kPause;
      std::this_thread::sleep_until(next);
    }
  }

  std::atomic<bool> ends_{false};
  std::atomic<std::uint64_t> rows_{0};
  std::thread thread_;
};

struct Sample {
  int minute = 0;  // of the run
  double memory_mb = 0;
  int descriptors = 0;
  int threads = 0;
};

int entries(const fs::path& folder) {
  return static_cast<int>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

Sample sample(int minute, const testing::ChildProcess& process) {
  const fs::path proc = fs::path("/proc") / std::to_string(process.pid());
  return {minute, static_cast<double>(process.memory_bytes()) / (1 << 20), entries(proc / "fd"),
          entries(proc / "task")};
}

// The middle of a stretch of the run; the most it had of what is counted.
Sample typical(std::vector<Sample> samples) {
  if (samples.empty()) throw std::runtime_error("the run was too short to compare");
  Sample found;
  for (const Sample& one : samples) {
    found.descriptors = std::max(found.descriptors, one.descriptors);
    found.threads = std::max(found.threads, one.threads);
  }
  std::sort(samples.begin(), samples.end(),
            [](const Sample& a, const Sample& b) { return a.memory_mb < b.memory_mb; });
  found.memory_mb = samples[samples.size() / 2].memory_mb;
  return found;
}

std::vector<SoakMinute> by_minute(const std::vector<Sample>& samples, int minutes) {
  std::vector<SoakMinute> found;
  for (int minute = 0; minute < minutes; ++minute) {
    std::vector<Sample> of_minute;
    for (const Sample& one : samples)
      if (one.minute == minute) of_minute.push_back(one);
    if (of_minute.empty()) continue;
    double least_mb = of_minute.front().memory_mb;
    for (const Sample& one : of_minute) least_mb = std::min(least_mb, one.memory_mb);
    found.push_back({least_mb, typical(std::move(of_minute)).memory_mb});
  }
  return found;
}

}  // namespace

std::vector<SoakFigures> soak(const Options& options) {
  const testing::TempFolder folder("bench");
  // What was read is thrown away, or the disk would be full before the end. So nothing may stay prepared for long.
  const testing::MiniMysql mysql(
      {.arguments = {"--max-binlog-size=256M", "--binlog-expire-logs-seconds=300"},
       .buffer_pool_mib = 256});
  const testing::MiniKafka kafka({.properties = {{"log.retention.bytes", "268435456"},
                                                 {"log.segment.bytes", "67108864"},
                                                 {"log.retention.check.interval.ms", "30000"}},
                                  .heap = "1g",
                                  .life = testing::JavaLife::kLong});
  testing::SqlClient client = mysql.root();
  testing::create_orders(client);
  client.execute("CALL shop.bulk(" + std::to_string(kRows / kRowsOfEach) + ", " +
                 std::to_string(kRowsOfEach) + ")");
  testing::MixedWorkload mixed(mysql.socket(),
                               {.threads = 1, .xa = false, .big_transaction_rows = 300});
  testing::Reshaper reshaper(mysql.socket(), {.database = "mixed", .tables = mixed.tables()});
  testing::FaultProxy proxy(mysql.port());
  testing::SourceText source{
      .name = "soak", .database = "shop,mixed", .mysql_port = proxy.port(), .properties = {}};
  source.properties["errors.retry.delay.max.ms"] = "500";
  testing::DaemonProcess daemon(folder.path(),
                                testing::kafka_configuration(kafka.bootstrap(), source));
  daemon.start();
  if (!daemon.wait_for_state("soak", "RUNNING")) throw std::runtime_error(daemon.log());
  mixed.start();
  reshaper.start();
  const Updates updates(mysql);

  const StolenTime stolen;
  const auto begin = steady_clock::now();
  const auto end = begin + std::chrono::minutes(options.minutes);
  auto next_cut = begin + kCutEvery;
  std::vector<Sample> samples;
  while (steady_clock::now() < end) {
    std::this_thread::sleep_for(kSampleEvery);
    if (!daemon.running()) throw std::runtime_error(daemon.log());
    const auto now = steady_clock::now();
    const auto minute = std::chrono::duration_cast<std::chrono::minutes>(now - begin).count();
    if (daemon.source_state("soak") == "RUNNING")
      samples.push_back(sample(static_cast<int>(minute), daemon.process()));
    if (now >= next_cut) {
      proxy.cut();
      next_cut += kCutEvery;
    }
  }
  for (const std::string& error : {mixed.error(), reshaper.error()}) {
    if (!error.empty()) throw std::runtime_error(error);
  }
  // Warm after a tenth of the time.
  const auto tenth = static_cast<std::ptrdiff_t>(samples.size() / 10);
  const Sample early = typical({samples.begin() + tenth, samples.begin() + 2 * tenth});
  const Sample late = typical({samples.end() - tenth, samples.end()});
  SoakFigures figures;
  figures.subject = "millrace";
  figures.minutes = options.minutes;
  figures.rows_per_second = static_cast<double>(updates.rows()) /
                            std::chrono::duration<double>(steady_clock::now() - begin).count();
  figures.early_memory_mb = early.memory_mb;
  figures.late_memory_mb = late.memory_mb;
  figures.early_descriptors = early.descriptors;
  figures.late_descriptors = late.descriptors;
  figures.early_threads = early.threads;
  figures.late_threads = late.threads;
  figures.reconnects = static_cast<double>(proxy.links_opened());
  figures.alters = static_cast<double>(reshaper.statements());
  figures.stolen_percent = stolen.percent();
  figures.lag_seconds = daemon.metric("millrace_lag_seconds{source=\"soak\"}");
  mixed.stop();
  reshaper.stop();
  daemon.stop();
  figures.by_minute = by_minute(samples, options.minutes);
  std::printf("memory in MB, minute by minute (the least):");
  for (const SoakMinute& one : figures.by_minute)
    std::printf(" %.1f (%.1f)", one.memory_mb, one.least_memory_mb);
  std::printf("\n");
  std::printf(
      "%d minutes at %.0f rows/s, %.0f ALTERs, %.0f connections, lag at the end %.2f s, %.0f %% "
      "stolen\n"
      "memory %.1f MB, at the end %.1f MB (%+.1f %%); descriptors %d, %d; threads %d, %d\n",
      figures.minutes, figures.rows_per_second, figures.alters, figures.reconnects,
      figures.lag_seconds, figures.stolen_percent, figures.early_memory_mb, figures.late_memory_mb,
      (figures.late_memory_mb / figures.early_memory_mb - 1) * 100, figures.early_descriptors,
      figures.late_descriptors, figures.early_threads, figures.late_threads);
  return {figures};
}

}  // namespace millrace::bench
