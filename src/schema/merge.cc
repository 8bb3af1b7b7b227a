#include <algorithm>
#include <string>
#include <utility>

#include "millrace/schema/column_types.h"
#include "millrace/schema/source_type.h"
#include "millrace/schema/table_resolver.h"

namespace millrace::schema {
namespace {

// Differences that a message lists; a table that became another one differs in most columns.
constexpr std::size_t kMostDifferencesShown = 8;

// In SQL's words, and in bytes where only they are known.
std::string describe(const Column& column) {
  Column plain = column;
  plain.column_type.clear();  // both sides in the same words
  plain.is_unsigned = false;
  std::string text = source_type_name(plain);
  switch (column.type) {
    case ColumnType::kVarchar:
    case ColumnType::kVarString:
    case ColumnType::kString:
    case ColumnType::kEnum:
    case ColumnType::kSet:
      text += " of " + std::to_string(column.length) + " bytes";
      break;
    case ColumnType::kNewDecimal:
      text += "(" + std::to_string(column.length) + "," + std::to_string(column.scale) + ")";
      break;
    case ColumnType::kBit:
    case ColumnType::kTime2:
    case ColumnType::kDatetime2:
    case ColumnType::kTimestamp2:
      text += "(" + std::to_string(column.length) + ")";
      break;
    default:
      break;
  }
  if (column.is_unsigned) text += " UNSIGNED";
  return text + (column.is_nullable ? " null" : " not null");
}

// A column made before 5.6 keeps its old format until its table is rebuilt; information_schema
// doesn't show it.
ColumnType modern_type(ColumnType type) {
  switch (type) {
    case ColumnType::kTimestampOld:
      return ColumnType::kTimestamp2;
    case ColumnType::kDatetimeOld:
      return ColumnType::kDatetime2;
    case ColumnType::kTimeOld:
      return ColumnType::kTime2;
    default:
      return type;
  }
}

// Whether the two can be the same column. Signedness counts only where the map says it (8.0.1 and
// up).
bool agree(const Column& from_map, const Column& catalog, bool has_signedness) {
  return modern_type(from_map.type) == modern_type(catalog.type) &&
         from_map.length == catalog.length && from_map.scale == catalog.scale &&
         from_map.is_nullable == catalog.is_nullable &&
         (!has_signedness || from_map.is_unsigned == catalog.is_unsigned);
}

void copy_catalog_facts(Column& column, const Column& catalog) {
  column.column_type = catalog.column_type;
  column.default_value = catalog.default_value;
  column.comment = catalog.comment;
  column.is_generated = catalog.is_generated;
  column.is_auto_increment = catalog.is_auto_increment;
}

}  // namespace

std::string describe_differences(const TableMapColumns& from_map, const TableSchema& other,
                                 std::string_view other_name) {
  const std::vector<Column>& columns = from_map.schema.columns;
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  if (columns.size() != other.columns.size()) {
    add("the binlog has " + std::to_string(columns.size()) + " columns, " +
        std::string(other_name) + " " + std::to_string(other.columns.size()));
  }
  std::size_t count = 0;
  for (std::size_t i = 0; i < std::min(columns.size(), other.columns.size()); ++i) {
    if (agree(columns[i], other.columns[i], from_map.has_signedness)) continue;
    if (++count > kMostDifferencesShown) continue;
    add("column " + std::to_string(i + 1) + " (" + other.columns[i].name + ") is " +
        describe(columns[i]) + " in the binlog, " + describe(other.columns[i]) + " in " +
        std::string(other_name));
  }
  if (count > kMostDifferencesShown)
    add(std::to_string(count - kMostDifferencesShown) + " more columns");
  return text;
}

Result<TableSchema> merge_with_catalog(const TableMapColumns& from_map,
                                       const TableSchema& catalog) {
  const TableSchema& map = from_map.schema;
  if (const std::string differences =
          describe_differences(from_map, catalog, "the stored structure");
      !differences.empty()) {
    return definite_error("the structure of " + map.name.to_text() +
                          " is not the stored one: " + differences);
  }
  TableSchema merged = catalog;
  merged.name = map.name;
  for (std::size_t i = 0; i < merged.columns.size(); ++i) {
    Column& column = merged.columns[i];
    const Column& said = map.columns[i];
    column.type = said.type;
    if (said.collation != 0) {
      column.collation = said.collation;
      column.charset = said.charset;
    }
    if (said.vector_dimensions != 0) column.vector_dimensions = said.vector_dimensions;
    if (said.type == ColumnType::kGeometry && said.geometry_type != 0) {
      column.geometry_type = said.geometry_type;
    }
  }
  return merged;
}

void enrich_from_catalog(TableSchema& from_map, const TableSchema& catalog) {
  if (from_map.columns.size() != catalog.columns.size()) return;
  for (std::size_t i = 0; i < from_map.columns.size(); ++i) {
    const Column& known = catalog.columns[i];
    if (from_map.columns[i].name != known.name || !agree(from_map.columns[i], known, true)) return;
  }
  for (std::size_t i = 0; i < from_map.columns.size(); ++i) {
    copy_catalog_facts(from_map.columns[i], catalog.columns[i]);
  }
  from_map.indexes = catalog.indexes;
  from_map.default_collation = catalog.default_collation;
}

}  // namespace millrace::schema
