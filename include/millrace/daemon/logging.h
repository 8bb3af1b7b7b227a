#pragma once

// The process's log: one logger a module, lines on standard error, as text or as one JSON object a line. Where standard
// error is journald's, text lines carry their priority and leave the time to the journal. The level can change at run
// time. Never row data above debug, never a secret.
//
// Any thread may ask for a logger and write to it; start_logging() comes first and once, from the main thread. Before
// that, and in tests without it, loggers write spdlog's own form at level info.

#include <memory>
#include <string>

#include "millrace/config/config.h"

namespace spdlog {
class logger;
}

namespace millrace::daemon {

// `level`: trace, debug, info, warn, error or off.
void start_logging(const std::string& level, config::LogFormat format);
// Of all loggers, also of those made later. Anything else than a level's name is taken as info.
void set_log_level(const std::string& level);

// The logger of a module, made at the first call; lives as long as the process.
std::shared_ptr<spdlog::logger> logger(const std::string& name);

}  // namespace millrace::daemon
