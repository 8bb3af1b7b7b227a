#include <string>
#include <utility>

#include "millrace/schema/column_types.h"
#include "millrace/schema/table_resolver.h"

namespace millrace::schema {
namespace {

std::string describe(const Column& column) {
  std::string text = "type " + std::to_string(static_cast<int>(column.type)) + " length " +
                     std::to_string(column.length);
  if (column.type == ColumnType::kNewDecimal) text += " scale " + std::to_string(column.scale);
  if (column.is_unsigned) text += " unsigned";
  text += column.is_nullable ? " null" : " not null";
  return text;
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

Result<TableSchema> merge_with_catalog(const TableMapColumns& from_map,
                                       const TableSchema& catalog) {
  const TableSchema& map = from_map.schema;
  const std::string name = map.name.to_text();
  if (map.columns.size() != catalog.columns.size()) {
    return definite_error("the structure of " + name + " is not the stored one: the binlog has " +
                          std::to_string(map.columns.size()) + " columns, the stored structure " +
                          std::to_string(catalog.columns.size()));
  }
  TableSchema merged = catalog;
  merged.name = map.name;
  for (std::size_t i = 0; i < merged.columns.size(); ++i) {
    Column& column = merged.columns[i];
    const Column& said = map.columns[i];
    if (!agree(said, column, from_map.has_signedness)) {
      return definite_error("the structure of " + name + " is not the stored one: column " +
                            std::to_string(i + 1) + " (" + column.name + ") is " + describe(said) +
                            " in the binlog, " + describe(column) + " in the stored structure");
    }
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
