#include "daemon/catalog_loading.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "millrace/mysql/server_facts.h"
#include "millrace/pipeline/statement_scan.h"

namespace millrace::daemon {
namespace {

using pipeline::BinlogPlace;
using pipeline::ScannedStatement;
using pipeline::TouchedTables;

// A round takes a few statements of the server; one where the same table changes within each of so many has to be asked
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

std::string some_name_of(const TouchedTables& touched) {
  return touched.tables.empty() ? *touched.databases.begin() : touched.tables.begin()->to_text();
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

// Does in the catalog what the statement did. False when what it left can't be told from the statement.
bool replay(const ScannedStatement& scanned, const pipeline::CatalogServer& server,
            schema::Catalog& catalog) {
  if (scanned.statement.kind == ddl::StatementKind::kUnknown) return false;
  const auto applied = pipeline::apply_statement(catalog, scanned.query, server);
  const auto is_unknown = [](const schema::CatalogChange& change) {
    return change.kind == schema::CatalogChange::Kind::kTable && change.structure == nullptr;
  };
  return applied && std::ranges::none_of(applied->changes, is_unknown);
}

// The catalog of a first start, on its way to a place at which all of it is true.
class FirstCatalog {
 public:
  // `read` was read just now.
  FirstCatalog(mysql::Connection& connection, pipeline::EventStreamFactory& streams,
               const pipeline::CatalogServer& server, const discovery::TablePredicate& wanted,
               schema::Catalog read)
      : connection_(connection),
        streams_(streams),
        server_(server),
        wanted_(wanted),
        catalog_(std::move(read)) {}

  // `start` was the server's place before the catalog was read.
  Result<LoadedCatalog> settle(const state::Offset& start) && {
    known_ = start;
    MILLRACE_RETURN_IF_ERROR(move_to_now(connection_, known_));
    MILLRACE_ASSIGN_OR_RETURN(unsure_, pipeline::scan_touched_tables(streams_, place_of(start),
                                                                     place_of(known_), server_));
    leave_out_unwanted(unsure_);
    for (int round = 0; round < kMostRounds && !unsure_.empty(); ++round) {
      MILLRACE_RETURN_IF_ERROR(read_unsure());
    }
    if (!unsure_.empty()) {
      return transient_error("the structure of a table changes faster than it can be read: " +
                             some_name_of(unsure_));
    }
    return LoadedCatalog{std::move(catalog_), std::move(known_)};
  }

 private:
  Status read_unsure() {
    for (const schema::TableName& name : names_of(unsure_, catalog_)) catalog_.erase(name);
    // Nothing but the reading is done between these two, so that a table that changes all the time comes to rest here.
    state::Offset before = known_;
    MILLRACE_RETURN_IF_ERROR(move_to_now(connection_, before));
    MILLRACE_RETURN_IF_ERROR(read_touched(connection_, unsure_, wanted_, catalog_));
    state::Offset after = before;
    MILLRACE_RETURN_IF_ERROR(move_to_now(connection_, after));

    TouchedTables still_unsure;
    MILLRACE_RETURN_IF_ERROR(pipeline::scan_statements(
        streams_, place_of(known_), place_of(after),
        [&](const ScannedStatement& scanned) { take(scanned, before, still_unsure); }));
    unsure_ = std::move(still_unsure);
    known_ = std::move(after);
    return {};
  }

  // A statement behind known_. The unsure tables were read behind `before`.
  void take(const ScannedStatement& scanned, const state::Offset& before,
            TouchedTables& still_unsure) {
    TouchedTables touched = pipeline::tables_of(scanned, server_);
    leave_out_unwanted(touched);
    if (touched.empty()) return;
    if (!touched.overlaps(unsure_) && !touched.overlaps(still_unsure)) {
      // One that isn't within is the stream's to bring.
      if (!scanned.is_within || replay(scanned, server_, catalog_)) return;
    }
    // What is read shows all of gtid_executed. Without GTIDs a transaction that is in the binlog at `before` need not be
    // done yet when the tables are read.
    if (before.has_gtids && scanned.gtid && before.gtids.contains(*scanned.gtid)) {
      leave_out(touched, [this](const auto& name) { return unsure_.contains(name); });
    }
    still_unsure.merge(std::move(touched));
  }

  // Of the databases that nobody follows nothing is to be known.
  void leave_out_unwanted(TouchedTables& touched) const {
    leave_out(touched, [this](const schema::TableName& name) { return !wanted_(name); });
  }

  mysql::Connection& connection_;
  pipeline::EventStreamFactory& streams_;
  const pipeline::CatalogServer server_;
  const discovery::TablePredicate& wanted_;
  schema::Catalog catalog_;
  state::Offset known_;  // where the catalog holds for all tables but the unsure ones
  TouchedTables unsure_;
};

}  // namespace

pipeline::CatalogServer catalog_server(const mysql::ServerFacts& facts) {
  return {facts.version_number, facts.lower_case_table_names != 0};
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
  FirstCatalog first(connection, streams, catalog_server(facts), wanted, std::move(catalog));
  return std::move(first).settle(start);
}

Result<schema::Catalog> load_catalog_at(mysql::Connection& connection,
                                        pipeline::EventStreamFactory& streams,
                                        const mysql::ServerFacts& facts,
                                        const state::Offset& offset,
                                        const discovery::TablePredicate& wanted,
                                        const discovery::Connect& connect) {
  MILLRACE_ASSIGN_OR_RETURN(schema::Catalog catalog, read_catalog(connection, wanted, connect));
  state::Offset now = offset;
  MILLRACE_RETURN_IF_ERROR(move_to_now(connection, now));
  MILLRACE_ASSIGN_OR_RETURN(const TouchedTables touched,
                            pipeline::scan_touched_tables(streams, place_of(offset), place_of(now),
                                                          catalog_server(facts)));
  const std::string why = "a statement changed it after the offset, so what it was there is lost";
  for (const schema::TableName& name : names_of(touched, catalog)) {
    if (wanted(name)) catalog.put_unknown(name, why);
  }
  return catalog;
}

}  // namespace millrace::daemon
