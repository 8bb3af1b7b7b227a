#include "discovery/table_reader.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "discovery/row_values.h"
#include "millrace/base/limits.h"
#include "millrace/schema/catalog.h"

namespace millrace::discovery {
namespace {

constexpr std::uint32_t kDataDictionarySince = 80000;
// 8.0.30 brought generated invisible primary keys and the variable that hides them.
constexpr std::uint32_t kGeneratedPrimaryKeySince = 80030;

// All there since 5.7. No ORDER BY: the server would sort every row with its long texts; sorting a
// table's columns here costs nothing.
std::string columns_query() {
  return "SELECT TABLE_NAME, ORDINAL_POSITION, " + std::string(kDescribedFields) +
         " FROM information_schema.COLUMNS WHERE ";
}

constexpr std::string_view kIndexPartsQuery =
    "SELECT TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE, SUB_PART FROM "
    "information_schema.STATISTICS WHERE ";

}  // namespace

bool looks_tables_up(const mysql::Connection& connection) {
  return mysql::parse_version_number(connection.server_version()) >= kDataDictionarySince;
}

Result<TableReader> TableReader::open(mysql::Connection& connection, const Collations& collations) {
  if (mysql::parse_version_number(connection.server_version()) >= kGeneratedPrimaryKeySince) {
    // Rows in the binlog have the generated column, whether or not people see it.
    auto shown =
        connection.execute("SET SESSION show_gipk_in_create_table_and_information_schema = ON");
    if (!shown) return shown.error();
  }
  return TableReader(connection, collations);
}

// Names the tables where that spares the server work.
std::string TableReader::condition() const {
  const auto& tables = portion_.tables;
  std::string condition = "TABLE_SCHEMA = " + mysql::quote_string(portion_.database);
  if (tables.size() == 1) {
    return condition + " AND TABLE_NAME = " + mysql::quote_string(tables[0].name);
  }
  if (!looks_tables_up(*connection_)) return condition;
  condition += " AND TABLE_NAME IN (";
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (i > 0) condition += ", ";
    condition += mysql::quote_string(tables[i].name);
  }
  return condition + ")";
}

Status TableReader::begin(Portion portion) {
  portion_ = std::move(portion);
  pending_.clear();
  for (const ListedTable& table : portion_.tables) {
    pending_[table.name].default_collation = table.collation;
  }
  step_ = Step::kColumns;
  return connection_->send(columns_query() + condition());
}

Result<std::vector<schema::TableSchemaPtr>> TableReader::advance() {
  switch (step_) {
    case Step::kIdle:
      break;
    case Step::kColumns:
      MILLRACE_RETURN_IF_ERROR(receive_columns());
      step_ = Step::kIndexes;
      MILLRACE_RETURN_IF_ERROR(connection_->send(std::string(kIndexPartsQuery) + condition()));
      break;
    case Step::kIndexes:
      MILLRACE_RETURN_IF_ERROR(receive_index_parts());
      step_ = Step::kIdle;
      return take_tables();
  }
  return std::vector<schema::TableSchemaPtr>();
}

Status TableReader::receive_columns() {
  // The rows of a table come together, mostly.
  auto table = pending_.end();
  const auto take = [&](const mysql::RowView& row) -> Status {
    if (row.values.size() < 2 || !row.values[0]) {
      return definite_error("information_schema.COLUMNS has another form than expected");
    }
    if (table == pending_.end() || table->first != *row.values[0]) {
      table = pending_.find(*row.values[0]);
    }
    if (table == pending_.end()) return {};  // not asked for, or another letter case
    const auto described = memo_.describe(row.values.subspan(2));
    if (!described) return described.error().with_context(portion_.database + "." + table->first);
    if (table->second.columns.size() >= limits::kMaxColumns) {
      return definite_error(portion_.database + "." + table->first + " has too many columns");
    }
    table->second.columns.push_back(
        {number_of<std::size_t>(row.values[1]).value_or(0), **described});
    return {};
  };
  return connection_->receive(take);
}

Status TableReader::receive_index_parts() {
  const auto take = [&](const mysql::RowView& row) -> Status {
    const auto& values = row.values;
    if (values.size() != 6 || !values[0]) {
      return definite_error("information_schema.STATISTICS has another form than expected");
    }
    const auto table = pending_.find(*values[0]);
    if (table == pending_.end()) return {};
    table->second.index_parts.push_back(
        {text_of(values[1]), number_of<std::size_t>(values[2]).value_or(0), text_or_null(values[3]),
         text_of(values[4]) == "0", number_of<std::uint32_t>(values[5]).value_or(0)});
    return {};
  };
  return connection_->receive(take);
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

Result<std::vector<schema::TableSchemaPtr>> TableReader::take_tables() {
  std::vector<schema::TableSchemaPtr> read;
  for (auto& [name, parts] : pending_) {
    if (parts.columns.empty()) continue;  // dropped meanwhile
    std::sort(parts.columns.begin(), parts.columns.end(),
              [](const OrderedColumn& a, const OrderedColumn& b) { return a.ordinal < b.ordinal; });
    auto table = std::make_shared<schema::TableSchema>();
    table->name = {portion_.database, name};
    table->columns.reserve(parts.columns.size());
    for (OrderedColumn& ordered : parts.columns)
      table->columns.push_back(std::move(ordered.column));
    table->default_collation = parts.default_collation;
    MILLRACE_RETURN_IF_ERROR(settle(*table, parts.index_parts));
    read.push_back(std::move(table));
  }
  pending_.clear();
  return read;
}

}  // namespace millrace::discovery
