#pragma once

// A program that is measured: started with an offset before the data, watched until its topic stands still.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "bench/bench.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/process.h"

namespace millrace::bench {

class Subject {
 public:
  virtual ~Subject() = default;
  virtual std::string name() const = 0;
  virtual std::string topic() const = 0;
  // Starts, and returns when it works.
  virtual void start() = 0;
  virtual void stop() = 0;
  virtual testing::ChildProcess& process() = 0;
};

// Whether a subject publishes what is there when it starts for the first time.
enum class Begin : std::uint8_t { kWithChanges, kWithSnapshot };

// `instance` makes names and folders unique.
std::unique_ptr<Subject> debezium_tuned(const std::filesystem::path& folder,
                                        const testing::MiniMysql& mysql,
                                        const testing::MiniKafka& kafka, int instance,
                                        Begin begin = Begin::kWithChanges);
std::unique_ptr<Subject> millrace(const std::filesystem::path& folder,
                                  const testing::MiniMysql& mysql, const testing::MiniKafka& kafka,
                                  int instance, Begin begin = Begin::kWithChanges,
                                  std::map<std::string, std::string> properties = {});

// Gives it an offset: starts it, lets some rows pass, stops it. How many rows that were.
std::uint64_t warm_up(Subject& subject, testing::SqlClient& client, const std::string& bootstrap);

// Starts it and watches until the topic has stood still for a while; stops it.
Figures measure(Subject& subject, const testing::MiniMysql& mysql, const testing::MiniKafka& kafka);

}  // namespace millrace::bench
