#pragma once

// How Kafka's programs are started: most of what one costs a short test is the loading and compiling of its classes.

#include <string>
#include <vector>

namespace millrace::testing {

enum class JavaLife {
  kShort,  // compiled fast, and no better; classes come from an archive where there is one (class_archive())
  kLong,  // compiled as a server in production would be: whatever is measured
};

// What comes before the main class. `heap` as in -Xmx. Throws when Kafka isn't in the cache.
std::vector<std::string> java_command(const std::string& heap, JavaLife life);

// "-cp" argument for Kafka's classes.
std::string kafka_class_path();

// Where the loaded classes of a broker are kept for the next one.
std::string class_archive();

}  // namespace millrace::testing
