#pragma once

// A value as a line of a test's expectation: its kind and what it holds.

#include <cstdio>
#include <string>

#include "bytes.h"
#include "millrace/row/value.h"

namespace millrace::row::test {

inline std::string padded(std::uint64_t number, std::size_t width) {
  std::string digits = std::to_string(number);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return digits;
}

inline std::string calendar_text(const CalendarTime& t) {
  return padded(t.year, 4) + "-" + padded(t.month, 2) + "-" + padded(t.day, 2) + " " +
         padded(t.hour, 2) + ":" + padded(t.minute, 2) + ":" + padded(t.second, 2) + "." +
         padded(t.microsecond, 6);
}

inline std::string double_text(double number) {
  char text[40];
  std::snprintf(text, sizeof(text), "%.17g", number);
  return text;
}

inline std::string value_text(const Value& value) {
  switch (value.kind) {
    case ValueKind::kAbsent:
      return "absent";
    case ValueKind::kNull:
      return "null";
    case ValueKind::kInt:
      return "int " + std::to_string(value.i64);
    case ValueKind::kUint:
      return "uint " + std::to_string(value.u64);
    case ValueKind::kFloat:
      return "float " + double_text(value.f64);
    case ValueKind::kDouble:
      return "double " + double_text(value.f64);
    case ValueKind::kDecimal:
      return "decimal " + to_hex(value.bytes);
    case ValueKind::kText:
      return "text " + to_hex(value.bytes);
    case ValueKind::kBinary:
      return "binary " + to_hex(value.bytes);
    case ValueKind::kBit:
      return "bit " + std::to_string(value.u64);
    case ValueKind::kEnum:
      return "enum " + std::to_string(value.u64);
    case ValueKind::kSet:
      return "set " + std::to_string(value.u64);
    case ValueKind::kYear:
      return "year " + std::to_string(value.u64);
    case ValueKind::kDate:
      return "date " + calendar_text(value.date);
    case ValueKind::kDatetime:
      return "datetime " + calendar_text(value.date);
    case ValueKind::kTime:
      return "time " + std::to_string(value.i64);
    case ValueKind::kTimestamp:
      return "timestamp " + std::to_string(value.i64);
    case ValueKind::kZeroTimestamp:
      return "zero timestamp";
    case ValueKind::kJson:
      return "json " + to_hex(value.bytes);
    case ValueKind::kGeometry:
      return "geometry " + to_hex(value.bytes);
    case ValueKind::kVector:
      return "vector " + to_hex(value.bytes);
  }
  return "a value of no kind";
}

}  // namespace millrace::row::test
