#pragma once

// What transforms left of a record's shape, made ready for rows: constant text as long as it goes, and between it the
// columns and the few other things that differ from row to row. Immutable.

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "encode/column_plan.h"
#include "encode/shape/initial_shape.h"
#include "encode/shape/record_shape.h"
#include "millrace/encode/record_batch.h"

namespace millrace::encode {

struct PrintField {
  enum class Kind : std::uint8_t {
    kText,
    kColumn,
    kSource,
    kSourceBlock,
    kSourceRow,
    kOrder,
    kInstant,
    kStruct,
  };
  Kind kind = Kind::kText;
  std::string name;  // `,"id":`, empty at the root; kText: part of the text
  std::string text;  // kText; kColumn: what a column says that isn't there, or nothing
  const ColumnPlan* column = nullptr;
  RowImage image = RowImage::kAfter;
  bool is_needed = false;          // kColumn: a row without it is an error
  std::size_t member = 0;          // kSource, kOrder
  std::size_t dropped_digits = 0;  // kInstant: of the nanoseconds
  std::vector<PrintField> fields;  // kStruct
  std::vector<std::shared_ptr<const ValueChange>> changes;
};

struct PrintPart {
  bool is_absent = true;
  // What stands around the payload: the schema, or nothing.
  std::string head;
  std::string_view tail;
  PrintField root;
};

struct PrintHeader {
  std::string name;
  PrintField root;
  bool is_text = false;
};

struct FinishedShape {
  Topic topic;
  PrintPart key, value;
  std::vector<PrintHeader> headers;
  std::optional<PrintField> timestamp, partition;
  // Of columns that stand where the table's plan doesn't foresee them.
  std::deque<ColumnPlan> own_columns;
};

Result<std::unique_ptr<FinishedShape>> finish_shape(const ShapeContext& context,
                                                    const RecordShape& record);
// A single value as it stands in the record's value, with columns of its own in `own_columns`.
Result<PrintField> finish_value(const ShapeContext& context, const ShapeValue& value,
                                std::deque<ColumnPlan>& own_columns);

}  // namespace millrace::encode
