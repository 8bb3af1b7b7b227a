// Sources that stand in a folder, a file each.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "millrace/config/config.h"

namespace millrace::config {
namespace {

namespace fs = std::filesystem;

constexpr const char* kYaml =
    "database.hostname: db\ndatabase.user: cdc\ntopic.prefix: a\nsnapshot.mode: no_data\n";
constexpr const char* kConnectJson = R"({
  "name": "inventory",
  "config": {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "tasks.max": "1",
    "database.hostname": "db",
    "database.user": "cdc",
    "topic.prefix": "b",
    "snapshot.mode": "no_data"
  }
})";

class SourcesDir : public ::testing::Test {
 protected:
  SourcesDir() { fs::create_directories(folder_); }
  ~SourcesDir() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }

  Result<Config> parse(const std::string& more = "") const {
    return parse_config("daemon: {sources.dir: " + folder_.string() + "}\n" + more, "m.yaml");
  }
  // With the folder cut out.
  std::string error_of(const std::string& more = "") const {
    const auto config = parse(more);
    std::string message = config ? "no error" : config.error().message();
    for (std::size_t at = 0; (at = message.find(folder_.string() + "/")) != std::string::npos;) {
      message.erase(at, folder_.string().size() + 1);
    }
    return message;
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) / ("millrace_sources_" + std::to_string(getpid()));
};

TEST_F(SourcesDir, EachFileIsASource) {
  write("shop.yaml", kYaml);
  write("connect.json", kConnectJson);
  write("named.yml", std::string("name: market\n") + kYaml);
  write("notes.txt", "no source");
  write(".hidden.yaml", "no source");
  const auto config = parse();
  ASSERT_TRUE(config) << config.error().message();
  std::vector<std::string> names;
  for (const SourceConfig& source : config->sources) names.push_back(source.name);
  EXPECT_EQ(names, (std::vector<std::string>{"inventory", "market", "shop"}))
      << "in the files' order";
  EXPECT_EQ(config->sources[2].file, (folder_ / "shop.yaml").string());
  ASSERT_EQ(config->warnings.size(), 1U) << "market and shop share a prefix";
  EXPECT_NE(
      config->warnings[0].find("topic.prefix: is the same as that of source market: tables of the "
                               "same name go to the same topic"),
      std::string::npos)
      << config->warnings[0];
}

TEST_F(SourcesDir, ConnectFormInsideTheConfiguration) {
  write("connect.json", kConnectJson);
  const auto config =
      parse_config(std::string("{\"sources\": {\"inventory\": ") + kConnectJson + "}}", "m.json");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->sources[0].topic_prefix, "b");
}

TEST_F(SourcesDir, AnEmptyFolderIsAWarning) {
  const auto config = parse();
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->warnings,
            (std::vector<std::string>{"m.yaml: sources.dir: there is no source in it yet"}));
}

TEST_F(SourcesDir, TwoOfTheSameName) {
  write("shop.yaml", kYaml);
  EXPECT_EQ(error_of("sources:\n  shop:\n    database.hostname: db\n    database.user: cdc\n"
                     "    topic.prefix: shop\n    snapshot.mode: no_data\n"),
            "shop.yaml:1: shop: a source of this name stands in m.yaml:3");
}

TEST_F(SourcesDir, ErrorsNameTheFile) {
  write("a.yaml", std::string(kYaml) + "database.prt: 1\n");
  write("b.json", "{\"name\": \"b\", \"config\": {}, \"state\": 1}");
  write("c.yaml", "");
  write("d.yaml", "just words");
  EXPECT_EQ(error_of(),
            "a.yaml:5: database.prt: is not known; did you mean database.port?\n"
            "b.json:1: state: can't stand beside name and config; properties go into config\n"
            "b.json:1: topic.prefix: is missing in source b\n"
            "b.json:1: database.hostname: is missing in source b\n"
            "b.json:1: database.user: is missing in source b\n"
            "c.yaml: is empty\n"
            "d.yaml:1: d: is not a mapping of properties");
}

}  // namespace
}  // namespace millrace::config
