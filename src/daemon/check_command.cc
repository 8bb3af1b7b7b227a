#include <algorithm>
#include <atomic>
#include <cstdio>
#include <string>

#include "daemon/mysql_streams.h"
#include "daemon/sinks.h"
#include "daemon/start_point.h"
#include "daemon/takeover.h"
#include "millrace/config/config.h"
#include "millrace/daemon/daemon.h"
#include "millrace/mysql/server_facts.h"
#include "millrace/transform/table_filter.h"

namespace millrace::daemon {
namespace {

void print_requirement(const mysql::Requirement& requirement) {
  const bool required = requirement.severity == mysql::Severity::kRequired;
  const char* verdict = requirement.ok ? "ok" : required ? "MISSING" : "advice";
  std::printf("  %-8s %s: needs %s, has %s\n", verdict, requirement.name.c_str(),
              requirement.needed.c_str(), requirement.found.c_str());
  if (!requirement.ok) std::printf("           %s\n", requirement.fix.c_str());
}

void print_fault(const char* what, const Error& error) {
  std::printf("  MISSING  %s: %s\n", what, error.message().c_str());
}

int code_of(const Error& error) {
  return error.is_transient() ? kExitGaveUp : kExitOperatorMustAct;
}

// What a start would do. Reads, and changes nothing: a daemon may be running the source.
int check_start(const config::SourceConfig& source, const config::Config& config,
                mysql::Connection& connection, const mysql::ServerFacts& facts) {
  const auto state = peek_state(source, config);
  if (!state) {
    print_fault("state", state.error());
    return code_of(state.error());
  }
  if (!*state) {
    std::printf("  start    as the state below %s says\n", config.daemon.state_dir.c_str());
    return kExitStopped;
  }
  state::SourceState remembered = **state;
  std::printf("  start    %s\n", describe_start(remembered.offset, facts).c_str());
  if (!remembered.offset) return kExitStopped;
  Status status;
  if (remembered.offset->own) {
    status = check_offset(*remembered.offset, facts);
  } else {
    const auto filter = transform::TableFilter::compile(filter_options(source));
    if (!filter) return kExitUsage;
    const std::atomic<bool> never{false};
    MysqlStreams streams(source, config.daemon.group_id);
    const auto taken =
        Takeover{source, config.kafka, *filter, connection, facts, streams, never}.run(remembered);
    if (taken) {
      std::printf("  tables   %zu, as of that offset\n", remembered.catalog.table_count());
    } else {
      status = taken.error();
    }
  }
  if (status) return kExitStopped;
  print_fault("start", status.error());
  return code_of(status.error());
}

int check_source(const config::SourceConfig& source, const config::Config& config) {
  std::printf("source %s\n", source.name.c_str());
  mysql::ErrorCause cause = mysql::ErrorCause::kNone;
  auto connection = mysql::Connection::connect(connection_options(source), &cause);
  if (!connection) {
    print_fault("connection", connection.error());
    return code_of(connection.error());
  }
  const auto facts = mysql::fetch_server_facts(*connection);
  if (!facts) {
    print_fault("server settings", facts.error());
    return code_of(facts.error());
  }
  std::printf("  server   %s, MySQL %s\n", connection->endpoint().c_str(), facts->version.c_str());
  int code = kExitStopped;
  mysql::SourceNeeds needs;
  needs.gtid = false;
  needs.user = source.user;
  for (const mysql::Requirement& requirement : mysql::check_requirements(*facts, needs)) {
    print_requirement(requirement);
    if (!requirement.ok && requirement.severity == mysql::Severity::kRequired) {
      code = kExitOperatorMustAct;
    }
  }
  return std::max(code, check_start(source, config, *connection, *facts));
}

}  // namespace

int check(const std::string& config_path) {
  const auto config = config::load_config(config_path);
  if (!config) {
    std::fprintf(stderr, "%s\n", config.error().message().c_str());
    return kExitUsage;
  }
  for (const std::string& warning : config->warnings) std::printf("warning: %s\n", warning.c_str());
  int worst = kExitStopped;
  for (const config::SourceConfig& source : config->sources) {
    worst = std::max(worst, check_source(source, *config));
  }
  std::printf(worst == kExitStopped ? "fit\n" : "not fit\n");
  return worst;
}

}  // namespace millrace::daemon
