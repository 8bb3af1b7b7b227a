#pragma once

// A column's value in a row image: a tagged view, 32 bytes, no copy. Numbers are inside; text and
// bytes point into the event (or, for a JSON document that was put together from partial updates,
// into the Row's own buffer). A value says what the bytes are, not how they are printed: that is
// the encoder's.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::row {

enum class ValueKind : std::uint8_t {
  kAbsent,  // the column is not in the image; not the same as kNull
  kNull,
  kInt,            // i64
  kUint,           // u64
  kFloat,          // f64 holds the exact float32
  kDouble,         // f64
  kDecimal,        // bytes: MySQL's packed decimal; precision and scale from the column
  kText,           // bytes in the column's charset
  kBinary,         // bytes; BINARY(n) is not padded yet: pad with 0x00 to the column's length
  kBit,            // u64, number of bits from the column
  kEnum,           // u64: 1-based label; 0 is the empty error value
  kSet,            // u64: bit mask
  kYear,           // u64: 0 or 1901 to 2155
  kDate,           // calendar fields in `date`; may be zero or invalid
  kDatetime,       // calendar fields and time of day
  kTime,           // i64: microseconds, signed, +-838:59:59.999999
  kTimestamp,      // i64: microseconds since 1970 UTC; u64 == 0 zero date is kZeroTimestamp
  kZeroTimestamp,  // '0000-00-00 00:00:00' of a TIMESTAMP
  kJson,           // bytes: binary JSON document; empty is the JSON null literal
  kGeometry,       // bytes: u32 SRID and WKB
  kVector,         // bytes: float32 little-endian each
};

struct CalendarTime {
  std::uint16_t year = 0;
  std::uint8_t month = 0;
  std::uint8_t day = 0;
  std::uint8_t hour = 0;
  std::uint8_t minute = 0;
  std::uint8_t second = 0;
  std::uint32_t microsecond = 0;
  friend bool operator==(const CalendarTime&, const CalendarTime&) = default;
};

struct Value {
  ValueKind kind = ValueKind::kAbsent;
  union {
    std::int64_t i64;
    std::uint64_t u64 = 0;
    double f64;
    CalendarTime date;
  };
  std::string_view bytes;  // only of kinds that have them: else what an earlier row left, dangling

  bool is_absent() const { return kind == ValueKind::kAbsent; }
  bool is_null() const { return kind == ValueKind::kNull; }
};

// One image: a value a column of the table. Reused from row to row, so that nothing is allocated a
// row.
struct Row {
  std::vector<Value> values;
  // Documents rebuilt from partial JSON updates; values may point here.
  std::deque<std::string> owned;

  void reset(std::size_t columns) {
    values.assign(columns, Value{});
    owned.clear();
  }
};

}  // namespace millrace::row
