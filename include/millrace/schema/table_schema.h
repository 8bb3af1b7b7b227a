#pragma once

// What a table's columns are: the immutable description that every row of it is decoded with. It
// comes from a TABLE_MAP with full metadata, or from the catalog (information_schema) checked
// against a TABLE_MAP.
//
// Values; immutable once shared; safe to read from any thread.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::charset {
class Charset;
}

namespace millrace::schema {

// The type of a column as its bytes in a row image are read: MySQL's field types, with STRING
// resolved to what it stands for. The numbers are the server's (include/field_types.h of MySQL
// 9.7).
enum class ColumnType : std::uint8_t {
  kDecimalOld = 0,
  kTiny = 1,
  kShort = 2,
  kLong = 3,
  kFloat = 4,
  kDouble = 5,
  kNull = 6,
  kTimestampOld = 7,
  kLongLong = 8,
  kInt24 = 9,
  kDate = 10,
  kTimeOld = 11,
  kDatetimeOld = 12,
  kYear = 13,
  kVarchar = 15,
  kBit = 16,
  kTimestamp2 = 17,
  kDatetime2 = 18,
  kTime2 = 19,
  kVector = 242,
  kJson = 245,
  kNewDecimal = 246,
  kEnum = 247,
  kSet = 248,
  kBlob = 252,
  kVarString = 253,
  kString = 254,
  kGeometry = 255,
};

struct Column {
  std::string name;
  ColumnType type = ColumnType::kNull;
  bool is_unsigned = false;
  bool is_nullable = false;
  bool is_visible = true;
  // Meaning by type, as the TABLE_MAP's metadata bytes give it:
  //   kVarchar, kVarString, kString  most bytes a value can have
  //   kBlob, kJson, kGeometry, kVector  bytes of the length prefix (1 to 4)
  //   kEnum, kSet  bytes of the stored number
  //   kBit  number of bits
  //   kNewDecimal  precision (scale: below)
  //   kFloat, kDouble  bytes of the value
  //   kTime2, kDatetime2, kTimestamp2  fractional digits
  std::uint32_t length = 0;
  std::uint8_t scale = 0;       // kNewDecimal
  std::uint32_t collation = 0;  // character columns and labels; 63 is binary; 0 unknown
  const charset::Charset* charset = nullptr;  // of `collation`; null for columns without
  std::vector<std::string> labels;            // kEnum, kSet, in UTF-8; empty where unknown
  std::uint8_t geometry_type =
      0;  // 0 GEOMETRY 1 POINT 2 LINESTRING 3 POLYGON 4-6 MULTI* 7 COLLECTION
  std::uint32_t vector_dimensions = 0;

  // What only the catalog knows (empty otherwise).
  std::string column_type;  // "tinyint(1)", "float(7,3)", as information_schema prints it
  std::optional<std::string>
      default_value;  // literal default, in UTF-8; none for NULL and expressions
  std::string comment;
  bool is_generated = false;
  bool is_auto_increment = false;
  friend bool operator==(const Column&, const Column&) = default;
};

struct TableName {
  std::string database;
  std::string table;
  std::string to_text() const { return database + "." + table; }
  friend auto operator<=>(const TableName&, const TableName&) = default;
};

// An index, as far as it decides which columns identify a row and how the server names the next one.
struct Index {
  enum class Kind : std::uint8_t { kPrimary, kUnique, kPlain };
  static constexpr std::size_t kExpression = static_cast<std::size_t>(-1);
  Kind kind = Kind::kPlain;
  std::string name;                  // PRIMARY for the primary key
  std::vector<std::size_t> columns;  // indexes into the table's columns, or kExpression
  // Of kPrimary and kUnique: how many characters (bytes) of its column a part takes, 0 for all of it. Empty when all
  // parts take all.
  std::vector<std::uint32_t> prefixes;
  // A part could be NULL until a primary key later in the same statement made it NOT NULL: for the order of indexes it
  // still can. Nothing between statements.
  bool was_nullable = false;
  friend bool operator==(const Index&, const Index&) = default;
};

struct TableSchema {
  TableName name;
  std::vector<Column> columns;
  // Indexes into columns of the primary key, in key order; or of the first UNIQUE key whose columns
  // are all NOT NULL; empty without either.
  std::vector<std::size_t> key_columns;
  // What only the catalog knows, and ALTER TABLE needs: all indexes in the server's order, and the collation of columns
  // that are added without one (0: unknown).
  std::vector<Index> indexes;
  std::uint32_t default_collation = 0;
  // False where names and labels are unknown: columns are called @1, @2 ... (decode of a file
  // without metadata).
  bool has_names = true;
  friend bool operator==(const TableSchema&, const TableSchema&) = default;
};

using TableSchemaPtr = std::shared_ptr<const TableSchema>;

// A stable JSON form of a structure without its name (columns and key), for the state store; equal
// structures give equal bytes. parse_structure() is its inverse.
std::string serialize_structure(const TableSchema& schema);
Result<TableSchema> parse_structure(TableName name, std::string_view json);
// The structure's name in the store: a hash of its serialised form, as 16 hex digits or as the number that they are.
std::string structure_hash(std::string_view serialized);
std::uint64_t structure_number(std::string_view serialized);
std::string structure_number_to_text(std::uint64_t number);
std::optional<std::uint64_t> parse_structure_number(std::string_view text);

}  // namespace millrace::schema
