// Writes the inputs that a fuzzer starts from: one of each production of the grammar, as events
// without checksums, and a file with them.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "support/binlog/binlog_builder.h"

namespace {

using millrace::binlog::Xid;
using millrace::test::BinlogBuilder;
using millrace::test::le;
using millrace::test::sized;
using millrace::test::Table;

const Table kTable{.columns = {millrace::test::int_column("id", true).key(),
                               millrace::test::text_column("note"),
                               millrace::test::enum_column("kind", {"a", "b"})}};

void all_rows(BinlogBuilder& b) {
  const millrace::test::Row row = {le(1, 4), sized("x", 2), std::nullopt};
  b.begin().rows_query("INSERT").table_map(kTable).write_rows(kTable, {row, row});
  b.update_rows(kTable, {{row, row}}).delete_rows(kTable, {row}, {.version = 1});
  b.partial_update_rows(kTable, "xyz").query("SAVEPOINT `s`").query("ROLLBACK TO `s`").xid();
}

struct Seed {
  const char* name;
  std::function<void(BinlogBuilder&)> fill;
};

const Xid kXid{1, "ab", "c"};
constexpr char kUuid[] = "3457d932-e55a-11f1-a4af-02fc00000001";

const Seed kSeeds[] = {
    {"transaction", [](auto& b) { b.gtid(std::string(kUuid) + ":5"), all_rows(b); }},
    {"tagged", [](auto& b) { b.gtid(std::string(kUuid) + ":etl:5").begin().commit(); }},
    {"payload", [](auto& b) { b.anonymous_gtid().payload(all_rows); }},
    {"payload_uncompressed",
     [](auto& b) { b.payload(all_rows, millrace::test::PayloadCompression::kNone); }},
    {"xa",
     [](auto& b) {
       b.xa_start(kXid).xa_end(kXid).xa_prepare(kXid).xa_commit(kXid).xa_rollback(kXid);
       b.xa_start(kXid).xa_prepare(kXid, true);
     }},
    {"statements",
     [](auto& b) { b.query("DROP TABLE t").begin().query("CREATE TABLE t (a int)").rollback(); }},
    {"around",
     [](auto& b) {
       b.previous_gtids(std::string(kUuid) + ":1-4").heartbeat().heartbeat_v2();
       b.aurora_padding(10).begin().rotate("mysql-bin.000002").incident("lost").stop();
     }},
};

bool write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return out.good();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 64;
  }
  const std::filesystem::path folder(argv[1]);
  std::filesystem::create_directories(folder);
  BinlogBuilder file;
  file.start_file();
  bool good = true;
  for (const Seed& seed : kSeeds) {
    millrace::test::BinlogBuilderOptions options;
    options.checksum = false;
    BinlogBuilder builder(options);
    seed.fill(builder);
    std::string bytes;
    for (const std::string& event : builder.events()) bytes += event;
    good = write(folder / seed.name, bytes) && good;
    if (std::string(seed.name) != "around") seed.fill(file);
  }
  good = write(folder / "file", file.file_bytes()) && good;
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
