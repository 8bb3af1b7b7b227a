// The standard catch-up: 1.5 million rows in transactions of a thousand, then 150 thousand small transactions, written
// while nobody reads; then each subject reads them into Kafka, on this machine beside the servers.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <stdexcept>

#include "bench/subject.h"
#include "support/kafka_reader.h"
#include "support/workload.h"

namespace millrace::bench {
namespace {

using testing::MiniKafka;
using testing::MiniMysql;

constexpr double kBulkTransactions = 1500;
constexpr int kRowsOfEach = 1000;
constexpr double kSmallTransactions = 150000;
constexpr const char* kKcatMessages = "500000";

std::string count(double standard, double factor) {
  return std::to_string(std::max(1L, std::lround(standard * factor)));
}

bool has_kcat() { return testing::run_command({"sh", "-c", "command -v kcat"}).exit_code == 0; }

// What Kafka's own client library does on this machine with the same messages: no source, no work on them.
Figures kcat_limit(const std::string& bootstrap, const std::string& topic,
                   const std::filesystem::path& folder) {
  const std::string file = (folder / "messages").string();
  const auto dumped =
      testing::run_command({"sh", "-c",
                            "kcat -q -C -b " + bootstrap + " -t " + topic + " -o beginning -e -c " +
                                kKcatMessages + " >" + file});
  if (dumped.exit_code != 0) throw std::runtime_error("kcat can't read: " + dumped.output);
  testing::ChildOptions options;
  options.command = {"kcat", "-P",  "-b", bootstrap,      "-t", "kcat-limit",
                     "-z",   "lz4", "-X", "linger.ms=20", "-l", file};
  options.output = folder / "kcat.log";
  const auto begin = std::chrono::steady_clock::now();
  testing::ChildProcess kcat(std::move(options));
  Figures figures;
  figures.subject = "kcat";
  double cpu = 0;
  while (kcat.running()) {
    cpu = std::max(cpu, kcat.cpu_seconds());
    figures.peak_memory_mb =
        std::max(figures.peak_memory_mb, static_cast<double>(kcat.peak_memory_bytes()) / (1 << 20));
  }
  figures.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  figures.rows = testing::KafkaReader(bootstrap).count_values("kcat-limit");
  figures.rows_per_second = static_cast<double>(figures.rows) / figures.seconds;
  figures.cpu_seconds_per_million_rows = cpu / static_cast<double>(figures.rows) * 1e6;
  return figures;
}

Figures median(std::vector<Figures> runs) {
  std::sort(runs.begin(), runs.end(), [](const Figures& a, const Figures& b) {
    return a.rows_per_second < b.rows_per_second;
  });
  return runs[runs.size() / 2];
}

void print(const std::vector<Figures>& all) {
  std::printf("\n%-10s %12s %10s %16s %14s %10s\n", "", "rows", "rows/s", "CPU s per M rows",
              "peak memory MB", "seconds");
  for (const Figures& one : all) {
    std::printf("%-10s %12llu %10.0f %16.1f %14.0f %10.1f\n", one.subject.c_str(),
                static_cast<unsigned long long>(one.rows), one.rows_per_second,
                one.cpu_seconds_per_million_rows, one.peak_memory_mb, one.seconds);
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

}  // namespace

std::vector<Figures> catch_up(const Options& options) {
  const testing::TempFolder folder("bench");
  const MiniMysql mysql({.arguments = {"--max-binlog-size=1G"}, .buffer_pool_mib = 512});
  const MiniKafka kafka({.heap = "1g"});
  testing::SqlClient client = mysql.root();
  testing::create_orders(client);
  std::vector<std::unique_ptr<Subject>> subjects;
  for (int run = 0; run < options.runs; ++run) {
    if (options.measures("debezium"))
      subjects.push_back(debezium_tuned(folder.path(), mysql, kafka, run));
    if (options.measures("millrace"))
      subjects.push_back(millrace(folder.path(), mysql, kafka, run));
  }
  // What a later subject is warmed up with, an earlier one reads with the data.
  std::vector<std::uint64_t> warm_up_rows;
  for (const auto& subject : subjects) {
    std::printf("%s gets an offset before the data\n", subject->name().c_str());
    const std::uint64_t rows = warm_up(*subject, client, kafka.bootstrap());
    for (std::uint64_t& earlier : warm_up_rows) earlier += rows;
    warm_up_rows.push_back(0);
  }
  std::printf("writing the data\n");
  client.execute("CALL shop.bulk(" + count(kBulkTransactions, options.rows) + ", " +
                 std::to_string(kRowsOfEach) + ")");
  client.execute("CALL shop.oltp(" + count(kSmallTransactions, options.rows) + ")");

  std::map<std::string, std::vector<Figures>> runs;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    std::printf("%s reads it\n", subjects[i]->name().c_str());
    Figures figures = measure(*subjects[i], kafka.bootstrap());
    figures.rows -= warm_up_rows[i];
    runs[figures.subject].push_back(figures);
  }
  std::vector<Figures> medians;
  medians.reserve(runs.size() + 1);
  for (const auto& [name, figures] : runs) medians.push_back(median(figures));
  if (options.measures("kcat") && has_kcat() && !subjects.empty()) {
    medians.push_back(kcat_limit(kafka.bootstrap(), subjects.back()->topic(), folder.path()));
  }
  print(medians);
  return medians;
}

}  // namespace millrace::bench
