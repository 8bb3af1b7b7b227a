#pragma once

// producer.override.*: properties of Kafka's Java producer, in the words of librdkafka. Kafka Connect gives each
// connector a producer of its own, and so does Millrace each source; what the two clients call the same thing is taken
// over, what only the Java client has is refused by name. Pure.

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace millrace::config {

// `java`: names without the prefix, with their values. A problem completes the sentence "<name>: ...", without the
// value itself: it may have come from a secret.
std::map<std::string, std::string> translate_producer_override(
    const std::map<std::string, std::string>& java,
    const std::function<void(std::string_view name, std::string_view problem)>& on_problem);

}  // namespace millrace::config
