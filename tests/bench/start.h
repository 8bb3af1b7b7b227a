#pragma once

// How long a program takes from its start until it streams, and the memory that it stands in then.

#include <filesystem>
#include <memory>
#include <string>

#include "bench/bench.h"
#include "bench/tenants.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/process.h"

namespace millrace::bench {

class Starter {
 public:
  virtual ~Starter() = default;
  virtual std::string name() const = 0;
  // Where rows of bench.ticks go.
  virtual std::string topic() const = 0;
  // Returns as soon as it says that it streams.
  virtual void start() = 0;
  virtual void stop() = 0;
  virtual testing::ChildProcess& process() = 0;
};

// `program` is debezium or millrace; `run` makes names and folders unique; `databases` is the include list.
std::unique_ptr<Starter> make_starter(const std::string& program,
                                      const std::filesystem::path& folder,
                                      const testing::MiniMysql& mysql,
                                      const testing::MiniKafka& kafka, int run,
                                      const std::string& databases = kTenantDatabases);

// Starts it twice. Each time a row must arrive that is written once it streams.
StartFigures measure_starts(Starter& starter, const testing::MiniMysql& mysql,
                            const testing::MiniKafka& kafka);

// Writes a row, and waits until it has arrived.
void expect_a_row(Starter& starter, const testing::MiniMysql& mysql,
                  const testing::MiniKafka& kafka);
// Seconds from the start of the program until it streams.
double seconds_to_stream(Starter& starter);
// Share of one CPU while nothing happens.
double idle_cpu_percent(Starter& starter);

}  // namespace millrace::bench
