#include "sink/kafka_producer.h"

#include "millrace/base/mark.h"
#include "sink/kafka_error.h"
#include "sink/oversized.h"

namespace millrace::sink {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// librdkafka's default of transaction.timeout.ms.
constexpr milliseconds kTransactionTimeout{60000};
// A transaction is given up on the way out; longer than this, the coordinator's time-out does it.
constexpr milliseconds kAbortTimeout{1000};
// While the producer's queue is full: short, because room is no event that ends a wait.
constexpr int kQueueFullPauseMs = 5;

Error not_permitted(const std::string& topic, rd_kafka_resp_err_t code) {
  return definite_error("writing to topic " + topic +
                        ": grant Write on it to the user that kafka knows the daemon as (" +
                        rd_kafka_err2name(code) + ")");
}

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// Start and stop.

Status KafkaProducer::start() {
  MILLRACE_ASSERT(!client_, "a producer is started once");
  MILLRACE_ASSIGN_OR_RETURN(client_, make_client(RD_KAFKA_PRODUCER, producer_properties(options_)));
  events_.reset(rd_kafka_queue_get_main(client_.get()));
  return options_.exactly_once ? register_producer() : reach_cluster();
}

void KafkaProducer::stop() {
  if (client_) abort();
  events_.reset();
  client_.reset();
}

Status KafkaProducer::register_producer() {
  const Wait wait(interrupted_, options_.connect_timeout);
  const std::string what = "registering the producer " + transactional_id(options_);
  while (true) {
    // Goes on in the background when the slice is over; the next call waits for the same request.
    const ErrorHandle error(rd_kafka_init_transactions(client_.get(), wait.slice_ms()));
    drain_events(0);
    if (!error) break;
    const auto code = rd_kafka_error_code(error.get());
    if (code == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED) {
      return definite_error(what + ": grant Describe and Write on the transactional id " +
                            transactional_id(options_) +
                            " to the user that kafka knows the daemon as");
    }
    if (rd_kafka_error_is_retriable(error.get()) == 0) {
      return kafka_error(code, what, rd_kafka_error_string(error.get()));
    }
    if (wait.over()) return wait.error(what, monitor_.last_error());
  }
  monitor_.on_success();
  return {};
}

Status KafkaProducer::reach_cluster() {
  const Wait wait(interrupted_, options_.connect_timeout);
  while (true) {
    const rd_kafka_metadata_t* metadata = nullptr;
    const auto code = rd_kafka_metadata(client_.get(), 0, nullptr, &metadata, wait.slice_ms());
    const MetadataHandle owner(metadata);
    drain_events(0);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    if (wait.over()) return wait.error("reaching kafka", monitor_.last_error());
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Sending.

Status KafkaProducer::begin() {
  if (in_transaction_ || !options_.exactly_once) return {};
  const ErrorHandle error(rd_kafka_begin_transaction(client_.get()));
  if (error) {
    return error_of(rd_kafka_error_code(error.get()), "beginning a transaction",
                    rd_kafka_error_string(error.get()));
  }
  in_transaction_ = true;
  transaction_began_ = steady_clock::now();
  return {};
}

Status KafkaProducer::send(rd_kafka_topic_t& topic, const encode::RecordBatch& batch,
                           const encode::Record& record) {
  auto code = try_send(topic, batch, record);
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) [[unlikely]] {
    MILLRACE_MARK("sink.queue_full");
    const Wait wait(interrupted_, options_.commit_timeout);
    while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      MILLRACE_RETURN_IF_ERROR(wait_for_room(wait));
      code = try_send(topic, batch, record);
    }
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) [[unlikely]] {
    return error_of(code, "writing to topic " + record.topic->name);
  }
  return {};
}

rd_kafka_resp_err_t KafkaProducer::try_send(rd_kafka_topic_t& topic,
                                            const encode::RecordBatch& batch,
                                            const encode::Record& record) {
  if (record.header_count != 0) return try_send_with_headers(topic, batch, record);
  const std::string_view value = batch.view(record.value);
  const std::string_view key = batch.view(record.key);
  // No flags: the value's bytes are borrowed. librdkafka's parameter isn't const, but it only reads.
  const int result = rd_kafka_produce(&topic, record.partition, 0, const_cast<char*>(value.data()),
                                      value.size(), key.data(), key.size(), nullptr);
  return result == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
}

rd_kafka_resp_err_t KafkaProducer::try_send_with_headers(rd_kafka_topic_t& topic,
                                                         const encode::RecordBatch& batch,
                                                         const encode::Record& record) {
  rd_kafka_headers_t* headers = rd_kafka_headers_new(record.header_count);
  for (std::uint32_t i = 0; i < record.header_count; ++i) {
    const encode::Header& header = batch.headers[record.first_header + i];
    const std::string_view value = batch.view(header.value);
    rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                        value.data(), static_cast<ssize_t>(value.size()));
  }
  const std::string_view value = batch.view(record.value);
  const std::string_view key = batch.view(record.key);
  rd_kafka_vu_t arguments[5] = {};
  arguments[0].vtype = RD_KAFKA_VTYPE_RKT;
  arguments[0].u.rkt = &topic;
  arguments[1].vtype = RD_KAFKA_VTYPE_VALUE;
  arguments[1].u.mem.ptr = const_cast<char*>(value.data());
  arguments[1].u.mem.size = value.size();
  arguments[2].vtype = RD_KAFKA_VTYPE_KEY;
  arguments[2].u.mem.ptr = const_cast<char*>(key.data());
  arguments[2].u.mem.size = key.size();
  arguments[3].vtype = RD_KAFKA_VTYPE_HEADERS;
  arguments[3].u.headers = headers;
  arguments[4].vtype = RD_KAFKA_VTYPE_PARTITION;
  arguments[4].u.i32 = record.partition;
  const ErrorHandle error(rd_kafka_produceva(client_.get(), arguments, 5));
  if (!error) return RD_KAFKA_RESP_ERR_NO_ERROR;
  rd_kafka_headers_destroy(headers);  // taken over only on success
  return rd_kafka_error_code(error.get());
}

