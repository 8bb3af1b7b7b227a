// What only the modules can judge of a configuration: a line of the file and a sentence each.

#include "daemon/config_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::daemon {
namespace {

using ::testing::HasSubstr;

// The problems of a source with these lines, which begin in line 9.
std::string problems_of(const std::string& lines, const std::string& kafka = "") {
  const auto config = config::parse_config(
      "kafka: {bootstrap.servers: 127.0.0.1:1" + kafka +
          "}\nsources:\n  shop:\n    database.hostname: db\n    database.user: cdc\n"
          "    topic.prefix: shop\n    snapshot.mode: no_data\n    database.port: 3306\n" +
          lines,
      "m.yaml");
  EXPECT_TRUE(config) << config.error().message();
  const Status checked = check_config(*config);
  return checked ? "" : checked.error().message();
}

TEST(ConfigCheck, Problems) {
  const struct {
    const char* name;
    const char* lines;
    const char* expected;  // the beginning
  } rows[] = {
      {"none", "    table.include.list: shop\\..*\n", ""},
      {"tables", "    table.include.list: (a\n",
       "m.yaml:9: table.include.list: regular expression \"(a\": at character 3: missing closing "
       "parenthesis"},
      {"databases", "    tasks.max: 1\n    database.exclude.list: a[\n",
       "m.yaml:10: database.exclude.list: regular expression"},
      {"columns", "    column.include.list: '*'\n",
       "m.yaml:9: column.include.list: regular expression \"*\": at character"},
      {"sets within classes", "    table.exclude.list: '[a-z&&[^b]]'\n",
       "m.yaml:9: table.exclude.list: regular expression"},
      {"servers", "    gtid.source.includes: a(\n", "m.yaml:9: gtid.source.includes: regular"},
      {"topics", "    topic.creation.groups: g\n    topic.creation.g.include: a(\n",
       "m.yaml:10: topic.creation.g.include: regular expression"},
      {"a snapshot's tables", "    snapshot.include.collection.list: a(\n",
       "m.yaml:9: snapshot.include.collection.list: regular expression \"a(\": at character"},
      {"a clone's GTIDs",
       "    snapshot.clone.hostname: copy\n    snapshot.clone.gtid.executed: a:1\n",
       "m.yaml:10: snapshot.clone.gtid.executed: "},
      {"a clone",
       "    snapshot.clone.hostname: copy\n"
       "    snapshot.clone.gtid.executed: 3457d932-e55a-11f1-a4af-02fc00000001:1-5:7\n",
       ""},
      {"producer", "    producer.override.linger.ms: soon\n", "m.yaml:3: kafka property linger.ms"},
      {"producer without its guarantee", "    producer.override.enable.idempotence: false\n",
       "m.yaml:3: kafka property enable.idempotence=false can't be used"},
  };
  for (const auto& row : rows) {
    const std::string problems = problems_of(row.lines);
    if (*row.expected == '\0') {
      EXPECT_EQ(problems, "") << row.name;
    } else {
      EXPECT_THAT(problems, ::testing::StartsWith(row.expected)) << row.name;
    }
  }
}

TEST(ConfigCheck, SignalsOfATopicNeedBrokers) {
  const std::string source =
      "sources: {shop: {database.hostname: db, database.user: cdc, topic.prefix: shop, "
      "snapshot.mode: no_data, signal.enabled.channels: kafka";
  const auto without = config::parse_config(source + "}}", "m.yaml");
  ASSERT_TRUE(without) << without.error().message();
  EXPECT_EQ(check_config(*without).error().message(),
            "m.yaml:1: signal.enabled.channels: kafka needs signal.kafka.bootstrap.servers, or a "
            "section kafka");
  const auto with =
      config::parse_config(source + ", signal.kafka.bootstrap.servers: 'b:9092'}}", "m.yaml");
  ASSERT_TRUE(with) << with.error().message();
  EXPECT_TRUE(check_config(*with));
}

TEST(ConfigCheck, UnknownPropertiesOfTheSectionKafka) {
  EXPECT_THAT(problems_of("", ", compresion.type: lz4"),
              HasSubstr("kafka property compresion.type"));
}

}  // namespace
}  // namespace millrace::daemon
