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
#include "millrace/binlog/events.h"
#include "millrace/mysql/row_stream.h"
#include "millrace/row/json_from_text.h"
#include "millrace/row/row_plan.h"
#include "millrace/schema/table_schema.h"

namespace millrace::snapshot {

// What a session says before it reads rows that a RowImageWriter takes: text is sent as it is stored, times in UTC, and
// nothing that a server's settings do to a SELECT.
std::span<const std::string_view> reading_session_statements();

// The rows of one read, in the form of a WRITE_ROWS event's images with all columns present.
struct RowImages {
  std::string bytes;
  std::vector<std::size_t> begins;  // of each row in `bytes`

  std::size_t count() const { return begins.size(); }
  void clear() {
    bytes.clear();
    begins.clear();
  }
  std::size_t capacity_bytes() const {
    return bytes.capacity() + begins.capacity() * sizeof(std::size_t);
  }
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

// All columns of the table, as a rows event's bitmap says it.
std::string all_columns(const schema::TableSchema& table);
// The rows event that has these images: what a RowDecoder reads them from. It points into `present` (all_columns()) and
// `images`.
binlog::RowsEvent event_of(const schema::TableSchema& table, std::string_view present,
                           std::string_view images);

class RowImageWriter {
 public:
  // A column whose type no row image holds is a definite error that names it.
  static Result<RowImageWriter> make(schema::TableSchemaPtr table);

  // What a SELECT must ask for, column by column in the table's order: "`id`, CAST(`state` AS UNSIGNED), ...".
  const std::string& select_list() const { return select_list_; }
  // Whether the columns of a result are what the table's columns must come as: else the table has another shape now. A
  // definite error that names the first that isn't.
  Status check(std::span<const mysql::ResultColumn> columns) const;
  // Appends a row. Documents in doubt are added to `doubts`, where that is given: json.format=mysql prints them alike, and
  // asks for none. A value that the column can't hold is a definite error that names the column, and appends nothing.
  Status append(std::span<const mysql::Cell> cells, RowImages& rows,
                std::vector<JsonDoubt>* doubts) const;

 private:
  // How a cell becomes the bytes of its column.
  struct ColumnWriter {
    mysql::Cell::Kind cell = mysql::Cell::Kind::kBytes;  // as which it must come
    row::Encoding encoding = row::Encoding::kUnreadable;
    std::uint8_t width = 0;      // of what has a fixed width, or of the length in front
    std::uint8_t precision = 0;  // DECIMAL
    std::uint8_t digits = 0;     // of a fraction, also DECIMAL's scale
    bool is_json = false;
    bool has_padding = false;     // BINARY: zeros at the end are not in the image
    std::uint64_t max_bytes = 0;  // kSized...
  };

  explicit RowImageWriter(schema::TableSchemaPtr table);
  static Result<ColumnWriter> column_writer(const schema::Column& column,
                                            const row::ColumnPlan& plan);
  bool append_cell(const ColumnWriter& column, const mysql::Cell& cell, std::string& out) const;
  static bool append_temporal(const ColumnWriter& column, const mysql::TemporalFields& time,
                              std::string& out);
  static bool append_sized(const ColumnWriter& column, std::string_view bytes, std::string& out);
  Status append_json(std::size_t column, std::string_view text, RowImages& rows,
                     std::vector<JsonDoubt>* doubts) const;
  Error at_column(std::size_t column, const Error& error) const;

  schema::TableSchemaPtr table_;
  std::vector<ColumnWriter> columns_;
  std::string select_list_;
  mutable row::JsonFromText json_;  // scratch memory
};

// The types of a doubt's values, in the order of its paths, as JSON_TYPE() gives them; empty text where the server had
// none (the row has changed since).
using JsonTypes = std::vector<std::string>;

// Puts the documents in `doubts` in again, now with the types known. `doubts` are those of `rows` in the order in which
// they were added; `types` has an entry for each.
Status settle_doubts(const std::vector<JsonDoubt>& doubts, const std::vector<JsonTypes>& types,
                     RowImages& rows);

}  // namespace millrace::snapshot
