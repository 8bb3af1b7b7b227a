#include "integration/types/type_file.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "support/process.h"

namespace millrace::testing {
namespace {

std::filesystem::path folder() { return source_folder() / "tests" / "golden" / "types"; }

TypeFile parse(const std::filesystem::path& path) {
  TypeFile file;
  file.name = path.stem().string();
  const std::string text = read_file(path);
  file.needs_full_metadata = text.starts_with("-- only metadata FULL");
  std::istringstream in(text);
  std::vector<std::string>* part = &file.tables;
  std::string statement;
  for (std::string line; std::getline(in, line);) {
    if (line == "-- rows") part = &file.rows;
    if (line.starts_with("--") || line.empty()) continue;
    statement += (statement.empty() ? "" : "\n") + line;
    if (!statement.ends_with(';')) continue;
    statement.pop_back();
    part->push_back(std::exchange(statement, ""));
  }
  return file;
}

}  // namespace

std::vector<TypeFile> read_type_files() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() == ".sql") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<TypeFile> files;
  files.reserve(paths.size());
  for (const auto& path : paths) files.push_back(parse(path));
  return files;
}

std::filesystem::path golden_path(const TypeFile& file) {
  return folder() / (file.name + ".jsonl");
}

}  // namespace millrace::testing
