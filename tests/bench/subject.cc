#include "bench/subject.h"

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "bench/stolen_time.h"
#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/debezium_runner.h"
#include "support/kafka_reader.h"

namespace millrace::bench {
namespace {

using std::chrono::steady_clock;
using testing::ChildProcess;

constexpr auto kStillFor = std::chrono::seconds(6);
constexpr auto kGiveUpAfter = std::chrono::minutes(15);

class Debezium final : public Subject {
 public:
  Debezium(const std::filesystem::path& folder, const testing::MiniMysql& mysql,
           const testing::MiniKafka& kafka, int instance, Begin begin)
      : prefix_("dz" + std::to_string(instance)),
        begin_(begin),
        runner_(folder / prefix_, options(mysql, kafka, prefix_, instance, begin)) {}

  std::string name() const override { return "debezium"; }
  std::string topic() const override { return prefix_ + ".shop.orders"; }
  void start() override {
    if (begin_ == Begin::kWithSnapshot) {
      runner_.launch();  // it streams when the snapshot is over
    } else {
      runner_.start();
    }
  }
  void stop() override { runner_.stop(); }
  ChildProcess& process() override { return runner_.process(); }

 private:
  // What a careful operator sets: larger batches, compression, a small heap.
  static testing::DebeziumOptions options(const testing::MiniMysql& mysql,
                                          const testing::MiniKafka& kafka,
                                          const std::string& prefix, int instance, Begin begin) {
    testing::DebeziumOptions options;
    options.bootstrap = kafka.bootstrap();
    options.mysql_port = mysql.port();
    options.heap = "512m";
    options.life = testing::JavaLife::kLong;
    options.connector = {{"topic.prefix", prefix},
                         {"database.include.list", "shop"},
                         {"database.server.id", std::to_string(7000 + instance)},
                         {"max.batch.size", "16384"},
                         {"max.queue.size", "65536"},
                         {"poll.interval.ms", "20"}};
    options.worker = {{"producer.linger.ms", "20"},
                      {"producer.batch.size", "524288"},
                      {"producer.compression.type", "lz4"},
                      {"offset.flush.interval.ms", "5000"}};
    if (begin == Begin::kWithSnapshot) options.connector["snapshot.mode"] = "initial";
    return options;
  }

  std::string prefix_;
  Begin begin_;
  testing::DebeziumRunner runner_;
};

class Millrace final : public Subject {
 public:
  Millrace(const std::filesystem::path& folder, const testing::MiniMysql& mysql,
           const testing::MiniKafka& kafka, int instance, Begin begin,
           std::map<std::string, std::string> properties)
      : source_("mr" + std::to_string(instance)),
        daemon_(folder / source_,
                configuration(mysql, kafka, source_, begin, std::move(properties))) {}

  std::string name() const override { return "millrace"; }
  std::string topic() const override { return source_ + ".shop.orders"; }
  void start() override {
    daemon_.start();
    if (!daemon_.wait_for_state(source_, "RUNNING")) throw std::runtime_error(daemon_.log());
  }
  void stop() override { daemon_.stop(); }
  ChildProcess& process() override { return daemon_.process(); }

 private:
  static std::string configuration(const testing::MiniMysql& mysql, const testing::MiniKafka& kafka,
                                   const std::string& source, Begin begin,
                                   std::map<std::string, std::string> properties) {
    testing::SourceText text;
    text.properties = std::move(properties);
    text.name = source;
    text.mysql_port = mysql.port();
    if (begin == Begin::kWithSnapshot) text.properties["snapshot.mode"] = "initial";
    return testing::kafka_configuration(kafka.bootstrap(), text);
  }

