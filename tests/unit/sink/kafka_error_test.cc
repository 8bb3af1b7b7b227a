// Which of Kafka's errors end a source, and which are waited out.

#include "sink/kafka_error.h"

#include <gtest/gtest.h>

namespace millrace::sink {
namespace {

TEST(KafkaError, WhatABrokerSaysWhileItRestartsIsTransient) {
  for (const auto code :
       {RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, RD_KAFKA_RESP_ERR__TRANSPORT,
        RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE}) {
    EXPECT_FALSE(is_definite(code)) << rd_kafka_err2name(code);
  }
}

TEST(KafkaError, WhatNoWaitingMendsIsDefinite) {
  for (const auto code :
       {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
        RD_KAFKA_RESP_ERR_INVALID_CONFIG, RD_KAFKA_RESP_ERR_POLICY_VIOLATION}) {
    EXPECT_TRUE(is_definite(code)) << rd_kafka_err2name(code);
  }
}

}  // namespace
}  // namespace millrace::sink
