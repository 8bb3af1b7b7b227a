#pragma once

// The program's version: source.version in every event, the version command, start-up's first line. From CMake.

namespace millrace::daemon {

inline constexpr const char* kVersion = MILLRACE_VERSION;

}  // namespace millrace::daemon
