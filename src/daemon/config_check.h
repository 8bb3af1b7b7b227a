#pragma once

// The last part of reading a configuration: what only the modules can judge that use it. Regular expressions are
// compiled, GTID sets are read and librdkafka is asked for its properties, before any source is started or stopped for
// them. Asks no server.

#include "millrace/base/result.h"
#include "millrace/config/config.h"

namespace millrace::daemon {

// config::load_config() and these checks. The error lists every problem, one a line, as load_config()'s does.
Result<config::Config> load_checked_config(const std::string& path);

// The checks alone.
Status check_config(const config::Config& config);

}  // namespace millrace::daemon
