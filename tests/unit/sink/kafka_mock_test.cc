// The Kafka sink against librdkafka's mock of a cluster: what it does with each kind of answer. The mock knows no
// administration of topics and no read_committed; those, and real fencing, are in tests/integration/sink.

#include <chrono>
#include <map>
#include <thread>

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "millrace/base/mark.h"
#include "millrace/sink/kafka_sink.h"
#include "sink/kafka_sink_internal.h"
#include "support/kafka_reader.h"
#include "support/memory_sink/batch_builder.h"
#include "support/process.h"

namespace millrace::sink {
namespace {

using millrace::testing::BatchBuilder;
using millrace::testing::eventually;
using millrace::testing::KafkaReader;
using namespace std::chrono_literals;

// Protocol numbers of the requests that answers are ordered for.
constexpr std::int16_t kProduce = 0;
constexpr std::int16_t kInitProducerId = 22;
constexpr std::int16_t kAddPartitions = 24;
constexpr std::int16_t kEndTransaction = 26;

#define ASSERT_OK(expression)                                          \
  do {                                                                 \
    const auto& ok_result = (expression);                              \
    ASSERT_TRUE(ok_result.has_value()) << ok_result.error().message(); \
  } while (false)

// Topics of the mock cluster, which is told about them rather than asked.
class MockTopics final : public Topics {
 public:
  struct Told {
    std::map<std::string, std::uint64_t> limits;  // others have the broker's default
    std::vector<TopicSpec> ensured;
  };
  MockTopics(rd_kafka_mock_cluster_t& cluster, Told& told) : cluster_(cluster), told_(told) {}

  Result<std::vector<TopicFacts>> ensure(const std::vector<TopicSpec>& specs) override {
    std::vector<TopicFacts> facts;
    for (const auto& spec : specs) {
      told_.ensured.push_back(spec);
      TopicFacts fact;
      fact.created = rd_kafka_mock_topic_create(&cluster_, spec.name.c_str(), spec.partitions, 1) ==
                     RD_KAFKA_RESP_ERR_NO_ERROR;
      if (const auto it = told_.limits.find(spec.name); it != told_.limits.end()) {
        fact.max_message_bytes = it->second;
      }
      facts.push_back(fact);
    }
    return facts;
  }

 private:
  rd_kafka_mock_cluster_t& cluster_;
  Told& told_;
};

class KafkaMockTest : public ::testing::Test {
 protected:
  KafkaMockTest() {
    char text[256];
    host_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof(text));
    cluster_ = rd_kafka_mock_cluster_new(host_, 1);
  }
  ~KafkaMockTest() override {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(host_);
  }

  std::unique_ptr<Sink> make(KafkaSinkOptions sink_options) {
    return make_kafka_sink(std::move(sink_options), [this](rd_kafka_t&, const std::atomic<bool>&) {
      return std::make_unique<MockTopics>(*cluster_, topics_);
    });
  }
  std::string bootstrap() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  KafkaSinkOptions options() const {
    KafkaSinkOptions options;
    options.properties["bootstrap.servers"] = bootstrap();
    options.source = "shop";
    options.topic_prefix = "shop";
    options.connect_timeout = 10s;
    options.operation_timeout = 10s;
    options.commit_timeout = 10s;
    options.statistics = statistics_;
    return options;
  }
  // The next requests of this kind get these answers.
  template <typename... Codes>
  void answer(std::int16_t request, Codes... codes) {
    rd_kafka_mock_push_request_errors(cluster_, request, sizeof...(codes), codes...);
  }
  std::vector<testing::Message> read(const std::string& topic) const {
    return KafkaReader(bootstrap()).read(topic);
  }

