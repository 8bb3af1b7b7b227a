// The servers that other tests stand on start, answer, stop and start again on the same port with their data.

#include <gtest/gtest.h>

#include "support/kafka_reader.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"

namespace millrace::testing {
namespace {

TEST(MiniMysql, StartsAnswersAndKeepsItsDataOverARestart) {
  MiniMysql mysql;
  mysql.execute(
      {"CREATE DATABASE d", "CREATE TABLE d.t (a INT PRIMARY KEY)", "INSERT INTO d.t VALUES (7)"});
  const int port = mysql.port();
  mysql.restart();
  EXPECT_EQ(mysql.port(), port);
  EXPECT_EQ(mysql.root().value("SELECT a FROM d.t"), "7");
  EXPECT_EQ(mysql.root().value("SELECT @@gtid_mode"), "ON");
  SqlClient cdc = SqlClient::connect_tcp(port, kCdcUser, kCdcPassword);
  EXPECT_EQ(cdc.value("SELECT 1"), "1");
  EXPECT_NE(cdc.try_execute("INSERT INTO d.t VALUES (8)"), "");
}

TEST(MiniKafka, StartsAnswersAndStartsAgain) {
  MiniKafka kafka;
  EXPECT_TRUE(KafkaReader(kafka.bootstrap()).read("absent").empty());
  kafka.restart();
  EXPECT_NO_THROW(KafkaReader(kafka.bootstrap()).topics());
}

}  // namespace
}  // namespace millrace::testing
