#pragma once

// A row that was inserted into the table of signals (signal.data.collection), as text in UTF-8: its first three columns.

#include <string>

#include "millrace/row/value.h"
#include "millrace/schema/table_schema.h"

namespace millrace::pipeline {

struct SignalRow {
  std::string id, type, data;
  std::string place;  // file, position and GTID of its row event
};

// A row of the table, as a signal.
SignalRow signal_of(const schema::TableSchema& table, const row::Row& row, std::string place);

}  // namespace millrace::pipeline