  rd_kafka_t* host_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
  MockTopics::Told topics_;
  std::shared_ptr<Statistics> statistics_ = std::make_shared<Statistics>();
};

Commit commit_at(std::uint64_t position, std::vector<state::StateRecord> state = {}) {
  Commit commit;
  commit.offset.position = {"binlog.1", position};
  commit.state = std::move(state);
  return commit;
}

encode::RecordBatchPtr one_row() {
  return BatchBuilder().add("shop.db.t", R"({"id":1})", "{}").take();
}

class KafkaMockModes : public KafkaMockTest, public ::testing::WithParamInterface<bool> {};

TEST_P(KafkaMockModes, EventsOffsetAndStateArriveAndAreRemembered) {
  KafkaSinkOptions mode = options();
  mode.exactly_once = GetParam();
  const binlog::Xid xid{1, "a", ""};
  {
    const auto sink = make(mode);
    const auto fresh = sink->open();
    ASSERT_OK(fresh);
    EXPECT_FALSE(fresh->offset);
    ASSERT_OK(sink->write(BatchBuilder()
                              .add("shop.db.t", R"({"id":1})", R"({"op":"c"})", {{"h", "x"}})
                              .add("shop.db.u", std::nullopt, R"({"op":"c"})")
                              .add("shop.db.t", R"({"id":1})", std::nullopt)
                              .take()));
    EXPECT_GT(sink->pending_bytes(), 0u);
    ASSERT_OK(sink->commit(
        commit_at(7, {state::xa_record("shop", {xid, std::nullopt, {"binlog.1", 5}})})));
    EXPECT_EQ(sink->pending_bytes(), 0u);
    ASSERT_OK(sink->write_state({state::database_record("shop", "a", 8)}));
    ASSERT_OK(sink->write_state({state::database_record("shop", "b", 8)}));
    ASSERT_OK(sink->commit(commit_at(8)));
  }
  const auto messages = read("shop.db.t");
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].key, R"({"id":1})");
  EXPECT_EQ(messages[0].value, R"({"op":"c"})");
  EXPECT_EQ(messages[0].headers, (std::vector<std::pair<std::string, std::string>>{{"h", "x"}}));
  EXPECT_EQ(messages[1].value, std::nullopt);
  ASSERT_EQ(read("shop.db.u").size(), 1u);
  EXPECT_EQ(read("shop.db.u")[0].key, std::nullopt);
  EXPECT_EQ(statistics_->records, 3u);
  EXPECT_EQ(statistics_->commits, 2u);

  const auto state = make(mode)->open();
  ASSERT_OK(state);
  EXPECT_EQ(state->offset, commit_at(8).offset);
  EXPECT_EQ(state->prepared.count(xid), 1u);
  std::string databases;
  state->catalog.for_each_database(
      [&](const std::string& name, std::uint32_t) { databases += name; });
  EXPECT_EQ(databases, "ab");
}

INSTANTIATE_TEST_SUITE_P(Table, KafkaMockModes, ::testing::Values(true, false),
                         [](const auto& row) {
                           return row.param ? "exactly_once" : "at_least_once";
                         });

TEST_F(KafkaMockTest, SourcesShareTheTopicsOfTheState) {
  KafkaSinkOptions crm = options();
  crm.source = "crm";
  for (const auto& mine : {options(), crm}) {
    const auto sink = make(mine);
    ASSERT_OK(sink->open());
    ASSERT_OK(sink->commit(commit_at(mine.source == "crm" ? 1 : 2)));
  }
  const auto state = make(crm)->open();
  ASSERT_OK(state);
  EXPECT_EQ(state->offset, commit_at(1).offset);
}

