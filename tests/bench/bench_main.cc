// make bench: runs the cases and keeps their figures in build/bench/<case>.json.

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <stdexcept>

#include "bench/bench.h"
#include "support/process.h"

namespace millrace::bench {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, ',');) words.push_back(word);
  return words;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (i + 1 == argc)
      throw std::runtime_error("usage: [--runs N] [--rows FACTOR] [--case A,B] [--only A,B]");
    const std::string value = argv[++i];
    if (name == "--runs") {
      options.runs = std::max(1, std::stoi(value));
    } else if (name == "--rows") {
      options.rows = std::stod(value);
    } else if (name == "--case") {
      options.cases = split(value);
    } else if (name == "--only") {
      options.subjects = split(value);
    } else {
      throw std::runtime_error("unknown option " + name);
    }
  }
  return options;
}

void keep(const std::string& name, const Options& options, const std::vector<Figures>& all) {
  rapidjson::StringBuffer text;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(text);
  const auto number = [&](const char* key, double value) {
    writer.Key(key);
    writer.Double(value);
  };
  writer.StartObject();
  writer.Key("case");
  writer.String(name);
  number("rows_factor", options.rows);
  number("runs", options.runs);
  writer.Key("subjects");
  writer.StartArray();
  for (const Figures& one : all) {
    writer.StartObject();
    writer.Key("subject");
    writer.String(one.subject);
    writer.Key("rows");
    writer.Uint64(one.rows);
    number("rows_per_second", one.rows_per_second);
    number("cpu_seconds_per_million_rows", one.cpu_seconds_per_million_rows);
    number("peak_memory_mb", one.peak_memory_mb);
    number("seconds", one.seconds);
    writer.EndObject();
  }
  writer.EndArray();
  writer.EndObject();
  const auto folder = testing::source_folder() / "build" / "bench";
  std::filesystem::create_directories(folder);
  testing::write_file(folder / (name + ".json"), text.GetString());
  std::printf("figures: build/bench/%s.json\n", name.c_str());
}

void run(const Options& options) {
  for (const std::string& name : options.cases) {
    std::printf("\n== %s\n", name.c_str());
    if (name == "catch_up") {
      keep(name, options, catch_up(options));
    } else if (name == "large_transaction") {
      keep(name, options, large_transaction(options));
    } else {
      throw std::runtime_error("unknown case " + name);
    }
  }
}

}  // namespace

bool Options::measures(const std::string& subject) const {
  return std::find(subjects.begin(), subjects.end(), subject) != subjects.end();
}

}  // namespace millrace::bench

int main(int argc, char** argv) {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    millrace::bench::run(millrace::bench::parse(argc, argv));
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bench: %s\n", failure.what());
    return 1;
  }
}
