#pragma once

// Rows of a SELECT as the row images that the binlog would have of them: from there on a row takes one path, whether it
// was read from a table or from the stream, and comes out with the same bytes.
//
// What a SELECT does not bring as it is stored is asked for in another form (ENUM and SET by number), or put together
// again (DECIMAL, times, BIT, JSON). JSON comes as text, in which a few values look alike that are stored in different
// ways: a DECIMAL and a DOUBLE, a TIME and a string that reads like one. Documents with such values are in doubt: the
// writer takes the likelier form, and the reader of the table asks the server for the types of the values and settles
// them before the rows are used.
//
// Single-threaded; a writer belongs to one reader of tables.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/mysql/row_stream.h"
#include "millrace/row/row_plan.h"
#include "millrace/schema/table_schema.h"

namespace millrace::snapshot {

// The rows of one read, in the form of a WRITE_ROWS event's images with all columns present.
struct RowImages {
  std::string bytes;
  std::vector<std::size_t> begins;  // of each row in `bytes`

  std::size_t count() const { return begins.size(); }
  std::string_view row(std::size_t index) const {
    const std::size_t end = index + 1 < begins.size() ? begins[index + 1] : bytes.size();
    return std::string_view(bytes).substr(begins[index], end - begins[index]);
  }
};

// A JSON value of RowImages whose types are in doubt.
struct JsonDoubt {
  std::size_t row = 0;
  std::size_t column = 0;
  std::size_t begin = 0, size = 0;  // of the document in RowImages::bytes, with its length prefix
  std::string text;                 // as it was read
  std::vector<std::string> paths;   // of the values in doubt: $.a[0]."b c"
};

class RowImageWriter {
 public:
  // A column whose type no row image holds is a definite error that names it.
  static Result<RowImageWriter> make(schema::TableSchemaPtr table);

  // What a SELECT must ask for, column by column in the table's order: "`id`, CAST(`state` AS UNSIGNED), ...".
  const std::string& select_list() const { return select_list_; }
  // Whether the columns of a result are what the table's columns must come as: else the table has another shape now. A
  // definite error that names the first that isn't.
  Status check(std::span<const mysql::ResultColumn> columns) const;
  // Appends a row. Documents in doubt are added to `doubts`, where that is given. A value that the column can't hold is
  // a definite error that names the column.
  Status append(std::span<const mysql::Cell> cells, RowImages& rows,
                std::vector<JsonDoubt>* doubts) const;

 private:
  explicit RowImageWriter(schema::TableSchemaPtr table);

  schema::TableSchemaPtr table_;
  row::RowPlan plan_;
  std::string select_list_;
};

// The types of a doubt's values, in the order of its paths, as JSON_TYPE() gives them; empty text where the server had
// none (the row has changed since).
using JsonTypes = std::vector<std::string>;

// Puts the documents in `doubts` in again, now with the types known. `types` has an entry for each doubt. `table` is that
// of the writer.
Status settle_doubts(const std::vector<JsonDoubt>& doubts, const std::vector<JsonTypes>& types,
                     RowImages& rows);

}  // namespace millrace::snapshot
