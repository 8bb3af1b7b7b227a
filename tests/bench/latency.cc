// From a commit at the source until a consumer has the row, at several rates of small transactions.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "bench/stolen_time.h"
#include "bench/subject.h"
#include "support/kafka_reader.h"
#include "support/workload.h"

namespace millrace::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kRates[] = {1, 100, 1000, 5000};
// A client waits for its commits, and a commit takes a while.
constexpr int kMostOfAClient = 700;  // transactions a second
constexpr double kSeconds = 10;
constexpr int kWarmUpRate = 1000;
constexpr double kWarmUpSeconds = 15;
constexpr double kSecondsOfTheSlowest = 20;

// Clients that insert a row a transaction, together `rate` a second.
class Clients {
 public:
  Clients(const testing::MiniMysql& mysql, int rate, double seconds, std::int64_t first_number)
      : mysql_(mysql), seconds_(seconds), next_(first_number) {
    const int clients = (rate + kMostOfAClient - 1) / kMostOfAClient;
    const double each = static_cast<double>(rate) / clients;
    for (int i = 0; i < clients; ++i) threads_.emplace_back([this, each] { write(each); });
  }
  ~Clients() { wait(); }
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  void wait() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  // When the commit of each number was answered. After wait().
  const std::unordered_map<std::int64_t, steady_clock::time_point>& committed() const {
    return committed_;
  }

 private:
  void write(double rate) {
    testing::SqlClient client = mysql_.root();
    std::vector<std::pair<std::int64_t, steady_clock::time_point>> own;
    const auto begin = steady_clock::now();
    const std::chrono::duration<double> whole(seconds_);
    for (int i = 0; steady_clock::now() - begin < whole; ++i) {
      const std::int64_t number = next_++;
      client.execute(
          "INSERT INTO shop.orders (customer_id, status, total, currency, note, created_at, flags, "
          "big) VALUES (1, 'new', 1.5, 'EUR', 'latency', NOW(6), 1, " +
          std::to_string(number) + ")");
      own.emplace_back(number, steady_clock::now());
      std::this_thread::sleep_until(begin + std::chrono::duration_cast<steady_clock::duration>(
                                                std::chrono::duration<double>((i + 1) / rate)));
    }
    const std::lock_guard lock(mutex_);
    committed_.insert(own.begin(), own.end());
  }

  const testing::MiniMysql& mysql_;
  const double seconds_;
  std::atomic<std::int64_t> next_;
  std::mutex mutex_;
  std::unordered_map<std::int64_t, steady_clock::time_point> committed_;
  std::vector<std::thread> threads_;
};

std::int64_t number_in(const std::string& value) {
  constexpr std::string_view kMark = "\"big\":";
  const std::size_t at = value.find(kMark);
  if (at == std::string::npos) throw std::runtime_error("a record without `big`: " + value);
  return std::stoll(value.substr(at + kMark.size(), 20));
}

LatencyFigures at_rate(const testing::MiniMysql& mysql, testing::KafkaTail& tail, int rate,
                       double for_seconds, std::int64_t first_number) {
  const StolenTime stolen;
  Clients clients(mysql, rate, for_seconds, first_number);
  std::atomic<bool> all_written{false};
  std::unordered_map<std::int64_t, steady_clock::time_point> seen;
  std::thread reader([&] {
    auto last = steady_clock::now();
    // Until all is written and nothing has come for a while.
    while (!all_written || steady_clock::now() - last < std::chrono::seconds(3)) {
      const auto message = tail.next(milliseconds(100));
      if (!message || !message->value) continue;
      last = steady_clock::now();
      seen.emplace(number_in(*message->value), last);
    }
  });
  clients.wait();
  all_written = true;
  reader.join();

  LatencyFigures figures;
  figures.rate = rate;
  figures.transactions = clients.committed().size();
  std::vector<double> ms;
  for (const auto& [number, committed] : clients.committed()) {
    const auto found = seen.find(number);
    if (found == seen.end()) throw std::runtime_error("a row has not come");
    ms.push_back(std::max(
        0.0, std::chrono::duration<double, std::milli>(found->second - committed).count()));
  }
  std::sort(ms.begin(), ms.end());
  figures.p50_ms = ms[ms.size() / 2];
  figures.p99_ms = ms[ms.size() * 99 / 100];
  figures.max_ms = ms.back();
  figures.stolen_percent = stolen.percent();
  return figures;
}

}  // namespace

std::vector<LatencyFigures> latency(const Options& options) {
  const testing::TempFolder folder("bench");
  const testing::MiniMysql mysql({.buffer_pool_mib = 256});
  const testing::MiniKafka kafka({.heap = "1g", .life = testing::JavaLife::kLong});
  testing::SqlClient client = mysql.root();
  testing::create_orders(client);
  std::vector<LatencyFigures> all;
  std::int64_t first_number = 1;
  int instance = 0;
  const auto measure_one = [&](const std::string& name, std::unique_ptr<Subject> subject) {
    warm_up(*subject, client, kafka.bootstrap());
    subject->start();
    testing::KafkaTail tail(kafka.bootstrap(), subject->topic());
    while (tail.next(std::chrono::seconds(2))) {
    }
    const auto next = [&](int rate, double for_seconds) {
      LatencyFigures figures = at_rate(mysql, tail, rate, for_seconds, first_number);
      first_number += 1'000'000;
      return figures;
    };
    // A broker that has just begun compiles what a transaction takes: no subject's doing.
    next(kWarmUpRate, kWarmUpSeconds);
    for (const int rate : kRates) {
      LatencyFigures figures = next(rate, rate == kRates[0] ? kSecondsOfTheSlowest : kSeconds);
      figures.subject = name;
      std::printf(
          "%-24s %6d/s %8zu sent   p50 %8.1f ms   p99 %8.1f ms   max %8.1f ms   stolen %2.0f %%\n",
          name.c_str(), rate, figures.transactions, figures.p50_ms, figures.p99_ms, figures.max_ms,
          figures.stolen_percent);
      all.push_back(std::move(figures));
    }
    subject->stop();
  };
  for (int run = 0; run < options.runs; ++run) {
    if (options.measures("debezium")) {
      measure_one("debezium", debezium_tuned(folder.path(), mysql, kafka, instance++));
    }
    if (options.measures("millrace")) {
      measure_one("millrace", millrace(folder.path(), mysql, kafka, instance++));
      measure_one("millrace, at least once",
                  millrace(folder.path(), mysql, kafka, instance++, Begin::kWithChanges,
                           {{"exactly.once.support", "disabled"}}));
    }
  }
  return all;
}

}  // namespace millrace::bench
