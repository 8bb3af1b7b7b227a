#include "support/configuration.h"

#include "support/mini_mysql.h"

namespace millrace::testing {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

std::string source_lines(const SourceText& source) {
  std::map<std::string, std::string> all = {
      {"database.hostname", "127.0.0.1"}, {"database.port", std::to_string(source.mysql_port)},
      {"database.user", kCdcUser},        {"database.password", kCdcPassword},
      {"topic.prefix", source.name},      {"database.include.list", source.database},
      {"snapshot.mode", "no_data"},       {"include.schema.changes", "false"}};
  for (const auto& [key, value] : source.properties) all[key] = value;
  std::string text = "  " + source.name + ":\n";
  for (const auto& [key, value] : all) text += "    " + key + ": " + quoted(value) + "\n";
  return text;
}

std::string source_section(const SourceText& source) { return "sources:\n" + source_lines(source); }

}  // namespace

std::string kafka_configuration(const std::string& bootstrap, const SourceText& source,
                                const std::map<std::string, std::string>& kafka) {
  std::string text = "kafka:\n  bootstrap.servers: " + bootstrap + "\n";
  for (const auto& [key, value] : kafka) text += "  " + key + ": " + quoted(value) + "\n";
  return text + source_section(source);
}

std::string kafka_configuration(const std::string& bootstrap,
                                const std::vector<SourceText>& sources) {
  std::string text = "kafka:\n  bootstrap.servers: " + bootstrap + "\nsources:\n";
  for (const SourceText& source : sources) text += source_lines(source);
  return text;
}

std::string file_configuration(const std::filesystem::path& file,
                               const std::filesystem::path& folder, const SourceText& source) {
  return "daemon:\n  state.dir: " + quoted((folder / "state").string()) +
         "\nsink:\n  type: file\n  path: " + quoted(file.string()) + "\n" + source_section(source);
}

}  // namespace millrace::testing
