#pragma once

// A row that was inserted into the table of signals (signal.data.collection), as text in UTF-8: its first three columns.

#include <string>

namespace millrace::pipeline {

struct SignalRow {
  std::string id, type, data;
  std::string place;  // file, position and GTID of its row event
};

}  // namespace millrace::pipeline
