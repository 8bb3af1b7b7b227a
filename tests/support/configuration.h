#pragma once

// Configurations of the daemon as tests need them: one source, a sink, and whatever else the test is about.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace millrace::testing {

struct SourceText {
  std::string name = "shop";      // and topic.prefix
  std::string database = "shop";  // database.include.list
  int mysql_port = 0;
  std::map<std::string, std::string> properties;  // over or beside those above
};

// YAML; events go to Kafka.
std::string kafka_configuration(const std::string& bootstrap, const SourceText& source,
                                const std::map<std::string, std::string>& kafka = {});
// The same with several sources.
std::string kafka_configuration(const std::string& bootstrap,
                                const std::vector<SourceText>& sources);
// YAML; events go to a file of JSON lines, the state below `folder`.
std::string file_configuration(const std::filesystem::path& file,
                               const std::filesystem::path& folder, const SourceText& source);

}  // namespace millrace::testing
