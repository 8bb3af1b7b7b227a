#include "daemon/catalog_loading.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "millrace/mysql/server_facts.h"
#include "millrace/pipeline/statement_scan.h"

namespace millrace::daemon {
namespace {

using pipeline::BinlogPlace;
using pipeline::TouchedTables;

// A round takes a few statements of the server; one that changes the same table within each of so many has to be asked
// again later.
constexpr int kMostRounds = 100;

BinlogPlace place_of(const state::Offset& offset) {
  BinlogPlace place;
  if (offset.has_gtids) place.executed = offset.gtids;
  place.position = offset.position;
  return place;
}

// `offset` moved to where the server is now.
Status move_to_now(mysql::Connection& connection, state::Offset& offset) {
  // The position first: with GTIDs it is for people, and must not be behind what the set leaves out.
  MILLRACE_ASSIGN_OR_RETURN(const auto position, mysql::fetch_binlog_position(connection));
  if (position) offset.position = *position;
  if (!offset.has_gtids) return {};
  MILLRACE_ASSIGN_OR_RETURN(offset.gtids, mysql::fetch_gtid_executed(connection));
  return {};
}

Status read_collations(mysql::Connection& connection, schema::Catalog& catalog) {
  MILLRACE_ASSIGN_OR_RETURN(const auto collations, discovery::load_database_collations(connection));
  for (const auto& [name, collation] : collations) catalog.put_database(name, collation);
  return {};
}

// The touched tables by name: of a whole database those that the catalog has.
std::vector<schema::TableName> names_of(const TouchedTables& touched,
                                        const schema::Catalog& catalog) {
  std::vector<schema::TableName> names(touched.tables.begin(), touched.tables.end());
  if (touched.databases.empty()) return names;
  catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr&) {
    if (touched.databases.contains(name.database)) names.push_back(name);
  });
  return names;
}

void leave_out(TouchedTables& touched, const discovery::TablePredicate& what) {
  std::erase_if(touched.tables, what);
  std::erase_if(touched.databases, [&](const std::string& name) { return what({name, ""}); });
}

discovery::TableCallback put_into(schema::Catalog& catalog) {
  return [&catalog](const schema::TableSchemaPtr& table) {
    catalog.put(table->name, *table);
    return Status();
  };
}

// Puts in those of the touched tables that are there.
Status read_touched(mysql::Connection& connection, const TouchedTables& touched,
                    const discovery::TablePredicate& wanted, schema::Catalog& catalog) {
  std::set<std::string> databases = touched.databases;
  for (const schema::TableName& name : touched.tables) databases.insert(name.database);
  const auto is_touched = [&](const schema::TableName& name) {
    return wanted(name) && touched.contains(name);
  };
  MILLRACE_RETURN_IF_ERROR(
      discovery::read_tables_of(connection, databases, is_touched, put_into(catalog)));
  if (touched.databases.empty()) return {};
  return read_collations(connection, catalog);
}

}  // namespace

Result<schema::Catalog> read_catalog(mysql::Connection& connection,
                                     const discovery::TablePredicate& wanted,
                                     const discovery::Connect& connect) {
  schema::Catalog catalog;
  MILLRACE_RETURN_IF_ERROR(discovery::read_tables(connection, wanted, put_into(catalog), connect));
  MILLRACE_RETURN_IF_ERROR(read_collations(connection, catalog));
  return catalog;
}

Result<LoadedCatalog> load_first_catalog(mysql::Connection& connection,
                                         pipeline::EventStreamFactory& streams,
                                         const state::Offset& start,
                                         const discovery::TablePredicate& wanted,
                                         const discovery::Connect& connect) {
  // Of the databases that nobody follows nothing is to be known.
  const auto scan = [&](const state::Offset& from, const state::Offset& to) {
    Result<TouchedTables> touched =
        pipeline::scan_statements(streams, place_of(from), place_of(to));
    if (touched) leave_out(*touched, [&](const auto& name) { return !wanted(name); });
    return touched;
  };
  MILLRACE_ASSIGN_OR_RETURN(schema::Catalog catalog, read_catalog(connection, wanted, connect));
  // Where the catalog holds for all tables but the unsure ones.
  state::Offset known = start;
  MILLRACE_RETURN_IF_ERROR(move_to_now(connection, known));
  MILLRACE_ASSIGN_OR_RETURN(TouchedTables unsure, scan(start, known));
  for (int round = 0; round < kMostRounds && !unsure.empty(); ++round) {
    for (const schema::TableName& name : names_of(unsure, catalog)) catalog.erase(name);
    // Nothing but the reading is done between these two, so that a table that changes all the time comes to rest here.
    state::Offset before = known;
    MILLRACE_RETURN_IF_ERROR(move_to_now(connection, before));
    MILLRACE_RETURN_IF_ERROR(read_touched(connection, unsure, wanted, catalog));
    state::Offset after = before;
    MILLRACE_RETURN_IF_ERROR(move_to_now(connection, after));

    MILLRACE_ASSIGN_OR_RETURN(TouchedTables earlier, scan(known, before));
    MILLRACE_ASSIGN_OR_RETURN(TouchedTables meanwhile, scan(before, after));
    // What was read shows all of gtid_executed. Without GTIDs a transaction that is in the binlog at `before` need not be
    // done yet when the tables are read.
    if (before.has_gtids) {
      leave_out(earlier, [&](const auto& name) { return unsure.contains(name); });
    }
    meanwhile.tables.merge(earlier.tables);
    meanwhile.databases.merge(earlier.databases);
    unsure = std::move(meanwhile);
    known = std::move(after);
  }
  if (unsure.empty()) return LoadedCatalog{std::move(catalog), std::move(known)};
  return transient_error("the structures of tables change faster than they can be read");
}

Result<schema::Catalog> load_catalog_at(mysql::Connection& connection,
                                        pipeline::EventStreamFactory& streams,
                                        const state::Offset& offset,
                                        const discovery::TablePredicate& wanted,
                                        const discovery::Connect& connect) {
  MILLRACE_ASSIGN_OR_RETURN(schema::Catalog catalog, read_catalog(connection, wanted, connect));
  state::Offset now = offset;
  MILLRACE_RETURN_IF_ERROR(move_to_now(connection, now));
  MILLRACE_ASSIGN_OR_RETURN(const TouchedTables touched,
                            pipeline::scan_statements(streams, place_of(offset), place_of(now)));
  const std::string why = "a statement changed it after the offset, so what it was there is lost";
  for (const schema::TableName& name : names_of(touched, catalog)) {
    if (wanted(name)) catalog.put_unknown(name, why);
  }
  return catalog;
}

}  // namespace millrace::daemon
