#pragma once

// TABLE_MAP to TableSchema. With binlog_row_metadata=FULL the map says everything; with MINIMAL it
// is checked, column by column, against the catalog's structure, which brings the names. Nothing is
// guessed: a difference is an error that says what differs.
//
// Pure and single-threaded: belongs to a source's reader.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/binlog/events.h"
#include "millrace/schema/table_schema.h"

namespace millrace::schema {

// The optional metadata of a table map, decoded.
struct TableMapColumns {
  TableSchema schema;          // names are @1 ... when has_names is false
  bool full_metadata = false;  // names, keys and labels were present
  // False below MySQL 8.0.1, which sends no optional metadata: is_unsigned and collation say
  // nothing then.
  bool has_signedness = false;
  bool has_generated_invisible_primary_key = false;
};
// Everything that a map alone says. Unknown column types are a definite error that names table,
// column and type.
Result<TableMapColumns> decode_table_map_columns(const binlog::TableMap& map);

// What keeps the map and a structure from being the same table, column by column: "column 2 (price) is DOUBLE null in the
// binlog, DECIMAL(10,2) null in the stored structure". Empty where nothing does. `other_name` says whose structure it is.
std::string describe_differences(const TableMapColumns& from_map, const TableSchema& other,
                                 std::string_view other_name);

// The catalog's structure with what the map knows better (metadata, signedness, charsets) laid over
// it. An error when they can't be the same table: count, type, length, precision, signedness or
// nullability differ; says which column and both sides. TIMESTAMP, DATETIME and TIME columns of a
// table made before 5.6 are read as the map says: their old format looks like the new one in
// information_schema.
Result<TableSchema> merge_with_catalog(const TableMapColumns& from_map, const TableSchema& catalog);

// Lays over a schema with full metadata what only the catalog knows (column_type, defaults,
// comments), when the two agree in every column; else it stays as it is.
void enrich_from_catalog(TableSchema& from_map, const TableSchema& catalog);

}  // namespace millrace::schema