TEST_F(KafkaMockTest, RecordsStayInThePartitionTheyWereFoundIn) {
  // Where a producer with another partitioner put the offset; no partitioner of Java's would.
  const std::string key = state::offset_key("shop", "shop");
  const std::int32_t natural =
      rd_kafka_msg_partitioner_murmur2(nullptr, key.data(), key.size(), 25, nullptr, nullptr);
  const std::int32_t other = (natural + 1) % 25;
  const auto put = [&](std::int32_t partition) {
    char text[256];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap().c_str(), text, sizeof(text));
    rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
    const std::string value = commit_at(3).offset.to_json();
    rd_kafka_producev(producer, RD_KAFKA_V_TOPIC("millrace-offsets"),
                      RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_KEY(key.data(), key.size()),
                      RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    EXPECT_EQ(rd_kafka_flush(producer, 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(producer);
  };
  ASSERT_EQ(rd_kafka_mock_topic_create(cluster_, "millrace-offsets", 25, 1),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  put(other);
  {
    const auto sink = make(options());
    const auto state = sink->open();
    ASSERT_OK(state);
    EXPECT_EQ(state->offset, commit_at(3).offset);
    ASSERT_OK(sink->commit(commit_at(4)));
  }
  const auto messages = read("millrace-offsets");
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].partition, other);
  EXPECT_EQ(messages[1].partition, other);

  put(natural);
  const auto state = make(options())->open();
  ASSERT_FALSE(state.has_value());
  EXPECT_FALSE(state.error().is_transient());
  EXPECT_NE(state.error().message().find("two partitions"), std::string::npos)
      << state.error().message();
}

TEST_F(KafkaMockTest, RetriableAnswersAreRetried) {
  const auto sink = make(options());
  answer(kInitProducerId, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS);
  ASSERT_OK(sink->open());
  answer(kAddPartitions, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS);
  answer(kProduce, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
  answer(kEndTransaction, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE);
  ASSERT_OK(sink->write(one_row()));
  ASSERT_OK(sink->commit(commit_at(7)));
  EXPECT_EQ(read("shop.db.t").size(), 1u);
  EXPECT_EQ(statistics_->aborts, 0u);
}

struct AnswerCase {
  const char* name;
  std::int16_t request;
  rd_kafka_resp_err_t code;
  bool transient;
  const char* sentence;
};

class KafkaMockAnswer : public KafkaMockTest, public ::testing::WithParamInterface<AnswerCase> {};

TEST_P(KafkaMockAnswer, EndsTheSinkWithASentence) {
  KafkaSinkOptions eager = options();
  eager.properties["linger.ms"] = "0";
  const auto sink = make(eager);
  Status status;
  if (GetParam().request == kInitProducerId) {
    answer(GetParam().request, GetParam().code);
    const auto state = sink->open();
    ASSERT_FALSE(state.has_value());
    status = state.error();
  } else {
    ASSERT_OK(sink->open());
    answer(GetParam().request, GetParam().code);
    status = sink->write(one_row());
    // The first request to produce must be the row's, not the offset's; its failure comes with a later write.
    if (GetParam().request == kProduce) {
      eventually(10s, [&] { return !status || !(status = sink->write(BatchBuilder().take())); });
    } else if (status) {
      status = sink->commit(commit_at(7));
    }
  }
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().is_transient(), GetParam().transient) << status.error().message();
  EXPECT_NE(status.error().message().find(GetParam().sentence), std::string::npos)
      << status.error().message();
  EXPECT_FALSE(sink->commit(commit_at(8))) << "a failed sink is done for";
  sink->close();
  // And the next one works.
  ASSERT_OK(make(options())->open());
}

INSTANTIATE_TEST_SUITE_P(
    Table, KafkaMockAnswer,
    ::testing::Values(
        AnswerCase{"id_not_authorized", kInitProducerId,
                   RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, false,
                   "grant Describe and Write on the transactional id millrace-shop-0"},
        AnswerCase{"topic_not_authorized", kProduce, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                   false, "topic shop.db.t: grant Write"},
        AnswerCase{"too_large_for_the_broker", kProduce, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                   false, R"(topic shop.db.t key {"id":1}: the record has)"},
        AnswerCase{"fenced_when_adding", kAddPartitions, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, false,
                   "another daemon runs the same source (transactional.id millrace-shop-0)"},
        AnswerCase{"fenced_at_commit", kEndTransaction, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, false,
                   "another daemon runs the same source (transactional.id millrace-shop-0)"},
        AnswerCase{"old_epoch_at_commit", kEndTransaction, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
                   false, "another daemon runs the same source"},
        AnswerCase{"transaction_lost", kProduce, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, true, ""}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(KafkaMockTest, TransactionThatLastedTooLongIsTransient) {
  KafkaSinkOptions hasty = options();
  hasty.properties["transaction.timeout.ms"] = "1000";
  const auto sink = make(hasty);
  ASSERT_OK(sink->open());
  ASSERT_OK(sink->write(one_row()));
  std::this_thread::sleep_for(
      1100ms);  // the time-out is librdkafka's and the broker's: no clock of ours to turn
  answer(kEndTransaction, RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
  const Status status = sink->commit(commit_at(7));
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().is_transient()) << status.error().message();
  EXPECT_NE(status.error().message().find("transaction.timeout.ms"), std::string::npos)
      << status.error().message();
}

TEST_F(KafkaMockTest, BrokerRefusingTheSizeIsTransientUnderAPolicy) {
  KafkaSinkOptions skipping = options();
  skipping.oversized = OversizedPolicy::kSkip;
  const auto sink = make(skipping);
  ASSERT_OK(sink->open());
  answer(kProduce, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  Status status = sink->write(one_row());
  if (status) status = sink->commit(commit_at(7));
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().is_transient()) << "opened again, the sink knows the new limit";
  EXPECT_EQ(statistics_->aborts, 1u);
}

class KafkaMockOversized : public KafkaMockTest {
 protected:
  encode::RecordBatchPtr rows() const {
    return BatchBuilder()
        .add("shop.db.t", "1", "small")
        .add("shop.db.t", "2",
             R"({"source":{"file":"binlog.1","pos":4},"after":")" + std::string(1 << 20, 'x') +
                 "\"}")
        .add("shop.db.t", "3", "small")
        .take();
  }
};

TEST_F(KafkaMockOversized, FailStopsBeforeSending) {
  const auto sink = make(options());
  ASSERT_OK(sink->open());
  const Status status = sink->write(rows());
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient());
  for (const char* part :
       {"topic shop.db.t", "key 2", "max.message.bytes of 1048588", R"("pos":4)"}) {
    EXPECT_NE(status.error().message().find(part), std::string::npos) << status.error().message();
  }
  EXPECT_EQ(statistics_->aborts, 1u);
}

TEST_F(KafkaMockOversized, FailTriesWhatTheUserSaysCompressesWell) {
  KafkaSinkOptions trusting = options();
  trusting.properties["message.max.bytes"] = "5000000";
  const auto sink = make(trusting);
  ASSERT_OK(sink->open());
  ASSERT_OK(sink->write(rows()));
  ASSERT_OK(sink->commit(commit_at(7)));
  EXPECT_EQ(read("shop.db.t").size(), 3u);
}

TEST_F(KafkaMockOversized, SkipCountsAndGoesOn) {
  KafkaSinkOptions skipping = options();
  skipping.oversized = OversizedPolicy::kSkip;
  skipping.properties["message.max.bytes"] =
      "5000000";  // doesn't help here: the topic's own limit holds
  const auto sink = make(skipping);
  ASSERT_OK(sink->open());
  ASSERT_OK(sink->write(rows()));
  ASSERT_OK(sink->commit(commit_at(7)));
  const auto messages = read("shop.db.t");
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].key, "1");
  EXPECT_EQ(messages[1].key, "3");
  EXPECT_EQ(statistics_->oversized, 1u);
  EXPECT_EQ(statistics_->records, 2u);
}

