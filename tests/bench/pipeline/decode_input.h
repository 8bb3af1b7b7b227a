#pragma once

// Row events in memory and what a decode worker makes of them: the same work each time, on the caller's thread.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "millrace/pipeline/captured_table.h"
#include "support/binlog/table_builder.h"

namespace millrace::bench {

class DecodeInput {
 public:
  DecodeInput(const test::Table& table, binlog::RowsKind kind, const std::vector<test::Row>& rows);

  // Of the standard table; an update has two images.
  static DecodeInput inserts(int rows);
  static DecodeInput updates(int rows);
  // Texts of 200 characters, most of them ASCII, some with what JSON escapes.
  static DecodeInput texts(int rows);
  // JSON columns of 20 values.
  static DecodeInput documents(int rows);

  // Decodes and encodes all of it. How many rows that were; throws where it fails.
  std::uint64_t run() const;

 private:
  struct Tables;
  std::shared_ptr<Tables> tables_;
  pipeline::CapturedTablePtr table_;
  binlog::RowsKind kind_;
  std::string images_;
  std::string present_;
};

}  // namespace millrace::bench
