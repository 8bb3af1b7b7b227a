#pragma once

// Families of column types, as the binlog and the encoder group them. Pure.

#include "millrace/schema/table_schema.h"

namespace millrace::schema {

inline constexpr std::uint32_t kBinaryCollation = 63;

// Counted by the SIGNEDNESS field of a TABLE_MAP.
inline bool is_numeric_column(const Column& column) {
  switch (column.type) {
    case ColumnType::kTiny:
    case ColumnType::kShort:
    case ColumnType::kInt24:
    case ColumnType::kLong:
    case ColumnType::kLongLong:
    case ColumnType::kFloat:
    case ColumnType::kDouble:
    case ColumnType::kDecimalOld:
    case ColumnType::kNewDecimal:
    case ColumnType::kYear:
      return true;
    default:
      return false;
  }
}

// Counted by the CHARSET fields of a TABLE_MAP: VECTOR too (its collation is binary), JSON and
// GEOMETRY not.
inline bool is_character_column(const Column& column) {
  switch (column.type) {
    case ColumnType::kString:
    case ColumnType::kVarString:
    case ColumnType::kVarchar:
    case ColumnType::kBlob:
    case ColumnType::kVector:
      return true;
    default:
      return false;
  }
}

inline bool is_enum_or_set(const Column& column) {
  return column.type == ColumnType::kEnum || column.type == ColumnType::kSet;
}

// A column whose values are bytes without a character set: BINARY, VARBINARY, BLOB.
inline bool is_binary_column(const Column& column) {
  return is_character_column(column) && column.collation == kBinaryCollation;
}

}  // namespace millrace::schema
