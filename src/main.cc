#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "millrace/daemon/daemon.h"
#include "millrace/daemon/version.h"

int main(int argc, char** argv) {
  CLI::App app("Publishes every row change of MySQL to Kafka, exactly once.", "millrace");
  app.require_subcommand(1);

  std::string config_path;
  CLI::App* run = app.add_subcommand("run", "Run the sources of a configuration until stopped");
  run->add_option("-c,--config", config_path, "Configuration file (YAML or JSON)")->required();
  CLI::App* check = app.add_subcommand("check", "Check a configuration and its servers");
  check->add_option("-c,--config", config_path, "Configuration file (YAML or JSON)")->required();
  std::vector<std::string> files;
  CLI::App* decode = app.add_subcommand("decode", "Print binlog files as JSON lines");
  decode->add_option("FILE", files, "Binlog files, in their order")->required();
  app.add_subcommand("version", "Print the version");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? millrace::daemon::kExitStopped : millrace::daemon::kExitUsage;
  }
  if (run->parsed()) return millrace::daemon::run(config_path);
  if (check->parsed()) return millrace::daemon::check(config_path);
  if (decode->parsed()) return millrace::daemon::decode(files);
  std::printf("millrace %s\n", millrace::daemon::kVersion);
  return millrace::daemon::kExitStopped;
}
