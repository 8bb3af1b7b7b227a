#include "support/java.h"

#include <stdexcept>

#include "support/process.h"

namespace millrace::testing {

namespace fs = std::filesystem;

std::string kafka_class_path() {
  const fs::path libs = cache_folder() / "kafka" / "libs";
  if (!fs::exists(libs)) {
    throw std::runtime_error("no Kafka at " + libs.string() +
                             ": run tests/support/provision.sh kafka");
  }
  return (libs / "*").string();
}

std::string class_archive() { return (cache_folder() / "kafka" / "broker.jsa").string(); }

std::vector<std::string> java_command(const std::string& heap, JavaLife life) {
  std::vector<std::string> command = {"java", "-Xmx" + heap};
  if (life == JavaLife::kShort) {
    command.emplace_back("-XX:TieredStopAtLevel=1");
    if (fs::exists(class_archive())) command.push_back("-XX:SharedArchiveFile=" + class_archive());
  }
  command.emplace_back("-cp");
  command.push_back(kafka_class_path());
  return command;
}

}  // namespace millrace::testing
