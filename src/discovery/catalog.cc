#include "millrace/discovery/catalog.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "discovery/collations.h"
#include "discovery/table_reader.h"
#include "millrace/mysql/server_facts.h"

namespace millrace::discovery {
namespace {

using TablesByDatabase = std::map<std::string, std::vector<std::string>>;

// Names of base tables; `condition` narrows them down.
Result<TablesByDatabase> list_tables(mysql::Connection& connection, const std::string& condition,
                                     const TablePredicate& wanted) {
  TablesByDatabase tables;
  const auto take = [&](const mysql::RowView& row) -> Status {
    if (row.values.size() != 2 || !row.values[0] || !row.values[1]) {
      return definite_error("information_schema.TABLES has another form than expected");
    }
    schema::TableName name{std::string(*row.values[0]), std::string(*row.values[1])};
    if (wanted(name)) tables[std::move(name.database)].push_back(std::move(name.table));
    return {};
  };
  MILLRACE_RETURN_IF_ERROR(
      connection.query_rows("SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE "
                            "TABLE_TYPE = 'BASE TABLE'" +
                                condition,
                            take));
  return tables;
}

Status read_listed(mysql::Connection& connection, const TablesByDatabase& listed,
                   const TableCallback& on_table) {
  MILLRACE_ASSIGN_OR_RETURN(TableReader reader, TableReader::open(connection));
  for (const auto& [database, tables] : listed) {
    for (std::size_t from = 0; from < tables.size();) {
      const std::size_t count = std::min(reader.tables_at_a_time(), tables.size() - from);
      const auto first = tables.begin() + static_cast<std::ptrdiff_t>(from);
      const std::vector<std::string> some(first, first + static_cast<std::ptrdiff_t>(count));
      MILLRACE_ASSIGN_OR_RETURN(std::vector<schema::TableSchemaPtr> read,
                                reader.read(database, some));
      for (schema::TableSchemaPtr& table : read) {
        MILLRACE_RETURN_IF_ERROR(on_table(std::move(table)));
      }
      from += count;
    }
  }
  return {};
}

Result<gtid::GtidSet> executed(mysql::Connection& connection) {
  if (mysql::is_mariadb_version(connection.server_version())) return gtid::GtidSet();
  return mysql::fetch_gtid_executed(connection);
}

}  // namespace

Status read_tables(mysql::Connection& connection, const TablePredicate& wanted,
                   const TableCallback& on_table) {
  MILLRACE_ASSIGN_OR_RETURN(const TablesByDatabase listed, list_tables(connection, "", wanted));
  return read_listed(connection, listed, on_table);
}

Result<LoadedTables> load_tables(mysql::Connection& connection, const TablePredicate& wanted) {
  LoadedTables loaded;
  MILLRACE_ASSIGN_OR_RETURN(loaded.executed_before, executed(connection));
  const auto keep = [&loaded](schema::TableSchemaPtr table) -> Status {
    schema::TableName name = table->name;
    loaded.tables.insert_or_assign(std::move(name), std::move(table));
    return {};
  };
  MILLRACE_RETURN_IF_ERROR(read_tables(connection, wanted, keep));
  MILLRACE_ASSIGN_OR_RETURN(loaded.database_collations, load_database_collations(connection));
  MILLRACE_ASSIGN_OR_RETURN(loaded.executed_after, executed(connection));
  return loaded;
}

Result<std::optional<schema::TableSchemaPtr>> load_table(mysql::Connection& connection,
                                                         const schema::TableName& name) {
  const auto same = [&name](const schema::TableName& listed) { return listed == name; };
  MILLRACE_ASSIGN_OR_RETURN(
      const TablesByDatabase listed,
      list_tables(connection,
                  " AND TABLE_SCHEMA = " + mysql::quote_string(name.database) +
                      " AND TABLE_NAME = " + mysql::quote_string(name.table),
                  same));
  std::optional<schema::TableSchemaPtr> found;
  const auto keep = [&found](schema::TableSchemaPtr table) -> Status {
    found = std::move(table);
    return {};
  };
  MILLRACE_RETURN_IF_ERROR(read_listed(connection, listed, keep));
  return found;
}

Result<std::map<std::string, std::uint32_t>> load_database_collations(
    mysql::Connection& connection) {
  MILLRACE_ASSIGN_OR_RETURN(const Collations collations, Collations::fetch(connection));
  std::map<std::string, std::uint32_t> found;
  const auto take = [&](const mysql::RowView& row) -> Status {
    if (row.values.size() != 2 || !row.values[0] || !row.values[1]) return {};
    found[std::string(*row.values[0])] = collations.find(std::string(*row.values[1])).value_or(0);
    return {};
  };
  MILLRACE_RETURN_IF_ERROR(connection.query_rows(
      "SELECT SCHEMA_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA", take));
  return found;
}

}  // namespace millrace::discovery
