#pragma once

// Marks and crash points for tests.
//
// A mark proves that a rare branch ran: MILLRACE_MARK("xa_reread") counts, marks::count("xa_reread") reads. It costs a
// relaxed increment and stands only in places that are rare by nature.
//
// A crash point ends the process at a named place, as a kill -9 would, when the environment variable
// MILLRACE_CRASH_POINT names it ("name" or "name:n" for its n-th pass). Unset, a point costs one branch. Points sit
// around commits, never in a row's path.

#include <atomic>
#include <cstdint>
#include <string_view>

namespace millrace::marks {

std::atomic<std::uint64_t>& counter(std::string_view name);
std::uint64_t count(std::string_view name);
void crash_point(std::string_view name);

}  // namespace millrace::marks

#define MILLRACE_MARK(name)                                        \
  do {                                                             \
    static auto& millrace_mark = ::millrace::marks::counter(name); \
    millrace_mark.fetch_add(1, std::memory_order_relaxed);         \
  } while (false)
