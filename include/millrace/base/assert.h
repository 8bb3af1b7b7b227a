#pragma once

// Assertions for broken invariants: bugs of ours, never input. They stay on in release builds, because
// a change stream that is silently wrong costs more than a restart: the process prints the message and the
// place, aborts, and the supervisor starts it again from the last commit.

namespace millrace {

[[noreturn]] void assertion_failed(const char* expression, const char* message, const char* file,
                                   int line) noexcept;

}  // namespace millrace

#define MILLRACE_ASSERT(condition, message)                                    \
  do {                                                                         \
    if (!(condition)) [[unlikely]]                                             \
      ::millrace::assertion_failed(#condition, (message), __FILE__, __LINE__); \
  } while (false)
