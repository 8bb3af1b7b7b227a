#pragma once

// The table of unit/row/server_captures.h as information_schema of the same server describes it.

#include <optional>
#include <string>
#include <vector>

#include "millrace/schema/information_schema.h"
#include "millrace/schema/table_schema.h"

namespace millrace::schema::test {

struct InformationSchemaRow {
  const char* name;
  const char* data_type;
  const char* column_type;
  const char* collation = "";  // id
  int octets = -1;             // character_octet_length
  int precision = -1;          // numeric_precision, or datetime_precision
  int scale = -1;
  const char* extra = "";
};

inline const std::vector<InformationSchemaRow>& server_rows() {
  static const std::vector<InformationSchemaRow> kRows = {
      {"ti", "tinyint", "tinyint", "", -1, 3, 0},
      {"tu", "tinyint", "tinyint unsigned", "", -1, 3, 0},
      {"si", "smallint", "smallint", "", -1, 5, 0},
      {"su", "smallint", "smallint unsigned", "", -1, 5, 0},
      {"mi", "mediumint", "mediumint", "", -1, 7, 0},
      {"mu", "mediumint", "mediumint unsigned", "", -1, 7, 0},
      {"i", "int", "int", "", -1, 10, 0},
      {"iu", "int", "int unsigned", "", -1, 10, 0},
      {"bi", "bigint", "bigint", "", -1, 19, 0},
      {"bu", "bigint", "bigint unsigned", "", -1, 20, 0},
      {"f", "float", "float", "", -1, 12},
      {"d", "double", "double", "", -1, 22},
      {"dec_", "decimal", "decimal(30,10)", "", -1, 30, 10},
      {"dec65", "decimal", "decimal(65,30)", "", -1, 65, 30},
      {"b1", "bit", "bit(1)", "", -1, 1},
      {"b10", "bit", "bit(10)", "", -1, 10},
      {"b64", "bit", "bit(64)", "", -1, 64},
      {"y", "year", "year"},
      {"dt", "date", "date"},
      {"t0", "time", "time", "", -1, 0},
      {"t3", "time", "time(3)", "", -1, 3},
      {"t6", "time", "time(6)", "", -1, 6},
      {"dt0", "datetime", "datetime", "", -1, 0},
      {"dt6", "datetime", "datetime(6)", "", -1, 6},
      {"ts0", "timestamp", "timestamp", "", -1, 0},
      {"ts6", "timestamp", "timestamp(6)", "", -1, 6},
      {"c", "char", "char(5)", "255", 20},
      {"cl", "char", "char(5)", "8", 5},
      {"cb", "char", "char(64)", "255", 256},
      {"vc", "varchar", "varchar(10)", "255", 40},
      {"vb", "varbinary", "varbinary(300)", "", 300},
      {"bin3", "binary", "binary(3)", "", 3},
      {"tt", "tinytext", "tinytext", "255", 255},
      {"tx", "text", "text", "28", 65535},
      {"mb", "mediumblob", "mediumblob", "", 16777215},
      {"lb", "longblob", "longblob", "", 2147483647},
      {"el", "enum", "enum('é','ü')", "8", 1},
      {"eg", "enum", "enum('中','文')", "28", 2},
      {"e16", "enum", "enum('x','yé')", "54", 8},
      {"se", "set", "set('a','b','ä')", "8", 5},
      {"js", "json", "json"},
      {"g", "geometry", "geometry"},
      {"p", "point", "point"},
      {"v", "vector", "vector(2)", "", 8},
      {"inv", "int", "int", "", -1, 10, 0, "INVISIBLE"},
      {"gen", "int", "int", "", -1, 10, 0, "VIRTUAL GENERATED"},
  };
  return kRows;
}

inline InformationSchemaColumn information_schema_column(const InformationSchemaRow& row) {
  InformationSchemaColumn made;
  made.column_name = row.name;
  made.data_type = row.data_type;
  made.column_type = row.column_type;
  made.is_nullable = true;
  if (*row.collation != '\0')
    made.collation = static_cast<std::uint32_t>(std::stoul(row.collation));
  if (row.octets >= 0) made.character_octet_length = static_cast<std::uint64_t>(row.octets);
  if (row.precision >= 0) {
    made.numeric_precision = made.datetime_precision = static_cast<std::uint32_t>(row.precision);
  }
  if (row.scale >= 0) made.numeric_scale = static_cast<std::uint32_t>(row.scale);
  made.extra = row.extra;
  return made;
}

// The catalog's structure: key (i, vc), both NOT NULL.
inline TableSchema server_catalog() {
  TableSchema schema;
  schema.name = {"t", "ty"};
  for (const InformationSchemaRow& row : server_rows()) {
    InformationSchemaColumn described = information_schema_column(row);
    described.is_nullable = described.column_name != "i" && described.column_name != "vc";
    schema.columns.push_back(*column_from_information_schema(described));
  }
  schema.key_columns = {6, 29};
  return schema;
}

}  // namespace millrace::schema::test
