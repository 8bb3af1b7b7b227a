#pragma once

// Debezium's four headers that say which connector wrote a record (extended.headers.enabled).

#include <array>
#include <string_view>
#include <utility>

#include "millrace/encode/debezium_encoder.h"

namespace millrace::encode {

// Names are static text; values belong to `options`, and are strings in JSON's eyes.
inline std::array<std::pair<std::string_view, std::string_view>, 4> context_headers(
    const EncoderOptions& options) {
  return {{{"__debezium.context.connectorLogicalName", options.logical_name},
           {"__debezium.context.taskId", options.task_id},
           {"__debezium.context.connectorName", options.connector_name},
           {"__debezium.context.runId", options.run_id}}};
}

}  // namespace millrace::encode
