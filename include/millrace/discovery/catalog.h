#pragma once

// Reads the structure of tables from a server: information_schema into TableSchemas, without any
// lock. A source needs it once, when it starts for the first time (and for a table it has never
// seen); after that it follows the binlog.
//
// Without locks the structures may change while they are read. So the server's GTID set is read
// before and after: what was changed in between is in the binlog between the two sets, and reading
// from the earlier one finds it.
//
// Databases come with their default collations, which tables inherit.
//
// Many tables are read over several connections at once, where the caller can make more of them: the
// server needs longer for a row of information_schema than it takes to read it.
//
// Blocks on its connections, from the thread that calls. Errors are the
// connection's, or definite ones that name the table and the column that can't be understood. Of
// the memory it holds only the result grows with the number of tables; read_tables() keeps not even
// that.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "millrace/base/result.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/mysql/connection.h"
#include "millrace/schema/table_schema.h"

namespace millrace::discovery {

struct LoadedTables {
  std::map<schema::TableName, schema::TableSchemaPtr> tables;
  std::map<std::string, std::uint32_t> database_collations;
  // gtid_executed before the first statement and after the last; both empty without GTIDs.
  gtid::GtidSet executed_before, executed_after;
};

using TablePredicate = std::function<bool(const schema::TableName&)>;
// Another connection to the same server.
using Connect = std::function<Result<mysql::Connection>()>;
using TableCallback = std::function<Status(schema::TableSchemaPtr)>;

// Every base table that is wanted. Views are none; a table that is dropped meanwhile is left out.
Result<LoadedTables> load_tables(mysql::Connection& connection, const TablePredicate& wanted);

// The same, a table at a time, in no particular order. An error of the callback ends the reading and is
// returned; after any error the connection is not used again.
Status read_tables(mysql::Connection& connection, const TablePredicate& wanted,
                   const TableCallback& on_table, const Connect& connect = {});

// The same of some databases alone, which spares the server the list of all others' tables.
Status read_tables_of(mysql::Connection& connection, const std::set<std::string>& databases,
                      const TablePredicate& wanted, const TableCallback& on_table);

// One table; nothing when there is no base table of that name (or none that the account may see).
Result<std::optional<schema::TableSchemaPtr>> load_table(mysql::Connection& connection,
                                                         const schema::TableName& name);

// Default collations of all databases.
Result<std::map<std::string, std::uint32_t>> load_database_collations(
    mysql::Connection& connection);

}  // namespace millrace::discovery
