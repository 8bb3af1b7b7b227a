#pragma once

// One value of a row image to JSON, in Debezium's form for its column. Called for every value of every row: a switch
// over the column's form, and what else the column decides looked up in its plan.
//
// Numbers and the dispatch are in value_writer.cc, text in text_values.cc, dates and times in temporal_values.cc,
// geometry and vectors in spatial_values.cc.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "encode/json_writer.h"
#include "encode/table_plan.h"
#include "millrace/base/result.h"
#include "millrace/encode/record_batch.h"
#include "millrace/row/value.h"

namespace millrace::encode {

// What came up while the values of an event were printed.
struct Remarks {
  std::vector<std::string> notices;  // sentences for the log
  std::uint64_t invalid_texts = 0;   // values that aren't valid in their charset
  RecordBatch::Unconverted unconverted;
};

class ValueWriter {
 public:
  // `options` and `out` outlive the writer.
  ValueWriter(const EncoderOptions& options, JsonWriter& out) : options_(options), out_(out) {}

  // Appends the value, which isn't absent. `plan` is one of the table's plans. False: it can't be printed;
  // take_error() says why.
  bool write(const TablePlan::Impl& table, const ColumnPlan& plan, const row::Value& value,
             Remarks& remarks);
  // The same, but for EncoderOptions::null_for_failures: a value that can't be printed is null and counted.
  bool write_or_null(const TablePlan::Impl& table, const ColumnPlan& plan, const row::Value& value,
                     Remarks& remarks) {
    const std::size_t start = out_.size();
    return write(table, plan, value, remarks) || write_null_instead(start, remarks);
  }
  // The error of the last write() that failed.
  Error take_error();

 private:
  // The column at hand, and what only the rare value needs: whom it belongs to, and where remarks go.
  struct Place {
    const ColumnPlan& plan;
    const TablePlan::Impl& table;
    Remarks& remarks;
  };

  // Not NULL. A mask's form calls once more, with the form below the mask.
  bool write_as(Form form, const row::Value& value, const Place& place);
  bool write_truncated(const row::Value& value, const Place& place);
  bool write_hashed(const row::Value& value, const Place& place);

  void write_unsigned_long(std::uint64_t value, const Place& place);
  void write_unsigned_bytes(std::uint64_t value);
  void write_bits(const ColumnPlan& plan, std::uint64_t bits);
  void write_double(double value);
  void write_float(float value);
  bool write_decimal_bytes(std::string_view packed, const Place& place);
  // The decimal's text in scratch_.
  bool take_decimal_text(std::string_view packed, const Place& place);
  // Of scratch_.
  void write_decimal_number();
  void write_decimal_double();

  void write_date(const ColumnPlan& plan, const row::CalendarTime& date);
  void write_iso_date_of(const ColumnPlan& plan, const row::CalendarTime& date);
  bool write_time_milliseconds(std::int64_t microseconds, const Place& place);
  bool write_iso_time_of(std::int64_t microseconds, const Place& place);
  bool write_datetime(Form form, const row::CalendarTime& date, const Place& place);
  bool write_datetime_nanoseconds(std::int64_t days, const row::CalendarTime& time,
                                  const Place& place);
  void write_timestamp(const ColumnPlan& plan, const row::Value& value);
  // A TIME or DATETIME that its form can't say.
  bool write_out_of_range(const Place& place, std::string_view what);

  bool write_text(std::string_view bytes, const Place& place);
  bool write_converted(std::string_view bytes, const Place& place);
  bool write_invalid_text(std::string_view bytes, std::size_t valid, const Place& place);
  bool write_enum(std::uint64_t index, const Place& place);
  bool write_set(std::uint64_t mask, const Place& place);
  bool write_json(std::string_view document, const Place& place);

  bool write_geometry(std::string_view bytes, const Place& place);
  bool write_point(std::string_view wkb, const Place& place);
  bool write_vector(std::string_view bytes, const Place& place);

  bool write_null_instead(std::size_t start, Remarks& remarks);

  static std::string column_name(const Place& place);
  bool fail(const Place& place, std::string_view what);

  const EncoderOptions& options_;
  JsonWriter& out_;
  std::string scratch_;
  std::string number_;
  std::optional<Error> error_;
};

}  // namespace millrace::encode
