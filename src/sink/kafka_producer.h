#pragma once

// One idempotent producer with its transaction: what librdkafka's calls and events mean to a sink. It knows nothing of
// topics' limits or of what a source remembers.
//
//   stopped ──start()──▶ ready ──begin()──▶ open ──commit()──▶ ready
//                                            └── abort(), stop(), any error: given up
//
// Without transactions begin() does nothing and commit() waits for the acknowledgements.
//
// Values are borrowed: the bytes of what was sent live until commit() or stop() has returned.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/encode/record_batch.h"
#include "millrace/sink/kafka_sink.h"
#include "sink/kafka_client.h"
#include "sink/kafka_handles.h"

namespace millrace::sink {

class KafkaProducer {
 public:
  // Both references outlive the object.
  KafkaProducer(const KafkaSinkOptions& options, const std::atomic<bool>& interrupted)
      : options_(options), interrupted_(interrupted) {}
  ~KafkaProducer() { stop(); }
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  // Connects and, with transactions, ends an older producer of the same id.
  Status start();
  // Gives up an open transaction, briefly, and ends the client. Idempotent.
  void stop();
  bool running() const { return client_ != nullptr; }
  rd_kafka_t& client() { return *client_; }

  Status begin();
  // Blocks while the producer's queue is full.
  Status send(rd_kafka_topic_t& topic, const encode::RecordBatch& batch,
              const encode::Record& record);
  // A small message, copied; no value is a tombstone.
  Status send_copy(const std::string& topic, std::int32_t partition, std::string_view key,
                   std::optional<std::string_view> value);
  // Looks at what came back meanwhile: the first failed delivery is the transaction's error.
  Status check();
  // Until everything sent is acknowledged.
  Status flush();
  Status commit();
  // Without an abort, readers wait for the coordinator's time-out before they see what comes after. False when there
  // was nothing to give up.
  bool abort();
  // After it this producer can do nothing more; definite when a newer one of the same id has taken over.
  std::optional<Error> fatal_error() const;

 private:
  Status register_producer();
  Status reach_cluster();
  rd_kafka_resp_err_t try_send(rd_kafka_topic_t& topic, const encode::RecordBatch& batch,
                               const encode::Record& record);
  // With headers, or a timestamp of its own.
  rd_kafka_resp_err_t try_send_with_extras(rd_kafka_topic_t& topic,
                                           const encode::RecordBatch& batch,
                                           const encode::Record& record);
  Status wait_for_room(const Wait& wait);
  Status commit_transaction();

  void drain_events(int timeout_ms);
  void note_deliveries(rd_kafka_event_t& event);
  void await_deliveries();
  // The first of: a fatal error, a failed delivery.
  std::optional<Error> first_error() const;
  Error delivery_error(const rd_kafka_message_t& message) const;
  Error error_of(rd_kafka_resp_err_t code, std::string_view what, std::string_view detail = {});

  const KafkaSinkOptions& options_;
  const std::atomic<bool>& interrupted_;
  ConnectionMonitor monitor_;
  ClientHandle client_;
  QueueHandle events_;
  bool in_transaction_ = false;
  // Of the last transaction, also after it was given up; none once it is committed.
  std::optional<std::chrono::steady_clock::time_point> transaction_began_;
  std::optional<Error> delivery_error_;  // the first
  std::string purged_topic_;  // of the first message that a failed transaction took along
};

}  // namespace millrace::sink
