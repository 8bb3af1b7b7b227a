#pragma once

// ALTER TABLE while rows are written: a thread that adds, drops, renames and moves columns of a database's tables, so
// that a reader that takes a table's shape of one moment for that of another gives a value to the wrong column.
//
// The columns that it adds all have one type, which a TABLE_MAP can't tell apart, and are filled by their default, which
// is the name under which they were added: x7 holds 'x7', and so does x7_2, which x7 was renamed to. Columns that a
// table had before are moved and nothing else.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/event.h"
#include "support/sql_client.h"
#include "support/validators.h"

namespace millrace::testing {

struct ReshaperOptions {
  std::string database;
  std::vector<std::string> tables;
  std::uint64_t seed = 1;
};

class Reshaper {
 public:
  // Connects as root to the socket. The tables' columns are what they are now.
  Reshaper(const std::string& socket, ReshaperOptions options);
  ~Reshaper();

  void start();
  // Ends the thread and gives the tables the shape back that they had.
  void stop();

  std::uint64_t statements() const { return statements_; }
  // The thread's failure, if it had one.
  std::string error() const;

 private:
  struct Column {
    std::string name, definition;
  };
  struct Table {
    std::string name;
    std::vector<Column> own;
    std::vector<std::string> added;  // by their names of now
  };

  void run();
  void step();
  void add_column(Table& table);
  void drop_column(Table& table);
  void rename_column(Table& table);
  void move_column(const Table& table);
  std::string random_place(const Table& table, const std::string& moved);
  // False when the server gave up waiting for those who use the table.
  bool alter(const Table& table, const std::string& specifications);
  void restore(Table& table);
  int roll(std::size_t sides) { return static_cast<int>(random_() % sides); }

  ReshaperOptions options_;
  SqlClient client_;
  std::mt19937_64 random_;
  std::vector<Table> tables_;
  std::uint64_t names_ = 0;
  std::atomic<std::uint64_t> statements_{0};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;  // guards error_
  std::string error_;
  std::thread thread_;
};

// Values of added columns that aren't their column's.
Faults check_added_columns(const std::vector<Event>& events);

// The events as if the tables had never been reshaped: rows with the table's own columns in the order of their names.
std::vector<Event> without_reshaping(std::vector<Event> events);
// The same of a row of the table.
std::string without_reshaping(const std::string& row);

}  // namespace millrace::testing
