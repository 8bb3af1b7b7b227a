// Catching up: data is written while nobody reads; then each subject reads it into Kafka, on this machine beside the
// servers.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <stdexcept>

#include "bench/stolen_time.h"
#include "bench/subject.h"
#include "support/kafka_reader.h"
#include "support/workload.h"

namespace millrace::bench {
namespace {

using testing::MiniKafka;
using testing::MiniMysql;
using testing::SqlClient;

constexpr int kRowsOfEach = 1000;
constexpr const char* kKcatMessages = "500000";

std::string count(double standard, double factor) {
  return std::to_string(std::max(1L, std::lround(standard * factor)));
}

// What is read: a table shop.orders, with a procedure bulk(transactions, rows of each) that each subject is warmed up
// with.
struct Data {
  const char* name;
  std::vector<std::string> mysql;  // arguments of the server
  std::function<void(SqlClient&)> create;
  std::function<std::vector<std::string>(double factor)> statements;
};

std::string bulk(double transactions, double factor) {
  return "CALL shop.bulk(" + count(transactions, factor) + ", " + std::to_string(kRowsOfEach) + ")";
}
std::string oltp(double transactions, double factor) {
  return "CALL shop.oltp(" + count(transactions, factor) + ")";
}

// 1.5 million rows in transactions of a thousand, then 150 thousand small transactions.
std::vector<std::string> standard(double factor) {
  return {bulk(1500, factor), oltp(150'000, factor)};
}
// Up to four row events in each transaction: what is updated and deleted are the first rows, while there are any.
std::vector<std::string> small(double factor) { return {bulk(20, factor), oltp(300'000, factor)}; }

// `columns` is the table's, `values` what a SELECT over numbers (n) gives for them.
void create_table(SqlClient& client, const std::string& columns, const std::string& names,
                  const std::string& values) {
  for (const std::string& statement : std::vector<std::string>{
           "CREATE DATABASE shop",
           "CREATE TABLE shop.orders (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, " + columns +
               ")",
           "CREATE PROCEDURE shop.bulk(transactions INT, rows_of_each INT) BEGIN "
           "DECLARE i INT DEFAULT 0; SET SESSION cte_max_recursion_depth = 4294967295; "
           "WHILE i < transactions DO INSERT INTO shop.orders (" +
               names +
               ") WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers "
               "WHERE n < rows_of_each) SELECT " +
               values + " FROM numbers; SET i = i + 1; END WHILE; END"}) {
    client.execute(statement);
  }
}

// 200 columns of five types.
void create_wide(SqlClient& client) {
  constexpr std::pair<const char*, const char*> kKinds[] = {{"INT", "n * 7"},
                                                            {"VARCHAR(40)", "CONCAT('value ', n)"},
                                                            {"DECIMAL(12, 2)", "n * 1.25"},
                                                            {"DATETIME(6)", "NOW(6)"},
                                                            {"DOUBLE", "n / 3"}};
  constexpr int kColumns = 200;
  std::string columns, names, values;
  for (int i = 1; i < kColumns; ++i) {
    const auto& [type, value] = kKinds[i % 5];
    const std::string comma = i == 1 ? "" : ", ";
    columns += comma + "c" + std::to_string(i) + " " + type;
    names += comma + "c" + std::to_string(i);
    values += comma + value;
  }
  create_table(client, columns, names, values);
}
std::vector<std::string> wide(double factor) { return {bulk(150, factor)}; }

// A document of some 40 values, a BLOB of 4 KiB and a text of 2 KiB.
void create_large_values(SqlClient& client) {
  create_table(
      client, "doc JSON, attachment BLOB, body TEXT", "doc, attachment, body",
      "JSON_OBJECT('id', n, 'tags', JSON_ARRAY('a', 'b', n, n / 3, TRUE, NULL), 'address', "
      "JSON_OBJECT('street', CONCAT('street ', n), 'zip', '12345', 'at', NOW(6), 'amount', "
      "CAST(n * 1.25 AS DECIMAL(12, 2))), 'lines', JSON_ARRAY(JSON_OBJECT('sku', n, 'qty', 1), "
      "JSON_OBJECT('sku', n + 1, 'qty', 2), JSON_OBJECT('sku', n + 2, 'qty', 3)), 'text', "
      "REPEAT('lorem ipsum ', 20)), REPEAT(UNHEX(SHA2(n, 256)), 256), REPEAT('lorem ipsum dolor ', "
      "110)");
}
std::vector<std::string> large_values(double factor) { return {bulk(100, factor)}; }

const Data kData[] = {
    {"catch_up", {}, testing::create_orders, standard},
    {"small_transactions", {}, testing::create_orders, small},
    {"wide_rows", {}, create_wide, wide},
    {"large_values", {}, create_large_values, large_values},
    {"compressed", {"--binlog-transaction-compression=ON"}, testing::create_orders, standard},
};

bool has_kcat() { return testing::run_command({"sh", "-c", "command -v kcat"}).exit_code == 0; }

// The messages of a topic, a line each.
void dump_messages(const MiniKafka& kafka, const std::string& topic,
                   const std::filesystem::path& file) {
  const auto dumped =
      testing::run_command({"sh", "-c",
                            "kcat -q -C -b " + kafka.bootstrap() + " -t " + topic +
                                " -o beginning -e -c " + kKcatMessages + " >" + file.string()});
  if (dumped.exit_code != 0) throw std::runtime_error("kcat can't read: " + dumped.output);
}

// What Kafka's own client library does on this machine with the same messages: no source, no work on them.
Figures kcat_limit(const MiniKafka& kafka, const std::string& topic,
                   const std::filesystem::path& messages) {
  testing::ChildOptions options;
  options.command = {"kcat", "-P",  "-b", kafka.bootstrap(), "-t", topic,
                     "-z",   "lz4", "-X", "linger.ms=20",    "-l", messages};
  options.output = messages.parent_path() / "kcat.log";
  const StolenTime stolen;
  const double kafka_cpu = kafka.process().cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  testing::ChildProcess kcat(std::move(options));
  Figures figures;
  figures.subject = "kcat";
  double cpu = 0;
  // Looked at often enough to miss little, seldom enough to leave it the core.
  while (!kcat.wait(std::chrono::milliseconds(10))) {
    cpu = std::max(cpu, kcat.cpu_seconds());
    figures.peak_memory_mb =
        std::max(figures.peak_memory_mb, static_cast<double>(kcat.peak_memory_bytes()) / (1 << 20));
  }
  figures.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  figures.stolen_percent = stolen.percent();
  figures.rows = testing::KafkaReader(kafka.bootstrap()).count_values(topic);
  figures.rows_per_second = static_cast<double>(figures.rows) / figures.seconds;
  figures.cpu_seconds_per_million_rows = per_million(cpu, figures.rows);
  figures.kafka_cpu_seconds_per_million_rows =
      per_million(kafka.process().cpu_seconds() - kafka_cpu, figures.rows);
  return figures;
}

}  // namespace

bool is_catch_up(const std::string& name) {
  return std::any_of(std::begin(kData), std::end(kData),
                     [&](const Data& data) { return name == data.name; });
}

std::vector<Figures> catch_up(const std::string& name, const Options& options) {
  const Data& data = *std::find_if(std::begin(kData), std::end(kData),
                                   [&](const Data& one) { return name == one.name; });
  const testing::TempFolder folder("bench");
  std::vector<std::string> arguments = data.mysql;
  arguments.emplace_back("--max-binlog-size=1G");
  const MiniMysql mysql({.arguments = arguments, .buffer_pool_mib = 512});
  const MiniKafka kafka({.heap = "1g", .life = testing::JavaLife::kLong});
  SqlClient client = mysql.root();
  data.create(client);
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
  for (const std::string& statement : data.statements(options.rows)) client.execute(statement);

  std::map<std::string, std::vector<Figures>> runs;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    std::printf("%s reads it\n", subjects[i]->name().c_str());
    Figures figures = measure(*subjects[i], mysql, kafka);
    figures.rows -= warm_up_rows[i];
    runs[figures.subject].push_back(figures);
  }
  if (options.measures("kcat") && has_kcat() && !subjects.empty()) {
    const auto messages = folder.path() / "messages";
    dump_messages(kafka, subjects.back()->topic(), messages);
    for (int run = 0; run < options.runs; ++run) {
      runs["kcat"].push_back(kcat_limit(kafka, "kcat-" + std::to_string(run), messages));
    }
  }
  const std::vector<Figures> medians = medians_of(runs);
  print(medians);
  return medians;
}

}  // namespace millrace::bench
