#pragma once

// One value of a row image to JSON, in Debezium's form for its column. Called for every value of every row: a switch
// over the value's kind, and what the column decides looked up in its plan.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "encode/json_writer.h"
#include "encode/table_plan.h"
#include "millrace/base/result.h"
#include "millrace/row/value.h"

namespace millrace::encode {

// What came up while the values of an event were printed.
struct Remarks {
  std::vector<std::string> notices;  // sentences for the log
  std::uint64_t invalid_texts = 0;   // values that aren't valid in their charset
};

class ValueWriter {
 public:
  // `options` and `out` outlive the writer.
  ValueWriter(const EncoderOptions& options, JsonWriter& out) : options_(options), out_(out) {}

  // Appends the value, which isn't absent. False: it can't be printed; take_error() says why.
  bool write(const TablePlan::Impl& table, std::size_t column, const row::Value& value,
             Remarks& remarks);
  // The error of the last write() that failed.
  Error take_error();

 private:
  // The column at hand, for what is rare: errors and remarks.
  struct Place {
    const TablePlan::Impl& plan;
    std::size_t column;
    Remarks& remarks;
  };

  void write_unsigned(const ColumnPlan& plan, const row::Value& value, const Place& place);
  void write_bits(const ColumnPlan& plan, std::uint64_t bits);
  void write_date(const ColumnPlan& plan, const row::CalendarTime& date);
  void write_datetime(const ColumnPlan& plan, const row::CalendarTime& date);
  void write_double(double value);
  void write_float(float value);
  bool write_decimal(const ColumnPlan& plan, std::string_view packed, const Place& place);
  bool write_text(const ColumnPlan& plan, std::string_view bytes, const Place& place);
  bool write_converted(const ColumnPlan& plan, std::string_view bytes, const Place& place);
  bool write_invalid_text(const ColumnPlan& plan, std::string_view bytes, std::size_t valid,
                          const Place& place);
  bool write_enum(const ColumnPlan& plan, std::uint64_t index, const Place& place);
  bool write_set(const ColumnPlan& plan, std::uint64_t mask, const Place& place);
  bool write_json(std::string_view document, const Place& place);
  bool write_geometry(const ColumnPlan& plan, std::string_view bytes, const Place& place);
  bool write_point(std::string_view wkb, const Place& place);
  bool write_vector(std::string_view bytes, const Place& place);
  bool fail(const Place& place, std::string_view what);

  const EncoderOptions& options_;
  JsonWriter& out_;
  std::string scratch_;
  std::optional<Error> error_;
};

}  // namespace millrace::encode
