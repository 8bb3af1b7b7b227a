#pragma once

// How a table's row images are read: an entry a column, with every question about its type answered
// beforehand. Made once a table, from the schema that its TABLE_MAP was resolved to, and used by
// the RowDecoder of each of its row events.
//
// Immutable; shared between threads. Refers to the schema, which outlives it.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "millrace/row/value.h"
#include "millrace/schema/table_schema.h"

namespace millrace::row {

// The ways in which bytes become a value.
enum class Encoding : std::uint8_t {
  kUnreadable,  // a type that no row image holds
  kSigned8,
  kSigned16,
  kSigned24,
  kSigned32,
  kSigned64,
  kUnsigned8,  // also ENUM and SET
  kUnsigned16,
  kUnsigned24,
  kUnsigned32,
  kUnsigned64,
  kFloat,
  kDouble,
  kFixed,   // `width` bytes: packed DECIMAL
  kSized8,  // a length of that many bits, and that many bytes
  kSized16,
  kSized24,
  kSized32,
  kBigEndian,  // `width` bytes: BIT
  kYear,
  kDate,
  kDatetime2,
  kDatetimeOld,
  kTime2,
  kTimeOld,
  kTimestamp2,
  kTimestampOld,
};

struct ColumnPlan {
  Encoding encoding = Encoding::kUnreadable;
  ValueKind kind = ValueKind::kAbsent;
  std::uint8_t width = 0;            // kFixed, kBigEndian
  std::uint8_t fraction_digits = 0;  // kDatetime2, kTime2, kTimestamp2
};

class RowPlan {
 public:
  explicit RowPlan(const schema::TableSchema& schema);
  explicit RowPlan(schema::TableSchema&&) = delete;

  const schema::TableSchema& schema() const { return *schema_; }
  const std::vector<ColumnPlan>& columns() const { return columns_; }
  // JSON columns of the table: what a partial update's bitmap counts.
  std::size_t json_columns() const { return json_columns_; }

 private:
  const schema::TableSchema* schema_;
  std::vector<ColumnPlan> columns_;
  std::size_t json_columns_ = 0;
};

}  // namespace millrace::row
