#pragma once

// The record that Debezium would hand to the first transform: its shape, for a table and a kind of record. Pure.

#include <vector>

#include "encode/shape/record_shape.h"
#include "encode/table_plan.h"
#include "millrace/change/table_treatment.h"
#include "millrace/encode/debezium_encoder.h"

namespace millrace::encode {

inline constexpr std::string_view kNewKeyHeader = "__debezium.newkey";
inline constexpr std::string_view kOldKeyHeader = "__debezium.oldkey";

// What shapes of a table are made from. References: to the plan, which owns the shapes, and its source's options.
struct ShapeContext {
  const TablePlan::Impl& plan;
  const EncoderOptions& options;
  const std::vector<change::ColumnTreatment>& treatments;  // one a column
};

RecordShape initial_shape(const ShapeContext& context, RecordKind kind);

}  // namespace millrace::encode
