#include "millrace/row/row_plan.h"

#include "millrace/row/decimal.h"
#include "millrace/schema/column_types.h"

namespace millrace::row {
namespace {

using schema::Column;
using schema::ColumnType;

ColumnPlan integer_plan(bool is_unsigned, Encoding signed_encoding, Encoding unsigned_encoding) {
  ColumnPlan plan;
  plan.encoding = is_unsigned ? unsigned_encoding : signed_encoding;
  plan.kind = is_unsigned ? ValueKind::kUint : ValueKind::kInt;
  return plan;
}

// A little-endian number of `width` bytes that is a label's number or a set of labels.
ColumnPlan label_plan(ValueKind kind, std::uint32_t width) {
  switch (width) {
    case 1:
      return {Encoding::kUnsigned8, kind};
    case 2:
      return {Encoding::kUnsigned16, kind};
    case 3:
      return {Encoding::kUnsigned24, kind};
    case 4:
      return {Encoding::kUnsigned32, kind};
    case 8:
      return {Encoding::kUnsigned64, kind};
    default:
      return {};
  }
}

ColumnPlan sized_plan(ValueKind kind, std::uint32_t length_bytes) {
  switch (length_bytes) {
    case 1:
      return {Encoding::kSized8, kind};
    case 2:
      return {Encoding::kSized16, kind};
    case 3:
      return {Encoding::kSized24, kind};
    case 4:
      return {Encoding::kSized32, kind};
    default:
      return {};
  }
}

ColumnPlan temporal_plan(Encoding encoding, ValueKind kind, const Column& column) {
  if (column.length > 6) return {};
  return {encoding, kind, 0, static_cast<std::uint8_t>(column.length)};
}

ColumnPlan decimal_plan(const Column& column) {
  if (column.length == 0 || column.length > 65 || column.scale > column.length) return {};
  const std::size_t width = packed_decimal_bytes(static_cast<int>(column.length), column.scale);
  return {Encoding::kFixed, ValueKind::kDecimal, static_cast<std::uint8_t>(width)};
}

ColumnPlan bit_plan(const Column& column) {
  if (column.length == 0 || column.length > 64) return {};
  const std::uint32_t width = (column.length + 7) / 8;
  return {Encoding::kBigEndian, ValueKind::kBit, static_cast<std::uint8_t>(width)};
}

ColumnPlan column_plan(const Column& column) {
  const ValueKind text = schema::is_binary_column(column) ? ValueKind::kBinary : ValueKind::kText;
  switch (column.type) {
    case ColumnType::kTiny:
      return integer_plan(column.is_unsigned, Encoding::kSigned8, Encoding::kUnsigned8);
    case ColumnType::kShort:
      return integer_plan(column.is_unsigned, Encoding::kSigned16, Encoding::kUnsigned16);
    case ColumnType::kInt24:
      return integer_plan(column.is_unsigned, Encoding::kSigned24, Encoding::kUnsigned24);
    case ColumnType::kLong:
      return integer_plan(column.is_unsigned, Encoding::kSigned32, Encoding::kUnsigned32);
    case ColumnType::kLongLong:
      return integer_plan(column.is_unsigned, Encoding::kSigned64, Encoding::kUnsigned64);
    case ColumnType::kFloat:
      return {Encoding::kFloat, ValueKind::kFloat};
    case ColumnType::kDouble:
      return {Encoding::kDouble, ValueKind::kDouble};
    case ColumnType::kNewDecimal:
      return decimal_plan(column);
    case ColumnType::kVarchar:
    case ColumnType::kVarString:
    case ColumnType::kString:
      return sized_plan(text, column.length > 255 ? 2 : 1);
    case ColumnType::kBlob:
      return sized_plan(text, column.length);
    case ColumnType::kJson:
      return sized_plan(ValueKind::kJson, column.length);
    case ColumnType::kGeometry:
      return sized_plan(ValueKind::kGeometry, column.length);
    case ColumnType::kVector:
      return sized_plan(ValueKind::kVector, column.length);
    case ColumnType::kBit:
      return bit_plan(column);
    case ColumnType::kEnum:
      return label_plan(ValueKind::kEnum, column.length);
    case ColumnType::kSet:
      return label_plan(ValueKind::kSet, column.length);
    case ColumnType::kYear:
      return {Encoding::kYear, ValueKind::kYear};
    case ColumnType::kDate:
      return {Encoding::kDate, ValueKind::kDate};
    case ColumnType::kDatetime2:
      return temporal_plan(Encoding::kDatetime2, ValueKind::kDatetime, column);
    case ColumnType::kTime2:
      return temporal_plan(Encoding::kTime2, ValueKind::kTime, column);
    case ColumnType::kTimestamp2:
      return temporal_plan(Encoding::kTimestamp2, ValueKind::kTimestamp, column);
    case ColumnType::kDatetimeOld:
      return {Encoding::kDatetimeOld, ValueKind::kDatetime};
    case ColumnType::kTimeOld:
      return {Encoding::kTimeOld, ValueKind::kTime};
    case ColumnType::kTimestampOld:
      return {Encoding::kTimestampOld, ValueKind::kTimestamp};
    case ColumnType::kDecimalOld:
    case ColumnType::kNull:
      break;
  }
  return {};
}

}  // namespace

RowPlan::RowPlan(const schema::TableSchema& schema) : schema_(&schema) {
  columns_.reserve(schema.columns.size());
  for (const Column& column : schema.columns) {
    columns_.push_back(column_plan(column));
    json_columns_ += column.type == ColumnType::kJson;
  }
}

}  // namespace millrace::row
