#pragma once

// Row images to values. A RowDecoder walks the rows of one event: every column type of MySQL 5.6 to
// 9.7, all row images (a column that is not in the image is kAbsent), partial JSON updates applied
// to the before image. It stands between the binlog's grammar, which hands out row events, and the
// encoder, and runs once a row: it allocates nothing but the documents it puts together.
//
// One decoder a thread. Returned values live as long as the event's bytes and the Row.
// An error is definite: it names the column and the offset in the event's images.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "millrace/base/byte_cursor.h"
#include "millrace/base/result.h"
#include "millrace/binlog/events.h"
#include "millrace/row/row_plan.h"
#include "millrace/row/value.h"

namespace millrace::row {

struct RowDecoderStats {
  // Partial JSON updates whose base document was not in the event (binlog_row_image=MINIMAL): left
  // out.
  std::uint64_t json_bases_missing = 0;
};

class RowDecoder {
 public:
  // `plan` and `event` outlive the decoder.
  RowDecoder(const RowPlan& plan, const binlog::RowsEvent& event);

  // Decodes the next row: kWrite fills `after`, kDelete `before`, kUpdate both; the other is left
  // empty (values.empty()). False when the event has no more rows.
  Result<bool> next(Row& before, Row& after);

  const RowDecoderStats& stats() const { return stats_; }

 private:
  Status check_event() const;
  bool is_row_of_no_bytes() const;
  Status read_row(Row& before, Row& after);
  Status read_image(std::string_view present, Row& row);
  Status read_partial_image(const Row& before, Row& after);
  Status read_values(std::string_view present, std::string_view partial, const Row* before,
                     Row& row);
  Status read_difference(std::size_t column, const Row& before, Row& row);
  Error unreadable(std::size_t column) const;
  Error malformed(const char* what) const;

  const RowPlan& plan_;
  const binlog::RowsEvent& event_;
  ByteCursor cursor_;
  bool is_started_ = false;
  RowDecoderStats stats_;
};

}  // namespace millrace::row
