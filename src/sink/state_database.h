#pragma once

// What a source remembers, in SQLite: the store of the sinks that have no Kafka. One file a source, locked for as long
// as it is open; the lock goes with the process, however it ends.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/state/source_state.h"
#include "sink/descriptor.h"

struct sqlite3;

namespace millrace::sink {

// How much of an output file is committed, and how many files were rotated away before it.
struct OutputState {
  std::uint64_t length = 0;
  std::uint64_t rotations = 0;
  friend bool operator==(const OutputState&, const OutputState&) = default;
};

class StateDatabase {
 public:
  // <directory>/<source>.db; both are made when missing. Locked by another process: a definite error.
  static Result<StateDatabase> open(const std::string& directory, const std::string& source);

  // Gives every record to the loader.
  Status load(state::StateLoader& loader);
  // Zeros where the output is new.
  Result<OutputState> load_output(const std::string& path);

  // A part of what store() makes durable; forgotten when the database is closed before that.
  Status store_early(const std::vector<state::StateRecord>& state);
  // Everything or nothing, with all that was stored early; durable on return.
  Status store(const state::StateRecord& offset, const std::vector<state::StateRecord>& state,
               const std::string& path, const OutputState& output);
  Status store_output(const std::string& path, const OutputState& output);

 private:
  struct Closer {
    void operator()(sqlite3* database) const;
  };

  StateDatabase(Descriptor lock, std::unique_ptr<sqlite3, Closer> database, std::string name);
  Status prepare_schema();
  Status execute(const char* sql);
  Status put(const char* table, const state::StateRecord& record);
  Status begin();
  Error error(std::string_view what) const;
  template <typename Statements>
  Status transaction(Statements&& statements);

  Descriptor lock_;  // let go after the database
  std::unique_ptr<sqlite3, Closer> database_;
  std::string name_;
  bool in_transaction_ = false;
};

}  // namespace millrace::sink
