// docs/configuration.md and the code say the same. MILLRACE_RECORD=1 writes the table anew:
//   MILLRACE_RECORD=1 build/dev/tests/config_docs_test

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "millrace/config/config.h"
#include "millrace/config/properties.h"

namespace millrace::config {
namespace {

constexpr const char* kDocument = "docs/configuration.md";

std::string read_document(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string code(std::string_view text) {
  return text.empty() ? "" : "`" + std::string(text) + "`";
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string row_of(const PropertyInfo& info) {
  std::string status;
  std::string value(info.value);
  switch (info.support) {
    case Support::kImplemented:
      status = "yes";
      break;
    case Support::kOneValue:
      status = "only";
      break;
    case Support::kNoEffect:
      status = "no effect";
      break;
    case Support::kRefused:
      status = "refused";
      break;
  }
  const bool is_word = info.value == "required" || value.find(' ') != std::string::npos;
  return "| " + code(info.name) + " | " + status + " | " +
         (is_word ? value : escaped(code(value))) + " | " + escaped(info.note) + " |";
}

// The text between "<!-- begin SECTION -->" and "<!-- end SECTION -->".
struct Block {
  std::size_t begin, end;
};
Block find_block(const std::string& text, const std::string& section) {
  const std::string open = "<!-- begin " + section + " -->\n";
  const std::size_t begin = text.find(open);
  const std::size_t end = text.find("<!-- end " + section + " -->");
  EXPECT_NE(begin, std::string::npos) << section;
  EXPECT_NE(end, std::string::npos) << section;
  return {begin + open.size(), end};
}

TEST(Documentation, ListsEveryPropertyAndNoOther) {
  std::string text = read_document(kDocument);
  for (const char* section : {"daemon", "kafka", "sink", "source"}) {
    std::string expected =
        "| key | status | default, or what is accepted | meaning, or why not |\n| --- | --- | --- "
        "| --- |\n";
    for (const PropertyInfo& info : known_properties()) {
      if (info.section == section) expected += row_of(info) + "\n";
    }
    const Block block = find_block(text, section);
    if (HasFatalFailure() || block.begin > text.size()) return;
    if (std::getenv("MILLRACE_RECORD") != nullptr) {
      text.replace(block.begin, block.end - block.begin, expected);
      std::ofstream(kDocument) << text;
    }
    EXPECT_EQ(text.substr(block.begin, find_block(text, section).end - block.begin), expected)
        << section;
  }
}

TEST(Documentation, NamesAreUnique) {
  std::set<std::pair<std::string_view, std::string_view>> names;
  for (const PropertyInfo& info : known_properties()) {
    EXPECT_TRUE(names.emplace(info.section, info.name).second) << info.section << " " << info.name;
    EXPECT_EQ(info.note.find('\n'), std::string_view::npos) << info.name;
    if (info.support != Support::kImplemented) {
      EXPECT_FALSE(info.note.empty()) << info.name << " has no reason";
    }
  }
}

// The example is the reference that people copy from: every key of daemon, sink and what is implemented of a source.
TEST(Documentation, TheExampleShowsEveryKey) {
  const std::string example = read_document("config/millrace.example.yaml");
  for (const PropertyInfo& info : known_properties()) {
    if (info.support != Support::kImplemented || info.name.ends_with('*')) continue;
    EXPECT_NE(example.find(std::string(info.name) + ": "), std::string::npos)
        << info.section << " " << info.name;
  }
}

// Uncommented, every line of the example is still right, and its values are the defaults that the code has.
TEST(Documentation, TheExamplesCommentedKeysAreRight) {
  std::istringstream lines(read_document("config/millrace.example.yaml"));
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    // "# key: value" at the indentation of its section; prose has no such form.
    const std::size_t hash = line.find("#- ");
    if (hash != std::string::npos) line.erase(hash, 3);
    text += line + "\n";
  }
  setenv("MYSQL_PASSWORD", "x", 1);
  const auto config = parse_config(text, "example");
  ASSERT_TRUE(config) << config.error().message();
  const auto& source = config->sources.at(0);
  const SourceConfig defaults;
  EXPECT_EQ(source.port, defaults.port);
  EXPECT_EQ(source.commit_interval, defaults.commit_interval);
  EXPECT_EQ(source.commit_max_bytes, defaults.commit_max_bytes);
  EXPECT_EQ(source.transaction_split_bytes, defaults.transaction_split_bytes);
  EXPECT_EQ(source.connect_timeout, defaults.connect_timeout);
  EXPECT_EQ(source.server_heartbeat, defaults.server_heartbeat);
  EXPECT_EQ(source.retry_delay_max, defaults.retry_delay_max);
  EXPECT_EQ(source.errors_max_retries, defaults.errors_max_retries);
  EXPECT_EQ(source.skip_truncates, defaults.skip_truncates);
  EXPECT_EQ(source.tombstones_on_delete, defaults.tombstones_on_delete);
  EXPECT_EQ(source.exactly_once, defaults.exactly_once);
  EXPECT_EQ(source.snapshot.mode, defaults.snapshot.mode);
  EXPECT_EQ(source.snapshot.threads, defaults.snapshot.threads);
  EXPECT_EQ(source.snapshot.rows_per_second, defaults.snapshot.rows_per_second);
  EXPECT_EQ(source.snapshot.order, defaults.snapshot.order);
  EXPECT_EQ(source.snapshot.clone.port, defaults.snapshot.clone.port);
  EXPECT_EQ(source.topic_creation.partitions, defaults.topic_creation.partitions);
  EXPECT_EQ(source.topic_creation.replication_factor, defaults.topic_creation.replication_factor);
  EXPECT_EQ(config->daemon.group_id, DaemonConfig().group_id);
  EXPECT_EQ(config->daemon.listen_port, DaemonConfig().listen_port);
  EXPECT_EQ(config->daemon.state_dir, DaemonConfig().state_dir);
}

// A ConfigMap's file, taken out of its indentation.
std::string file_in_config_map(const std::string& text) {
  const std::string begin = "  millrace.yaml: |\n";
  std::istringstream lines(text.substr(text.find(begin) + begin.size()));
  std::string file;
  for (std::string line; std::getline(lines, line) && line.starts_with("    ");)
    file += line.substr(4) + "\n";
  return file;
}

// What is handed out for containers is right too.
TEST(Documentation, DeployedConfigurationsAreRight) {
  std::string config_map = file_in_config_map(read_document("config/kubernetes/configmap.yaml"));
  const std::string secret = "${dir:/etc/millrace/secrets:mysql-password}";
  ASSERT_NE(config_map.find(secret), std::string::npos) << "the file that deployment.yaml mounts";
  config_map.replace(config_map.find(secret), secret.size(), "x");
  setenv("MYSQL_PASSWORD", "x", 1);
  for (const std::string& text : {config_map, read_document("docker/millrace.yaml")}) {
    const auto config = parse_config(text, "deployed");
    ASSERT_TRUE(config) << config.error().message();
    EXPECT_TRUE(config->warnings.empty()) << config->warnings[0];
    EXPECT_EQ(config->daemon.listen_host, "0.0.0.0") << "probes come from outside";
    EXPECT_EQ(config->sources.size(), 1U);
  }
}

}  // namespace
}  // namespace millrace::config
