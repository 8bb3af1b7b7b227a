#pragma once

// Tables with every kind of key that a snapshot orders a table by, and some without one; filled by the server itself, and
// changed by threads while they are read.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/event.h"
#include "support/sql_client.h"
#include "support/validators.h"

namespace millrace::testing {

struct KeyedOptions {
  std::string database = "keyed";
  int rows = 3000;  // of each table
  int threads = 2;
  std::uint64_t seed = 1;
  bool with_keyless = true;  // and whether they are changed while they are read
  bool changes_keyless = true;
};

// What may be said of a row besides its being read out once.
enum class Reads : std::uint8_t {
  kOnce,  // a row that the stream created isn't read out
  // It may be, when the process has forgotten that it was: behind its create, with the state that it had then or later.
  kAfterKills,
};

class KeyedTables {
 public:
  KeyedTables(std::string socket, KeyedOptions options);
  ~KeyedTables() { stop(); }

  // All of them; the last ones have no key.
  std::vector<std::string> tables() const;

  void start();
  void stop();
  std::string error() const;
  std::uint64_t statements() const { return statements_; }

  // What the topics `<prefix>.<database>.<table>` fold to, against the tables now; of the tables without a key the rows
  // that are there after all changes, however often. Also that no row was read out twice.
  static Faults check(const std::vector<Event>& events, SqlClient& client,
                      const std::string& database, const std::string& table,
                      Reads reads = Reads::kOnce);

 private:
  void run(int thread);

  const std::string socket_;
  const KeyedOptions options_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> statements_{0};
  mutable std::mutex mutex_;  // guards error_
  std::string error_;
  std::vector<std::thread> threads_;
};

}  // namespace millrace::testing
