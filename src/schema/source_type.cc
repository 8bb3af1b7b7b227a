#include "millrace/schema/source_type.h"

#include <array>
#include <charconv>
#include <string_view>

#include "millrace/charset/charset.h"
#include "millrace/schema/column_types.h"

namespace millrace::schema {
namespace {

std::string upper(std::string_view text) {
  std::string copy(text);
  for (char& c : copy) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return copy;
}

// "varchar", " unsigned" of "varchar(20) unsigned".
std::string without_brackets(std::string_view column_type) {
  const std::size_t open = column_type.find('(');
  if (open == std::string_view::npos) return upper(column_type);
  return upper(column_type.substr(0, open)) + upper(column_type.substr(column_type.rfind(')') + 1));
}

// The n-th number in brackets.
std::optional<std::uint32_t> number_in_brackets(std::string_view column_type, int which) {
  std::size_t begin = column_type.find('(');
  for (int i = 0; i < which && begin != std::string_view::npos; ++i)
    begin = column_type.find(',', begin + 1);
  if (begin == std::string_view::npos) return std::nullopt;
  std::uint32_t number = 0;
  const char* const end = column_type.data() + column_type.size();
  if (std::from_chars(column_type.data() + begin + 1, end, number).ec != std::errc())
    return std::nullopt;
  return number;
}

std::string_view blob_name(const Column& column) {
  constexpr std::array<std::string_view, 4> kTexts = {"TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT"};
  constexpr std::array<std::string_view, 4> kBlobs = {"TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB"};
  const std::size_t size = column.length >= 1 && column.length <= 4 ? column.length - 1 : 1;
  return is_binary_column(column) ? kBlobs[size] : kTexts[size];
}

std::string_view geometry_name(const Column& column) {
  constexpr std::array<std::string_view, 8> kNames = {
      "GEOMETRY",   "POINT",           "LINESTRING",   "POLYGON",
      "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMCOLLECTION"};
  return kNames[column.geometry_type < kNames.size() ? column.geometry_type : 0];
}

std::string_view base_name(const Column& column) {
  switch (column.type) {
    case ColumnType::kTiny:
      return "TINYINT";
    case ColumnType::kShort:
      return "SMALLINT";
    case ColumnType::kInt24:
      return "MEDIUMINT";
    case ColumnType::kLong:
      return "INT";
    case ColumnType::kLongLong:
      return "BIGINT";
    case ColumnType::kFloat:
      return "FLOAT";
    case ColumnType::kDouble:
      return "DOUBLE";
    case ColumnType::kDecimalOld:
    case ColumnType::kNewDecimal:
      return "DECIMAL";
    case ColumnType::kBit:
      return "BIT";
    case ColumnType::kYear:
      return "YEAR";
    case ColumnType::kDate:
      return "DATE";
    case ColumnType::kTimeOld:
    case ColumnType::kTime2:
      return "TIME";
    case ColumnType::kDatetimeOld:
    case ColumnType::kDatetime2:
      return "DATETIME";
    case ColumnType::kTimestampOld:
    case ColumnType::kTimestamp2:
      return "TIMESTAMP";
    case ColumnType::kString:
      return is_binary_column(column) ? "BINARY" : "CHAR";
    case ColumnType::kVarchar:
    case ColumnType::kVarString:
      return is_binary_column(column) ? "VARBINARY" : "VARCHAR";
    case ColumnType::kBlob:
      return blob_name(column);
    case ColumnType::kEnum:
      return "ENUM";
    case ColumnType::kSet:
      return "SET";
    case ColumnType::kJson:
      return "JSON";
    case ColumnType::kVector:
      return "VECTOR";
    case ColumnType::kGeometry:
      return geometry_name(column);
    case ColumnType::kNull:
      break;
  }
  return "NULL";
}

// Length of what a TABLE_MAP describes in bytes.
std::uint32_t characters(const Column& column) {
  if (is_binary_column(column) || column.charset == nullptr) return column.length;
  return column.length / static_cast<std::uint32_t>(column.charset->mbmaxlen());
}

}  // namespace

std::string source_type_name(const Column& column) {
  if (!column.column_type.empty()) return without_brackets(column.column_type);
  std::string name(base_name(column));
  if (column.is_unsigned && column.type != ColumnType::kYear) name += " UNSIGNED";
  return name;
}

std::optional<std::uint32_t> source_type_length(const Column& column) {
  if (column.type == ColumnType::kEnum) return 1;
  if (column.type == ColumnType::kSet) {
    const auto labels = static_cast<std::uint32_t>(column.labels.size());
    return labels == 0 ? 0 : labels * 2 - 1;
  }
  if (!column.column_type.empty()) return number_in_brackets(column.column_type, 0);
  switch (column.type) {
    case ColumnType::kString:
    case ColumnType::kVarchar:
    case ColumnType::kVarString:
      return characters(column);
    case ColumnType::kNewDecimal:
    case ColumnType::kBit:
      return column.length;
    case ColumnType::kVector:
      return column.vector_dimensions;
    case ColumnType::kTime2:
    case ColumnType::kDatetime2:
    case ColumnType::kTimestamp2:
      if (column.length > 0) return column.length;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<std::uint32_t> source_type_scale(const Column& column) {
  if (is_enum_or_set(column)) return std::nullopt;
  if (!column.column_type.empty()) return number_in_brackets(column.column_type, 1);
  if (column.type == ColumnType::kNewDecimal) return column.scale;
  return std::nullopt;
}

}  // namespace millrace::schema
