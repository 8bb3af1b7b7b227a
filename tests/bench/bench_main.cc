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
      throw std::runtime_error(
          "usage: [--runs N] [--rows FACTOR] [--case A,B] [--only A,B] [--minutes N]");
    const std::string value = argv[++i];
    if (name == "--runs") {
      options.runs = std::max(1, std::stoi(value));
    } else if (name == "--rows") {
      options.rows = std::stod(value);
    } else if (name == "--minutes") {
      options.minutes = std::max(1, std::stoi(value));
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

using Writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

void write_number(Writer& writer, const char* key, double value) {
  writer.Key(key);
  writer.Double(value);
}

void write_figures(Writer& writer, const Figures& one) {
  writer.Key("rows");
  writer.Uint64(one.rows);
  write_number(writer, "rows_per_second", one.rows_per_second);
  write_number(writer, "cpu_seconds_per_million_rows", one.cpu_seconds_per_million_rows);
  write_number(writer, "mysql_cpu_seconds_per_million_rows",
               one.mysql_cpu_seconds_per_million_rows);
  write_number(writer, "kafka_cpu_seconds_per_million_rows",
               one.kafka_cpu_seconds_per_million_rows);
  write_number(writer, "peak_memory_mb", one.peak_memory_mb);
  write_number(writer, "seconds", one.seconds);
  write_number(writer, "stolen_percent", one.stolen_percent);
}

void write_figures(Writer& writer, const StartFigures& one) {
  write_number(writer, "first_start_seconds", one.first_start_seconds);
  write_number(writer, "restart_seconds", one.restart_seconds);
  write_number(writer, "first_start_cpu_seconds", one.first_start_cpu_seconds);
  write_number(writer, "restart_cpu_seconds", one.restart_cpu_seconds);
  write_number(writer, "peak_memory_mb", one.peak_memory_mb);
  write_number(writer, "memory_mb", one.memory_mb);
  write_number(writer, "idle_cpu_percent", one.idle_cpu_percent);
}

void write_figures(Writer& writer, const CatalogFigures& one) {
  write_number(writer, "tables", one.tables);
  write_number(writer, "structures", one.structures);
  write_number(writer, "write_seconds", one.write_seconds);
  write_number(writer, "state_mb", one.state_mb);
  write_number(writer, "restart_seconds", one.restart_seconds);
  write_number(writer, "peak_memory_mb", one.peak_memory_mb);
  write_number(writer, "memory_mb", one.memory_mb);
  write_number(writer, "alter_records", one.alter_records);
  write_number(writer, "alter_bytes", one.alter_bytes);
}

void write_figures(Writer& writer, const SourcesFigures& one) {
  write_number(writer, "sources", one.sources);
  write_number(writer, "idle_memory_mb", one.idle_memory_mb);
  write_number(writer, "idle_cpu_percent", one.idle_cpu_percent);
  write_number(writer, "rows_per_second", one.rows_per_second);
  write_number(writer, "cpu_seconds_per_million_rows", one.cpu_seconds_per_million_rows);
  write_number(writer, "peak_memory_mb", one.peak_memory_mb);
  write_number(writer, "least_share", one.least_share);
  write_number(writer, "most_share", one.most_share);
}

void write_figures(Writer& writer, const SoakFigures& one) {
  write_number(writer, "minutes", one.minutes);
  write_number(writer, "rows_per_second", one.rows_per_second);
  write_number(writer, "early_memory_mb", one.early_memory_mb);
  write_number(writer, "late_memory_mb", one.late_memory_mb);
  writer.Key("by_minute");
  writer.StartArray();
  for (const SoakMinute& minute : one.by_minute) {
    writer.StartObject();
    write_number(writer, "least_memory_mb", minute.least_memory_mb);
    write_number(writer, "memory_mb", minute.memory_mb);
    writer.EndObject();
  }
  writer.EndArray();
  write_number(writer, "early_descriptors", one.early_descriptors);
  write_number(writer, "late_descriptors", one.late_descriptors);
  write_number(writer, "early_threads", one.early_threads);
  write_number(writer, "late_threads", one.late_threads);
  write_number(writer, "reconnects", one.reconnects);
  write_number(writer, "alters", one.alters);
  write_number(writer, "lag_seconds", one.lag_seconds);
  write_number(writer, "stolen_percent", one.stolen_percent);
}

void write_figures(Writer& writer, const LatencyFigures& one) {
  write_number(writer, "rate", one.rate);
  write_number(writer, "transactions", static_cast<double>(one.transactions));
  write_number(writer, "p50_ms", one.p50_ms);
  write_number(writer, "p99_ms", one.p99_ms);
  write_number(writer, "max_ms", one.max_ms);
  write_number(writer, "stolen_percent", one.stolen_percent);
}

template <typename Kind>
void keep(const std::string& name, const Options& options, const std::vector<Kind>& all) {
  rapidjson::StringBuffer text;
  Writer writer(text);
  writer.StartObject();
  writer.Key("case");
  writer.String(name);
  write_number(writer, "rows_factor", options.rows);
  write_number(writer, "runs", options.runs);
  writer.Key("subjects");
  writer.StartArray();
  for (const Kind& one : all) {
    writer.StartObject();
    writer.Key("subject");
    writer.String(one.subject);
    write_figures(writer, one);
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
    if (is_catch_up(name)) {
      keep(name, options, catch_up(name, options));
    } else if (name == "latency") {
      keep(name, options, latency(options));
    } else if (name == "snapshot") {
      keep(name, options, snapshot(options));
    } else if (name == "large_transaction") {
      keep(name, options, large_transaction(options));
    } else if (name == "many_tables") {
      keep(name, options, many_tables(options));
    } else if (name == "million_tables") {
      keep(name, options, million_tables(options));
    } else if (name == "many_sources") {
      keep(name, options, many_sources(options));
    } else if (name == "soak") {
      keep(name, options, soak(options));
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
