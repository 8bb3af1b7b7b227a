#pragma once

// The rows of a table as a snapshot reads them: a SELECT, row images of it, and from there the way of the stream.

#include <string>
#include <vector>

#include "integration/snapshot_values/row_printer.h"
#include "millrace/mysql/connection.h"
#include "millrace/schema/table_schema.h"

namespace millrace::testing {

class SelectRows {
 public:
  SelectRows(const mysql::ConnectionOptions& options, RowPrinter& printer);

  // Sorted.
  std::vector<std::string> read(const schema::TableSchemaPtr& table);
  // Values of JSON documents whose types had to be asked for, so far.
  std::size_t settled() const { return settled_; }

 private:
  std::vector<std::string> types_of(const std::string& from, const std::string& column,
                                    std::size_t row, const std::vector<std::string>& paths);

  mysql::Connection connection_;
  RowPrinter& printer_;
  std::size_t settled_ = 0;
};

}  // namespace millrace::testing
