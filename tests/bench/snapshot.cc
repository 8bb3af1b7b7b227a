// The rows of one table, as a source publishes them when it starts for the first time: no changes meanwhile.

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "bench/subject.h"
#include "support/workload.h"

namespace millrace::bench {
namespace {
constexpr double kTransactions = 2000;
constexpr int kRowsOfEach = 1000;
}  // namespace

std::vector<Figures> snapshot(const Options& options) {
  const testing::TempFolder folder("bench");
  const testing::MiniMysql mysql({.arguments = {"--max-binlog-size=1G"}, .buffer_pool_mib = 512});
  const testing::MiniKafka kafka({.heap = "1g", .life = testing::JavaLife::kLong});
  testing::SqlClient client = mysql.root();
  testing::create_orders(client);
  std::printf("writing the data\n");
  client.execute("CALL shop.bulk(" +
                 std::to_string(std::max(1L, std::lround(kTransactions * options.rows))) + ", " +
                 std::to_string(kRowsOfEach) + ")");
  std::map<std::string, std::vector<Figures>> runs;
  for (int run = 0; run < options.runs; ++run) {
    for (const char* name : {"debezium", "millrace"}) {
      if (!options.measures(name)) continue;
      std::printf("%s reads the table\n", name);
      const auto subject =
          name == std::string("debezium")
              ? debezium_tuned(folder.path(), mysql, kafka, run, Begin::kWithSnapshot)
              : millrace(folder.path(), mysql, kafka, run, Begin::kWithSnapshot);
      Figures figures = measure(*subject, mysql, kafka);
      runs[figures.subject].push_back(figures);
    }
  }
  const std::vector<Figures> medians = medians_of(runs);
  print(medians);
  return medians;
}

}  // namespace millrace::bench
