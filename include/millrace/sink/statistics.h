#pragma once

// What a sink has done, for metrics. Counters only grow. A Statistics outlives the sinks that count into it: after an
// error a source opens a new sink and its counters go on.

#include <atomic>
#include <chrono>
#include <cstdint>

namespace millrace::sink {

struct Statistics {
  // Of committed records: topics' records, without the offset and state.
  std::atomic<std::uint64_t> records{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> commit_ns{0};       // spent in all commits
  std::atomic<std::uint64_t> last_commit_ns{0};  // spent in the last one
  std::atomic<std::uint64_t> aborts{0};          // transactions given up after an error
  std::atomic<std::uint64_t> oversized{0};       // records left out because they are too large
  std::atomic<std::uint64_t> topics_created{0};

  void count_commit(std::uint64_t record_count, std::uint64_t byte_count,
                    std::chrono::nanoseconds spent) {
    const auto ns = static_cast<std::uint64_t>(spent.count());
    records.fetch_add(record_count, std::memory_order_relaxed);
    bytes.fetch_add(byte_count, std::memory_order_relaxed);
    commits.fetch_add(1, std::memory_order_relaxed);
    commit_ns.fetch_add(ns, std::memory_order_relaxed);
    last_commit_ns.store(ns, std::memory_order_relaxed);
  }
};

}  // namespace millrace::sink
