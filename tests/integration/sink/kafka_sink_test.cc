// The Kafka sink against a real broker: creation of topics, transactions, fencing, and what survives.

#include <chrono>
#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include "millrace/base/mark.h"
#include "millrace/sink/kafka_sink.h"
#include "support/kafka_reader.h"
#include "support/memory_sink/batch_builder.h"
#include "support/mini_kafka.h"

namespace millrace::sink {
namespace {

using millrace::testing::BatchBuilder;
using millrace::testing::KafkaReader;
using millrace::testing::MiniKafka;
using namespace std::chrono_literals;

#define ASSERT_OK(expression)                                          \
  do {                                                                 \
    const auto& ok_result = (expression);                              \
    ASSERT_TRUE(ok_result.has_value()) << ok_result.error().message(); \
  } while (false)

Commit commit_at(std::uint64_t position, std::vector<state::StateRecord> state = {}) {
  Commit commit;
  commit.offset.position = {"binlog.1", position};
  commit.state = std::move(state);
  return commit;
}

// A client of the test's own, for what the sink can't be asked to do.
class RawProducer {
 public:
  RawProducer(const std::string& bootstrap, const char* transactional_id) {
    char text[256];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), text, sizeof(text));
    rd_kafka_conf_set(conf, "transactional.id", transactional_id, text, sizeof(text));
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
    expect_none(rd_kafka_init_transactions(client_, 30000));
    expect_none(rd_kafka_begin_transaction(client_));
  }
  ~RawProducer() { rd_kafka_destroy(client_); }
  RawProducer(const RawProducer&) = delete;
  RawProducer& operator=(const RawProducer&) = delete;

