#pragma once

#include <memory>

#include <spdlog/spdlog.h>

namespace millrace::sink {

// The module's logger; looked up each time, because the daemon may set it up after the first sink was made.
inline std::shared_ptr<spdlog::logger> logger() {
  auto named = spdlog::get("sink");
  return named ? named : spdlog::default_logger();
}

}  // namespace millrace::sink
