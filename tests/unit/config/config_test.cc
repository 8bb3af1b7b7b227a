#include "millrace/config/config.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace millrace::config {
namespace {

using std::chrono::milliseconds;

// The least that a source needs, as the last section of a text.
constexpr const char* kSource = R"(
sources:
  shop:
    database.hostname: db
    database.user: cdc
    topic.prefix: shop
    snapshot.mode: no_data
)";

Result<Config> parse(const std::string& text) { return parse_config(text, "m.yaml"); }

std::string error_of(const std::string& text) {
  const auto config = parse(text);
  return config ? "no error" : config.error().message();
}

TEST(Config, DefaultsOfTheLeastConfiguration) {
  const auto config = parse(kSource);
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->daemon.listen_host, "127.0.0.1");
  EXPECT_EQ(config->daemon.listen_port, 8083);
  EXPECT_FALSE(config->has_kafka);
  EXPECT_EQ(config->sink.type, SinkType::kStdout);
  ASSERT_EQ(config->sources.size(), 1U);
  const SourceConfig& source = config->sources[0];
  EXPECT_EQ(source.name, "shop");
  EXPECT_EQ(source.file, "m.yaml");
  EXPECT_EQ(source.line, 3);
  EXPECT_EQ(source.hostname, "db");
  EXPECT_EQ(source.port, 3306);
  EXPECT_EQ(source.snapshot.mode, SnapshotMode::kNoData);
  EXPECT_EQ(source.exactly_once, ExactlyOnce::kRequired);
  EXPECT_TRUE(config->warnings.empty());
}

TEST(Config, EverySection) {
  setenv("MILLRACE_TEST_BROKERS", "a:9092,b:9092", 1);
  const auto config = parse(std::string(R"(
daemon:
  listen: "[::1]:9999"
  log.level: WARN
  log.format: json
  decode.threads: 3
  state.dir: /var/lib/millrace
  group.id: tenants
  offset.storage.topic: o
  state.storage.topic: s
kafka:
  bootstrap.servers: ${env:MILLRACE_TEST_BROKERS}
  compression.type: lz4
  linger.ms: 5
sink: {type: file, path: /tmp/x, rotate.bytes: 1GiB}
)") + kSource);
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->daemon.listen_host, "::1");
  EXPECT_EQ(config->daemon.listen_port, 9999);
  EXPECT_EQ(config->daemon.log_level, "warn");
  EXPECT_EQ(config->daemon.log_format, LogFormat::kJson);
  EXPECT_EQ(config->daemon.decode_threads, 3U);
  EXPECT_EQ(config->daemon.state_dir, "/var/lib/millrace");
  EXPECT_EQ(config->daemon.group_id, "tenants");
  EXPECT_EQ(config->daemon.offset_storage_topic, "o");
  EXPECT_EQ(config->daemon.state_storage_topic, "s");
  EXPECT_TRUE(config->has_kafka);
  const std::map<std::string, std::string> kafka = {
      {"bootstrap.servers", "a:9092,b:9092"}, {"compression.type", "lz4"}, {"linger.ms", "5"}};
  EXPECT_EQ(config->kafka, kafka);
  EXPECT_EQ(config->sink.type, SinkType::kFile);
  EXPECT_EQ(config->sink.path, "/tmp/x");
  EXPECT_EQ(config->sink.rotate_bytes, 1ULL << 30);
}

TEST(Config, AKafkaSectionMakesKafkaTheSink) {
  const auto config = parse(std::string("kafka: {bootstrap.servers: b:9092}") + kSource);
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->sink.type, SinkType::kKafka);
}