Status KafkaProducer::send_copy(const std::string& topic, std::int32_t partition,
                                std::string_view key, std::optional<std::string_view> value) {
  const Wait wait(interrupted_, options_.commit_timeout);
  void* const bytes = value ? const_cast<char*>(value->data()) : nullptr;
  const std::size_t size = value ? value->size() : 0;
  while (true) {
    const auto code = rd_kafka_producev(
        client_.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key.data(), key.size()),
        RD_KAFKA_V_VALUE(bytes, size), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) return error_of(code, "writing to topic " + topic);
    MILLRACE_RETURN_IF_ERROR(wait_for_room(wait));
  }
}

Status KafkaProducer::wait_for_room(const Wait& wait) {
  drain_events(kQueueFullPauseMs);
  if (auto error = first_error()) return *error;
  if (wait.over()) return wait.error("writing to kafka", monitor_.last_error());
  return {};
}

Status KafkaProducer::check() {
  drain_events(0);
  if (!delivery_error_ && purged_topic_.empty()) return {};
  return error_of(RD_KAFKA_RESP_ERR__STATE, "writing to kafka");
}

// ---------------------------------------------------------------------------------------------------------------------
// Commit and abort.

Status KafkaProducer::commit() { return options_.exactly_once ? commit_transaction() : flush(); }

Status KafkaProducer::commit_transaction() {
  const Wait wait(interrupted_, options_.commit_timeout);
  while (true) {
    // Also waits for outstanding deliveries; when the slice is over, the next call goes on where this one stopped.
    const ErrorHandle error(rd_kafka_commit_transaction(client_.get(), wait.slice_ms()));
    drain_events(0);
    if (!error) break;
    if (rd_kafka_error_is_retriable(error.get()) == 0 || delivery_error_) {
      return error_of(rd_kafka_error_code(error.get()), "committing a transaction",
                      rd_kafka_error_string(error.get()));
    }
    if (wait.over()) return wait.error("committing a transaction", monitor_.last_error());
  }
  in_transaction_ = false;
  transaction_began_.reset();
  monitor_.on_success();
  return {};
}

Status KafkaProducer::flush() {
  const Wait wait(interrupted_, options_.commit_timeout);
  while (true) {
    const auto code = rd_kafka_flush(client_.get(), wait.slice_ms());
    drain_events(0);
    if (auto error = first_error()) return *error;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) break;
    if (wait.over())
      return wait.error("waiting for kafka's acknowledgements", monitor_.last_error());
  }
  monitor_.on_success();
  return {};
}

bool KafkaProducer::abort() {
  if (!in_transaction_) return false;
  in_transaction_ = false;
  if (fatal_error()) return true;  // ended by the coordinator already
  const auto deadline = steady_clock::now() + kAbortTimeout;
  while (steady_clock::now() < deadline) {
    const ErrorHandle error(
        rd_kafka_abort_transaction(client_.get(), static_cast<int>(kSlice.count())));
    drain_events(0);
    if (!error || rd_kafka_error_is_retriable(error.get()) == 0) break;
  }
  return true;
}

