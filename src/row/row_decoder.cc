#include "millrace/row/row_decoder.h"

#include <bit>
#include <cstring>
#include <utility>

#include "millrace/row/decimal.h"
#include "millrace/row/json_partial.h"
#include "millrace/schema/column_types.h"
#include "row/temporal.h"

namespace millrace::row {
namespace {

using schema::ColumnType;

bool bit(std::string_view bitmap, std::size_t index) {
  return index / 8 < bitmap.size() &&
         (static_cast<std::uint8_t>(bitmap[index / 8]) >> (index % 8) & 1) != 0;
}

// Bits set among the first `count`.
std::size_t count_bits(std::string_view bitmap, std::size_t count) {
  std::size_t set = 0;
  for (std::size_t byte = 0; byte < bitmap.size() && byte * 8 < count; ++byte) {
    auto value = static_cast<std::uint8_t>(bitmap[byte]);
    if (count - byte * 8 < 8) value &= static_cast<std::uint8_t>((1U << (count - byte * 8)) - 1);
    set += static_cast<std::size_t>(std::popcount(value));
  }
  return set;
}

std::int64_t sign_extend(std::uint64_t value, std::size_t width) {
  const unsigned shift = 64 - 8 * static_cast<unsigned>(width);
  return static_cast<std::int64_t>(value << shift) >> shift;
}

std::uint8_t value_width(const schema::Column& column) {
  switch (column.type) {
    case ColumnType::kTiny:
      return 1;
    case ColumnType::kShort:
      return 2;
    case ColumnType::kInt24:
      return 3;
    case ColumnType::kLong:
      return 4;
    case ColumnType::kLongLong:
      return 8;
    case ColumnType::kVarchar:
    case ColumnType::kVarString:
    case ColumnType::kString:
      return column.length > 255 ? 2 : 1;
    case ColumnType::kBit:
      return static_cast<std::uint8_t>((column.length + 7) / 8);
    case ColumnType::kNewDecimal:
      return static_cast<std::uint8_t>(
          packed_decimal_bytes(static_cast<int>(column.length), column.scale));
    default:
      return static_cast<std::uint8_t>(column.length);
  }
}

void read_integer(const RowPlan::ColumnCodec& codec, ByteCursor& cursor, Value& value) {
  const std::uint64_t raw = cursor.read_le(codec.width);
  if (codec.is_unsigned) {
    value.kind = ValueKind::kUint;
    value.u64 = raw;
  } else {
    value.kind = ValueKind::kInt;
    value.i64 = sign_extend(raw, codec.width);
  }
}

void read_float(ByteCursor& cursor, Value& value) {
  value.kind = ValueKind::kFloat;
  value.f64 = std::bit_cast<float>(cursor.read_u32());
}

void read_timestamp(std::uint32_t seconds, std::uint32_t micros, Value& value) {
  value.kind = seconds == 0 && micros == 0 ? ValueKind::kZeroTimestamp : ValueKind::kTimestamp;
  value.i64 = std::int64_t{seconds} * 1'000'000 + micros;
}

void read_calendar(ValueKind kind, const CalendarTime& time, Value& value) {
  value.kind = kind;
  value.date = time;
}

void read_sized(ValueKind kind, const RowPlan::ColumnCodec& codec, ByteCursor& cursor,
                Value& value) {
  value.kind = kind;
  value.bytes = cursor.read_bytes(cursor.read_le(codec.width));
}

// False for a type that no row image holds.
bool read_value(const RowPlan::ColumnCodec& codec, ByteCursor& cursor, Value& value) {
  switch (codec.type) {
    case ColumnType::kTiny:
    case ColumnType::kShort:
    case ColumnType::kInt24:
    case ColumnType::kLong:
    case ColumnType::kLongLong:
      read_integer(codec, cursor, value);
      return true;
    case ColumnType::kFloat:
      read_float(cursor, value);
      return true;
    case ColumnType::kDouble:
      value.kind = ValueKind::kDouble;
      value.f64 = std::bit_cast<double>(cursor.read_u64());
      return true;
    case ColumnType::kNewDecimal:
      value.kind = ValueKind::kDecimal;
      value.bytes = cursor.read_bytes(codec.width);
      return true;
    case ColumnType::kVarchar:
    case ColumnType::kVarString:
    case ColumnType::kString:
    case ColumnType::kBlob:
      read_sized(codec.is_binary ? ValueKind::kBinary : ValueKind::kText, codec, cursor, value);
      return true;
    case ColumnType::kBit:
      value.kind = ValueKind::kBit;
      value.u64 = cursor.read_be(codec.width);
      return true;
    case ColumnType::kEnum:
    case ColumnType::kSet:
      value.kind = codec.type == ColumnType::kEnum ? ValueKind::kEnum : ValueKind::kSet;
      value.u64 = cursor.read_le(codec.width);
      return true;
    case ColumnType::kYear: {
      const std::uint8_t year = cursor.read_u8();
      value.kind = ValueKind::kYear;
      value.u64 = year == 0 ? 0 : 1900U + year;
      return true;
    }
    case ColumnType::kDate:
      read_calendar(ValueKind::kDate, read_date(cursor), value);
      return true;
    case ColumnType::kDatetime2:
      read_calendar(ValueKind::kDatetime, read_datetime2(cursor, codec.fraction_digits), value);
      return true;
    case ColumnType::kDatetimeOld:
      read_calendar(ValueKind::kDatetime, read_old_datetime(cursor), value);
      return true;
    case ColumnType::kTime2:
      value.kind = ValueKind::kTime;
      value.i64 = read_time2(cursor, codec.fraction_digits);
      return true;
    case ColumnType::kTimeOld:
      value.kind = ValueKind::kTime;
      value.i64 = read_old_time(cursor);
      return true;
    case ColumnType::kTimestamp2: {
      const auto seconds = static_cast<std::uint32_t>(cursor.read_be(4));
      read_timestamp(seconds, read_fraction(cursor, codec.fraction_digits), value);
      return true;
    }
    case ColumnType::kTimestampOld:
      read_timestamp(cursor.read_u32(), 0, value);
      return true;
    case ColumnType::kJson:
      read_sized(ValueKind::kJson, codec, cursor, value);
      return true;
    case ColumnType::kGeometry:
      read_sized(ValueKind::kGeometry, codec, cursor, value);
      return true;
    case ColumnType::kVector:
      read_sized(ValueKind::kVector, codec, cursor, value);
      return true;
    case ColumnType::kDecimalOld:
    case ColumnType::kNull:
      break;
  }
  return false;
}

}  // namespace

RowPlan::RowPlan(const schema::TableSchema& schema) {
  columns_.reserve(schema.columns.size());
  names_.reserve(schema.columns.size());
  for (const schema::Column& column : schema.columns) {
    ColumnCodec codec;
    codec.type = column.type;
    codec.is_unsigned = column.is_unsigned;
    codec.is_binary = schema::is_binary_column(column);
    codec.width = value_width(column);
    codec.fraction_digits = static_cast<std::uint8_t>(column.length);
    codec.bits = static_cast<std::uint16_t>(column.length);
    columns_.push_back(codec);
    names_.push_back(column.name);
    json_columns_ += column.type == ColumnType::kJson;
  }
}

RowDecoder::RowDecoder(const RowPlan& plan, const binlog::RowsEvent& event)
    : plan_(plan), event_(event), cursor_(event.rows) {}

Result<bool> RowDecoder::next(Row& before, Row& after) {
  if (event_.column_count != plan_.columns().size()) {
    return definite_error("the row event has " + std::to_string(event_.column_count) +
                          " columns, its table map " + std::to_string(plan_.columns().size()));
  }
  // Under binlog_row_image=MINIMAL a row that takes every default has an image of no bytes.
  const bool is_empty_row = !any_row_read_ && event_.rows.empty() &&
                            event_.kind == binlog::RowsKind::kWrite &&
                            count_bits(event_.columns_before, plan_.columns().size()) == 0;
  any_row_read_ = true;
  if (cursor_.at_end() && !is_empty_row) return false;
  const std::size_t begin = cursor_.position();
  before.values.clear();
  after.values.clear();
  switch (event_.kind) {
    case binlog::RowsKind::kWrite:
      MILLRACE_RETURN_IF_ERROR(read_image(event_.columns_before, after, nullptr));
      break;
    case binlog::RowsKind::kDelete:
      MILLRACE_RETURN_IF_ERROR(read_image(event_.columns_before, before, nullptr));
      break;
    case binlog::RowsKind::kUpdate:
      MILLRACE_RETURN_IF_ERROR(read_image(event_.columns_before, before, nullptr));
      MILLRACE_RETURN_IF_ERROR(
          read_image(event_.columns_after, after, event_.partial_json ? &before : nullptr));
      break;
  }
  if (cursor_.position() == begin && !is_empty_row) {
    return definite_error("the row event has bytes behind its last column");
  }
  return true;
}

// `json_base` is set for the after image of PARTIAL_UPDATE_ROWS, which begins with options and a bitmap of the JSON
// columns that hold a difference.
Status RowDecoder::read_image(std::string_view present, Row& row, const Row* json_base) {
  const std::size_t columns = plan_.columns().size();
  row.reset(columns);
  std::string_view partial;
  if (json_base != nullptr) {
    constexpr std::uint64_t kPartialJsonUpdates = 1;
    if ((cursor_.read_lenenc() & kPartialJsonUpdates) != 0) {
      partial = cursor_.read_bytes((plan_.json_columns() + 7) / 8);
    }
  }
  const std::string_view nulls = cursor_.read_bytes((count_bits(present, columns) + 7) / 8);
  if (cursor_.failed()) return truncated(0);
  std::size_t image_index = 0;
  std::size_t json_index = 0;
  for (std::size_t i = 0; i < columns; ++i) {
    const RowPlan::ColumnCodec& codec = plan_.columns()[i];
    // The partial bitmap counts every JSON column of the table, in the image or not.
    const bool is_partial = codec.type == ColumnType::kJson && bit(partial, json_index++);
    if (!bit(present, i)) continue;
    Value& value = row.values[i];
    if (bit(nulls, image_index++)) {
      value.kind = ValueKind::kNull;
    } else if (is_partial) {
      MILLRACE_RETURN_IF_ERROR(read_partial_json(i, *json_base, row));
    } else if (!read_value(codec, cursor_, value)) {
      return definite_error("column " + plan_.column_name(i) + " has the type " +
                            std::to_string(static_cast<int>(codec.type)) +
                            ", which no row image holds");
    }
    if (cursor_.failed()) [[unlikely]] {
      return truncated(i);
    }
  }
  return {};
}

Status RowDecoder::read_partial_json(std::size_t column, const Row& base, Row& row) {
  const std::string_view difference = cursor_.read_bytes(cursor_.read_u32());
  if (cursor_.failed()) return truncated(column);
  Value& value = row.values[column];
  const Value& old_value = base.values[column];
  if (old_value.is_absent()) {
    ++stats_.json_bases_missing;
    return {};  // stays absent
  }
  if (difference.empty()) {
    value = old_value;  // unchanged
    return {};
  }
  Result<std::string> document = apply_json_difference(old_value.bytes, difference);
  if (!document) return document.error().with_context("column " + plan_.column_name(column));
  row.owned.push_back(std::move(*document));
  value.kind = ValueKind::kJson;
  value.bytes = row.owned.back();
  return {};
}

Error RowDecoder::truncated(std::size_t column) const {
  const std::string name = column < plan_.columns().size() ? plan_.column_name(column) : "?";
  return definite_error("the row event ends inside column " + name + ", at byte " +
                        std::to_string(cursor_.position()) + " of " +
                        std::to_string(event_.rows.size()));
}

}  // namespace millrace::row
