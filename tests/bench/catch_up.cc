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
  std::vector<Figures> medians = medians_of(runs);
  if (options.measures("kcat") && has_kcat() && !subjects.empty()) {
    medians.push_back(kcat_limit(kafka.bootstrap(), subjects.back()->topic(), folder.path()));
  }
  print(medians);
  return medians;
}

}  // namespace millrace::bench
