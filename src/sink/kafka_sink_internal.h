#pragma once

// The Kafka sink with its view of the cluster's topics put in from outside; for tests on librdkafka's mock cluster.

#include <atomic>
#include <functional>
#include <memory>

#include "millrace/sink/kafka_sink.h"
#include "sink/kafka_topics.h"

namespace millrace::sink {

// Called when the producer runs; client and flag outlive what it returns.
using MakeTopics = std::function<std::unique_ptr<Topics>(rd_kafka_t& client,
                                                         const std::atomic<bool>& interrupted)>;

std::unique_ptr<Sink> make_kafka_sink(KafkaSinkOptions options, MakeTopics make_topics);

}  // namespace millrace::sink
