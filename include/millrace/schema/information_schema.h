#pragma once

// A row of information_schema.COLUMNS as a Column: the same description that a TABLE_MAP gives of
// the same column, and what only the catalog knows. Pure; the reading is the discovery module's.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/schema/table_schema.h"

namespace millrace::schema {

// As MySQL 5.7 to 9.7 print them. Absent where the server's value is NULL.
struct InformationSchemaColumn {
  std::string column_name;
  std::string data_type;    // "varchar"
  std::string column_type;  // "varchar(20)", "enum('a','b')", "int unsigned"
  bool is_nullable = false;
  std::optional<std::uint64_t> character_octet_length;
  std::optional<std::uint32_t> numeric_precision;
  std::optional<std::uint32_t> numeric_scale;
  std::optional<std::uint32_t> datetime_precision;
  std::optional<std::uint32_t> collation;  // id
  std::optional<std::string> column_default;
  std::string extra;  // "auto_increment", "VIRTUAL GENERATED INVISIBLE"
  std::string column_comment;
};

// A type that isn't known is a definite error that names it.
Result<Column> column_from_information_schema(const InformationSchemaColumn& from);

// The labels of "enum('a','it''s')" or "set(...)".
std::vector<std::string> parse_labels(std::string_view column_type);

}  // namespace millrace::schema
