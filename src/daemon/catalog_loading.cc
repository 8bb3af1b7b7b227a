#include "daemon/catalog_loading.h"

#include <utility>

#include "millrace/mysql/server_facts.h"
#include "millrace/pipeline/statement_scan.h"

namespace millrace::daemon {
namespace {

using pipeline::BinlogPlace;
using pipeline::TouchedTables;

// Each round reads only what changed in the one before, so rounds get short; a server that changes the same tables
// without a pause for this many has to be asked again later.
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

Status read_again(mysql::Connection& connection, const TouchedTables& touched,
                  const discovery::TablePredicate& wanted, schema::Catalog& catalog) {
  const auto is_touched = [&](const schema::TableName& name) {
    return wanted(name) &&
           (touched.tables.contains(name) || touched.databases.contains(name.database));
  };
  std::vector<schema::TableName> gone;
  catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr&) {
    if (is_touched(name)) gone.push_back(name);
  });
  for (const schema::TableName& name : gone) catalog.erase(name);
  return discovery::read_tables(connection, is_touched, [&](schema::TableSchemaPtr table) {
    catalog.put(table->name, *table);
    return Status();
  });
}

}  // namespace

Result<schema::Catalog> read_catalog(mysql::Connection& connection,
                                     const discovery::TablePredicate& wanted,
                                     const discovery::Connect& connect) {
  schema::Catalog catalog;
  MILLRACE_RETURN_IF_ERROR(discovery::read_tables(
      connection, wanted,
      [&](const schema::TableSchemaPtr& table) {
        catalog.put(table->name, *table);
        return Status();
      },
      connect));
  MILLRACE_ASSIGN_OR_RETURN(const auto collations, discovery::load_database_collations(connection));
  for (const auto& [name, collation] : collations) catalog.put_database(name, collation);
  return catalog;
}

Result<LoadedCatalog> load_first_catalog(mysql::Connection& connection,
                                         pipeline::EventStreamFactory& streams,
                                         const state::Offset& start,
                                         const discovery::TablePredicate& wanted,
                                         const discovery::Connect& connect) {
  LoadedCatalog result;
  result.offset = start;
  MILLRACE_ASSIGN_OR_RETURN(result.catalog, read_catalog(connection, wanted, connect));
  for (int round = 0; round < kMostRounds; ++round) {
    const BinlogPlace before = place_of(result.offset);
    MILLRACE_RETURN_IF_ERROR(move_to_now(connection, result.offset));
    MILLRACE_ASSIGN_OR_RETURN(const TouchedTables touched,
                              pipeline::scan_statements(streams, before, place_of(result.offset)));
    if (touched.empty()) return result;
    MILLRACE_RETURN_IF_ERROR(read_again(connection, touched, wanted, result.catalog));
    if (!touched.databases.empty()) {
      MILLRACE_ASSIGN_OR_RETURN(const auto collations,
                                discovery::load_database_collations(connection));
      for (const auto& [name, collation] : collations) {
        result.catalog.put_database(name, collation);
      }
    }
  }
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
  std::vector<schema::TableName> unknown(touched.tables.begin(), touched.tables.end());
  catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr&) {
    if (touched.databases.contains(name.database)) unknown.push_back(name);
  });
  for (const schema::TableName& name : unknown) {
    if (wanted(name)) catalog.put_unknown(name, why);
  }
  return catalog;
}

}  // namespace millrace::daemon
