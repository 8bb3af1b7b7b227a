#include <cstdio>
#include <string>

#include "daemon/encoder_options.h"
#include "daemon/mysql_streams.h"
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

int check_source(const config::SourceConfig& source) {
  std::printf("source %s\n", source.name.c_str());
  if (const auto chain = transform_chain(source); !chain) {
    std::printf("  MISSING  transforms: %s\n", chain.error().message().c_str());
    return kExitUsage;
  }
  mysql::ErrorCause cause = mysql::ErrorCause::kNone;
  auto connection = mysql::Connection::connect(connection_options(source), &cause);
  if (!connection) {
    std::printf("  MISSING  connection: %s\n", connection.error().message().c_str());
    return connection.error().is_transient() ? kExitGaveUp : kExitOperatorMustAct;
  }
  const auto facts = mysql::fetch_server_facts(*connection);
  if (!facts) {
    std::printf("  MISSING  server settings: %s\n", facts.error().message().c_str());
    return facts.error().is_transient() ? kExitGaveUp : kExitOperatorMustAct;
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
  return code;
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
    worst = std::max(worst, check_source(source));
  }
  std::printf(worst == kExitStopped ? "fit\n" : "not fit\n");
  return worst;
}

}  // namespace millrace::daemon
