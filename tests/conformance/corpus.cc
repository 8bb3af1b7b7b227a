#include "conformance/corpus.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "conformance/seeded_statements.h"
#include "integration/types/type_file.h"
#include "support/process.h"

namespace millrace::testing {
namespace {

std::filesystem::path folder() { return source_folder() / "tests" / "conformance" / "corpus"; }

std::string with_folder_of_files(std::string text) {
  const std::string name = "${files}";
  const std::string files = (folder() / "files").string();
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at))
    text.replace(at, name.size(), files);
  return text;
}

Case case_of(const TypeFile& file) {
  Case made;
  made.name = "types/" + file.name;
  made.needs_full_metadata = file.needs_full_metadata;
  made.before = {"CREATE DATABASE " + file.database() + " CHARACTER SET utf8mb4",
                 "USE " + file.database()};
  made.before.insert(made.before.end(), file.tables.begin(), file.tables.end());
  made.statements.push_back({"USE " + file.database()});
  for (const std::string& row : file.rows) made.statements.push_back({row});
  return made;
}

Case read_case(const std::filesystem::path& path) {
  Case made;
  made.name = "corpus/" + path.stem().string();
  const std::string text = read_file(path);
  made.needs_full_metadata = text.starts_with("-- only metadata FULL");
  std::istringstream in(text);
  bool before = true;
  Statement next;
  for (std::string line; std::getline(in, line);) {
    if (line == "-- rows") before = false;
    if (line == "-- other session") next.other_session = true;
    if (line == "-- first session") next.other_session = false;
    if (line == "-- fails") next.fails = true;
    if (line.starts_with("--") || line.empty()) continue;
    next.text += (next.text.empty() ? "" : "\n") + line;
    if (!next.text.ends_with(';')) continue;
    next.text.pop_back();
    next.text = with_folder_of_files(next.text);
    if (before) {
      made.before.push_back(next.text);
    } else {
      made.statements.push_back(next);
    }
    next.text.clear();
    next.fails = false;
  }
  return made;
}

}  // namespace

std::vector<Case> corpus(int seeded) {
  std::vector<Case> all;
  for (const TypeFile& file : read_type_files()) all.push_back(case_of(file));
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() == ".sql") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) all.push_back(read_case(path));
  Case made;
  made.name = "seeded";
  made.before = seeded_tables();
  for (const std::string& text : seeded_statements(seeded)) made.statements.push_back({text});
  all.push_back(std::move(made));
  return all;
}

}  // namespace millrace::testing
