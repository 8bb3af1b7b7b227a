#include "discovery/column_memo.h"

#include <cstdint>
#include <utility>

#include "discovery/row_values.h"
#include "millrace/schema/information_schema.h"

namespace millrace::discovery {
namespace {

// More different columns than this are forgotten and begun anew.
constexpr std::size_t kMostColumns = 4096;

enum Field : std::size_t {
  kColumnName,
  kDataType,
  kColumnType,
  kIsNullable,
  kOctetLength,
  kNumericPrecision,
  kNumericScale,
  kDatetimePrecision,
  kCollationName,
  kDefault,
  kExtra,
  kComment,
};

Result<schema::InformationSchemaColumn> read_fields(ColumnMemo::Values values,
                                                    const Collations& collations) {
  schema::InformationSchemaColumn column;
  column.column_name = text_of(values[kColumnName]);
  column.data_type = text_of(values[kDataType]);
  column.column_type = text_of(values[kColumnType]);
  column.is_nullable = text_of(values[kIsNullable]) == "YES";
  column.character_octet_length = number_of<std::uint64_t>(values[kOctetLength]);
  column.numeric_precision = number_of<std::uint32_t>(values[kNumericPrecision]);
  column.numeric_scale = number_of<std::uint32_t>(values[kNumericScale]);
  column.datetime_precision = number_of<std::uint32_t>(values[kDatetimePrecision]);
  column.column_default = text_or_null(values[kDefault]);
  column.extra = text_of(values[kExtra]);
  column.column_comment = text_of(values[kComment]);
  if (values[kCollationName]) {
    const std::string name = text_of(values[kCollationName]);
    column.collation = collations.find(name);
    if (!column.collation) {
      return definite_error("column " + column.column_name + " has the collation " + name +
                            ", which the server doesn't list");
    }
  }
  return column;
}

// Lengths keep values apart, whatever their bytes.
void append_value(const Value& value, std::string& key) {
  const std::uint32_t size = value ? static_cast<std::uint32_t>(value->size()) : UINT32_MAX;
  key.append(reinterpret_cast<const char*>(&size), sizeof(size));
  if (value) key += *value;
}

}  // namespace

Result<const schema::Column*> ColumnMemo::describe(Values values) {
  if (values.size() != kDescribedFieldCount) {
    return definite_error("information_schema.COLUMNS has another form than expected");
  }
  key_.clear();
  for (const Value& value : values) append_value(value, key_);
  if (const auto known = known_.find(key_); known != known_.end()) return &known->second;
  MILLRACE_ASSIGN_OR_RETURN(const auto fields, read_fields(values, *collations_));
  MILLRACE_ASSIGN_OR_RETURN(schema::Column column, schema::column_from_information_schema(fields));
  if (known_.size() >= kMostColumns) known_.clear();
  return &known_.emplace(key_, std::move(column)).first->second;
}

}  // namespace millrace::discovery
