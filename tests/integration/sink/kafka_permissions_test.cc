// What the Kafka sink says when it may not do what it must. The broker lets everybody do what no ACL speaks of; each
// test puts an ACL for somebody else on one thing, which takes it from the sink.

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include "millrace/sink/kafka_sink.h"
#include "support/kafka_reader.h"
#include "support/memory_sink/batch_builder.h"
#include "support/mini_kafka.h"

namespace millrace::sink {
namespace {

using millrace::testing::BatchBuilder;
using millrace::testing::KafkaReader;
using millrace::testing::MiniKafka;

#define ASSERT_OK(expression)                                          \
  do {                                                                 \
    const auto& ok_result = (expression);                              \
    ASSERT_TRUE(ok_result.has_value()) << ok_result.error().message(); \
  } while (false)

constexpr const char* kSink = "User:ANONYMOUS";  // as which a plain-text client is known
constexpr const char* kSomebody = "User:somebody";

class KafkaPermissionsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    kafka_ =
        new MiniKafka({.properties = {{"authorizer.class.name",
                                       "org.apache.kafka.metadata.authorizer.StandardAuthorizer"},
                                      {"allow.everyone.if.no.acl.found", "true"}}});
    // Without Create on the cluster, it must be granted on a topic. All at once: the first ACL takes away what the
    // others are granted with.
    grant(kSink, RD_KAFKA_RESOURCE_BROKER, "kafka-cluster",
          {RD_KAFKA_ACL_OPERATION_CLUSTER_ACTION, RD_KAFKA_ACL_OPERATION_ALTER,
           RD_KAFKA_ACL_OPERATION_DESCRIBE, RD_KAFKA_ACL_OPERATION_IDEMPOTENT_WRITE});
  }
  static void TearDownTestSuite() { delete kafka_; }

  static void grant(const char* principal, rd_kafka_ResourceType_t type, const char* name,
                    const std::vector<rd_kafka_AclOperation_t>& operations) {
    char text[256] = "";
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", kafka_->bootstrap().c_str(), text, sizeof(text));
    rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
    rd_kafka_queue_t* queue = rd_kafka_queue_new(client);
    std::vector<rd_kafka_AclBinding_t*> bindings;
    for (const auto operation : operations) {
      bindings.push_back(rd_kafka_AclBinding_new(
          type, name, RD_KAFKA_RESOURCE_PATTERN_LITERAL, principal, "*", operation,
          RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, text, sizeof(text)));
      ASSERT_NE(bindings.back(), nullptr) << text;
    }
    rd_kafka_CreateAcls(client, bindings.data(), bindings.size(), nullptr, queue);
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 30000);
    ASSERT_NE(event, nullptr);
    std::size_t count = 0;
    const auto* const* created =
        rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event), &count);
    ASSERT_EQ(count, operations.size()) << rd_kafka_event_error_string(event);
    for (std::size_t i = 0; i < count; ++i) {
      const rd_kafka_error_t* error = rd_kafka_acl_result_error(created[i]);
      EXPECT_EQ(error, nullptr) << rd_kafka_error_string(error);
    }
    rd_kafka_event_destroy(event);
    rd_kafka_AclBinding_destroy_array(bindings.data(), bindings.size());
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(client);
  }

  static KafkaSinkOptions options() {
    KafkaSinkOptions options;
    options.properties["bootstrap.servers"] = kafka_->bootstrap();
    options.source = "shop";
    options.topic_prefix = "shop";
    return options;
  }
  static Status write_to(Sink& sink, const char* topic) {
    Commit commit;
    commit.offset.position = {"binlog.1", 7};
    MILLRACE_RETURN_IF_ERROR(sink.write(BatchBuilder().add(topic, "1", "a").take()));
    return sink.commit(commit);
  }
  static void expect_refusal(const Status& status, std::initializer_list<const char*> parts) {
    ASSERT_FALSE(status);
    EXPECT_FALSE(status.error().is_transient()) << status.error().message();
    for (const char* part : parts) {
      EXPECT_NE(status.error().message().find(part), std::string::npos)
          << part << " in " << status.error().message();
    }
  }

  static MiniKafka* kafka_;
};

MiniKafka* KafkaPermissionsTest::kafka_ = nullptr;

TEST_F(KafkaPermissionsTest, TopicOfSomebodyElse) {
  const auto sink = make_kafka_sink(options());
  ASSERT_OK(sink->open());
  grant(kSomebody, RD_KAFKA_RESOURCE_TOPIC, "locked", {RD_KAFKA_ACL_OPERATION_ALL});
  expect_refusal(write_to(*sink, "locked"),
                 {"topic locked may not be used", "grant Describe and Write", "Create"});
}

TEST_F(KafkaPermissionsTest, TopicThatMayNotBeCreated) {
  const auto sink = make_kafka_sink(options());
  ASSERT_OK(sink->open());
  grant(kSink, RD_KAFKA_RESOURCE_TOPIC, "missing", {RD_KAFKA_ACL_OPERATION_WRITE});
  expect_refusal(write_to(*sink, "missing"), {"topic missing", "may not be created", "Create"});
}

TEST_F(KafkaPermissionsTest, DescribeAndWriteOnAnExistingTopicAreEnough) {
  {
    const auto sink = make_kafka_sink(options());
    ASSERT_OK(sink->open());
    ASSERT_OK(write_to(*sink, "existing"));
  }
  grant(kSink, RD_KAFKA_RESOURCE_TOPIC, "existing", {RD_KAFKA_ACL_OPERATION_WRITE});
  const auto sink = make_kafka_sink(options());
  ASSERT_OK(sink->open());
  ASSERT_OK(write_to(*sink, "existing"));
  sink->close();
  grant(kSink, RD_KAFKA_RESOURCE_TOPIC, "existing", {RD_KAFKA_ACL_OPERATION_READ});
  EXPECT_EQ(KafkaReader(kafka_->bootstrap()).read("existing").size(), 2u);
}

TEST_F(KafkaPermissionsTest, ReadableTopicThatMayNotBeWritten) {
  {
    const auto sink = make_kafka_sink(options());
    ASSERT_OK(sink->open());
    ASSERT_OK(write_to(*sink, "readable"));
  }
  grant(kSink, RD_KAFKA_RESOURCE_TOPIC, "readable", {RD_KAFKA_ACL_OPERATION_READ});
  const auto sink = make_kafka_sink(options());
  ASSERT_OK(sink->open());
  expect_refusal(write_to(*sink, "readable"), {"topic readable", "grant", "Write"});
}

TEST_F(KafkaPermissionsTest, TransactionalIdOfSomebodyElse) {
  KafkaSinkOptions other = options();
  other.source = "crm";
  grant(kSomebody, RD_KAFKA_RESOURCE_TRANSACTIONAL_ID, "millrace-crm-0",
        {RD_KAFKA_ACL_OPERATION_ALL});
  const auto state = make_kafka_sink(other)->open();
  ASSERT_FALSE(state.has_value());
  expect_refusal(state.error(),
                 {"grant Describe and Write on the transactional id millrace-crm-0"});
}

TEST_F(KafkaPermissionsTest, OffsetTopicOfSomebodyElse) {
  KafkaSinkOptions other = options();
  other.offset_topic = "their-offsets";
  grant(kSomebody, RD_KAFKA_RESOURCE_TOPIC, "their-offsets", {RD_KAFKA_ACL_OPERATION_ALL});
  const auto state = make_kafka_sink(other)->open();
  ASSERT_FALSE(state.has_value());
  expect_refusal(state.error(), {"topic their-offsets may not be used"});
}

}  // namespace
}  // namespace millrace::sink
