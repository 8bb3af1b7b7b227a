// One transaction of five million rows, through Millrace: all of it arrives and memory doesn't grow with it.

#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "bench/subject.h"
#include "support/workload.h"

namespace millrace::bench {
namespace {
constexpr double kRows = 5e6;
}  // namespace

std::vector<Figures> large_transaction(const Options& options) {
  const testing::TempFolder folder("bench");
  const testing::MiniMysql mysql({.buffer_pool_mib = 512});
  const testing::MiniKafka kafka({.heap = "1g", .life = testing::JavaLife::kLong});
  testing::SqlClient client = mysql.root();
  testing::create_orders(client);
  const auto subject = millrace(folder.path(), mysql, kafka, 0);
  warm_up(*subject, client, kafka.bootstrap());
  const long rows = std::lround(kRows * options.rows);
  std::printf("writing one transaction of %ld rows\n", rows);
  client.execute("CALL shop.bulk(1, " + std::to_string(rows) + ")");
  Figures figures = measure(*subject, mysql, kafka);
  std::printf("\nmillrace   %llu rows in one transaction, %.0f rows/s, peak memory %.0f MB\n",
              static_cast<unsigned long long>(figures.rows), figures.rows_per_second,
              figures.peak_memory_mb);
  if (figures.rows != static_cast<std::uint64_t>(rows)) {
    throw std::runtime_error("not complete: " + std::to_string(figures.rows) + " of " +
                             std::to_string(rows));
  }
  return {figures};
}

}  // namespace millrace::bench