TEST_F(KafkaMockOversized, DeadLetterTellsWhatWasLeftOut) {
  KafkaSinkOptions dead = options();
  dead.oversized = OversizedPolicy::kDeadLetter;
  dead.dead_letter_topic = "dead";
  const auto sink = make(dead);
  ASSERT_OK(sink->open());
  ASSERT_OK(sink->write(rows()));
  ASSERT_OK(sink->commit(commit_at(7)));
  EXPECT_EQ(read("shop.db.t").size(), 2u);
  const auto letters = read("dead");
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_NE(letters[0].value->find(R"("key":"2")"), std::string::npos) << *letters[0].value;
  EXPECT_NE(letters[0].value->find(R"("source":{"file":"binlog.1","pos":4})"), std::string::npos)
      << *letters[0].value;
}

TEST_F(KafkaMockOversized, TopicsHaveLimitsOfTheirOwn) {
  topics_.limits["shop.db.t"] = 3U << 20;
  topics_.limits["shop.db.u"] = 999999;
  const auto sink = make(options());
  ASSERT_OK(sink->open());
  ASSERT_OK(sink->write(rows()));
  const Status status = sink->write(BatchBuilder().add("shop.db.u", "1", "small").take());
  ASSERT_FALSE(status) << "a batch of small records may pass the topic's limit";
  EXPECT_FALSE(status.error().is_transient());
  for (const char* part : {"topic shop.db.u", "999999", "batch.size is 1000000"}) {
    EXPECT_NE(status.error().message().find(part), std::string::npos) << status.error().message();
  }
}

