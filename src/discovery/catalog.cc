#include "millrace/discovery/catalog.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "discovery/collations.h"
#include "discovery/table_reader.h"
#include "millrace/mysql/server_facts.h"

namespace millrace::discovery {
namespace {

using TablesByDatabase = std::map<std::string, std::vector<ListedTable>>;

// Sessions of the server that work at the same time: what it does for a row of information_schema takes longer than
// taking the row.
constexpr std::size_t kMostReaders = 4;
// Fewer portions than this aren't worth more connections.
constexpr std::size_t kPortionsOfAReader = 4;
// Few enough to bound memory, here and in the sockets of sessions whose turn hasn't come.
constexpr std::size_t kTablesAtATime = 500;

// Base tables; `condition` narrows them down.
Result<TablesByDatabase> list_tables(mysql::Connection& connection, const Collations& collations,
                                     const std::string& condition, const TablePredicate& wanted) {
  TablesByDatabase tables;
  const auto take = [&](const mysql::RowView& row) -> Status {
    if (row.values.size() != 3 || !row.values[0] || !row.values[1]) {
      return definite_error("information_schema.TABLES has another form than expected");
    }
    schema::TableName name{std::string(*row.values[0]), std::string(*row.values[1])};
    if (!wanted(name)) return {};
    const std::string collation(row.values[2].value_or(""));
    tables[std::move(name.database)].push_back(
        {std::move(name.table), collations.find(collation).value_or(0)});
    return {};
  };
  MILLRACE_RETURN_IF_ERROR(connection.query_rows(
      "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_COLLATION FROM information_schema.TABLES WHERE "
      "TABLE_TYPE = 'BASE TABLE'" +
          condition,
      take));
  return tables;
}

std::vector<Portion> cut(const TablesByDatabase& listed, std::size_t tables_at_a_time) {
  std::vector<Portion> portions;
  for (const auto& [database, tables] : listed) {
    for (std::size_t from = 0; from < tables.size();) {
      const std::size_t count = std::min(tables_at_a_time, tables.size() - from);
      portions.push_back({database, std::span(tables).subspan(from, count)});
      from += count;
    }
  }
  return portions;
}

// Each reader has a portion at work while the others' are received.
Status read_portions(std::vector<TableReader>& readers, const std::vector<Portion>& portions,
                     const TableCallback& on_table) {
  std::size_t next = 0;
  for (bool at_work = true; at_work;) {
    at_work = false;
    for (TableReader& reader : readers) {
      if (!reader.idle()) {
        MILLRACE_ASSIGN_OR_RETURN(std::vector<schema::TableSchemaPtr> tables, reader.advance());
        for (schema::TableSchemaPtr& table : tables) {
          MILLRACE_RETURN_IF_ERROR(on_table(std::move(table)));
        }
      }
      if (reader.idle() && next < portions.size()) {
        MILLRACE_RETURN_IF_ERROR(reader.begin(portions[next++]));
      }
      at_work = at_work || !reader.idle();
    }
  }
  return {};
}

Status read_listed(mysql::Connection& connection, const Collations& collations,
                   const TablesByDatabase& listed, const TableCallback& on_table,
                   const Connect& connect) {
  // Where a statement costs the server the whole database, there is one for all its tables. It may take minutes, and a
  // session that can't send for one minute is ended: none waits there for another.
  const bool by_name = looks_tables_up(connection);
  const std::vector<Portion> portions =
      cut(listed, by_name ? kTablesAtATime : std::numeric_limits<std::size_t>::max());
  const std::size_t most_readers =
      by_name && connect ? std::min(kMostReaders, portions.size() / kPortionsOfAReader) : 1;
  std::vector<TableReader> readers;
  MILLRACE_ASSIGN_OR_RETURN(TableReader first, TableReader::open(connection, collations));
  readers.push_back(std::move(first));
  std::vector<std::unique_ptr<mysql::Connection>> more;
  while (readers.size() < most_readers) {
    auto another = connect();
    if (!another) break;  // a server with few connections to spare is read over fewer
    more.push_back(std::make_unique<mysql::Connection>(std::move(*another)));
    MILLRACE_ASSIGN_OR_RETURN(TableReader reader, TableReader::open(*more.back(), collations));
    readers.push_back(std::move(reader));
  }
  return read_portions(readers, portions, on_table);
}

Status read_where(mysql::Connection& connection, const std::string& condition,
                  const TablePredicate& wanted, const TableCallback& on_table,
                  const Connect& connect) {
  MILLRACE_ASSIGN_OR_RETURN(const Collations collations, Collations::fetch(connection));
  MILLRACE_ASSIGN_OR_RETURN(const TablesByDatabase listed,
                            list_tables(connection, collations, condition, wanted));
  return read_listed(connection, collations, listed, on_table, connect);
}

Result<gtid::GtidSet> executed(mysql::Connection& connection) {
  if (mysql::is_mariadb_version(connection.server_version())) return gtid::GtidSet();
  return mysql::fetch_gtid_executed(connection);
}

}  // namespace

Status read_tables(mysql::Connection& connection, const TablePredicate& wanted,
                   const TableCallback& on_table, const Connect& connect) {
  return read_where(connection, "", wanted, on_table, connect);
}

Status read_tables_of(mysql::Connection& connection, const std::set<std::string>& databases,
                      const TablePredicate& wanted, const TableCallback& on_table) {
  if (databases.empty()) return {};
  std::string names;
  for (const std::string& database : databases) {
    names += (names.empty() ? "" : ", ") + mysql::quote_string(database);
  }
  return read_where(connection, " AND TABLE_SCHEMA IN (" + names + ")", wanted, on_table, {});
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
  std::optional<schema::TableSchemaPtr> found;
  const auto keep = [&found](schema::TableSchemaPtr table) -> Status {
    found = std::move(table);
    return {};
  };
  const std::string condition = " AND TABLE_SCHEMA = " + mysql::quote_string(name.database) +
                                " AND TABLE_NAME = " + mysql::quote_string(name.table);
  MILLRACE_RETURN_IF_ERROR(read_where(connection, condition, same, keep, {}));
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