TEST(Config, ErrorsOfTheSections) {
  const struct {
    const char* name;
    std::string text;
    const char* expected;
  } rows[] = {
      {"empty", "", "m.yaml: is not a configuration: expected daemon, kafka, sink and sources"},
      {"a word", "hello",
       "m.yaml: is not a configuration: expected daemon, kafka, sink and sources"},
      {"not YAML", "daemon: {listen", "m.yaml:1: not YAML: end of map flow not found"},
      {"two documents", "daemon: {}\n---\nsink: {}\n",
       "m.yaml:3: a second document: one is expected"},
      {"no source", "daemon: {}\n", "m.yaml: sources: there is no source"},
      {"unknown section", std::string("demon: {}") + kSource,
       "m.yaml:1: demon: is not known; did you mean daemon?"},
      {"unknown section, nothing near", std::string("xyz: {}") + kSource,
       "m.yaml:1: xyz: is not known; expected daemon, kafka, sink or sources"},
      {"section is a word", std::string("daemon: yes") + kSource,
       "m.yaml:1: daemon: is not a mapping"},
      {"unknown key", std::string("daemon:\n  lisen: x:1") + kSource,
       "m.yaml:2: lisen: is not known; did you mean listen?"},
      {"unknown key, nothing near", std::string("daemon:\n  zzzzzzzz: 1") + kSource,
       "m.yaml:2: zzzzzzzz: is not known"},
      {"key twice", std::string("daemon:\n  listen: a:1\n  listen: b:2") + kSource,
       "m.yaml:3: listen: stands twice, first in line 2"},
      {"no value", std::string("daemon:\n  listen:") + kSource,
       "m.yaml:2: listen: has no value; an empty one is written \"\""},
      {"list", std::string("daemon:\n  listen: [a]") + kSource,
       "m.yaml:2: listen: is a list; write one value, its parts separated by commas"},
      {"mapping", std::string("daemon:\n  log: {level: info}") + kSource,
       "m.yaml:2: log: is a mapping; write its keys with dots: log.level"},
      {"address", std::string("daemon:\n  listen: nowhere") + kSource,
       "m.yaml:2: listen: 'nowhere' is not an address: expected HOST:PORT"},
      {"level", std::string("daemon:\n  log.level: loud") + kSource,
       "m.yaml:2: log.level: 'loud' is none of trace, debug, info, warn, error, off"},
      {"topic", std::string("daemon:\n  offset.storage.topic: a b") + kSource,
       "m.yaml:2: offset.storage.topic: 'a b' is not a topic's name"},
      {"one topic for both",
       std::string("daemon:\n  offset.storage.topic: millrace-state") + kSource,
       "m.yaml:1: state.storage.topic: offsets and state can't share the topic millrace-state"},
      {"no brokers", std::string("kafka: {linger.ms: 5}") + kSource,
       "m.yaml:1: bootstrap.servers: is missing below kafka"},
      {"brokers from nowhere",
       std::string("kafka:\n  bootstrap.servers: ${env:MILLRACE_TEST_NONE}") + kSource,
       "m.yaml:2: bootstrap.servers: ${env:MILLRACE_TEST_NONE}: the environment variable "
       "MILLRACE_TEST_NONE is not set"},
      {"kafka sink without brokers", std::string("sink: {type: kafka}") + kSource,
       "m.yaml:1: type: kafka needs a section kafka with bootstrap.servers"},
      {"file sink without a path", std::string("sink: {type: file}") + kSource,
       "m.yaml:1: path: is missing: type file needs it"},
      {"sink type", std::string("sink: {type: s3}") + kSource,
       "m.yaml:1: type: 's3' is none of kafka, file, stdout"},
      {"sources folder", "daemon: {sources.dir: /nonexistent/millrace}\n",
       "m.yaml: sources.dir: can't read /nonexistent/millrace: No such file or directory"},
  };
  for (const auto& row : rows) EXPECT_EQ(error_of(row.text), row.expected) << row.name;
}

TEST(Config, AllProblemsAtOnce) {
  EXPECT_EQ(
      error_of(
          "daemon:\n  listen: x\n  log.format: xml\nsources:\n  a:\n    topic.prefix: 'a b'\n"),
      "m.yaml:2: listen: 'x' is not an address: expected HOST:PORT\n"
      "m.yaml:3: log.format: 'xml' is none of text, json\n"
      "m.yaml:6: topic.prefix: 'a b' is not made of letters, digits, dot, hyphen and underscore\n"
      "m.yaml:5: database.hostname: is missing in source a\n"
      "m.yaml:5: database.user: is missing in source a");
}

TEST(Config, MemoryOfTheDaemon) {
  EXPECT_EQ(parse(kSource)->daemon.memory_limit_bytes, 512ULL << 20);
  const auto config = parse(std::string("daemon:\n  memory.limit.bytes: 1GiB") + kSource);
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->daemon.memory_limit_bytes, 1ULL << 30);
  EXPECT_TRUE(config->warnings.empty());
}

TEST(Config, JsonIsYaml) {
  const auto config = parse(
      "{\n\t\"kafka\": {\n\t\t\"bootstrap.servers\": \"b:9092\"\n\t},\n\t\"sources\": {\"shop\": {"
      "\"database.hostname\": \"db\", \"database.user\": \"cdc\", \"database.port\": 3307,"
      "\"topic.prefix\": \"shop\", \"tombstones.on.delete\": false, \"snapshot.mode\": \"no_data\","
      "\"table.include.list\": \"shop\\\\.orders\\u00e9\"}}}");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->sources[0].port, 3307);
  EXPECT_FALSE(config->sources[0].tombstones_on_delete);
  EXPECT_EQ(config->sources[0].table_include, (std::vector<std::string>{"shop\\.orders\xc3\xa9"}));
}

TEST(Config, AFileThatIsNotThere) {
  const auto config = load_config("/nonexistent/millrace.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().message(),
            "can't read /nonexistent/millrace.yaml: No such file or directory");
}

// The file that is handed out must be right.
TEST(Config, TheExampleHasNoErrorsAndNoWarnings) {
  setenv("MYSQL_PASSWORD", "x", 1);
  const auto config = load_config("config/millrace.example.yaml");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_TRUE(config->warnings.empty()) << config->warnings[0];
  EXPECT_EQ(config->sink.type, SinkType::kKafka);
  EXPECT_EQ(config->sources.size(), 1U);
}

}  // namespace
}  // namespace millrace::config
