// Writes the inputs that the fuzzers of rows and documents start from: what a server wrote.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "millrace/base/byte_cursor.h"
#include "millrace/binlog/events.h"
#include "unit/row/bytes.h"
#include "unit/row/server_captures.h"

namespace {

using millrace::row::test::from_hex;

// A TABLE_MAP of j(id int, d json, k json) without metadata.
constexpr char kDocumentsMap[] = "6e0000000000 0100 01 7400 01 6a00 03 03f5f5 02 0404 06";

std::string sized16(const std::string& bytes) {
  return std::string{static_cast<char>(bytes.size()), static_cast<char>(bytes.size() >> 8)} + bytes;
}

bool write(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return out.good();
}

bool write_rows(const std::filesystem::path& folder) {
  namespace test = millrace::row::test;
  using millrace::binlog::EventType;
  struct Seed {
    const char* name;
    const char* map;
    EventType type;
    const char* rows;
  };
  const Seed kSeeds[] = {
      {"write_full", test::kTypesMapFull, EventType::kWriteRows, test::kTypesRow},
      {"delete_minimal", test::kTypesMapMinimal, EventType::kDeleteRows, test::kTypesZeroRow},
      {"partial_update", kDocumentsMap, EventType::kPartialUpdateRows,
       test::kPartialUpdates[0].rows},
      {"partial_updates_of_two", kDocumentsMap, EventType::kPartialUpdateRows,
       std::end(test::kPartialUpdates)[-1].rows},
  };
  bool good = true;
  for (const Seed& seed : kSeeds) {
    good &= write(folder / seed.name,
                  sized16(from_hex(seed.map)) + static_cast<char>(seed.type) + from_hex(seed.rows));
  }
  return good;
}

// The first document and its difference of a PARTIAL_UPDATE_ROWS of both of j's documents.
bool write_documents(const std::filesystem::path& folder) {
  bool good = true;
  int number = 0;
  for (const auto& update : millrace::row::test::kPartialUpdates) {
    const std::string body = from_hex(update.rows);
    const auto rows =
        millrace::binlog::decode_rows(body, millrace::binlog::EventType::kPartialUpdateRows, {});
    if (!rows) return false;
    millrace::ByteCursor images(rows->rows);
    images.skip(1 + 4);
    const std::string document(images.read_bytes(images.read_u32()));
    images.skip(images.read_u32());
    images.skip(1 + 1 + 1 + 4);
    const std::string difference(images.read_bytes(images.read_u32()));
    good &= write(folder / ("update_" + std::to_string(++number)), sized16(document) + difference);
  }
  // A double, a string, opaque values; without a difference.
  good &= write(folder / "opaque",
                sized16(from_hex("02 0500 4500 0f1300 0f1d00 0f2700 0f3100 0f3b00"
                                 "0b08e05ef87cefffffff 0b080000000000000000 0b08000000fb6e340000"
                                 "0b08c1bdf00591cbffff 0b08ffffffffffffffff")));
  good &= write(folder / "scalars",
                sized16(from_hex("02 0300 1f00 0b0d00 0f1500 0c1b00 9a9999999999b93f"
                                 "f604 02018105 03616263")));
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 64;
  }
  const std::filesystem::path folder(argv[1]);
  const bool good = write_rows(folder / "rows") && write_documents(folder / "json");
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
