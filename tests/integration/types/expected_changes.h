#pragma once

// What a statement did to the tables of a database, by the server's own account: every row is read before and after it.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/event.h"
#include "support/table_reader.h"

namespace millrace::testing {

struct Change {
  std::string topic;
  std::string key;  // "" without one
  char op = 0;
  std::optional<std::string> before, after;

  std::string describe() const;
};

// The state of all tables of a database.
class DatabaseRows {
 public:
  DatabaseRows(SqlClient& client, const std::string& database, const std::string& topic_prefix);

  // What changed since the last call (or since the object was made); no order within it.
  std::vector<Change> changes();

 private:
  struct Row {
    std::string key;
    std::string text;
  };
  using TableRows =
      std::multimap<std::string, Row>;  // by the key, or by the text where there is none
  TableRows read(const TableShape& shape) const;

  SqlClient& client_;
  std::string topic_prefix_;
  std::vector<TableShape> shapes_;
  std::vector<TableRows> rows_;
};

// Whether the event says what happened; "" or what is wrong. `whole_rows`: the images hold every column; otherwise what
// an event holds must be right, and every column that changed must be in it.
std::string compare_change(const Change& expected, const Event& event, bool whole_rows);

}  // namespace millrace::testing
