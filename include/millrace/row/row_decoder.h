#pragma once

// Row images to values. A RowDecoder walks the rows of one event: every column type of MySQL 5.6 to 9.7, all row
// images (a column that is not in the image is kAbsent), partial JSON updates applied to the before image.
//
// Pure; one decoder a thread; returned values live as long as the event's bytes and the Row.
// An error is definite: it names the column and the offset in the event.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/byte_cursor.h"
#include "millrace/base/result.h"
#include "millrace/binlog/events.h"
#include "millrace/row/value.h"
#include "millrace/schema/table_schema.h"

namespace millrace::row {

struct RowDecoderStats {
  // Partial JSON updates whose base document was not in the event (binlog_row_image=MINIMAL): left out.
  std::uint64_t json_bases_missing = 0;
};

// How to read a table's row images: a compact entry a column. Made once a table; immutable.
class RowPlan {
 public:
  explicit RowPlan(const schema::TableSchema& schema);

  struct ColumnCodec {
    schema::ColumnType type = schema::ColumnType::kNull;
    bool is_unsigned = false;
    bool is_binary = false;  // bytes without a character set
    std::uint8_t width = 0;  // bytes of the value, or of its length prefix
    std::uint8_t fraction_digits = 0;
    std::uint16_t bits = 0;  // kBit
  };
  const std::vector<ColumnCodec>& columns() const { return columns_; }
  std::size_t json_columns() const { return json_columns_; }
  const std::string& column_name(std::size_t index) const { return names_[index]; }

 private:
  std::vector<ColumnCodec> columns_;
  std::vector<std::string> names_;  // for messages
  std::size_t json_columns_ = 0;
};

class RowDecoder {
 public:
  // `plan` and `event` outlive the decoder.
  RowDecoder(const RowPlan& plan, const binlog::RowsEvent& event);

  // Decodes the next row: kWrite fills `after`, kDelete `before`, kUpdate both; the other is left empty
  // (values.empty()). False when the event has no more rows.
  Result<bool> next(Row& before, Row& after);

  const RowDecoderStats& stats() const { return stats_; }

 private:
  Status read_image(std::string_view present, Row& row, const Row* json_base);
  Status read_partial_json(std::size_t column, const Row& base, Row& row);
  Error truncated(std::size_t column) const;

  const RowPlan& plan_;
  const binlog::RowsEvent& event_;
  ByteCursor cursor_;
  bool any_row_read_ = false;
  RowDecoderStats stats_;
};

}  // namespace millrace::row
