// A million tables: a thousand databases of a thousand tables, one in a hundred altered by its owner. Their catalog is
// written into the state topic as a first start would write it; then the daemon starts on it. The server itself has only
// the table that is altered at the end, so what is measured is the catalog.

#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "bench/bench.h"
#include "bench/start.h"
#include "bench/tenants.h"
#include "millrace/ddl/schema_change.h"
#include "millrace/sink/kafka_sink.h"
#include "millrace/state/catalog_records.h"
#include "support/kafka_reader.h"

namespace millrace::bench {
namespace {

constexpr int kDatabases = 1000;
constexpr int kTablesOfEach = 1000;
constexpr int kAlteredOneIn = 100;
constexpr const char* kSource = "mr0";  // the starter's first

template <typename Value>
Value must(Result<Value> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}
void must(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message());
}

void run_ddl(schema::Catalog& catalog, const std::string& sql) {
  schema::StatementContext context;
  context.server_version = 90700;
  context.server_collation = 255;
  const auto change = must(ddl::parse_schema_change(sql, "", 0));
  if (!change) throw std::runtime_error("no change of a table: " + sql);
  catalog.apply(*change, context);
}

// Modules differ by a column, as the tables of an application do.
std::string create_module(int database, int table) {
  return "CREATE TABLE " + tenant_name(database) + "." + module_name(table) + " (" +
         module_columns() + ", m" + std::to_string(table) + " INT)";
}

schema::Catalog make_catalog() {
  schema::Catalog catalog;
  run_ddl(catalog, "CREATE DATABASE bench CHARACTER SET utf8mb4");
  run_ddl(catalog, kCreateTicks);
  for (int database = 0; database < kDatabases; ++database) {
    run_ddl(catalog, "CREATE DATABASE " + tenant_name(database) + " CHARACTER SET utf8mb4");
    for (int table = 0; table < kTablesOfEach; ++table) {
      const std::string name = tenant_name(database) + "." + module_name(table);
      if (database == 0) {
        run_ddl(catalog, create_module(database, table));
      } else {
        run_ddl(catalog,
                "CREATE TABLE " + name + " LIKE " + tenant_name(0) + "." + module_name(table));
      }
      if ((database * kTablesOfEach + table) % kAlteredOneIn == kAlteredOneIn - 1) {
        run_ddl(catalog, "ALTER TABLE " + name + " ADD own_" + std::to_string(database) + "_" +
                             std::to_string(table) + " INT");
      }
    }
  }
  return catalog;
}

state::Offset offset_of(const testing::MiniMysql& mysql) {
  testing::SqlClient client = mysql.root();
  state::Offset offset;
  offset.has_gtids = true;
  offset.gtids = must(gtid::GtidSet::parse(client.value("SELECT @@GLOBAL.gtid_executed")));
  const auto status = client.rows("SHOW BINARY LOG STATUS");
  offset.position = {status.at(0).at(0).value_or(""),
                     std::stoull(status.at(0).at(1).value_or("0"))};
  return offset;
}

void write_topic(const testing::MiniKafka& kafka, const schema::Catalog& catalog,
                 const state::Offset& offset) {
  sink::KafkaSinkOptions options;
  options.properties["bootstrap.servers"] = kafka.bootstrap();
  options.source = options.topic_prefix = kSource;
  const auto sink = sink::make_kafka_sink(options);
  must(sink->open());
  must(state::write_catalog(kSource, catalog, {},
                            [&](const auto& records) { return sink->write_state(records); }));
  must(sink->commit({offset, {}}));
  sink->close();
}

std::uint64_t bytes_of_state(const testing::MiniKafka& kafka) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kafka.folder())) {
    const std::string path = entry.path().string();
    if (path.find("millrace-state-") != std::string::npos && entry.path().extension() == ".log") {
      bytes += entry.file_size();
    }
  }
  return bytes;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// An ALTER whose structure nobody has, and the same of another table: records and bytes in the state topic. A commit's
// marker takes an offset too.
void measure_alter(const testing::MiniMysql& mysql, const testing::MiniKafka& kafka,
                   const std::function<void()>& pass, CatalogFigures& figures) {
  const testing::KafkaReader reader(kafka.bootstrap());
  const std::int64_t offset = reader.end_offset("millrace-state");
  const std::uint64_t bytes = bytes_of_state(kafka);
  mysql.execute({"ALTER TABLE tenant_0000.module_0000 ADD one_more INT"});
  pass();
  figures.alter_records = static_cast<double>(reader.end_offset("millrace-state") - offset - 1);
  figures.alter_bytes = static_cast<double>(bytes_of_state(kafka) - bytes);
}

}  // namespace

std::vector<CatalogFigures> million_tables(const Options&) {
  const testing::TempFolder folder("bench");
  const testing::MiniMysql mysql;
  const testing::MiniKafka kafka({.heap = "1g", .life = testing::JavaLife::kLong});
  make_tenants(mysql, 1, 0);
  mysql.execute({create_module(0, 0)});
  std::printf("writing the catalog of %d databases of %d tables\n", kDatabases, kTablesOfEach);
  CatalogFigures figures;
  {
    const schema::Catalog catalog = make_catalog();
    figures.tables = static_cast<double>(catalog.table_count());
    figures.structures = static_cast<double>(catalog.structure_count());
    const auto begin = std::chrono::steady_clock::now();
    write_topic(kafka, catalog, offset_of(mysql));
    figures.write_seconds = seconds_since(begin);
  }
  figures.state_mb = static_cast<double>(bytes_of_state(kafka)) / (1 << 20);

  std::printf("millrace starts on it\n");
  const auto subject = make_starter("millrace", folder.path(), mysql, kafka, 0);
  figures.subject = subject->name();
  figures.restart_seconds = seconds_to_stream(*subject);
  const auto pass = [&] { expect_a_row(*subject, mysql, kafka); };
  pass();
  figures.memory_mb = static_cast<double>(subject->process().memory_bytes()) / (1 << 20);
  figures.peak_memory_mb = static_cast<double>(subject->process().peak_memory_bytes()) / (1 << 20);
  measure_alter(mysql, kafka, pass, figures);
  subject->stop();

  std::printf(
      "\nmillrace   %.0f tables of %.0f structures: restart %.2f s, memory %.0f MB (peak %.0f MB); "
      "state topic "
      "%.0f MB,\n           written in %.1f s; an ALTER takes %.0f records and %.0f bytes in it\n",
      figures.tables, figures.structures, figures.restart_seconds, figures.memory_mb,
      figures.peak_memory_mb, figures.state_mb, figures.write_seconds, figures.alter_records,
      figures.alter_bytes);
  return {figures};
}

}  // namespace millrace::bench
