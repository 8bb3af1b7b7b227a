#pragma once

// The sink for Kafka: one idempotent, transactional producer a source. Everything of a commit (events, offset, state
// records) is one Kafka transaction, so a read_committed consumer sees all of it or nothing, once.
//
// Fencing. The transactional id is `<group id>-<source>-0`, as Kafka Connect names its own. open() registers it, which
// ends an older instance: its next call fails with a definite error. Then offset and state topics are read to their
// end; the end is the high watermark after the registration, so that a transaction of another source that is still
// open in the same partition can't hide this source's newest offset.
//
// exactly_once = false: the same producer without transactions. Records are acknowledged before the state is written
// and the state before the offset; after a crash the records since the last offset come again. Nothing is fenced.
//
// Topics. Before the first record of a topic it is made sure that the topic exists; a missing one is created with the
// options' partitions, replication factor and settings. An existing topic is used as it is.
//
// Too large. The broker compares a batch, after compression, with the topic's max.message.bytes. What a record
// compresses to isn't known before it is sent, and a rejected batch costs the whole transaction. So a record is
// measured before it is sent, without compression:
//   - against the topic's max.message.bytes, which is asked for when a topic is first used (1 MiB where that isn't
//     permitted), and against the property message.max.bytes where that is set;
//   - with OversizedPolicy::kFail and message.max.bytes set, against that alone: the user says that such records
//     compress well enough, and a rejection stops the source just the same.
// A batch of several records never passes the property batch.size, which must not be above a topic's limit.
//
// Threads: a Sink's (sink.h); librdkafka's own threads send. Nothing of a RecordBatch is copied, so it is kept until
// its commit is done. interrupt() holds for the rest of the object's life.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "millrace/base/result.h"
#include "millrace/sink/sink.h"
#include "millrace/sink/statistics.h"

namespace millrace::sink {

// errors.oversized: what becomes of a record that no broker would take.
enum class OversizedPolicy : std::uint8_t {
  kFail,        // a definite error: the source stops
  kSkip,        // left out, logged and counted
  kDeadLetter,  // the same, and a note without the value goes to the dead letter topic
};

struct TopicCreation {
  int partitions = 1;
  int replication_factor = -1;  // the broker's default
  std::map<std::string, std::string> settings;
};

struct KafkaSinkOptions {
  // librdkafka properties. They win over the defaults below, except where a guarantee stands on them; see
  // check_kafka_options().
  std::map<std::string, std::string> properties;
  std::string source;
  std::string topic_prefix;
  std::string group_id = "millrace";
  std::string offset_topic = "millrace-offsets";
  std::string state_topic = "millrace-state";
  bool exactly_once = true;
  OversizedPolicy oversized = OversizedPolicy::kFail;
  std::string dead_letter_topic;
  TopicCreation topic_creation;
  // For open() to reach a broker and register; for each question to the cluster and for reading the state, between
  // two signs of progress; for a commit.
  std::chrono::milliseconds connect_timeout{15000};
  std::chrono::milliseconds operation_timeout{30000};
  std::chrono::milliseconds commit_timeout{60000};
  // Counted into when given.
  std::shared_ptr<Statistics> statistics;
};

// A definite error with every property and option that can't be used, one a line, each with the reason; asks nobody.
Status check_kafka_options(const KafkaSinkOptions& options);

// The name under which brokers know the producer of a source: what an operator grants Write and Describe on.
std::string transactional_id(const KafkaSinkOptions& options);

// What a source remembers, without being it: nothing is registered, fenced, created or written. Empty where the topics
// don't exist.
Result<state::SourceState> peek_kafka_state(const KafkaSinkOptions& options);

std::unique_ptr<Sink> make_kafka_sink(KafkaSinkOptions options);

}  // namespace millrace::sink
