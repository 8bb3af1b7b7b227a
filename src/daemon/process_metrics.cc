#include "daemon/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace millrace::daemon {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

// Fields of /proc/self/stat by their number in proc(5), counted from 3, the first after the process's name.
class StatFields {
 public:
  StatFields() {
    std::ifstream file("/proc/self/stat");
    std::string line;
    std::getline(file, line);
    // The name stands in parentheses and may hold blanks and parentheses itself.
    const std::size_t end = line.rfind(')');
    if (end == std::string::npos) return;
    std::istringstream rest(line.substr(end + 1));
    for (std::string field; rest >> field;) fields_.push_back(field);
  }

  std::optional<double> number(std::size_t field) const {
    const std::size_t index = field - 3;
    if (index >= fields_.size()) return std::nullopt;
    return std::strtod(fields_[index].c_str(), nullptr);
  }

 private:
  std::vector<std::string> fields_;
};

// When the machine was started, in seconds since 1970.
std::optional<double> boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return std::nullopt;
}

std::optional<double> open_descriptors() {
  std::error_code code;
  std::filesystem::directory_iterator it("/proc/self/fd", code);
  double count = -1;  // the one that reads the folder
  for (; !code && it != std::filesystem::directory_iterator(); it.increment(code)) ++count;
  if (code) return std::nullopt;
  return count;
}

std::optional<double> most_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

void add(std::vector<MetricFamily>& families, const char* name, const char* help, MetricType type,
         std::optional<double> value) {
  if (!value) return;
  prometheus::ClientMetric metric;
  if (type == MetricType::Counter) {
    metric.counter.value = *value;
  } else {
    metric.gauge.value = *value;
  }
  families.push_back({name, help, type, {metric}});
}

}  // namespace

std::vector<MetricFamily> process_metrics() {
  // Numbers as in proc(5).
  constexpr std::size_t kUserTicks = 14, kSystemTicks = 15, kStartTicks = 22, kVirtualBytes = 23,
                        kResidentPages = 24;
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const double page = static_cast<double>(sysconf(_SC_PAGESIZE));
  const StatFields stat;
  const auto user = stat.number(kUserTicks);
  const auto system = stat.number(kSystemTicks);
  const auto resident = stat.number(kResidentPages);
  const auto start = stat.number(kStartTicks);
  const auto boot = boot_time();

  std::vector<MetricFamily> families;
  if (user && system) {
    add(families, "process_cpu_seconds_total", "CPU time of the process.", MetricType::Counter,
        (*user + *system) / ticks);
  }
  if (resident) {
    add(families, "process_resident_memory_bytes", "Resident memory.", MetricType::Gauge,
        *resident * page);
  }
  add(families, "process_virtual_memory_bytes", "Virtual memory.", MetricType::Gauge,
      stat.number(kVirtualBytes));
  add(families, "process_open_fds", "Open file descriptors.", MetricType::Gauge,
      open_descriptors());
  add(families, "process_max_fds", "Most file descriptors that may be open.", MetricType::Gauge,
      most_descriptors());
  if (start && boot) {
    add(families, "process_start_time_seconds", "When the process was started, since 1970.",
        MetricType::Gauge, *boot + *start / ticks);
  }
  return families;
}

}  // namespace millrace::daemon
