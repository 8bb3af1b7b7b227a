#pragma once

// Kafka's error codes in the words of the house: which of them heal, and which need a person.

#include <string>
#include <string_view>

#include <librdkafka/rdkafka.h>

#include "millrace/base/result.h"

namespace millrace::sink {

// True when trying again gives the same answer: no permission, a name or value that the broker refuses, too large.
bool is_definite(rd_kafka_resp_err_t code);
bool is_fenced(rd_kafka_resp_err_t code);
bool is_unauthorized(rd_kafka_resp_err_t code);

// "what: description"; the kind by the code. `detail` is the broker's own sentence where it gave one.
Error kafka_error(rd_kafka_resp_err_t code, std::string_view what, std::string_view detail = {});

}  // namespace millrace::sink