TEST_F(KafkaMockTest, TopicsAreEnsuredOnceAndTogether) {
  KafkaSinkOptions created = options();
  created.topic_creation = {
      .partitions = 3, .replication_factor = 1, .settings = {{"retention.ms", "1000"}}};
  const auto sink = make(created);
  ASSERT_OK(sink->open());
  ASSERT_EQ(topics_.ensured.size(), 2u);
  EXPECT_EQ(topics_.ensured[0].name, "millrace-offsets");
  EXPECT_EQ(topics_.ensured[0].partitions, 25);
  EXPECT_TRUE(topics_.ensured[0].compacted);
  EXPECT_EQ(topics_.ensured[1].settings.at("cleanup.policy"), "compact");
  topics_.ensured.clear();
  for (int round = 0; round < 2; ++round) {
    ASSERT_OK(
        sink->write(BatchBuilder().add("a", "1", "").add("b", "1", "").add("a", "2", "").take()));
    ASSERT_OK(sink->commit(commit_at(7)));
  }
  ASSERT_EQ(topics_.ensured.size(), 2u);
  EXPECT_EQ(topics_.ensured[0].name, "a");
  EXPECT_EQ(topics_.ensured[1].name, "b");
  EXPECT_EQ(topics_.ensured[1].partitions, 3);
  EXPECT_EQ(topics_.ensured[1].settings.at("retention.ms"), "1000");
  EXPECT_EQ(statistics_->topics_created, 4u);
}

TEST_F(KafkaMockTest, UnreachableClusterIsTransientInBoundedTime) {
  for (const bool exactly_once : {true, false}) {
    KafkaSinkOptions lost = options();
    lost.exactly_once = exactly_once;
    lost.properties["bootstrap.servers"] = "127.0.0.1:9";
    lost.connect_timeout = 500ms;
    const auto began = std::chrono::steady_clock::now();
    const auto state = make(lost)->open();
    ASSERT_FALSE(state.has_value());
    EXPECT_TRUE(state.error().is_transient()) << state.error().message();
    EXPECT_NE(state.error().message().find("refused"), std::string::npos)
        << state.error().message();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  }
}

TEST_F(KafkaMockTest, InterruptEndsOpen) {
  KafkaSinkOptions lost = options();
  lost.properties["bootstrap.servers"] = "127.0.0.1:9";
  lost.connect_timeout = 60s;
  const auto sink = make(lost);
  std::thread stopper([&sink] { sink->interrupt(); });
  const auto state = sink->open();
  stopper.join();
  ASSERT_FALSE(state.has_value());
  EXPECT_TRUE(state.error().is_transient());
  EXPECT_NE(state.error().message().find("interrupted"), std::string::npos)
      << state.error().message();
}

TEST_F(KafkaMockTest, InterruptEndsACommitThatGetsNoAnswer) {
  KafkaSinkOptions patient = options();
  patient.commit_timeout = 60s;
  const auto sink = make(patient);
  ASSERT_OK(sink->open());
  ASSERT_OK(sink->write(one_row()));
  rd_kafka_mock_broker_set_down(cluster_, 1);
  std::thread stopper([&sink] { sink->interrupt(); });
  const auto began = std::chrono::steady_clock::now();
  const Status status = sink->commit(commit_at(7));
  stopper.join();
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().is_transient());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
}

TEST_F(KafkaMockTest, FullQueueWaitsForRoom) {
  KafkaSinkOptions narrow = options();
  narrow.properties["queue.buffering.max.messages"] = "10";
  narrow.properties["linger.ms"] = "1";
  const auto waits = marks::count("sink.queue_full");
  const auto sink = make(narrow);
  ASSERT_OK(sink->open());
  BatchBuilder builder;
  for (int i = 0; i < 200; ++i) builder.add("shop.db.t", std::to_string(i), "v");
  ASSERT_OK(sink->write(builder.take()));
  ASSERT_OK(sink->commit(commit_at(7)));
  EXPECT_GT(marks::count("sink.queue_full"), waits);
  const auto messages = read("shop.db.t");
  EXPECT_EQ(messages.size(), 200u);
}

}  // namespace
}  // namespace millrace::sink
