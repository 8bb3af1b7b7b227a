#include "daemon/catalog_loading.h"

#include <set>
#include <string>
#include <utility>

#include "millrace/mysql/server_facts.h"
#include "millrace/pipeline/first_catalog.h"
#include "millrace/pipeline/statement_scan.h"

namespace millrace::daemon {
namespace {

using pipeline::BinlogPlace;
using pipeline::TouchedTables;

BinlogPlace place_of(const state::Offset& offset) {
  BinlogPlace place;
  if (offset.has_gtids) place.executed = offset.gtids;
  place.position = offset.position;
  return place;
}

Status read_collations(mysql::Connection& connection, schema::Catalog& catalog) {
  MILLRACE_ASSIGN_OR_RETURN(const auto collations, discovery::load_database_collations(connection));
  for (const auto& [name, collation] : collations) catalog.put_database(name, collation);
  return {};
}

discovery::TableCallback put_into(schema::Catalog& catalog) {
  return [&catalog](const schema::TableSchemaPtr& table) {
    catalog.put(table->name, *table);
    return Status();
  };
}

class LiveServer final : public pipeline::LiveStructures {
 public:
  LiveServer(mysql::Connection& connection, bool has_gtids, const discovery::TablePredicate& wanted)
      : connection_(connection), has_gtids_(has_gtids), wanted_(wanted) {}

  Result<BinlogPlace> place_now() override { return daemon::place_now(connection_, has_gtids_); }

  Status read(const TouchedTables& tables, schema::Catalog& catalog) override {
    std::set<std::string> databases = tables.databases;
    for (const schema::TableName& name : tables.tables) databases.insert(name.database);
    const auto is_asked_for = [&](const schema::TableName& name) {
      return wanted_(name) && tables.contains(name);
    };
    MILLRACE_RETURN_IF_ERROR(
        discovery::read_tables_of(connection_, databases, is_asked_for, put_into(catalog)));
    if (tables.databases.empty()) return {};
    return read_collations(connection_, catalog);
  }

 private:
  mysql::Connection& connection_;
  const bool has_gtids_;
  const discovery::TablePredicate& wanted_;
};

}  // namespace

pipeline::CatalogServer catalog_server(const mysql::ServerFacts& facts) {
  return {facts.version_number, facts.lower_case_table_names != 0};
}

Result<BinlogPlace> place_now(mysql::Connection& connection, bool has_gtids) {
  BinlogPlace place;
  // The position first: with GTIDs it is for people, and must not be behind what the set leaves out.
  MILLRACE_ASSIGN_OR_RETURN(const auto position, mysql::fetch_binlog_position(connection));
  if (position) place.position = *position;
  if (!has_gtids) return place;
  MILLRACE_ASSIGN_OR_RETURN(place.executed, mysql::fetch_gtid_executed(connection));
  return place;
}

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
                                         const mysql::ServerFacts& facts,
                                         const state::Offset& start,
                                         const discovery::TablePredicate& wanted,
                                         const discovery::Connect& connect) {
  MILLRACE_ASSIGN_OR_RETURN(schema::Catalog catalog, read_catalog(connection, wanted, connect));
  LiveServer server(connection, start.has_gtids, wanted);
  MILLRACE_ASSIGN_OR_RETURN(pipeline::SettledCatalog settled,
                            pipeline::settle_catalog(std::move(catalog), place_of(start), server,
                                                     streams, catalog_server(facts), wanted));
  LoadedCatalog loaded{std::move(settled.catalog), start};
  loaded.offset.position = settled.place.position;
  if (settled.place.executed) loaded.offset.gtids = *std::move(settled.place.executed);
  return loaded;
}

Result<schema::Catalog> load_catalog_at(mysql::Connection& connection,
                                        pipeline::EventStreamFactory& streams,
                                        const mysql::ServerFacts& facts,
                                        const state::Offset& offset,
                                        const discovery::TablePredicate& wanted,
                                        const discovery::Connect& connect) {
  MILLRACE_ASSIGN_OR_RETURN(schema::Catalog catalog, read_catalog(connection, wanted, connect));
  MILLRACE_ASSIGN_OR_RETURN(const BinlogPlace now, place_now(connection, offset.has_gtids));
  MILLRACE_ASSIGN_OR_RETURN(
      const TouchedTables touched,
      pipeline::scan_touched_tables(streams, place_of(offset), now, catalog_server(facts)));
  const std::string why = "a statement changed it after the offset, so what it was there is lost";
  for (const schema::TableName& name : touched.names_in(catalog)) {
    if (wanted(name)) catalog.put_unknown(name, why);
  }
  return catalog;
}

}  // namespace millrace::daemon