// ---------------------------------------------------------------------------------------------------------------------
// Events and errors.

void KafkaProducer::drain_events(int timeout_ms) {
  while (EventHandle event{rd_kafka_queue_poll(events_.get(), timeout_ms)}) {
    timeout_ms = 0;
    switch (rd_kafka_event_type(event.get())) {
      case RD_KAFKA_EVENT_DR:
        note_deliveries(*event);
        break;
      case RD_KAFKA_EVENT_ERROR:
        monitor_.on_error(rd_kafka_event_error(event.get()),
                          rd_kafka_event_error_string(event.get()));
        break;
      default:
        break;
    }
  }
}

// Only failed deliveries are reported. The first says why; the others follow from it. Purged are those that were
// never tried, because the transaction had failed for a reason of its own.
void KafkaProducer::note_deliveries(rd_kafka_event_t& event) {
  while (const rd_kafka_message_t* message = rd_kafka_event_message_next(&event)) {
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
        message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
      if (purged_topic_.empty()) purged_topic_ = rd_kafka_topic_name(message->rkt);
    } else if (!delivery_error_) {
      delivery_error_ = delivery_error(*message);
    }
  }
}

// After a transaction has failed: what was in flight then may fail last, and yet be the reason.
void KafkaProducer::await_deliveries() {
  const auto deadline = steady_clock::now() + kAbortTimeout;
  while (!delivery_error_ && rd_kafka_outq_len(client_.get()) > 0 &&
         steady_clock::now() < deadline) {
    drain_events(kQueueFullPauseMs);
  }
}

Error KafkaProducer::delivery_error(const rd_kafka_message_t& message) const {
  const std::string topic = rd_kafka_topic_name(message.rkt);
  if (is_unauthorized(message.err)) return not_permitted(topic, message.err);
  if (message.err != RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
    return kafka_error(message.err, "writing to topic " + topic);
  }

  MILLRACE_MARK("sink.broker_refused_size");
  const std::string sentence = describe(
      {.topic = topic,
       .key = {static_cast<const char*>(message.key), message.key_len},
       .value = {static_cast<const char*>(message.payload), message.len},
       .has_key = message.key != nullptr,
       .size = message.len + message.key_len,
       .limit = std::nullopt,
       .limit_name =
           "what the broker takes (the topic's max.message.bytes, against the compressed batch)"});
  // The limit was lowered while the topic was in use: opened again, the sink learns the new one and the policy holds.
  return options_.oversized == OversizedPolicy::kFail ? definite_error(sentence)
                                                      : transient_error(sentence);
}

std::optional<Error> KafkaProducer::first_error() const {
  if (auto fatal = fatal_error()) return fatal;
  return delivery_error_;
}

Error KafkaProducer::error_of(rd_kafka_resp_err_t code, std::string_view what,
                              std::string_view detail) {
  drain_events(0);
  if (!purged_topic_.empty()) await_deliveries();
  if (auto error = first_error()) return *error;
  ErrorHandle reason;
  if (code == RD_KAFKA_RESP_ERR__STATE && in_transaction_) {
    // The transaction has failed already, so this commits nothing: it is how librdkafka tells the reason.
    reason.reset(rd_kafka_commit_transaction(client_.get(), static_cast<int>(kSlice.count())));
    if (reason) {
      code = rd_kafka_error_code(reason.get());
      detail = rd_kafka_error_string(reason.get());
    }
  }
  if (is_unauthorized(code) && !purged_topic_.empty()) return not_permitted(purged_topic_, code);
  return kafka_error(code, what, detail);
}

std::optional<Error> KafkaProducer::fatal_error() const {
  char text[512] = "";
  const auto code = rd_kafka_fatal_error(client_.get(), text, sizeof(text));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  if (!is_fenced(code)) {
    return transient_error(std::string("the kafka producer failed: ") + text + " (" +
                           rd_kafka_err2name(code) + ")");
  }
  const milliseconds timeout(
      number_property(options_.properties, "transaction.timeout.ms", kTransactionTimeout.count()));
  // The coordinator ends a transaction that lasts too long in the same way as one that a newer producer replaces.
  if (transaction_began_ && steady_clock::now() - *transaction_began_ >= timeout) {
    MILLRACE_MARK("sink.transaction_timed_out");
    return transient_error("the transaction lasted longer than transaction.timeout.ms (" +
                           std::to_string(timeout.count()) + " ms) and was ended by the broker");
  }
  MILLRACE_MARK("sink.fenced");
  return definite_error("another daemon runs the same source (transactional.id " +
                        transactional_id(options_) + ") and took over");
}

}  // namespace millrace::sink
