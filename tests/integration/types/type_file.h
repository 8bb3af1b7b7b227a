#pragma once

// One file of tests/golden/types: tables of a type, and statements that put its values in, change and delete them.
// Statements end in ";" at a line's end; lines that begin with "--" are comments; the line "-- rows" parts the
// statements that make tables from those that are compared; a first line "-- only metadata FULL" says for which setting the
// file is. Beside it lies NAME.jsonl, what the events were.

#include <filesystem>
#include <string>
#include <vector>

namespace millrace::testing {

struct TypeFile {
  std::string name;  // "decimal"; its database is types_decimal
  std::vector<std::string> tables;
  std::vector<std::string> rows;
  bool needs_full_metadata = false;  // its first line says so and why

  std::string database() const { return "types_" + name; }
};

std::vector<TypeFile> read_type_files();
std::filesystem::path golden_path(const TypeFile& file);

}  // namespace millrace::testing
