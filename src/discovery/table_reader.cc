#include "discovery/table_reader.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "millrace/base/limits.h"
#include "millrace/schema/catalog.h"

namespace millrace::discovery {
namespace {

using Value = std::optional<std::string_view>;

constexpr std::uint32_t kDataDictionarySince = 80000;
// 8.0.30 brought generated invisible primary keys and the variable that hides them.
constexpr std::uint32_t kGeneratedPrimaryKeySince = 80030;
constexpr std::size_t kTablesAtATime = 500;
constexpr std::size_t kAllTables = std::string::npos;

std::string text_of(const Value& value) { return value ? std::string(*value) : std::string(); }

std::optional<std::string> text_or_null(const Value& value) {
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

template <typename Number>
std::optional<Number> number_of(const Value& value) {
  if (!value) return std::nullopt;
  Number number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc() || end != value->data() + value->size()) return std::nullopt;
  return number;
}

// The columns of kColumnsQuery, in its order.
enum ColumnField : std::size_t {
  kTableName,
  kOrdinal,
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
  kColumnFields
};
// All there since 5.7. No ORDER BY: the server would sort every row with its long texts; sorting a
// table's columns here costs nothing.
constexpr std::string_view kColumnsQuery =
    "SELECT TABLE_NAME, ORDINAL_POSITION, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, "
    "CHARACTER_OCTET_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION, COLLATION_NAME, "
    "COLUMN_DEFAULT, EXTRA, COLUMN_COMMENT FROM information_schema.COLUMNS WHERE ";

constexpr std::string_view kIndexPartsQuery =
    "SELECT TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE, SUB_PART FROM "
    "information_schema.STATISTICS WHERE ";

constexpr std::string_view kDefaultCollationsQuery =
    "SELECT TABLE_NAME, TABLE_COLLATION FROM information_schema.TABLES WHERE ";

Result<schema::InformationSchemaColumn> describe(const mysql::RowView& row,
                                                 const Collations& collations) {
  const auto& values = row.values;
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

}  // namespace

Result<TableReader> TableReader::open(mysql::Connection& connection) {
  if (mysql::parse_version_number(connection.server_version()) >= kGeneratedPrimaryKeySince) {
    // Rows in the binlog have the generated column, whether or not people see it.
    auto shown =
        connection.execute("SET SESSION show_gipk_in_create_table_and_information_schema = ON");
    if (!shown) return shown.error();
  }
  MILLRACE_ASSIGN_OR_RETURN(Collations collations, Collations::fetch(connection));
  return TableReader(connection, std::move(collations));
}

std::size_t TableReader::tables_at_a_time() const {
  const auto version = mysql::parse_version_number(connection_->server_version());
  return version >= kDataDictionarySince ? kTablesAtATime : kAllTables;
}

// Names the tables where that spares the server work: 5.7 looks up one name, but opens all tables
// for several.
std::string TableReader::condition_for(const std::string& database,
                                       const std::vector<std::string>& tables) const {
  std::string condition = "TABLE_SCHEMA = " + mysql::quote_string(database);
  if (tables.size() == 1) return condition + " AND TABLE_NAME = " + mysql::quote_string(tables[0]);
  if (tables_at_a_time() == kAllTables) return condition;
  condition += " AND TABLE_NAME IN (";
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (i > 0) condition += ", ";
    condition += mysql::quote_string(tables[i]);
  }
  return condition + ")";
}

Status TableReader::read_columns(const std::string& condition, const std::string& database,
                                 PendingTables& pending) {
  const auto take = [&](const mysql::RowView& row) -> Status {
    if (row.values.size() != kColumnFields || !row.values[kTableName]) {
      return definite_error("information_schema.COLUMNS has another form than expected");
    }
    const auto table = pending.find(*row.values[kTableName]);
    if (table == pending.end()) return {};  // not asked for, or another letter case
    auto column = describe(row, collations_);
    auto described = column ? schema::column_from_information_schema(*column) : column.error();
    if (!described) return described.error().with_context(database + "." + table->first);
    if (table->second.columns.size() >= limits::kMaxColumns) {
      return definite_error(database + "." + table->first + " has too many columns");
    }
    table->second.columns.push_back(
        {number_of<std::size_t>(row.values[kOrdinal]).value_or(0), std::move(*described)});
    return {};
  };
  return connection_->query_rows(std::string(kColumnsQuery) + condition, take);
}

Status TableReader::read_index_parts(const std::string& condition, PendingTables& pending) {
  const auto take = [&](const mysql::RowView& row) -> Status {
    const auto& values = row.values;
    if (values.size() != 6 || !values[0]) {
      return definite_error("information_schema.STATISTICS has another form than expected");
    }
    const auto table = pending.find(*values[0]);
    if (table == pending.end()) return {};
    table->second.index_parts.push_back(
        {text_of(values[1]), number_of<std::size_t>(values[2]).value_or(0), text_or_null(values[3]),
         text_of(values[4]) == "0", number_of<std::uint32_t>(values[5]).value_or(0)});
    return {};
  };
  return connection_->query_rows(std::string(kIndexPartsQuery) + condition, take);
}

Status TableReader::read_default_collations(const std::string& condition, PendingTables& pending) {
  const auto take = [&](const mysql::RowView& row) -> Status {
    const auto& values = row.values;
    if (values.size() != 2 || !values[0]) {
      return definite_error("information_schema.TABLES has another form than expected");
    }
    const auto table = pending.find(*values[0]);
    if (table == pending.end() || !values[1]) return {};
    table->second.default_collation = collations_.find(text_of(values[1])).value_or(0);
    return {};
  };
  return connection_->query_rows(std::string(kDefaultCollationsQuery) + condition, take);
}

Status TableReader::settle(schema::TableSchema& table, const std::vector<IndexPart>& parts) {
  table.indexes = assemble_indexes(parts, table.columns);
  if (needs_order(table.indexes)) {
    // STATISTICS has no order of indexes; SHOW INDEX lists them in theirs.
    MILLRACE_ASSIGN_OR_RETURN(
        const mysql::ResultSet result,
        connection_->query("SHOW INDEX FROM " + mysql::quote_identifier(table.name.database) + "." +
                           mysql::quote_identifier(table.name.table)));
    const auto name = result.find_column("Key_name");
    std::vector<schema::Index> ordered;
    for (const mysql::Row& row : result.rows) {
      if (!name || !row[*name]) continue;
      const auto index = std::find_if(table.indexes.begin(), table.indexes.end(),
                                      [&](const auto& known) { return known.name == *row[*name]; });
      if (index == table.indexes.end()) continue;
      ordered.push_back(std::move(*index));
      table.indexes.erase(index);
    }
    if (!table.indexes.empty()) {
      return transient_error("the indexes of " + table.name.to_text() +
                             " changed while they were read");
    }
    table.indexes = std::move(ordered);
  }
  schema::settle_indexes(table);
  return {};
}

Result<std::vector<schema::TableSchemaPtr>> TableReader::read(
    const std::string& database, const std::vector<std::string>& tables) {
  PendingTables pending;
  for (const std::string& table : tables) pending.emplace(table, PendingTable());
  std::vector<schema::TableSchemaPtr> read;
  if (pending.empty()) return read;
  const std::string condition = condition_for(database, tables);
  MILLRACE_RETURN_IF_ERROR(read_columns(condition, database, pending));
  MILLRACE_RETURN_IF_ERROR(read_index_parts(condition, pending));
  MILLRACE_RETURN_IF_ERROR(read_default_collations(condition, pending));
  for (auto& [name, parts] : pending) {
    if (parts.columns.empty()) continue;  // dropped meanwhile
    std::sort(parts.columns.begin(), parts.columns.end(),
              [](const OrderedColumn& a, const OrderedColumn& b) { return a.ordinal < b.ordinal; });
    auto table = std::make_shared<schema::TableSchema>();
    table->name = {database, name};
    table->columns.reserve(parts.columns.size());
    for (OrderedColumn& ordered : parts.columns)
      table->columns.push_back(std::move(ordered.column));
    table->default_collation = parts.default_collation;
    MILLRACE_RETURN_IF_ERROR(settle(*table, parts.index_parts));
    read.push_back(std::move(table));
  }
  return read;
}

}  // namespace millrace::discovery
