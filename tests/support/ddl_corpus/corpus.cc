#include "support/ddl_corpus/corpus.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "millrace/ddl/statement.h"

namespace millrace::testing {
namespace {

// The corpus lies in the repository, in whose root tests run.
constexpr const char* kFolder = "tests/unit/ddl/corpus";

std::uint64_t parse_mode(const std::string& names, const std::string& place) {
  std::uint64_t mode = 0;
  std::size_t begin = 0;
  while (begin < names.size()) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    const std::string name = names.substr(begin, end - begin);
    if (name == "ANSI_QUOTES") {
      mode |= ddl::kSqlModeAnsiQuotes;
    } else if (name == "NO_BACKSLASH_ESCAPES") {
      mode |= ddl::kSqlModeNoBackslashEscapes;
    } else if (name == "REAL_AS_FLOAT") {
      mode |= ddl::kSqlModeRealAsFloat;
    } else {
      throw std::runtime_error(place + ": unknown sql_mode " + name);
    }
    begin = end + 1;
  }
  return mode;
}

class FileReader {
 public:
  explicit FileReader(const std::filesystem::path& path) : path_(path), stream_(path) {
    if (!stream_) throw std::runtime_error("can't read " + path.string());
  }

  void read_into(std::vector<DdlCase>& cases) {
    std::string line;
    while (std::getline(stream_, line)) {
      ++line_number_;
      if (sql_.empty() && (line.empty() || line[0] == '#')) continue;
      if (sql_.empty() && line[0] == '@') {
        apply(line);
      } else if (line.rfind("= ", 0) == 0) {
        if (sql_.empty()) throw std::runtime_error(place() + ": no statement");
        cases.push_back({place(), sql_, line.substr(2), mode_, parse_mode(mode_, place()),
                         is_executable_, setup_});
        sql_.clear();
      } else {
        sql_ += (sql_.empty() ? "" : "\n") + line;
      }
    }
    if (!sql_.empty()) throw std::runtime_error(place() + ": a statement without its line of '='");
  }

 private:
  std::string place() const {
    return path_.filename().string() + ":" + std::to_string(line_number_);
  }
  void apply(const std::string& line) {
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string directive = line.substr(1, space - 1);
    const std::string argument = space < line.size() ? line.substr(space + 1) : "";
    if (directive == "mode") {
      mode_ = argument;
    } else if (directive == "setup") {
      setup_.push_back(argument);
    } else if (directive == "run" || (directive == "norun" && !argument.empty())) {
      is_executable_ = directive == "run";
    } else {
      throw std::runtime_error(place() + ": unknown directive");
    }
  }

  std::filesystem::path path_;
  std::ifstream stream_;
  std::size_t line_number_ = 0;
  std::string sql_;
  std::string mode_;
  std::vector<std::string> setup_;
  bool is_executable_ = true;
};

}  // namespace

std::vector<DdlCase> read_ddl_corpus() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".sql") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<DdlCase> cases;
  for (const auto& file : files) FileReader(file).read_into(cases);
  return cases;
}

}  // namespace millrace::testing
