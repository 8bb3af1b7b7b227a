#include "millrace/schema/information_schema.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "millrace/charset/charset.h"
#include "millrace/charset/collation.h"
#include "millrace/schema/column_types.h"

namespace millrace::schema {
namespace {

struct TypeName {
  std::string_view name;
  ColumnType type;
  std::uint32_t length;  // bytes of the length prefix, or of the value; 0: from the row
};

constexpr std::array kTypes = std::to_array<TypeName>({
    {"tinyint", ColumnType::kTiny, 0},
    {"smallint", ColumnType::kShort, 0},
    {"mediumint", ColumnType::kInt24, 0},
    {"int", ColumnType::kLong, 0},
    {"bigint", ColumnType::kLongLong, 0},
    {"float", ColumnType::kFloat, 4},
    {"double", ColumnType::kDouble, 8},
    {"decimal", ColumnType::kNewDecimal, 0},
    {"bit", ColumnType::kBit, 0},
    {"year", ColumnType::kYear, 0},
    {"date", ColumnType::kDate, 0},
    {"time", ColumnType::kTime2, 0},
    {"datetime", ColumnType::kDatetime2, 0},
    {"timestamp", ColumnType::kTimestamp2, 0},
    {"char", ColumnType::kString, 0},
    {"binary", ColumnType::kString, 0},
    {"varchar", ColumnType::kVarchar, 0},
    {"varbinary", ColumnType::kVarchar, 0},
    {"tinytext", ColumnType::kBlob, 1},
    {"tinyblob", ColumnType::kBlob, 1},
    {"text", ColumnType::kBlob, 2},
    {"blob", ColumnType::kBlob, 2},
    {"mediumtext", ColumnType::kBlob, 3},
    {"mediumblob", ColumnType::kBlob, 3},
    {"longtext", ColumnType::kBlob, 4},
    {"longblob", ColumnType::kBlob, 4},
    {"enum", ColumnType::kEnum, 0},
    {"set", ColumnType::kSet, 0},
    {"json", ColumnType::kJson, 4},
    {"vector", ColumnType::kVector, 4},
    {"geometry", ColumnType::kGeometry, 4},
    {"point", ColumnType::kGeometry, 4},
    {"linestring", ColumnType::kGeometry, 4},
    {"polygon", ColumnType::kGeometry, 4},
    {"multipoint", ColumnType::kGeometry, 4},
    {"multilinestring", ColumnType::kGeometry, 4},
    {"multipolygon", ColumnType::kGeometry, 4},
    {"geomcollection", ColumnType::kGeometry, 4},
    {"geometrycollection", ColumnType::kGeometry, 4},
});

constexpr std::array<std::string_view, 8> kGeometryNames = {
    "geometry",   "point",           "linestring",   "polygon",
    "multipoint", "multilinestring", "multipolygon", "geomcollection"};

std::string lower(std::string_view text) {
  std::string copy(text);
  std::transform(copy.begin(), copy.end(), copy.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return copy;
}

std::uint8_t geometry_type(std::string_view data_type) {
  const auto it = std::find(kGeometryNames.begin(), kGeometryNames.end(), data_type);
  // "geometrycollection" is the older name of the last.
  return static_cast<std::uint8_t>(std::min<std::ptrdiff_t>(it - kGeometryNames.begin(), 7));
}

// The number in "vector(3)".
std::uint32_t number_in_brackets(std::string_view column_type) {
  const auto open = column_type.find('(');
  if (open == std::string_view::npos) return 0;
  return static_cast<std::uint32_t>(
      std::strtoul(std::string(column_type.substr(open + 1)).c_str(), nullptr, 10));
}

// What stands for the character behind a backslash in a label.
char unescaped(char c) {
  switch (c) {
    case '0':
      return '\0';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    default:
      return c;
  }
}

std::uint32_t packed_set_bytes(std::size_t labels) {
  const std::size_t bytes = (labels + 7) / 8;
  return static_cast<std::uint32_t>(bytes > 4 ? 8 : std::max<std::size_t>(bytes, 1));
}

void set_length(Column& column, const InformationSchemaColumn& from) {
  switch (column.type) {
    case ColumnType::kNewDecimal:
      column.length = from.numeric_precision.value_or(10);
      column.scale = static_cast<std::uint8_t>(from.numeric_scale.value_or(0));
      break;
    case ColumnType::kBit:
      column.length = from.numeric_precision.value_or(1);
      break;
    case ColumnType::kTime2:
    case ColumnType::kDatetime2:
    case ColumnType::kTimestamp2:
      column.length = from.datetime_precision.value_or(0);
      break;
    case ColumnType::kString:
    case ColumnType::kVarchar:
      column.length = static_cast<std::uint32_t>(from.character_octet_length.value_or(0));
      break;
    case ColumnType::kEnum:
      column.length = column.labels.size() > 255 ? 2 : 1;
      break;
    case ColumnType::kSet:
      column.length = packed_set_bytes(column.labels.size());
      break;
    case ColumnType::kVector:
      column.vector_dimensions = number_in_brackets(from.column_type);
      break;
    default:
      break;
  }
}

}  // namespace

std::vector<std::string> parse_labels(std::string_view column_type) {
  std::vector<std::string> labels;
  std::size_t i = column_type.find('(');
  while (i != std::string_view::npos && i < column_type.size()) {
    i = column_type.find('\'', i);
    if (i == std::string_view::npos) break;
    std::string label;
    // The server doubles a quote and puts a backslash before a backslash, NUL, newline and carriage
    // return, whatever the sql_mode.
    for (++i; i < column_type.size(); ++i) {
      const bool has_next = i + 1 < column_type.size();
      if (column_type[i] == '\'') {
        if (!has_next || column_type[i + 1] != '\'') break;
        ++i;
      } else if (column_type[i] == '\\' && has_next) {
        label.push_back(unescaped(column_type[++i]));
        continue;
      }
      label.push_back(column_type[i]);
    }
    labels.push_back(std::move(label));
    ++i;
  }
  return labels;
}

Result<Column> column_from_information_schema(const InformationSchemaColumn& from) {
  const std::string data_type = lower(from.data_type);
  const auto known = std::find_if(kTypes.begin(), kTypes.end(),
                                  [&](const TypeName& type) { return type.name == data_type; });
  if (known == kTypes.end()) {
    return definite_error("column " + from.column_name + " has the type " + from.column_type +
                          ", which is not known");
  }
  const std::string extra = lower(from.extra);
  const std::string column_type = lower(from.column_type);
  Column column;
  column.name = from.column_name;
  column.type = known->type;
  column.length = known->length;
  column.is_nullable = from.is_nullable;
  column.is_unsigned =
      column.type == ColumnType::kYear ||
      (is_numeric_column(column) && column_type.find("unsigned") != std::string::npos);
  column.is_visible = extra.find("invisible") == std::string::npos;
  // "DEFAULT_GENERATED" marks an expression default, not a generated column.
  column.is_generated = extra.find("virtual generated") != std::string::npos ||
                        extra.find("stored generated") != std::string::npos;
  column.is_auto_increment = extra.find("auto_increment") != std::string::npos;
  column.column_type = from.column_type;
  column.comment = from.column_comment;
  if (extra.find("default_generated") == std::string::npos)
    column.default_value = from.column_default;
  if (is_enum_or_set(column)) column.labels = parse_labels(from.column_type);
  if (column.type == ColumnType::kGeometry) column.geometry_type = geometry_type(data_type);
  set_length(column, from);
  if (from.collation) {
    column.collation = *from.collation;
  } else if (is_character_column(column)) {
    column.collation = kBinaryCollation;
  }
  if (column.collation != 0) column.charset = charset::find_charset_by_collation(column.collation);
  return column;
}

}  // namespace millrace::schema
