#include "millrace/base/mark.h"

#include <unistd.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

namespace millrace::marks {
namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::string, std::atomic<std::uint64_t>, std::less<>> counters;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

struct CrashPoint {
  std::string name;
  std::uint64_t pass = 1;
};

CrashPoint configured_crash_point() {
  CrashPoint point;
  const char* text = std::getenv("MILLRACE_CRASH_POINT");
  if (text == nullptr) return point;
  point.name = text;
  if (const auto colon = point.name.find(':'); colon != std::string::npos) {
    point.pass = std::strtoull(point.name.c_str() + colon + 1, nullptr, 10);
    point.name.resize(colon);
  }
  return point;
}

}  // namespace

std::atomic<std::uint64_t>& counter(std::string_view name) {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  if (const auto it = all.counters.find(name); it != all.counters.end()) return it->second;
  return all.counters.try_emplace(std::string(name)).first->second;
}

std::uint64_t count(std::string_view name) { return counter(name).load(std::memory_order_relaxed); }

void crash_point(std::string_view name) {
  static const CrashPoint point = configured_crash_point();
  if (point.name.empty() || point.name != name) [[likely]] {
    return;
  }
  static std::atomic<std::uint64_t> passes{0};
  if (passes.fetch_add(1) + 1 == point.pass) _exit(137);  // what a shell reports after kill -9
}

}  // namespace millrace::marks
