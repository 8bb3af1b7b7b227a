#pragma once

// Row images to values. A RowDecoder walks the rows of one event: every column type of MySQL 5.6 to 9.7, all row
// images (a column that is not in the image is kAbsent), partial JSON updates applied to the before image.
//
// Pure; one decoder a thread; returned values live as long as the event's bytes and the Row.
// An error is definite: it names the column and the offset in the event.

#include <cstdint>

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

class RowDecoder {
 public:
  // `event` and `schema` outlive the decoder.
  RowDecoder(const schema::TableSchema& schema, const binlog::RowsEvent& event);

  // Decodes the next row: kWrite fills `after`, kDelete `before`, kUpdate both; the other is left empty
  // (values.empty()). False when the event has no more rows.
  Result<bool> next(Row& before, Row& after);

  const RowDecoderStats& stats() const { return stats_; }

 private:
  Status read_image(std::string_view present, bool partial, const Row* base, Row& row);

  const schema::TableSchema& schema_;
  const binlog::RowsEvent& event_;
  ByteCursor cursor_;
  RowDecoderStats stats_;
};

}  // namespace millrace::row