  std::string source_;
  testing::DaemonProcess daemon_;
};

struct Sample {
  steady_clock::time_point time;
  std::int64_t offset = 0;
  double cpu = 0;  // seconds: of the subject, and of the servers
  double mysql_cpu = 0, kafka_cpu = 0;
};

double seconds_between(const Sample& from, const Sample& to) {
  return std::chrono::duration<double>(to.time - from.time).count();
}

}  // namespace

std::unique_ptr<Subject> debezium_tuned(const std::filesystem::path& folder,
                                        const testing::MiniMysql& mysql,
                                        const testing::MiniKafka& kafka, int instance,
                                        Begin begin) {
  return std::make_unique<Debezium>(folder, mysql, kafka, instance, begin);
}

std::unique_ptr<Subject> millrace(const std::filesystem::path& folder,
                                  const testing::MiniMysql& mysql, const testing::MiniKafka& kafka,
                                  int instance, Begin begin,
                                  std::map<std::string, std::string> properties) {
  return std::make_unique<Millrace>(folder, mysql, kafka, instance, begin, std::move(properties));
}

std::uint64_t warm_up(Subject& subject, testing::SqlClient& client, const std::string& bootstrap) {
  subject.start();
  const testing::KafkaReader reader(bootstrap);
  std::uint64_t rows = 0;
  const bool passed = testing::eventually(std::chrono::seconds(60), [&] {
    client.execute("CALL shop.bulk(1, 10)");
    rows += 10;
    return testing::eventually(std::chrono::seconds(3),
                               [&] { return reader.count_values(subject.topic()) >= 10; });
  });
  if (!passed) throw std::runtime_error(subject.name() + " doesn't publish");
  std::this_thread::sleep_for(
      std::chrono::seconds(6));  // Kafka Connect flushes offsets by the clock
  subject.stop();
  return rows;
}

Figures measure(Subject& subject, const testing::MiniMysql& mysql,
                const testing::MiniKafka& kafka) {
  const testing::KafkaEnd end(kafka.bootstrap(), subject.topic());
  const testing::KafkaReader reader(kafka.bootstrap());
  const std::uint64_t rows_before = reader.count_values(subject.topic());
  const std::int64_t base = end.offset();
  const StolenTime stolen;
  const Sample begin{steady_clock::now(), base, 0, mysql.process().cpu_seconds(),
                     kafka.process().cpu_seconds()};
  subject.start();
  Sample first = begin, last = begin;
  while (last.offset == base || steady_clock::now() - last.time < kStillFor) {
    const Sample now{steady_clock::now(), end.offset(), subject.process().cpu_seconds(),
                     mysql.process().cpu_seconds(), kafka.process().cpu_seconds()};
    if (now.offset != last.offset) {
      if (first.offset == base) first = now;
      last = now;
    }
    if (now.time - begin.time > kGiveUpAfter)
      throw std::runtime_error(subject.name() + " doesn't get to the end");
    if (!subject.process().running()) throw std::runtime_error(subject.name() + " ended by itself");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  Figures figures;
  figures.subject = subject.name();
  figures.stolen_percent = stolen.percent();
  figures.peak_memory_mb = static_cast<double>(subject.process().peak_memory_bytes()) / (1 << 20);
  subject.stop();
  figures.rows = reader.count_values(subject.topic()) - rows_before;
  // Tombstones and transaction markers take offsets too: offsets to rows by their share of the whole.
  const double share = static_cast<double>(figures.rows) / static_cast<double>(last.offset - base);
  const double steady_rows = static_cast<double>(last.offset - first.offset) * share;
  figures.rows_per_second = steady_rows / std::max(seconds_between(first, last), 1e-3);
  figures.cpu_seconds_per_million_rows = per_million(last.cpu, figures.rows);
  figures.mysql_cpu_seconds_per_million_rows =
      per_million(last.mysql_cpu - begin.mysql_cpu, figures.rows);
  figures.kafka_cpu_seconds_per_million_rows =
      per_million(last.kafka_cpu - begin.kafka_cpu, figures.rows);
  figures.seconds = seconds_between(begin, last);
  return figures;
}

}  // namespace millrace::bench
