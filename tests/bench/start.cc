#include "bench/start.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/debezium_runner.h"
#include "support/kafka_reader.h"

namespace millrace::bench {
namespace {

using std::chrono::steady_clock;

constexpr auto kGiveUpAfter = std::chrono::minutes(10);
constexpr auto kIdleFor = std::chrono::seconds(10);

class DebeziumStarter final : public Starter {
 public:
  DebeziumStarter(const std::filesystem::path& folder, const testing::MiniMysql& mysql,
                  const testing::MiniKafka& kafka, int run, const std::string& databases)
      : prefix_("dz" + std::to_string(run)),
        runner_(folder / prefix_, options(mysql, kafka, prefix_, run, databases)) {}

  std::string name() const override { return "debezium"; }
  std::string topic() const override { return prefix_ + ".bench.ticks"; }
  void start() override { runner_.start(kGiveUpAfter); }
  void stop() override { runner_.stop(); }
  testing::ChildProcess& process() override { return runner_.process(); }

 private:
  static testing::DebeziumOptions options(const testing::MiniMysql& mysql,
                                          const testing::MiniKafka& kafka,
                                          const std::string& prefix, int run,
                                          const std::string& databases) {
    testing::DebeziumOptions options;
    options.bootstrap = kafka.bootstrap();
    options.mysql_port = mysql.port();
    options.heap = "2g";
    options.life = testing::JavaLife::kLong;
    options.connector = {{"topic.prefix", prefix},
                         {"database.include.list", databases},
                         {"database.server.id", std::to_string(7000 + run)}};
    return options;
  }

  std::string prefix_;
  testing::DebeziumRunner runner_;
};

class MillraceStarter final : public Starter {
 public:
  MillraceStarter(const std::filesystem::path& folder, const testing::MiniMysql& mysql,
                  const testing::MiniKafka& kafka, int run, const std::string& databases)
      : source_("mr" + std::to_string(run)),
        daemon_(folder / source_, configuration(mysql, kafka, source_, databases)) {}

  std::string name() const override { return "millrace"; }
  std::string topic() const override { return source_ + ".bench.ticks"; }
  void start() override {
    daemon_.start();
    if (!daemon_.wait_for_state(source_, "RUNNING", kGiveUpAfter))
      throw std::runtime_error(daemon_.log());
  }
  void stop() override { daemon_.stop(); }
  testing::ChildProcess& process() override { return daemon_.process(); }

 private:
  static std::string configuration(const testing::MiniMysql& mysql, const testing::MiniKafka& kafka,
                                   const std::string& source, const std::string& databases) {
    testing::SourceText text;
    text.name = source;
    text.database = databases;
    text.mysql_port = mysql.port();
    return testing::kafka_configuration(kafka.bootstrap(), text);
  }

  std::string source_;
  testing::DaemonProcess daemon_;
};

double to_mb(std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

}  // namespace

std::unique_ptr<Starter> make_starter(const std::string& program,
                                      const std::filesystem::path& folder,
                                      const testing::MiniMysql& mysql,
                                      const testing::MiniKafka& kafka, int run,
                                      const std::string& databases) {
  if (program == "debezium")
    return std::make_unique<DebeziumStarter>(folder, mysql, kafka, run, databases);
  return std::make_unique<MillraceStarter>(folder, mysql, kafka, run, databases);
}

void expect_a_row(Starter& starter, const testing::MiniMysql& mysql,
                  const testing::MiniKafka& kafka) {
  const testing::KafkaReader reader(kafka.bootstrap());
  const std::uint64_t before = reader.count_values(starter.topic());
  write_tick(mysql);
  const bool arrived = testing::eventually(
      std::chrono::seconds(30), [&] { return reader.count_values(starter.topic()) > before; });
  if (!arrived) throw std::runtime_error(starter.name() + " streams, but a row doesn't arrive");
}

double seconds_to_stream(Starter& starter) {
  const auto begin = steady_clock::now();
  starter.start();
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

double idle_cpu_percent(Starter& starter) {
  const double before = starter.process().cpu_seconds();
  std::this_thread::sleep_for(kIdleFor);
  const double used = starter.process().cpu_seconds() - before;
  return used / std::chrono::duration<double>(kIdleFor).count() * 100;
}

StartFigures measure_starts(Starter& starter, const testing::MiniMysql& mysql,
                            const testing::MiniKafka& kafka) {
  StartFigures figures;
  figures.subject = starter.name();
  figures.first_start_seconds = seconds_to_stream(starter);
  figures.first_start_cpu_seconds = starter.process().cpu_seconds();
  expect_a_row(starter, mysql, kafka);
  figures.idle_cpu_percent = idle_cpu_percent(starter);
  figures.memory_mb = to_mb(starter.process().memory_bytes());
  figures.peak_memory_mb = to_mb(starter.process().peak_memory_bytes());
  starter.stop();
  figures.restart_seconds = seconds_to_stream(starter);
  figures.restart_cpu_seconds = starter.process().cpu_seconds();
  expect_a_row(starter, mysql, kafka);
  figures.memory_mb = std::max(figures.memory_mb, to_mb(starter.process().memory_bytes()));
  figures.peak_memory_mb =
      std::max(figures.peak_memory_mb, to_mb(starter.process().peak_memory_bytes()));
  starter.stop();
  return figures;
}

}  // namespace millrace::bench
