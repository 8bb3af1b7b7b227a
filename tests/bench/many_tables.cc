// Ten thousand tables of twenty columns: how long until a program streams, the first time and again, and in how much
// memory. Nothing is written meanwhile but a row at the end, to see that it arrives.

#include <cstdio>
#include <stdexcept>
#include <thread>

#include "bench/bench.h"
#include "bench/start.h"
#include "bench/tenants.h"

namespace millrace::bench {
namespace {

constexpr int kDatabases = 100;
constexpr int kTablesOfEach = 100;

void print(const std::vector<StartFigures>& all) {
  std::printf("\n%-10s %15s %15s %15s %11s %12s\n", "", "first s (CPU s)", "again s (CPU s)",
              "peak memory MB", "memory MB", "idle CPU %");
  for (const StartFigures& one : all) {
    std::printf("%-10s %7.2f (%5.2f) %7.2f (%5.2f) %15.0f %11.0f %12.2f\n", one.subject.c_str(),
                one.first_start_seconds, one.first_start_cpu_seconds, one.restart_seconds,
                one.restart_cpu_seconds, one.peak_memory_mb, one.memory_mb, one.idle_cpu_percent);
  }
}

// A broker makes its own topics, of fifty partitions each, when it is first asked for a transaction or a group: that isn't
// what is measured.
void warm_up_broker(const std::filesystem::path& folder, const testing::MiniMysql& mysql,
                    const testing::MiniKafka& kafka) {
  constexpr int kRunOfItsOwn = 99;
  const auto starter = make_starter("millrace", folder, mysql, kafka, kRunOfItsOwn, "bench");
  starter->start();
  starter->stop();
}

}  // namespace

std::vector<StartFigures> many_tables(const Options& options) {
  const testing::TempFolder folder("bench");
  // All tables in one file: making ten thousand files is slow, and no reader can tell.
  const testing::MiniMysql mysql(
      {.arguments = {"--innodb-file-per-table=OFF"}, .buffer_pool_mib = 512});
  const testing::MiniKafka kafka({.heap = "1g", .life = testing::JavaLife::kLong});
  std::printf("making %d databases of %d tables\n", kDatabases, kTablesOfEach);
  make_tenants(mysql, kDatabases, kTablesOfEach);
  warm_up_broker(folder.path(), mysql, kafka);

  std::vector<StartFigures> all;
  for (int run = 0; run < options.runs; ++run) {
    for (const auto& starter : {std::string("debezium"), std::string("millrace")}) {
      if (!options.measures(starter)) continue;
      std::printf("%s starts twice\n", starter.c_str());
      const auto subject = make_starter(starter, folder.path(), mysql, kafka, run);
      all.push_back(measure_starts(*subject, mysql, kafka));
    }
  }
  print(all);
  return all;
}

}  // namespace millrace::bench
