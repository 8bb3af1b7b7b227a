#pragma once

// From the configuration to a source's sink.

#include <memory>
#include <optional>

#include "millrace/base/result.h"
#include "millrace/config/config.h"
#include "millrace/sink/sink.h"

namespace millrace::daemon {

// What a source remembers, read without disturbing a daemon that runs it; nothing for a sink that can't be asked so.
Result<std::optional<state::SourceState>> peek_state(const config::SourceConfig& source,
                                                     const config::Config& config);

Result<std::unique_ptr<sink::Sink>> make_sink(const config::SourceConfig& source,
                                              const config::Config& config);

}  // namespace millrace::daemon
