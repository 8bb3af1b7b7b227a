// Writes the statements of the unit tests' corpus as inputs for the fuzzer, one a file: ddl_seeds
// FOLDER. libFuzzer's -merge=1 then keeps those that reach something new.

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

#include "millrace/ddl/statement.h"
#include "support/ddl_corpus/corpus.h"

namespace {

// As the target reads it; it tries every sql_mode, so the byte is for people.
char mode_byte(std::uint64_t sql_mode) {
  using namespace millrace::ddl;  // NOLINT(google-build-using-namespace): three names
  return static_cast<char>(((sql_mode & kSqlModeAnsiQuotes) != 0 ? 1 : 0) |
                           ((sql_mode & kSqlModeNoBackslashEscapes) != 0 ? 2 : 0) |
                           ((sql_mode & kSqlModeRealAsFloat) != 0 ? 4 : 0));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: ddl_seeds FOLDER\n", stderr);
    return 64;
  }
  try {
    const std::filesystem::path folder = argv[1];
    std::filesystem::create_directories(folder);
    for (const millrace::testing::DdlCase& row : millrace::testing::read_ddl_corpus()) {
      std::string name = row.place;
      for (char& c : name) {
        if (c == '.' || c == ':') c = '_';
      }
      std::ofstream file(folder / name, std::ios::binary);
      file << mode_byte(row.sql_mode) << row.sql;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
