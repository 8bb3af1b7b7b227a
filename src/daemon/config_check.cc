#include "daemon/config_check.h"

#include <set>
#include <string>

#include "daemon/encoder_options.h"
#include "daemon/sinks.h"
#include "daemon/source_filters.h"
#include "millrace/gtid/gtid_set.h"

namespace millrace::daemon {
namespace {

// "file:line: problem", with the line of the property that the problem begins with.
std::string located(const config::SourceConfig& source, const std::string& problem) {
  const auto line = source.lines.find(problem.substr(0, problem.find(':')));
  return source.file + ":" +
         std::to_string(line == source.lines.end() ? source.line : line->second) + ": " + problem;
}

Status check_signals(const config::SourceConfig& source, const config::Config& config) {
  const config::SignalConfig& signals = source.signals;
  if (!signals.kafka_enabled || !signals.kafka_servers.empty() || config.has_kafka) return {};
  return definite_error(
      "signal.enabled.channels: kafka needs signal.kafka.bootstrap.servers, or a section kafka");
}

Status check_clone(const config::SourceConfig& source) {
  const auto gtids = gtid::GtidSet::parse(source.snapshot.clone.gtids);
  return gtids ? Status() : gtids.error().with_context("snapshot.clone.gtid.executed");
}

}  // namespace

Status check_config(const config::Config& config) {
  std::string problems;
  const auto add = [&](const config::SourceConfig& source, const Status& status) {
    if (status) return;
    if (!problems.empty()) problems += '\n';
    problems += located(source, status.error().message());
  };
  // Sources share the section kafka: one client is made for all that have the same properties.
  std::set<std::map<std::string, std::string>> known_producers;
  for (const config::SourceConfig& source : config.sources) {
    add(source, check_filters(source));
    add(source, check_signals(source, config));
    add(source, check_clone(source));
    if (known_producers.insert(source.producer_properties).second || !source.topic_groups.empty())
      add(source, check_sink(source, config));
  }
  return problems.empty() ? Status() : definite_error(problems);
}

Result<config::Config> load_checked_config(const std::string& path) {
  MILLRACE_ASSIGN_OR_RETURN(config::Config config, config::load_config(path));
  MILLRACE_RETURN_IF_ERROR(check_config(config));
  return config;
}

}  // namespace millrace::daemon
