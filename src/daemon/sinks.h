#pragma once

// From the configuration to a source's sink.

#include <memory>

#include "millrace/base/result.h"
#include "millrace/config/config.h"
#include "millrace/sink/sink.h"

namespace millrace::daemon {

Result<std::unique_ptr<sink::Sink>> make_sink(const config::SourceConfig& source,
                                              const config::Config& config);

}  // namespace millrace::daemon