  void put(const char* topic, std::int32_t partition, std::string key) {
    EXPECT_EQ(rd_kafka_producev(client_, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                                RD_KAFKA_V_KEY(key.data(), key.size()),
                                RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    EXPECT_EQ(rd_kafka_flush(client_, 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  void abort() { expect_none(rd_kafka_abort_transaction(client_, 30000)); }

 private:
  static void expect_none(rd_kafka_error_t* error) {
    EXPECT_EQ(error, nullptr) << rd_kafka_error_string(error);
    rd_kafka_error_destroy(error);
  }
  rd_kafka_t* client_ = nullptr;
};

class KafkaSinkTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    // A default that one broker can't meet, as on a cluster that is still small.
    kafka_ = new MiniKafka({.properties = {{"default.replication.factor", "3"}}});
  }
  static void TearDownTestSuite() { delete kafka_; }

  // Each test has topics of its own on the shared broker.
  KafkaSinkTest() : name_(::testing::UnitTest::GetInstance()->current_test_info()->name()) {}

  KafkaSinkOptions options() const {
    KafkaSinkOptions options;
    options.properties["bootstrap.servers"] = kafka_->bootstrap();
    options.source = "shop";
    options.topic_prefix = "shop";
    options.offset_topic = name_ + "-offsets";
    options.state_topic = name_ + "-state";
    options.topic_creation.replication_factor = 1;
    options.statistics = statistics_;
    return options;
  }
  std::string topic(const std::string& suffix = "events") const { return name_ + "." + suffix; }
  encode::RecordBatchPtr rows(int first, int count) const {
    BatchBuilder builder;
    for (int i = first; i < first + count; ++i)
      builder.add(topic(), std::to_string(i), "v" + std::to_string(i));
    return builder.take();
  }
  std::vector<std::string> committed_keys(const std::string& from) const {
    std::vector<std::string> keys;
    for (const auto& message : KafkaReader(kafka_->bootstrap()).read(from))
      keys.push_back(message.key.value_or("-"));
    return keys;
  }

  static MiniKafka* kafka_;
  std::string name_;
  std::shared_ptr<Statistics> statistics_ = std::make_shared<Statistics>();
};

MiniKafka* KafkaSinkTest::kafka_ = nullptr;

// A first start that dies while it stores many tables begins again from nothing.
TEST_F(KafkaSinkTest, StateWithoutCommitIsForgotten) {
  const auto databases = [](const state::SourceState& state) {
    std::string names;
    state.catalog.for_each_database([&](const std::string& name, std::uint32_t) { names += name; });
    return names;
  };
  {
    const auto killed = make_kafka_sink(options());
    ASSERT_OK(killed->open());
    ASSERT_OK(killed->write_state({state::database_record("shop", "lost", 255)}));
  }
  const auto sink = make_kafka_sink(options());
  const auto fresh = sink->open();
  ASSERT_OK(fresh);
  EXPECT_EQ(databases(*fresh), "");
  ASSERT_OK(sink->write_state({state::database_record("shop", "a", 255)}));
  ASSERT_OK(sink->write_state({state::database_record("shop", "b", 255)}));
  ASSERT_OK(sink->commit(commit_at(7)));
  sink->close();
  const auto again = make_kafka_sink(options())->open();
  ASSERT_OK(again);
  EXPECT_EQ(databases(*again), "ab");
}

TEST_F(KafkaSinkTest, CreatesTopicsAsConfiguredAndRemembers) {
  KafkaSinkOptions configured = options();
  configured.topic_creation.partitions = 3;
  configured.topic_creation.settings = {{"max.message.bytes", "2000000"}};
  const auto fallbacks = marks::count("sink.replication_factor_fallback");
  const binlog::Xid xid{1, "a", ""};
  {
    const auto sink = make_kafka_sink(configured);
    const auto fresh = sink->open();
    ASSERT_OK(fresh);
    EXPECT_FALSE(fresh->offset);
    EXPECT_GT(marks::count("sink.replication_factor_fallback"), fallbacks);
    ASSERT_OK(sink->write(BatchBuilder()
                              .add(topic(), "1", "a", {{"h", "x"}})
                              .add(topic(), "2", std::nullopt)
                              .add(topic(), std::nullopt, "keyless")
                              .take()));
    ASSERT_OK(sink->commit(
        commit_at(7, {state::xa_record("shop", {xid, std::nullopt, {"binlog.1", 5}})})));

    // The limit is the topic's own: above the broker's default this passes, above the topic's it doesn't.
    ASSERT_OK(sink->write(BatchBuilder().add(topic(), "3", std::string(1500000, 'x')).take()));
    ASSERT_OK(sink->commit(commit_at(8)));
    const Status status =
        sink->write(BatchBuilder().add(topic(), "4", std::string(2500000, 'x')).take());
    ASSERT_FALSE(status);
    EXPECT_FALSE(status.error().is_transient());
    EXPECT_NE(status.error().message().find("max.message.bytes of 2000000"), std::string::npos)
        << status.error().message();
  }
  EXPECT_EQ(statistics_->topics_created, 3u);
  EXPECT_EQ(KafkaReader(kafka_->bootstrap()).partition_counts()[topic()], 3);
  EXPECT_EQ(committed_keys(topic()).size(), 4u);

  const auto state = make_kafka_sink(configured)->open();
  ASSERT_OK(state);
  EXPECT_EQ(state->offset, commit_at(8).offset);
  EXPECT_EQ(state->prepared.count(xid), 1u);
  EXPECT_EQ(statistics_->topics_created, 3u) << "existing topics are used as they are";
}

TEST_F(KafkaSinkTest, KeysGoWhereJavasPartitionerPutsThem) {
  KafkaSinkOptions wide = options();
  wide.topic_creation.partitions = 7;
  const auto sink = make_kafka_sink(wide);
  ASSERT_OK(sink->open());
  ASSERT_OK(sink->write(rows(0, 100)));
  ASSERT_OK(sink->commit(commit_at(7)));
  const auto messages = KafkaReader(kafka_->bootstrap()).read(topic());
  ASSERT_EQ(messages.size(), 100u);
  for (const auto& message : messages) {
    EXPECT_EQ(message.partition,
              rd_kafka_msg_partitioner_murmur2(nullptr, message.key->data(), message.key->size(), 7,
                                               nullptr, nullptr));
  }
  // The keys and partitions that Java's own Utils.murmur2 gives.
  const auto partition_of = [](std::string_view key, std::int32_t count) {
    return rd_kafka_msg_partitioner_murmur2(nullptr, key.data(), key.size(), count, nullptr,
                                            nullptr);
  };
  EXPECT_EQ(partition_of("21", 1000), (-973932308 & 0x7fffffff) % 1000);
  EXPECT_EQ(partition_of("foobar", 1000), (-790332482 & 0x7fffffff) % 1000);
}

TEST_F(KafkaSinkTest, WhatIsNotCommittedIsNotThere) {
  {
    const auto sink = make_kafka_sink(options());
    ASSERT_OK(sink->open());
    ASSERT_OK(sink->write(rows(0, 10)));
    ASSERT_OK(sink->commit(commit_at(7)));
    ASSERT_OK(sink->write(rows(10, 1000)));
  }
  const auto sink = make_kafka_sink(options());
  const auto state = sink->open();
  ASSERT_OK(state);
  EXPECT_EQ(state->offset, commit_at(7).offset);
  EXPECT_EQ(committed_keys(topic()).size(), 10u);
  ASSERT_OK(sink->write(rows(10, 1)));
  ASSERT_OK(sink->commit(commit_at(8)));
  EXPECT_EQ(committed_keys(topic()).size(), 11u);
}

TEST_F(KafkaSinkTest, SecondInstanceFencesTheFirst) {
  const auto first = make_kafka_sink(options());
  ASSERT_OK(first->open());
  ASSERT_OK(first->write(rows(0, 1)));
  ASSERT_OK(first->commit(commit_at(7)));
  ASSERT_OK(first->write(rows(1, 1)));

  const auto second = make_kafka_sink(options());
  const auto state = second->open();
  ASSERT_OK(state);
  EXPECT_EQ(state->offset, commit_at(7).offset);

  Status status = first->write(rows(2, 1));
  if (status) status = first->commit(commit_at(8));
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient()) << status.error().message();
  EXPECT_NE(status.error().message().find(
                "another daemon runs the same source (transactional.id millrace-shop-0)"),
            std::string::npos)
      << status.error().message();
  ASSERT_OK(second->write(rows(3, 1)));
  ASSERT_OK(second->commit(commit_at(9)));
  EXPECT_EQ(committed_keys(topic()), (std::vector<std::string>{"0", "3"}));
}

TEST_F(KafkaSinkTest, OpenTransactionOfAnotherSourceHidesNoOffset) {
  const std::string key = state::offset_key("shop", "shop");
  const std::int32_t partition =
      rd_kafka_msg_partitioner_murmur2(nullptr, key.data(), key.size(), 25, nullptr, nullptr);
  const auto sink = make_kafka_sink(options());
  ASSERT_OK(sink->open());
  ASSERT_OK(sink->commit(commit_at(7)));
  RawProducer other(kafka_->bootstrap(), "another-source");
  other.put(options().offset_topic.c_str(), partition, "other");
  ASSERT_OK(sink->commit(
      commit_at(8)));  // behind the open transaction: no read_committed reader sees it yet
  sink->close();

  const auto waits = marks::count("sink.open_transaction_before_end");
  KafkaSinkOptions hasty = options();
  hasty.operation_timeout = 1000ms;
  const auto held_up = make_kafka_sink(hasty)->open();
  ASSERT_FALSE(held_up.has_value()) << "an offset from before the open transaction";
  EXPECT_TRUE(held_up.error().is_transient());
  EXPECT_NE(held_up.error().message().find("still open"), std::string::npos)
      << held_up.error().message();
  EXPECT_GT(marks::count("sink.open_transaction_before_end"), waits);

  const auto next = make_kafka_sink(options());
  auto opened = std::async(std::launch::async, [&next] { return next->open(); });
  other.abort();
  const auto state = opened.get();
  ASSERT_OK(state);
  EXPECT_EQ(state->offset, commit_at(8).offset);
}

TEST_F(KafkaSinkTest, OffsetTopicThatForgetsIsRefused) {
  {
    // The events' topic of one sink is made the offset topic of the next.
    const auto sink = make_kafka_sink(options());
    ASSERT_OK(sink->open());
    ASSERT_OK(sink->write(rows(0, 1)));
    ASSERT_OK(sink->commit(commit_at(7)));
  }
  KafkaSinkOptions wrong = options();
  wrong.offset_topic = topic();
  const auto state = make_kafka_sink(wrong)->open();
  ASSERT_FALSE(state.has_value());
  EXPECT_FALSE(state.error().is_transient());
  EXPECT_NE(state.error().message().find("cleanup.policy=delete"), std::string::npos)
      << state.error().message();
}

struct RefusedTopic {
  const char* name;
  const char* topic;
  TopicCreation creation;
  const char* sentence;
  bool transient = false;  // too few brokers may be for the moment
};

class KafkaSinkRefusedTopic : public KafkaSinkTest,
                              public ::testing::WithParamInterface<RefusedTopic> {
 protected:
  KafkaSinkRefusedTopic() { name_ = std::string("refused_") + GetParam().name; }
};

TEST_P(KafkaSinkRefusedTopic, IsAnErrorThatNamesIt) {
  KafkaSinkOptions refused = options();
  refused.topic_creation = GetParam().creation;
  const auto sink = make_kafka_sink(refused);
  ASSERT_OK(sink->open());
  const Status status = sink->write(BatchBuilder().add(GetParam().topic, "1", "a").take());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().is_transient(), GetParam().transient) << status.error().message();
  EXPECT_NE(status.error().message().find(GetParam().topic), std::string::npos)
      << status.error().message();
  EXPECT_NE(status.error().message().find(GetParam().sentence), std::string::npos)
      << status.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    Table, KafkaSinkRefusedTopic,
    ::testing::Values(
        RefusedTopic{"replicas", "many.replicas", {1, 3, {}}, "INVALID_REPLICATION_FACTOR", true},
        RefusedTopic{
            "setting", "odd.setting", {1, 1, {{"no.such.setting", "1"}}}, "no.such.setting"},
        RefusedTopic{"value", "odd.value", {1, 1, {{"retention.ms", "soon"}}}, "retention.ms"},
        RefusedTopic{"name", "umlaut \xc3\xa4", {1, 1, {}}, "Topic name is invalid"},
        RefusedTopic{
            "limit", "small.limit", {1, 1, {{"max.message.bytes", "1000"}}}, "batch.size"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(KafkaSinkTest, BrokerKilledInTheMiddleLosesNothingCommitted) {
  KafkaSinkOptions hasty = options();
  hasty.commit_timeout = 3s;
  const auto sink = make_kafka_sink(hasty);
  ASSERT_OK(sink->open());
  ASSERT_OK(sink->write(rows(0, 10)));
  ASSERT_OK(sink->commit(commit_at(7)));
  // The coordinator answers before it marks the partitions as committed. Killed in between, a cluster of one broker
  // forgets the marks, and the transaction hangs for every reader: not what is tested here.
  ASSERT_EQ(committed_keys(topic()).size(), 10u);
  ASSERT_EQ(committed_keys(options().offset_topic).size(), 1u);
  ASSERT_OK(sink->write(rows(10, 10)));
  kafka_->kill9();
  const Status status = sink->commit(commit_at(8));
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().is_transient()) << status.error().message();
  sink->close();
  kafka_->start();

  const auto next = make_kafka_sink(options());
  const auto state = next->open();
  ASSERT_OK(state);
  EXPECT_EQ(state->offset, commit_at(7).offset);
  ASSERT_OK(next->write(rows(10, 10)));
  ASSERT_OK(next->commit(commit_at(8)));
  EXPECT_EQ(committed_keys(topic()).size(), 20u);
}

TEST_F(KafkaSinkTest, AtLeastOnceRemembersWhatItAcknowledged) {
  KafkaSinkOptions plain = options();
  plain.exactly_once = false;
  {
    const auto sink = make_kafka_sink(plain);
    ASSERT_OK(sink->open());
    ASSERT_OK(sink->write(rows(0, 10)));
    ASSERT_OK(sink->commit(commit_at(7)));
  }
  const auto state = make_kafka_sink(plain)->open();
  ASSERT_OK(state);
  EXPECT_EQ(state->offset, commit_at(7).offset);
  EXPECT_EQ(committed_keys(topic()).size(), 10u);
}

TEST_F(KafkaSinkTest, ManyTopicsInOneBatch) {
  BatchBuilder builder;
  for (int i = 0; i < 200; ++i) builder.add(topic(std::to_string(i)), "1", "a");
  const auto sink = make_kafka_sink(options());
  ASSERT_OK(sink->open());
  ASSERT_OK(sink->write(builder.take()));
  ASSERT_OK(sink->commit(commit_at(7)));
  EXPECT_EQ(statistics_->topics_created, 202u);
  EXPECT_EQ(committed_keys(topic("199")).size(), 1u);
}

}  // namespace
}  // namespace millrace::sink
