#include <gtest/gtest.h>

#include "millrace/sink/kafka_sink.h"
#include "sink/kafka_client.h"

namespace millrace::sink {
namespace {

KafkaSinkOptions options() {
  KafkaSinkOptions options;
  options.source = "shop";
  options.topic_prefix = "shop";
  options.properties["bootstrap.servers"] = "127.0.0.1:9";
  return options;
}

struct PropertyCase {
  const char* name;
  const char* property;
  const char* value;
  const char* complaint;  // empty: accepted
};

class KafkaProperty : public testing::TestWithParam<PropertyCase> {};

TEST_P(KafkaProperty, IsAcceptedOrRefusedWithAReason) {
  KafkaSinkOptions tried = options();
  tried.properties[GetParam().property] = GetParam().value;
  const Status status = check_kafka_options(tried);
  if (*GetParam().complaint == '\0') {
    EXPECT_TRUE(status) << status.error().message();
    return;
  }
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient());
  EXPECT_NE(status.error().message().find(GetParam().property), std::string::npos)
      << status.error().message();
  EXPECT_NE(status.error().message().find(GetParam().complaint), std::string::npos)
      << status.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    Table, KafkaProperty,
    testing::Values(
        PropertyCase{"linger", "linger.ms", "5", ""},
        PropertyCase{"zstd", "compression.type", "zstd", ""},
        PropertyCase{"codec_alias", "compression.codec", "gzip", ""},
        PropertyCase{"acks_all", "acks", "all", ""},
        PropertyCase{"idempotence_on", "enable.idempotence", "true", ""},
        PropertyCase{"other_key_partitioner", "partitioner", "consistent_random", ""},
        PropertyCase{"acks_one", "acks", "1", "lost"},
        PropertyCase{"request_acks_zero", "request.required.acks", "0", "lost"},
        PropertyCase{"idempotence_off", "enable.idempotence", "false", "twice"},
        PropertyCase{"own_id", "transactional.id", "mine", "fenced"},
        PropertyCase{"random_partitioner", "partitioner", "random", "order"},
        PropertyCase{"isolation", "isolation.level", "read_uncommitted", "read_committed"},
        PropertyCase{"too_many_in_flight", "max.in.flight", "10", "max.in.flight"},
        PropertyCase{"no_retries", "retries", "0", "retries"},
        PropertyCase{"unknown", "max.request.size", "1", "No such configuration property"},
        PropertyCase{"bad_value", "linger.ms", "soon", "linger.ms"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(KafkaOptions, AllProblemsAtOnce) {
  KafkaSinkOptions bad = options();
  bad.properties = {{"acks", "1"}};
  bad.oversized = OversizedPolicy::kDeadLetter;
  bad.state_topic = bad.offset_topic;
  const Status status = check_kafka_options(bad);
  ASSERT_FALSE(status);
  for (const char* part :
       {"acks=1", "bootstrap.servers is missing", "dead letter", "share the topic"}) {
    EXPECT_NE(status.error().message().find(part), std::string::npos)
        << part << " in " << status.error().message();
  }
}

TEST(KafkaOptions, TransactionalIdIsKafkaConnects) {
  EXPECT_EQ(transactional_id(options()), "millrace-shop-0");
}

TEST(KafkaOptions, UsersPropertiesWinOverDefaults) {
  KafkaSinkOptions own = options();
  EXPECT_EQ(producer_properties(own).at("compression.type"), "lz4");
  EXPECT_EQ(producer_properties(own).at("partitioner"), "murmur2_random");
  EXPECT_EQ(producer_properties(own).at("transactional.id"), "millrace-shop-0");
  own.properties["compression.codec"] = "zstd";
  own.properties["linger.ms"] = "0";
  own.exactly_once = false;
  EXPECT_EQ(producer_properties(own).count("compression.type"), 0u);
  EXPECT_EQ(producer_properties(own).at("linger.ms"), "0");
  EXPECT_EQ(producer_properties(own).count("transactional.id"), 0u);
  EXPECT_EQ(producer_properties(own).at("enable.idempotence"), "true");
}

TEST(KafkaOptions, ReaderKeepsConnectionPropertiesAndDropsTheProducers) {
  KafkaSinkOptions own = options();
  own.properties["security.protocol"] = "plaintext";
  own.properties["compression.type"] = "zstd";
  own.properties["transaction.timeout.ms"] = "10000";
  const Properties reader = consumer_properties(own);
  EXPECT_EQ(reader.at("security.protocol"), "plaintext");
  EXPECT_EQ(reader.at("isolation.level"), "read_committed");
  EXPECT_EQ(reader.count("compression.type"), 0u);
  EXPECT_EQ(reader.count("transaction.timeout.ms"), 0u);
  const auto client = make_client(RD_KAFKA_CONSUMER, reader);
  EXPECT_TRUE(client) << client.error().message();
}

}  // namespace
}  // namespace millrace::sink
